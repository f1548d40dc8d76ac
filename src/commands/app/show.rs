//! `app show`: prints an app's links, and never a value.

use crate::args::secret::parse_name;
use crate::commands::Command;
use crate::context::Context;
use crate::error::Error;
use crate::report::app::{AppJson, LinkJson, LinkedSecretJson};
use crate::vault::Scan;

/// Show an app with its links
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  kluis app show billing
  kluis app show billing --json | jq -r '.links[].secret.name'")]
pub struct Show {
    /// The name of the app
    #[arg(value_name = "APP")]
    app: String,
}

impl Command for Show {
    fn run(self, context: &mut Context) -> Result<(), Error> {
        let name = parse_name(&self.app)?;
        let vault = context.open(Scan::Everything)?;
        let app = context.found(&vault, vault.app(&name))?;
        let shown = AppJson::new(&app);
        if context.json {
            return Ok(context.ui.json(&shown)?);
        }
        let mut fields = vec![
            ("name", shown.name.to_owned()),
            ("id", shown.id.clone()),
            ("created", shown.created_at.clone()),
            ("updated", shown.updated_at.clone()),
        ];
        for LinkJson { env_key, secret } in &shown.links {
            let LinkedSecretJson {
                id,
                workspace,
                name,
            } = secret;
            let linked = name.map_or_else(
                || format!("{workspace}/{id}, which was deleted"),
                |name| format!("{workspace}/{name}"),
            );
            fields.push(("link", format!("{env_key} = {linked}")));
        }
        Ok(context.ui.fields(&fields)?)
    }
}
