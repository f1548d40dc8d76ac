//! `check`: tests whether `run` would find every secret of the project file. It opens each value and prints none.

use super::Command;
use crate::args::destination::{DestinationArgs, check_names};
use crate::args::moment::MomentArgs;
use crate::args::selection::{Composed, check_entry, check_workspace, is_absence, parse_keys};
use crate::context::Context;
use crate::context::project_trust::no_project;
use crate::deliver::environment::{self, Environment};
use crate::error::{Error, Exit};
use crate::keyring;
use crate::plaintext::Plaintext;
use crate::project::{Absence, Delivery, Entry, Extent, Project};
use crate::ui::Table;
use crate::vault::destination::Destination;
use crate::vault::env_key::EnvKey;
use crate::vault::name::WorkspaceName;
use crate::vault::policy::Due;
use crate::vault::slot::Choice;
use crate::vault::{self, Scan, Selected, Vault};
use serde::Serialize;

/// Check that every secret of the project is ready
///
/// Checks each variable under [env] in kluis.toml: whether its secrets exist, open, are in effect, may go to
/// the host of --for, and are neither expired nor due for rotation. Never prints a secret value.
///
/// Exits with 0 if all are ready, 3 if one is missing or not in effect, 1 if one is only expired or due, 5 if
/// one is damaged, 8 if one is denied, and 7 if one cannot be given to a command.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  kluis check
  kluis check && kluis run -- ./deploy
  kluis check --all-workspaces
  kluis check --for api.example.com && kluis run --for api.example.com -- ./app
  kluis check --json | jq -r '.entries[] | select(.problem) | .env_key'")]
pub struct Check {
    /// Check every workspace that has variables of its own in kluis.toml, too
    #[arg(long)]
    all_workspaces: bool,

    /// Allow the variable KEY, as `kluis run` does; may be repeated
    #[arg(long, value_name = "KEY", hide_short_help = true)]
    allow_env: Vec<String>,

    #[command(flatten)]
    moment: MomentArgs,

    #[command(flatten)]
    destination: DestinationArgs,
}

#[derive(Serialize)]
struct CheckJson {
    ok: bool,
    entries: Vec<Row>,
}

#[derive(Serialize)]
struct Row {
    workspace: String,
    env_key: String,
    /// `secret`, `value`, `text` or `url`.
    kind: &'static str,
    /// The reference, text or literal in the file.
    source: String,
    #[serde(skip)]
    shown: String,
    state: CheckState,
    problem: Option<String>,
    /// A similar name, or the next step.
    #[serde(skip_serializing_if = "Option::is_none")]
    hint: Option<String>,
}

/// The result for one variable.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
enum CheckState {
    Ok,
    /// It is optional and missing.
    LeftOut,
    /// It is missing, and its default is given.
    Default,
    Missing,
    NotEffective,
    Undecryptable,
    /// Its domains or the key's reach forbid it.
    Denied,
    /// No program may get this variable or this value.
    Refused,
    Expired,
    Overdue,
}

/// The worst first: if several apply, a script gets the first.
const BY_WEIGHT: [Exit; 5] = [
    Exit::Damaged,
    Exit::NotFound,
    Exit::Denied,
    Exit::Invalid,
    Exit::Failed,
];

impl CheckState {
    fn exit(self) -> Option<Exit> {
        match self {
            Self::Ok | Self::LeftOut | Self::Default => None,
            Self::Missing | Self::NotEffective => Some(Exit::NotFound),
            Self::Undecryptable => Some(Exit::Damaged),
            Self::Denied => Some(Exit::Denied),
            Self::Refused => Some(Exit::Invalid),
            Self::Expired | Self::Overdue => Some(Exit::Failed),
        }
    }

    fn word(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::LeftOut => "left out",
            Self::Default => "default",
            Self::Missing => "missing",
            Self::NotEffective => "not effective",
            Self::Undecryptable => "undecryptable",
            Self::Denied => "denied",
            Self::Refused => "refused",
            Self::Expired => "expired",
            Self::Overdue => "overdue",
        }
    }
}

