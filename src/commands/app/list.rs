//! `app list`: prints the apps, and never a value.

use crate::commands::Command;
use crate::context::Context;
use crate::error::Error;
use crate::report::app::AppJson;
use crate::ui::Table;
use crate::vault::{LinkedApp, Scan};
use serde::Serialize;

/// List the apps of every workspace that your key opens
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  kluis app list
  kluis app list --json | jq -r '.apps[].links[].env_key'")]
pub struct List {}

#[derive(Serialize)]
struct AppListJson<'a> {
    count: usize,
    apps: Vec<AppJson<'a>>,
}

impl Command for List {
    fn run(self, context: &mut Context) -> Result<(), Error> {
        let vault = context.open(Scan::Lookup)?;
        let apps = vault.apps()?;
        if context.json {
            return Ok(context.ui.json(&AppListJson {
                count: apps.len(),
                apps: apps.iter().map(AppJson::new).collect(),
            })?);
        }
        if context.quiet {
            for LinkedApp { app, .. } in &apps {
                context.ui.line(&app.path())?;
            }
            return Ok(());
        }
        if apps.is_empty() {
            context.ui.note("no apps");
            return Ok(());
        }
        let mut table = Table::new(["NAME", "WORKSPACE", "LINKS", "UPDATED"]);
        for LinkedApp { app, links } in &apps {
            table.row([
                app.name.to_string(),
                app.workspace_name.to_string(),
                links.len().to_string(),
                context.when(app.updated_at),
            ]);
        }
        Ok(context.ui.table(&table)?)
    }
}
