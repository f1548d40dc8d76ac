//! `list`: prints the secrets' names and fields, and never a value.

use super::Command;
use crate::args::glob::matches;
use crate::args::secret::parse_app;
use crate::args::time::parse_duration;
use crate::context::Context;
use crate::error::Error;
use crate::report::secret::SecretJson;
use crate::ui::Table;
use crate::vault::env_key::EnvKey;
use crate::vault::policy::Due;
use crate::vault::secret::Secret;
use crate::vault::time::rough_duration;
use crate::vault::workspace::Workspace;
use crate::vault::{LinkedSecret, Listed, Scan, Vault};
use serde::Serialize;
use std::borrow::Cow;
use std::cmp::Reverse;
use std::collections::HashSet;

/// List secrets, never their values
///
/// On a terminal it prints a table, and marks secrets that are expired, due for rotation, not in effect yet
/// or about to change. Into a pipe it prints rows with tabs and exact times. With --quiet it prints names
/// alone.
///
/// --due lists the secrets that expired or were not rotated in time, the oldest first.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  kluis list
  kluis list --all-workspaces --name 'db_*'
  kluis list --all-workspaces --app billing
  kluis list --sort updated
  kluis list --due --within 14d
  kluis list --quiet | while read -r name; do kluis show \"$name\"; done")]
pub struct List {
    /// List every workspace that your key opens
    #[arg(long)]
    all_workspaces: bool,

    /// List only names that match, such as 'db_*' or 'key?'
    #[arg(long, value_name = "GLOB")]
    name: Option<String>,

    /// List only secrets that this app links: its name, or WORKSPACE/NAME
    #[arg(long, value_name = "APP")]
    app: Option<String>,

    /// Sort by `name`, `updated` (newest first) or `due`
    #[arg(long, value_enum, value_name = "BY", hide_possible_values = true)]
    sort: Option<Sort>,

    /// List only secrets that are expired or due for rotation
    #[arg(long)]
    due: bool,

    /// With --due: list also what is due within, say, `14d`
    #[arg(
        long,
        value_name = "TIME",
        requires = "due",
        allow_negative_numbers = true
    )]
    within: Option<String>,

    /// With --due: exit with 1 if any secret is listed
    #[arg(long, requires = "due")]
    exit_code: bool,
}

#[derive(Clone, Copy, clap::ValueEnum)]
enum Sort {
    Name,
    Updated,
    Due,
}

#[derive(Serialize)]
struct SecretListJson<'a> {
    count: usize,
    secrets: Vec<SecretJson<'a>>,
}

impl Command for List {
    fn run(self, context: &mut Context) -> Result<(), Error> {
        let app = self.app.as_deref().map(parse_app).transpose()?;
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
            let found = vault.app(context.workspace(), &app);
            let app = context.found(&vault, found)?;
            let counting = app
                .links
                .iter()
                .filter(|link| matches!(link.secret, LinkedSecret::Counts(_)));
            let linked: HashSet<_> = counting.map(|link| link.target.secret).collect();
            listed.retain(|Listed { secret, .. }| linked.contains(&secret.id));
        }
        let second = context.now.seconds();
        let due_at = |listed: &Listed| listed.secret.next_due(second).map(Due::at);
        if self.due {
            let until = second.saturating_add(within.as_secs());
            listed.retain(|listed| due_at(listed).is_some_and(|at| at.seconds() <= until));
        }
        match self.sort {
            Some(Sort::Due) => listed.sort_by_key(|one| (due_at(one).is_none(), due_at(one))),
            None if self.due => listed.sort_by_key(due_at),
            Some(Sort::Updated) => {
                listed.sort_by_key(|one| Reverse(one.secret.updated_at));
            }
            // Within each workspace; `sort` is stable.
            Some(Sort::Name) => {
                listed.sort_by(|one, other| one.secret.name.cmp(&other.secret.name));
            }
            None => {}
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
                .map(|listed| SecretJson::row(&listed.secret, listed.app_count, now));
            return Ok(context.ui.json(&SecretListJson {
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
            self.due_table(listed, context)
        } else if context.ui.stdout_is_terminal() {
            self.table_for_people(listed, context)
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

    /// A table with columns that are shown only if needed: the state, environment keys that differ from the
    /// name, and descriptions.
    fn table_for_people(&self, listed: &[Listed], context: &Context) -> Table {
        let now = context.now.seconds();
        let states = listed.iter().map(|one| state(&one.secret, now));
        let states: Vec<_> = states.collect();
        let has_states = states.iter().any(|state| !state.is_empty());
        let is_own =
            |Listed { secret, .. }: &Listed| secret.env_key != EnvKey::from_name(&secret.name);
        let has_keys = listed.iter().any(is_own);
        let all = [
            ("WORKSPACE", self.all_workspaces),
            ("NAME", true),
            ("ENV KEY", has_keys),
            ("UPDATED", true),
            ("STATE", has_states),
            ("DESCRIPTION", has_descriptions(listed)),
        ];
        let headings = all.iter().filter(|(_, shown)| *shown);
        let mut table = Table::new(headings.map(|(heading, _)| *heading)).with_states("STATE");
        for (Listed { secret, .. }, state) in listed.iter().zip(states) {
            let updated = context.when(secret.updated_at);
            let cells = [
                secret.workspace_name.as_str(),
                secret.name.as_str(),
                secret.env_key.as_str(),
                &updated,
                &state,
                secret.description.as_str(),
            ];
            let shown = cells.into_iter().zip(all).filter(|(_, (_, shown))| *shown);
            table.row(shown.map(|(cell, _)| cell));
        }
        table
    }

    fn due_table(&self, listed: &[Listed], context: &Context) -> Table {
        // For a program every column is always there.
        let described = !context.ui.stdout_is_terminal() || has_descriptions(listed);
        let headings = ["WORKSPACE", "NAME", "DUE", "AT", "DESCRIPTION"];
        let skipped = usize::from(!self.all_workspaces);
        let shown = if described { 5 } else { 4 } - skipped;
        let headings = headings.into_iter().skip(skipped).take(shown);
        let mut table = Table::new(headings).with_states("DUE");
        for Listed { secret, .. } in listed {
            let due = secret.next_due(context.now.seconds());
            let at = due.map(|due| context.when(due.at())).unwrap_or_default();
            let cells = [
                secret.workspace_name.as_str(),
                secret.name.as_str(),
                due.map_or("", Due::word),
                &at,
                secret.description.as_str(),
            ];
            table.row(cells.into_iter().skip(skipped).take(shown));
        }
        table
    }
}

fn has_descriptions(listed: &[Listed]) -> bool {
    let mut secrets = listed.iter().map(|one| &one.secret);
    secrets.any(|secret| !secret.description.as_str().is_empty())
}

/// What a person should know before using it; mostly empty.
fn state(secret: &Secret, second: u64) -> Cow<'static, str> {
    let state = match secret.due(second) {
        Some(Due::Expiry(_)) => "expired",
        Some(Due::Rotation(_)) => "due",
        None if secret.pending().is_some() => "pending",
        None if secret.effective(second).is_none() => "scheduled",
        None => {
            let next = secret.next_scheduled(second);
            let left = next.map(|next| rough_duration(next.saturating_sub(second)));
            return left.map_or("".into(), |left| format!("rotates in {left}").into());
        }
    };
    state.into()
}
