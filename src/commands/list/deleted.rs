//! `list --deleted`: lists the secrets that can be restored.

use crate::args::filter::Filter;
use crate::context::Context;
use crate::error::Error;
use crate::report::secret::{SecretJson, SecretListJson};
use crate::ui::Table;
use crate::vault::Vault;
use crate::vault::secret::Secret;
use crate::vault::time::Timestamp;
use crate::vault::workspace::Workspace;

/// Lists them, the last deleted first in each workspace.
pub fn run(
    context: &mut Context,
    vault: &Vault,
    workspaces: &[Workspace],
    filter: &Filter<'_>,
    shows_workspace: bool,
) -> Result<(), Error> {
    let mut deleted = Vec::new();
    for workspace in workspaces {
        deleted.extend(vault.deleted(workspace)?);
    }
    deleted.retain(|secret| filter.includes(secret));
    if context.json {
        let rows = deleted.iter();
        let rows = rows.map(|secret| SecretJson::row(secret, 0, context.now));
        return Ok(context.ui.json(&SecretListJson {
            count: deleted.len(),
            secrets: rows.collect(),
        })?);
    }
    if context.quiet {
        for secret in &deleted {
            context.ui.line(&secret.id.to_string())?;
        }
        return Ok(());
    }
    if deleted.is_empty() {
        context.ui.note("no deleted secrets");
        return Ok(());
    }
    let table = table(context, shows_workspace, &deleted);
    Ok(context.ui.table(&table)?)
}

fn table(context: &Context, shows_workspace: bool, deleted: &[Secret]) -> Table {
    // A program always gets the same columns.
    let mut described = deleted
        .iter()
        .filter(|secret| !secret.description.as_str().is_empty());
    let is_described = !context.ui.stdout_is_terminal() || described.next().is_some();
    let all = [
        ("WORKSPACE", shows_workspace),
        ("NAME", true),
        ("DELETED", true),
        ("VERSIONS", true),
        ("ID", true),
        ("DESCRIPTION", is_described),
    ];
    let headings = all.iter().filter(|(_, shown)| *shown);
    let mut table = Table::new(headings.map(|(heading, _)| *heading));
    for secret in deleted {
        let at = secret.deleted_at.map(|time: Timestamp| context.when(time));
        let at = at.unwrap_or_default();
        let (versions, id) = (secret.slots.len().to_string(), secret.id.to_string());
        let cells = [
            secret.workspace_name.as_str(),
            secret.name.as_str(),
            &at,
            &versions,
            &id,
            secret.description.as_str(),
        ];
        let shown = cells.into_iter().zip(all).filter(|(_, (_, shown))| *shown);
        table.row(shown.map(|(cell, _)| cell));
    }
    table
}