impl Command for Check {
    fn run(self, context: &mut Context) -> Result<(), Error> {
        let allowed = parse_keys(&self.allow_env)?;
        let file = context.project()?.ok_or_else(no_project)?;
        let extent = Extent::of_variables(self.all_workspaces);
        context.follow(&file, extent)?;
        let vault = context.open(Scan::Lookup)?;
        let distinguished: Vec<_> = file.project.workspaces().cloned().collect();
        check_workspace(&distinguished, &vault, context)?;
        let destination = self.destination.destination(context, &vault)?;
        let choice = self.moment.choice(context)?;
        let mut entries = Vec::new();
        for workspace in self.workspaces(&file.project, context) {
            let checking = Checking {
                vault: &vault,
                workspace: workspace.as_ref(),
                destination: &destination,
                choice,
            };
            let env = file.project.env(workspace.as_ref());
            entries.extend(checking.rows(&env, &allowed, context)?);
        }
        check_names(&destination)?;
        let exits: Vec<Exit> = entries.iter().filter_map(|row| row.state.exit()).collect();
        let worst = BY_WEIGHT.into_iter().find(|exit| exits.contains(exit));
        print(context, entries, worst.is_none())?;
        match worst {
            None => Ok(()),
            Some(exit) => {
                context.ui.flush()?;
                let count = exits.len();
                Err(Error::CheckFailed { count, exit })
            }
        }
    }
}

struct Finding {
    state: CheckState,
    problem: Option<String>,
    hint: Option<String>,
}

impl Finding {
    fn fine(state: CheckState) -> Self {
        Self {
            state,
            problem: None,
            hint: None,
        }
    }

    fn problem(state: CheckState, problem: impl Into<Error>) -> Self {
        let report = problem.into().report();
        Self {
            state,
            problem: Some(report.error),
            hint: report.hint,
        }
    }

    fn due(state: CheckState, problem: String) -> Self {
        Self {
            state,
            problem: Some(problem),
            hint: Error::Due { count: 1 }.report().hint,
        }
    }
}

impl Check {
    /// The workspace in use, and the others.
    fn workspaces(&self, project: &Project, context: &Context) -> Vec<Option<WorkspaceName>> {
        let in_use = context.workspace().cloned();
        let used = WorkspaceName::or_default(in_use.as_ref());
        let others = project.workspaces().filter(|_| self.all_workspaces);
        let others = others.filter(|name| name.as_str() != used).cloned();
        let others: Vec<_> = others.map(Some).collect();
        [vec![in_use], others].concat()
    }
}

/// One workspace to check.
struct Checking<'a> {
    vault: &'a Vault,
    workspace: Option<&'a WorkspaceName>,
    destination: &'a Destination,
    choice: Choice,
}

