//! `app show`

use super::parse_name;
use crate::commands::{Context, Verb};
use crate::error::Error;
use crate::vault::Scan;
use crate::vault::app::App;
use crate::vault::name::SecretName;
use serde::Serialize;

/// Show an app with its links
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  kluis app show billing
  kluis app show billing --json | jq -r '.links[].secret.name'")]
pub struct Show {
    /// The app
    #[arg(value_name = "APP")]
    app: String,
}

/// The object of `app show --json`.
#[derive(Serialize)]
pub struct Shown<'a> {
    id: String,
    name: &'a str,
    links: Vec<ShownLink<'a>>,
    created_at: String,
    updated_at: String,
}

#[derive(Serialize)]
struct ShownLink<'a> {
    env_key: &'a str,
    secret: Linked<'a>,
}

#[derive(Serialize)]
struct Linked<'a> {
    id: String,
    workspace: &'a str,
    /// `null` when the secret is gone.
    name: Option<&'a str>,
}

impl<'a> Shown<'a> {
    pub fn new(app: &'a App) -> Self {
        let links = app.links.iter().map(|link| ShownLink {
            env_key: link.env_key.as_str(),
            secret: Linked {
                id: link.secret.to_string(),
                workspace: link.workspace.as_str(),
                name: link.secret_name.as_ref().map(SecretName::as_str),
            },
        });
        Self {
            id: app.id.to_string(),
            name: app.name.as_str(),
            links: links.collect(),
            created_at: app.created_at.rfc3339(),
            updated_at: app.updated_at.rfc3339(),
        }
    }
}

impl Verb for Show {
    fn run(self, context: &mut Context) -> Result<(), Error> {
        let name = parse_name(&self.app)?;
        let vault = context.open(Scan::Everything)?;
        let app = context.found(&vault, vault.app(&name))?;
        let shown = Shown::new(&app);
        if context.json {
            return Ok(context.ui.json(&shown)?);
        }
        let mut fields = vec![
            ("name", shown.name.to_owned()),
            ("id", shown.id.clone()),
            ("created", shown.created_at.clone()),
            ("updated", shown.updated_at.clone()),
        ];
        for ShownLink { env_key, secret } in &shown.links {
            let Linked {
                id,
                workspace,
                name,
            } = secret;
            let linked = name.map_or_else(
                || format!("{workspace}/{id}, which is gone"),
                |name| format!("{workspace}/{name}"),
            );
            fields.push(("link", format!("{env_key} = {linked}")));
        }
        Ok(context.ui.fields(&fields)?)
    }
}
