//! `list`: what there is, never a value.

use super::app::parse_name;
use super::glob::matches;
use super::output::Shown;
use super::time_argument::parse_duration;
use super::{Context, Verb};
use crate::error::Error;
use crate::ui::Table;
use crate::vault::policy::Due;
use crate::vault::time::Timestamp;
use crate::vault::workspace::Workspace;
use crate::vault::{Listed, Scan, Vault};
use serde::Serialize;
use std::collections::HashSet;

/// List secrets, never their values
///
/// A table on a terminal, tab-separated rows in a pipe, bare names with --quiet. With --due those that
/// expired or were not rotated in time, with the time at which that was, the oldest first.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  kluis list
  kluis list --all-workspaces --name 'db_*'
  kluis list --all-workspaces --app billing
  kluis list --due --within 14d
  kluis list --quiet | while read -r name; do kluis show \"$name\"; done")]
pub struct List {
    /// List every workspace that the key reaches
    #[arg(long)]
    all_workspaces: bool,

    /// List only names that match, with `*` for any characters and `?` for one
    #[arg(long, value_name = "GLOB")]
    name: Option<String>,

    /// List only secrets that this app links
    #[arg(long, value_name = "APP")]
    app: Option<String>,

    /// List only secrets that are due: expired, or in use for longer than they should be
    #[arg(long)]
    due: bool,

    /// Count as due what will be so within this time, such as `14d`
    #[arg(
        long,
        value_name = "DURATION",
        requires = "due",
        allow_negative_numbers = true
    )]
    within: Option<String>,

    /// Fail with 1 when a secret is due
    #[arg(long, requires = "due")]
    exit_code: bool,
}

#[derive(Serialize)]
struct Listing<'a> {
    count: usize,
    secrets: Vec<Shown<'a>>,
}

impl Verb for List {
    fn run(self, context: &mut Context) -> Result<(), Error> {
        let app = self.app.as_deref().map(parse_name).transpose()?;
        let within = self.within.as_deref();
        let within = within.map(|text| parse_duration("within", text));
        let within = within.transpose()?.unwrap_or_default();
        let vault = context.open(Scan::Everything)?;
        let mut listed = Vec::new();
        for workspace in self.workspaces(&vault, context)? {
            listed.extend(vault.list(&workspace)?);
        }
        if let Some(glob) = &self.name {
            listed
                .retain(|listed| matches(glob.as_bytes(), listed.secret.name.as_str().as_bytes()));
        }
        if let Some(app) = app {
            let app = context.found(&vault, vault.app(&app))?;
            let links = app.links.iter();
            let linked: HashSet<_> = links
                .map(|link| (link.workspace.as_str(), link.secret))
                .collect();
            listed.retain(|Listed { secret, .. }| {
                linked.contains(&(secret.workspace_name.as_str(), secret.id))
            });
        }
        if self.due {
            let second = context.now.seconds();
            let until = second.saturating_add(within.as_secs());
            let due_at = |listed: &Listed| listed.secret.next_due(second).map(Due::at);
            listed.retain(|listed| due_at(listed).is_some_and(|at| at.seconds() <= until));
            listed.sort_by_key(due_at);
        }
        self.print(context, &listed)?;
        if self.exit_code && !listed.is_empty() {
            context.ui.flush()?;
            let count = listed.len();
            return Err(Error::Due { count });
        }
        Ok(())
    }
}

impl List {
    fn workspaces(&self, vault: &Vault, context: &Context) -> Result<Vec<Workspace>, Error> {
        if self.all_workspaces {
            return Ok(vault.workspaces().to_vec());
        }
        Ok(vec![vault.workspace(context.workspace())?.clone()])
    }

    fn print(&self, context: &mut Context, listed: &[Listed]) -> Result<(), Error> {
        let now = context.now;
        if context.json {
            let rows = listed
                .iter()
                .map(|listed| Shown::row(&listed.secret, listed.app_count, now));
            return Ok(context.ui.json(&Listing {
                count: listed.len(),
                secrets: rows.collect(),
            })?);
        }
        if context.quiet {
            for Listed { secret, .. } in listed {
                if self.all_workspaces {
                    context.ui.line(&secret.path())?;
                } else {
                    context.ui.line(secret.name.as_str())?;
                }
            }
            return Ok(());
        }
        if listed.is_empty() {
            context.ui.note("no secrets");
            return Ok(());
        }
        let table = if self.due {
            self.due_table(listed, now)
        } else {
            self.table(listed)
        };
        Ok(context.ui.table(&table)?)
    }

    fn table(&self, listed: &[Listed]) -> Table {
        let headings = ["WORKSPACE", "NAME", "ENV KEY", "UPDATED", "DESCRIPTION"];
        let skipped = usize::from(!self.all_workspaces);
        let mut table = Table::new(headings.into_iter().skip(skipped));
        for Listed { secret, .. } in listed {
            let updated = secret.updated_at.rfc3339();
            let cells = [
                secret.workspace_name.as_str(),
                secret.name.as_str(),
                secret.env_key.as_str(),
                &updated,
                secret.description.as_str(),
            ];
            table.row(cells.into_iter().skip(skipped));
        }
        table
    }

    fn due_table(&self, listed: &[Listed], now: Timestamp) -> Table {
        let headings = ["WORKSPACE", "NAME", "DUE", "AT", "DESCRIPTION"];
        let skipped = usize::from(!self.all_workspaces);
        let mut table = Table::new(headings.into_iter().skip(skipped));
        for Listed { secret, .. } in listed {
            let due = secret.next_due(now.seconds());
            let at = due.map(|due| due.at().rfc3339()).unwrap_or_default();
            let cells = [
                secret.workspace_name.as_str(),
                secret.name.as_str(),
                due.map_or("", Due::word),
                &at,
                secret.description.as_str(),
            ];
            table.row(cells.into_iter().skip(skipped));
        }
        table
    }
}