impl Checking<'_> {
    fn rows(
        &self,
        entries: &[&Entry],
        allowed: &[EnvKey],
        context: &Context,
    ) -> Result<Vec<Row>, Error> {
        let mut environment = Environment::new(allowed.iter().cloned());
        // Opening a value and sending it somewhere are separate questions.
        let anywhere = Destination::anywhere();
        let all: Vec<_> = entries
            .iter()
            .flat_map(|entry| entry.references())
            .collect();
        let found = self
            .vault
            .each_value(self.workspace, &all, self.choice, &anywhere);
        let mut found = found.into_iter();
        let rows = entries.iter().map(|entry| {
            let found = found.by_ref().take(entry.references().len()).collect();
            let Finding {
                state,
                problem,
                hint,
            } = self.examine(entry, found, &mut environment, context)?;
            let workspace = WorkspaceName::or_default(self.workspace);
            Ok(Row {
                workspace: workspace.to_owned(),
                env_key: entry.key.to_string(),
                kind: entry.source.kind(),
                source: entry.source.text(),
                shown: entry.source.to_string(),
                state,
                problem,
                hint,
            })
        });
        rows.collect()
    }

    /// Treats the values of an entry as `run` would.
    fn examine(
        &self,
        entry: &Entry,
        found: Vec<Result<Selected, vault::Error>>,
        environment: &mut Environment,
        context: &Context,
    ) -> Result<Finding, Error> {
        if let Err(refused) = check_entry(environment, entry) {
            return Ok(Finding::problem(CheckState::Refused, refused));
        }
        let mut values = Vec::with_capacity(found.len());
        let mut due = None;
        for (reference, found) in entry.references().into_iter().zip(found) {
            let selected = match found {
                Ok(selected) => selected,
                Err(error) => {
                    self.destination.pass_over(self.workspace, reference);
                    return self.absent(error, &entry.absence);
                }
            };
            if let Err(denied) = self.destination.check(&selected.secret) {
                return Ok(Finding::problem(CheckState::Denied, denied));
            }
            due = due.or(selected.secret.due(context.now.seconds()));
            values.push(selected.value);
        }
        if let Err(refused) = give(entry, values, environment) {
            return Ok(Finding::problem(CheckState::Refused, refused));
        }
        Ok(match due {
            None => Finding::fine(CheckState::Ok),
            Some(Due::Expiry(time)) => {
                Finding::due(CheckState::Expired, format!("expired at {time}"))
            }
            Some(Due::Rotation(time)) => Finding::due(
                CheckState::Overdue,
                format!("due for rotation since {time}"),
            ),
        })
    }

    /// The result for a missing value; an error affects the whole vault.
    fn absent(&self, error: vault::Error, absence: &Absence) -> Result<Finding, Error> {
        use vault::Error as E;
        let state = match (&error, absence) {
            (found, Absence::LeftOut) if is_absence(found) => {
                return Ok(Finding::fine(CheckState::LeftOut));
            }
            (found, Absence::Replaced(_)) if is_absence(found) => {
                return Ok(Finding::fine(CheckState::Default));
            }
            (E::NotFound { .. } | E::Deleted { .. }, _) => CheckState::Missing,
            (E::NotEffective { .. }, _) => CheckState::NotEffective,
            (E::Sealed(_) | E::Keyring(keyring::Error::Sealed(_)), _) => CheckState::Undecryptable,
            (E::OutOfReach { .. } | E::Keyring(keyring::Error::OutOfReach), _) => {
                CheckState::Denied
            }
            _ => return Err(error.into()),
        };
        // The search opens all candidates, so it is only for a problem that is printed.
        let error = self.vault.suggest(self.workspace, error);
        Ok(Finding::problem(state, error))
    }
}

/// Puts the value into the environment, or returns why `run` would refuse it.
fn give(
    entry: &Entry,
    values: Vec<Plaintext>,
    environment: &mut Environment,
) -> Result<(), environment::Error> {
    let key = entry.key.clone();
    if entry.delivery != Delivery::Value {
        return Ok(());
    }
    match Composed::new(&entry.source, values) {
        Some(composed) => environment.insert(key, composed.origin, composed.value),
        None => Ok(()),
    }
}

fn print(context: &mut Context, entries: Vec<Row>, ok: bool) -> Result<(), Error> {
    if context.json {
        return Ok(context.ui.json(&CheckJson { ok, entries })?);
    }
    if entries.is_empty() {
        context
            .ui
            .note("the project file lists no variables under [env]");
        return Ok(());
    }
    let is_one = entries
        .windows(2)
        .all(|two| two[0].workspace == two[1].workspace);
    let mut headings = vec!["WORKSPACE", "ENV KEY", "SOURCE", "STATE", "PROBLEM"];
    headings.drain(..usize::from(is_one));
    let mut table = Table::new(headings);
    for row in entries {
        let told = row.problem.into_iter().chain(row.hint);
        let mut cells = vec![
            row.workspace,
            row.env_key,
            row.shown,
            row.state.word().to_owned(),
            told.collect::<Vec<_>>().join("; "),
        ];
        cells.drain(..usize::from(is_one));
        table.row(cells);
    }
    Ok(context.ui.table(&table)?)
}
