//! `app show`: prints an app's links, and never a value.

use crate::args::secret::parse_app;
use crate::commands::Command;
use crate::completion::words::AppWord;
use crate::context::Context;
use crate::error::Error;
use crate::report::app::AppJson;
use crate::vault::{LinkedSecret, Scan};

/// Show an app with its links
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  kluis app show billing
  kluis app show billing --json | jq -r '.links[].secret.name'")]
pub struct Show {
    /// The name of the app, or WORKSPACE/NAME
    #[arg(value_name = "APP")]
    app: AppWord,
}

impl Command for Show {
    fn run(self, context: &mut Context) -> Result<(), Error> {
        let name = parse_app(&self.app)?;
        let vault = context.open(Scan::Lookup)?;
        let found = vault.app(context.workspace(), &name);
        let app = context.found(&vault, found)?;
        let shown = AppJson::new(&app);
        if context.json {
            return Ok(context.ui.json(&shown)?);
        }
        let mut fields = vec![
            ("name", shown.name.to_owned()),
            ("workspace", shown.workspace.to_owned()),
            ("id", shown.id.clone()),
            ("created", shown.created_at.clone()),
            ("updated", shown.updated_at.clone()),
        ];
        for link in &app.links {
            let secret = match (&link.workspace, &link.secret) {
                (Some(workspace), LinkedSecret::Counts(name)) => format!("{workspace}/{name}"),
                (Some(workspace), LinkedSecret::OneSided(name)) => {
                    format!("{workspace}/{name}, which does not name this link")
                }
                (Some(workspace), _) => {
                    format!("{workspace}/{}, which was deleted", link.target.secret)
                }
                (None, _) => format!(
                    "{}, in a workspace that your key does not open",
                    link.target.secret
                ),
            };
            fields.push(("link", format!("{} = {secret}", link.env_key)));
        }
        Ok(context.ui.fields(&fields)?)
    }
}
