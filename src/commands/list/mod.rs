//! `list`: prints the secrets' names and fields, and never a value.

mod deleted;

use super::Command;
use crate::args::filter::Filter;
use crate::args::secret::parse_app;
use crate::args::time::parse_duration;
use crate::completion::words::AppWord;
use crate::context::Context;
use crate::error::Error;
use crate::report::secret::{SecretJson, SecretListJson};
use crate::sealed::id::SecretId;
use crate::ui::Table;
use crate::vault::env_key::EnvKey;
use crate::vault::policy::Due;
use crate::vault::secret::Secret;
use crate::vault::time::rough_duration;
use crate::vault::workspace::Workspace;
use crate::vault::{LinkedSecret, Listed, Scan, Vault};
use std::borrow::Cow;
use std::collections::HashSet;
use std::ops::Range;

/// List secrets, never their values
///
/// On a terminal it prints a table, and marks secrets that are expired, due for rotation, not in effect yet
/// or about to change. Into a pipe it prints rows with tabs and exact times. With --quiet it prints names
/// alone.
///
/// --deleted lists deleted secrets with their ids, the last one first.
///
/// --due lists the secrets that expired or were not rotated in time, the oldest first.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  kluis list
  kluis list stripe
  kluis list 'db_*' --all-workspaces
  kluis list --all-workspaces --app billing
  kluis list --sort updated
  kluis list --due --within 14d
  kluis list --quiet | while read -r name; do kluis show \"$name\"; done")]
pub struct List {
    /// List only names or descriptions with this text, or names that match a pattern
    ///
    /// Upper and lower case are the same. With `*` or `?` in it, it is a pattern for the whole name, as --name.
    #[arg(value_name = "FILTER")]
    filter: Option<String>,

    /// List every workspace that your key opens
    #[arg(long)]
    all_workspaces: bool,

    /// List only names that match, such as 'db_*' or 'key?'
    #[arg(long, value_name = "GLOB", hide_short_help = true)]
    name: Option<String>,

    /// List only secrets that this app links: its name, or WORKSPACE/NAME
    #[arg(long, value_name = "APP")]
    app: Option<AppWord>,

    /// List deleted secrets, which `kluis restore` brings back
    #[arg(long, conflicts_with_all = ["app", "sort", "due"])]
    deleted: bool,

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

impl Command for List {
    fn run(self, context: &mut Context) -> Result<(), Error> {
        let app = self.app.as_deref().map(parse_app).transpose()?;
        let within = self.within.as_deref();
        let within = within.map(|text| parse_duration("within", text));
        let within = within.transpose()?.unwrap_or_default();
        let vault = context.open(Scan::Lookup)?;
        if self.deleted {
            let workspaces = self.workspaces(&vault, context)?;
            let filter = self.filter();
            return deleted::run(context, &vault, &workspaces, &filter, self.all_workspaces);
        }
        let linked = app.map(|app| {
            let found = vault.app(context.workspace(), &app);
            let counting = context.found(&vault, found)?.links.into_iter();
            let counting = counting.filter(|link| matches!(link.secret, LinkedSecret::Counts(_)));
            let ids: HashSet<_> = counting.map(|link| link.target.secret).collect();
            Ok::<_, Error>(ids)
        });
        let second = context.now.seconds();
        let choice = Chosen {
            filter: self.filter(),
            linked: linked.transpose()?,
            due_until: self.due.then(|| second.saturating_add(within.as_secs())),
            second,
        };
        let count = if context.json || context.ui.stdout_is_terminal() {
            let mut listed = Vec::new();
            for workspace in self.workspaces(&vault, context)? {
                let mut found = vault.list(&workspace)?;
                found.retain(|listed| choice.includes(&listed.secret));
                listed.extend(found);
            }
            let name = |listed: &Listed| listed.secret.name.clone();
            self.sort(
                &mut listed,
                |listed| self.rank(&listed.secret, second),
                name,
            );
            self.print(context, &listed)?;
            listed.len()
        } else {
            self.print_lines(context, &vault, &choice)?
        };
        if self.exit_code && count > 0 {
            context.ui.flush()?;
            return Err(Error::Due { count });
        }
        Ok(())
    }
}

/// The secrets to list.
struct Chosen<'a> {
    filter: Filter<'a>,
    linked: Option<HashSet<SecretId>>,
    /// Only those that are due by this second.
    due_until: Option<u64>,
    /// The present second.
    second: u64,
}

impl Chosen<'_> {
    fn includes(&self, secret: &Secret) -> bool {
        let is_named = self.filter.includes(secret);
        let is_linked = self
            .linked
            .as_ref()
            .is_none_or(|linked| linked.contains(&secret.id));
        let due_at = || secret.next_due(self.second).map(Due::at);
        let is_due = self
            .due_until
            .is_none_or(|until| due_at().is_some_and(|at| at.seconds() <= until));
        is_named && is_linked && is_due
    }
}

/// A row of many: its position in their text, and its sort key.
struct Line {
    name: Range<usize>,
    row: Range<usize>,
    rank: i64,
}

impl Line {
    fn moved_by(self, bytes: usize) -> Self {
        let moved = |range: Range<usize>| range.start + bytes..range.end + bytes;
        Self {
            name: moved(self.name),
            row: moved(self.row),
            rank: self.rank,
        }
    }
}

/// The columns for a program. They are always there.
struct Form {
    is_quiet: bool,
    is_due: bool,
    has_workspace: bool,
}

