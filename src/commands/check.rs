//! `check`: tests whether `run` would find every secret in the project file. It opens each value and prints
//! none.

use super::Command;
use crate::args::destination::{DestinationArgs, check_names};
use crate::args::moment::MomentArgs;
use crate::args::selection::{is_absence, parse_keys};
use crate::context::Context;
use crate::deliver::environment::Environment;
use crate::error::{Error, Exit};
use crate::keyring;
use crate::project::{Delivery, Entry, Presence};
use crate::ui::Table;
use crate::vault::destination::Destination;
use crate::vault::policy::Due;
use crate::vault::{self, Scan, Selected, Vault};
use serde::Serialize;

/// Check that every secret of the project is ready
///
/// Checks each variable under [env] in kluis.toml: whether its secret exists, opens, is in effect, may go to
/// the host of --for, and is neither expired nor due for rotation. Never prints a value.
///
/// Exits with 0 if all are ready, 3 if one is missing or not in effect, 1 if one is only expired or due, 5 if
/// one is damaged, 8 if one is denied, and 7 if one cannot be given to a command.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  kluis check
  kluis check && kluis run -- ./deploy
  kluis check --for api.example.com && kluis run --for api.example.com -- ./app
  kluis check --json | jq -r '.entries[] | select(.problem) | .env_key'")]
pub struct Check {
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
    env_key: String,
    secret: String,
    state: CheckState,
    problem: Option<String>,
    /// A similar name, or what to do.
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
    Missing,
    NotEffective,
    Undecryptable,
    /// Its domains or the reach of the key forbid it.
    Denied,
    /// No program may be given this variable or this value.
    Refused,
    Expired,
    Overdue,
}

/// The worst first: if several apply, a script gets that one.
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
            Self::Ok | Self::LeftOut => None,
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
        let file = context.followed_project()?;
        let vault = context.open(Scan::Lookup)?;
        let destination = self.destination.destination(context, &vault)?;
        let mut environment = Environment::new(allowed);
        let mut entries = Vec::new();
        // Opening a value and sending it somewhere are separate questions.
        let anywhere = Destination::anywhere();
        let listed = file.project.env.iter();
        let all: Vec<_> = listed.clone().map(|entry| &entry.reference).collect();
        let choice = self.moment.choice(context)?;
        let found = vault.each_value(context.workspace(), &all, choice, &anywhere);
        for (entry, found) in listed.zip(found) {
            let finding = match found {
                Ok(selected) => examine(entry, selected, &destination, &mut environment, context),
                Err(error) => {
                    destination.pass_over(context.workspace(), &entry.reference);
                    absent(error, entry.presence, &vault, context)?
                }
            };
            let Finding {
                state,
                problem,
                hint,
            } = finding;
            entries.push(Row {
                env_key: entry.key.to_string(),
                secret: entry.reference.to_string(),
                state,
                problem,
                hint,
            });
        }
        drop(environment);
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

/// Treats a value as `run` would.
fn examine(
    entry: &Entry,
    selected: Selected,
    destination: &Destination,
    environment: &mut Environment,
    context: &Context,
) -> Finding {
    if let Err(denied) = destination.check(&selected.secret) {
        return Finding::problem(CheckState::Denied, denied);
    }
    let (key, reference) = (entry.key.clone(), entry.reference.clone());
    let given = match entry.delivery {
        Delivery::Value => environment.insert(key, reference, selected.value),
        Delivery::File => environment.check_key(&key),
    };
    if let Err(refused) = given {
        return Finding::problem(CheckState::Refused, refused);
    }
    match selected.secret.due(context.now.seconds()) {
        None => Finding::fine(CheckState::Ok),
        Some(Due::Expiry(time)) => Finding::due(CheckState::Expired, format!("expired at {time}")),
        Some(Due::Rotation(time)) => Finding::due(
            CheckState::Overdue,
            format!("due for rotation since {time}"),
        ),
    }
}

/// The result for a missing value; an error concerns the whole vault.
fn absent(
    error: vault::Error,
    presence: Presence,
    vault: &Vault,
    context: &Context,
) -> Result<Finding, Error> {
    use vault::Error as E;
    let state = match (&error, presence) {
        (found, Presence::Optional) if is_absence(found) => {
            return Ok(Finding::fine(CheckState::LeftOut));
        }
        (E::NotFound { .. }, _) => CheckState::Missing,
        (E::NotEffective { .. }, _) => CheckState::NotEffective,
        (E::Sealed(_) | E::Keyring(keyring::Error::Sealed(_)), _) => CheckState::Undecryptable,
        (E::OutOfReach { .. } | E::Keyring(keyring::Error::OutOfReach), _) => CheckState::Denied,
        _ => return Err(error.into()),
    };
    // The search opens all candidates, so it is done only for a problem that is printed.
    let error = vault.suggest(context.workspace(), error);
    Ok(Finding::problem(state, error))
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
    let mut table = Table::new(["ENV KEY", "SECRET", "STATE", "PROBLEM"]);
    for row in entries {
        let told = row.problem.into_iter().chain(row.hint);
        table.row([
            row.env_key,
            row.secret,
            row.state.word().to_owned(),
            told.collect::<Vec<_>>().join("; "),
        ]);
    }
    Ok(context.ui.table(&table)?)
}
