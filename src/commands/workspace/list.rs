//! `workspace list`: prints the workspaces that your key reaches.

use crate::commands::Command;
use crate::context::Context;
use crate::error::Error;
use crate::report::workspace::WorkspaceJson;
use crate::ui::Table;
use crate::vault::Scan;
use crate::vault::workspace::Workspace;
use serde::Serialize;

/// List the workspaces that your key opens
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  kluis workspace list
  kluis workspace list --json | jq -r '.workspaces[].name'")]
pub struct List {}

#[derive(Serialize)]
struct WorkspaceListJson<'a> {
    count: usize,
    workspaces: Vec<WorkspaceJson<'a>>,
}

impl Command for List {
    fn run(self, context: &mut Context) -> Result<(), Error> {
        let vault = context.open(Scan::Lookup)?;
        let mut all: Vec<&Workspace> = vault.workspaces().iter().collect();
        all.sort_unstable_by(|one, other| one.name.cmp(&other.name));
        let mut shown = Vec::with_capacity(all.len());
        for workspace in &all {
            shown.push(WorkspaceJson::new(
                workspace,
                vault.secret_count(workspace)?,
            ));
        }
        if context.json {
            return Ok(context.ui.json(&WorkspaceListJson {
                count: shown.len(),
                workspaces: shown,
            })?);
        }
        if context.quiet {
            for workspace in shown {
                context.ui.line(workspace.name)?;
            }
            return Ok(());
        }
        let mut table = Table::new(["NAME", "SECRETS", "UPDATED", "DESCRIPTION"]);
        for (shown, workspace) in shown.iter().zip(all) {
            table.row([
                shown.name,
                &shown.secret_count.to_string(),
                &context.when(workspace.updated_at),
                shown.description,
            ]);
        }
        Ok(context.ui.table(&table)?)
    }
}
