//! `app list`

use crate::commands::Verb;
use crate::context::Context;
use crate::error::Error;
use crate::report::app::Shown;
use crate::ui::Table;
use crate::vault::Scan;
use serde::Serialize;

/// List the apps of every workspace that the key reaches
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  kluis app list
  kluis app list --json | jq -r '.apps[].links[].env_key'")]
pub struct List {}

#[derive(Serialize)]
struct Listing<'a> {
    count: usize,
    apps: Vec<Shown<'a>>,
}

impl Verb for List {
    fn run(self, context: &mut Context) -> Result<(), Error> {
        let vault = context.open(Scan::Everything)?;
        let apps = vault.apps()?;
        if context.json {
            return Ok(context.ui.json(&Listing {
                count: apps.len(),
                apps: apps.iter().map(Shown::new).collect(),
            })?);
        }
        if context.quiet {
            for app in &apps {
                context.ui.line(app.name.as_str())?;
            }
            return Ok(());
        }
        if apps.is_empty() {
            context.ui.note("no apps");
            return Ok(());
        }
        let mut table = Table::new(["NAME", "LINKS", "UPDATED"]);
        for app in &apps {
            table.row([
                app.name.to_string(),
                app.links.len().to_string(),
                context.when(app.updated_at),
            ]);
        }
        Ok(context.ui.table(&table)?)
    }
}