impl Form {
    fn line(&self, secret: &Secret, rank: i64, second: u64, table: &mut Table) -> Line {
        let row = self.row(secret, second, table);
        // The workspace and its separator; neither needs escaping.
        let before = if self.has_workspace {
            secret.workspace_name.as_str().len() + 1
        } else {
            0
        };
        let name = row.start + before;
        Line {
            name: name..name + secret.name.as_str().len(),
            row,
            rank,
        }
    }

    fn row(&self, secret: &Secret, second: u64, table: &mut Table) -> Range<usize> {
        if self.is_quiet {
            return if self.has_workspace {
                table.row([secret.path()])
            } else {
                table.row([secret.name.as_str()])
            };
        }
        let skipped = usize::from(!self.has_workspace);
        if self.is_due {
            let due = secret.next_due(second);
            let at = due.map(|due| due.at().rfc3339()).unwrap_or_default();
            return table.row(due_cells(secret, due, &at).into_iter().skip(skipped));
        }
        let updated = secret.updated_at.rfc3339();
        let cells = [
            secret.workspace_name.as_str(),
            secret.name.as_str(),
            secret.env_key.as_str(),
            &updated,
            secret.description.as_str(),
        ];
        table.row(cells.into_iter().skip(skipped))
    }
}

impl List {
    /// The message for an empty list.
    fn nothing(&self) -> &'static str {
        if self.filter.is_some() || self.name.is_some() || self.app.is_some() {
            "no secret matches"
        } else if self.due {
            "no secret is due"
        } else {
            "no secrets"
        }
    }

    fn filter(&self) -> Filter<'_> {
        Filter {
            text: self.filter.as_deref(),
            name: self.name.as_deref(),
        }
    }

    /// The sort key before the name, if there is one.
    fn rank(&self, secret: &Secret, second: u64) -> i64 {
        let due_at = || secret.next_due(second).map(|due| due.at().milliseconds());
        match self.sort {
            Some(Sort::Due) => due_at().unwrap_or(i64::MAX),
            None if self.due => due_at().unwrap_or(i64::MAX),
            Some(Sort::Updated) => -secret.updated_at.milliseconds(),
            Some(Sort::Name) | None => 0,
        }
    }

    /// Sorts by rank, then by name within each workspace.
    fn sort<T, N: Ord>(&self, all: &mut [T], rank: impl Fn(&T) -> i64, name: impl Fn(&T) -> N) {
        if matches!(self.sort, Some(Sort::Name)) && self.all_workspaces {
            all.sort_by_cached_key(name);
        }
        all.sort_by_key(rank);
    }

    /// Prints lines for a program, and returns their number. A hundred thousand secrets are not in memory at
    /// once, only their lines.
    fn print_lines(
        &self,
        context: &mut Context,
        vault: &Vault,
        choice: &Chosen<'_>,
    ) -> Result<usize, Error> {
        let mut table = Table::new([]);
        let mut lines: Vec<Line> = Vec::new();
        let form = Form {
            is_quiet: context.quiet,
            is_due: self.due,
            has_workspace: self.all_workspaces,
        };
        for workspace in self.workspaces(vault, context)? {
            let first = lines.len();
            let rows = |secrets: Vec<Secret>| {
                let mut rows = Table::new([]);
                let chosen = secrets.iter().filter(|secret| choice.includes(secret));
                let lines = chosen.map(|secret| {
                    let rank = self.rank(secret, choice.second);
                    form.line(secret, rank, choice.second, &mut rows)
                });
                (lines.collect::<Vec<_>>(), rows)
            };
            vault.map(&workspace, rows, |(more, rows)| {
                let moved = table.append(&rows);
                lines.extend(more.into_iter().map(|line| line.moved_by(moved)));
                Ok(())
            })?;
            let text = table.for_pipe();
            lines[first..].sort_unstable_by(|one, other| {
                text[one.name.clone()].cmp(&text[other.name.clone()])
            });
        }
        let text = table.for_pipe();
        let name = |line: &Line| text[line.name.clone()].to_owned();
        self.sort(&mut lines, |line| line.rank, name);
        if lines.is_empty() && !context.quiet {
            context.ui.note(self.nothing());
        }
        let count = lines.len();
        let rows = lines.into_iter().map(|line| line.row);
        context.ui.rows(&table, rows)?;
        Ok(count)
    }

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
            context.ui.note(self.nothing());
            return Ok(());
        }
        let table = if self.due {
            self.due_table(listed, context)
        } else {
            self.table_for_people(listed, context)
        };
        Ok(context.ui.table(&table)?)
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
        let described = has_descriptions(listed);
        let headings = ["WORKSPACE", "NAME", "DUE", "AT", "DESCRIPTION"];
        let skipped = usize::from(!self.all_workspaces);
        let shown = if described { 5 } else { 4 } - skipped;
        let headings = headings.into_iter().skip(skipped).take(shown);
        let mut table = Table::new(headings).with_states("DUE");
        for Listed { secret, .. } in listed {
            let due = secret.next_due(context.now.seconds());
            let at = due.map(|due| context.when(due.at())).unwrap_or_default();
            let cells = due_cells(secret, due, &at).into_iter();
            table.row(cells.skip(skipped).take(shown));
        }
        table
    }
}

fn due_cells<'s>(secret: &'s Secret, due: Option<Due>, at: &'s str) -> [&'s str; 5] {
    [
        secret.workspace_name.as_str(),
        secret.name.as_str(),
        due.map_or("", Due::word),
        at,
        secret.description.as_str(),
    ]
}

fn has_descriptions(listed: &[Listed]) -> bool {
    let mut secrets = listed.iter().map(|one| &one.secret);
    secrets.any(|secret| !secret.description.as_str().is_empty())
}

/// The state that a person should know before using it; mostly empty.
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
