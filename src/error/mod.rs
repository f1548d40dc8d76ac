//! Every way a command can fail, with its message, exit code and hint: one exhaustive match each, so that a new
//! failure does not compile before all of them are decided.

mod exit;
mod hint;
mod kind;
mod several;
#[cfg(test)]
mod tests;

use crate::deliver::output_file;
use crate::vault::error::Detail;
use crate::{agent, deliver, keyring, project, settings, state, ui, vault};
pub use exit::Exit;
use serde::Serialize;
pub use several::Blocked;
use std::path::{Path, PathBuf};

#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The command line is wrong. The message quotes nothing that could be a value.
    #[error("{message}")]
    Usage {
        message: String,
        hint: Option<String>,
    },
    /// No key was given, and there is no terminal to ask for a passphrase at.
    #[error("the vault is locked, and no key was given")]
    Locked,
    /// No key was given, and a prompt would not help.
    #[error("no key was given: KLUIS_TOKEN is {token}, and this vault has no passphrase to type")]
    NoKey { token: &'static str },
    #[error("KLUIS_TOKEN contains only white space")]
    BlankToken,
    /// A new passphrase is needed, and there is no terminal to choose it at.
    #[error("a new passphrase is needed, but there is no terminal to type it at")]
    NobodyChooses,
    /// The vault is signed by another key than that of the pin.
    #[error("this is another vault than the one you pinned: its pin is {found}")]
    PinMismatch { found: String },
    /// There is no pin yet, and a key file opens any vault that was made for its public key.
    #[error(
        "this vault is not pinned here, and an attacker can make one for your public key: its pin is {found}"
    )]
    NotPinned { found: String },
    #[error("the key file needs its passphrase, but there is no terminal to type it at")]
    LockedKeyFile,
    /// A file that you named to unlock with does not exist.
    #[error("{}", no_key_file(what, path))]
    NoKeyFile { what: &'static str, path: PathBuf },
    #[error("other users can read or write the key file {}", path.display())]
    ExposedKeyFile { path: PathBuf },
    #[error(transparent)]
    Older(#[from] state::Error),
    #[error(transparent)]
    Settings(#[from] settings::Error),
    #[error(transparent)]
    Project(#[from] project::Error),
    #[error(transparent)]
    Vault(#[from] vault::Error),
    /// Secrets that a command needs and cannot have, each with the reason. It gets none.
    #[error("{}", several::message(.0))]
    Blocked(Vec<Blocked>),
    /// The result of `status` if there is no key.
    #[error("the vault is locked: no agent holds a key to it")]
    NoneHeld { has_passphrase: bool },
    /// The error of `agent` if one already runs.
    #[error("an agent is already running")]
    AgentRuns,
    #[error(transparent)]
    Agent(#[from] agent::Error),
    #[error(transparent)]
    Ui(#[from] ui::Error),
    /// The change is durable, but its output could not be written to stdout.
    #[error("the change was saved, but its output could not be written")]
    OutputLost(#[source] ui::Error),
    #[error(transparent)]
    Environment(#[from] deliver::environment::Error),
    #[error(transparent)]
    ValueFiles(#[from] deliver::value_files::Error),
    #[error(transparent)]
    Format(#[from] deliver::formats::Refused),
    #[error(transparent)]
    Process(#[from] deliver::process::Error),
    #[error(transparent)]
    Clipboard(#[from] deliver::clipboard::Error),
    #[error(transparent)]
    Editor(#[from] deliver::editor::Error),
    /// A reference in a template that has no value.
    #[error("line {line} of the template: {error}")]
    InTemplate { line: usize, error: Box<Error> },
    /// A file beside the vault that a command reads, such as the other side of a merge.
    #[error("{}: {error}", path.display())]
    InFile { path: PathBuf, error: Box<Error> },
    /// The reason why git keeps our side of a vault.
    #[error("{path} was not merged: {why}; your version is unchanged")]
    NotMerged {
        path: String,
        why: String,
        hint: Option<String>,
    },
    /// The result of `vault diff --exit-code`.
    #[error("the two differ")]
    Differs,
    /// The result of `list --due --exit-code`.
    #[error("{}", counted(*count, "secret has expired or is due for rotation", "secrets have expired or are due for rotation"))]
    Due { count: usize },
    /// The result of `check`; the code is that of the worst finding.
    #[error("{}", counted(*count, "variable in the project file has a problem", "variables in the project file have problems"))]
    CheckFailed { count: usize, exit: Exit },
    /// The result of `doctor`.
    #[error("{}", counted(*count, "check failed", "checks failed"))]
    DoctorFailed { count: usize },
    /// A rotation with a command that lacks its last step: the new value is still pending.
    #[error("{what}; the new value of {path} is kept as pending")]
    Unfinished { path: String, what: String },
    /// A program that is needed for a part of the work is not installed.
    #[error("{program} is not installed")]
    Missing {
        program: &'static str,
        hint: &'static str,
    },
    /// A failure of no kind that a script would distinguish.
    #[error("{0}")]
    Failed(#[from] anyhow::Error),
    /// The exit code of a command that `run` waited for, or one of a protocol; nothing is printed.
    #[error("the command ended with {0}")]
    Ended(u8),
    /// A failure of `run` itself, before the command started.
    #[error(transparent)]
    BeforeStart(Box<Error>),
}

fn no_key_file(what: &str, path: &Path) -> String {
    let path = path.display();
    match what {
        "passphrase" => format!("there is no passphrase file {path}"),
        _ => format!("there is no {what} {path}"),
    }
}

/// `1 check failed` and `2 checks failed`.
fn counted(count: usize, one: &str, several: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { several })
}

impl From<keyring::Error> for Error {
    fn from(error: keyring::Error) -> Self {
        Self::Vault(error.into())
    }
}

impl From<output_file::Error> for Error {
    fn from(error: output_file::Error) -> Self {
        match error {
            output_file::Error::Interrupted => Self::Ui(ui::Error::Cancelled),
            output_file::Error::Linked { .. } => Self::Usage {
                message: error.to_string(),
                hint: Some("name the file that it leads to".into()),
            },
            error => Self::Failed(error.into()),
        }
    }
}

/// A failure as it is printed: the object of `--json`, or two lines.
#[derive(Serialize)]
pub struct ErrorReport {
    pub error: String,
    pub code: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
    /// The ids of the apps that prevent the command.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub conflicting_ids: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub detail: Vec<Detail>,
}

impl Error {
    pub fn usage(message: impl Into<String>) -> Self {
        Self::Usage {
            message: message.into(),
            hint: None,
        }
    }

    /// See [`vault::Error::was_replaced`].
    pub fn was_replaced(&self) -> bool {
        matches!(self, Self::Vault(error) if error.was_replaced())
    }

    pub fn report(&self) -> ErrorReport {
        ErrorReport {
            error: self.message(),
            code: self.kind().word(),
            hint: self.hint(),
            conflicting_ids: self.conflicting_ids(),
            detail: self.detail(),
        }
    }

    /// The code to exit with.
    pub fn exit(&self) -> Exit {
        match self {
            Self::BeforeStart(error) => match error.kind() {
                kept @ (Exit::NotExecutable | Exit::CommandNotFound | Exit::Cancelled) => kept,
                _ => Exit::RunFailed,
            },
            other => other.kind(),
        }
    }

    /// The message with its causes.
    pub fn message(&self) -> String {
        let mut message = self.to_string();
        let causes: Vec<String> = match self {
            Self::Failed(error) => error.chain().skip(1).map(ToString::to_string).collect(),
            Self::BeforeStart(error) => return error.message(),
            Self::InFile { path, error } => {
                return format!("{}: {}", path.display(), error.message());
            }
            Self::InTemplate { line, error } => {
                return format!("line {line} of the template: {}", error.message());
            }
            other => anyhow::Chain::new(other)
                .skip(1)
                .map(ToString::to_string)
                .collect(),
        };
        for cause in causes {
            message.push_str(": ");
            message.push_str(&cause);
        }
        message
    }

    /// The kind of failure, without the place that reports it.
    fn kind(&self) -> Exit {
        match self {
            Self::Usage { .. } => Exit::Usage,
            Self::Settings(error) => match error {
                settings::Error::Workspace { .. } => Exit::Invalid,
                settings::Error::Broken { .. }
                | settings::Error::Empty { .. }
                | settings::Error::EmptyCheck { .. }
                | settings::Error::NotText { .. }
                | settings::Error::Url { .. }
                | settings::Error::UserFile { .. }
                | settings::Error::NoHome { .. } => Exit::Usage,
            },
            Self::Project(error) => match error {
                project::Error::Mistaken { .. } | project::Error::Unfit { .. } => Exit::Invalid,
                project::Error::Unread { .. }
                | project::Error::NotText { .. }
                | project::Error::LeadsNowhere { .. } => Exit::Failed,
                project::Error::Untrusted { .. } | project::Error::OtherVault { .. } => {
                    Exit::Denied
                }
            },
            Self::CheckFailed { exit, .. } => *exit,
            Self::Locked
            | Self::LockedKeyFile
            | Self::NoKey { .. }
            | Self::BlankToken
            | Self::NobodyChooses
            | Self::NoKeyFile { .. }
            | Self::NoneHeld { .. } => Exit::Locked,
            Self::PinMismatch { .. } | Self::NotPinned { .. } => Exit::Damaged,
            Self::Older(_) => Exit::Older,
            Self::AgentRuns => Exit::Conflict,
            Self::Vault(error) => kind::of_vault(error),
            Self::Blocked(errors) => several::kind(errors),
            Self::Ui(error) | Self::OutputLost(error) => kind::of_ui(error),
            Self::Environment(error) => match error {
                deliver::environment::Error::Taken { .. }
                | deliver::environment::Error::SameFile { .. } => Exit::Conflict,
                deliver::environment::Error::Refused { .. }
                | deliver::environment::Error::Redirects { .. }
                | deliver::environment::Error::RedirectsText { .. }
                | deliver::environment::Error::NotInCapitals { .. }
                | deliver::environment::Error::Own { .. }
                | deliver::environment::Error::Nul { .. } => Exit::Invalid,
            },
            Self::Format(_) => Exit::Invalid,
            Self::Process(error) => match error {
                deliver::process::Error::NotFound { .. }
                | deliver::process::Error::NoInterpreter { .. } => Exit::CommandNotFound,
                deliver::process::Error::NotExecutable { .. } => Exit::NotExecutable,
                deliver::process::Error::TooLarge | deliver::process::Error::Failed { .. } => {
                    Exit::Failed
                }
            },
            Self::Clipboard(error) => match error {
                deliver::clipboard::Error::NotText | deliver::clipboard::Error::TooLong => {
                    Exit::Invalid
                }
                deliver::clipboard::Error::NoWay
                | deliver::clipboard::Error::Refused { .. }
                | deliver::clipboard::Error::Terminal(_)
                | deliver::clipboard::Error::NotCleared(_) => Exit::Failed,
            },
            Self::ExposedKeyFile { .. }
            | Self::Agent(_)
            | Self::Editor(_)
            | Self::ValueFiles(_)
            | Self::Missing { .. }
            | Self::Due { .. }
            | Self::DoctorFailed { .. }
            | Self::NotMerged { .. }
            | Self::Unfinished { .. }
            | Self::Failed(_) => Exit::Failed,
            Self::Differs => Exit::Differs,
            Self::Ended(code) => Exit::Commands(*code),
            Self::BeforeStart(error)
            | Self::InTemplate { error, .. }
            | Self::InFile { error, .. } => error.kind(),
        }
    }

    fn conflicting_ids(&self) -> Vec<String> {
        match self {
            Self::Vault(vault::Error::InUse { ids, .. }) => ids.clone(),
            Self::BeforeStart(error) | Self::InTemplate { error, .. } => error.conflicting_ids(),
            _ => Vec::new(),
        }
    }

    fn detail(&self) -> Vec<Detail> {
        match self {
            Self::Vault(vault::Error::Invalid(details)) => details.clone(),
            Self::Blocked(errors) => several::detail(errors),
            Self::Settings(settings::Error::Workspace { broken, .. }) => {
                vec![Detail::new("workspace", broken.clone())]
            }
            Self::BeforeStart(error) | Self::InTemplate { error, .. } => error.detail(),
            _ => Vec::new(),
        }
    }
}

impl Error {
    /// The message for people; several mistakes are on a line each.
    pub fn text(&self) -> String {
        let (heading, lines) = match self {
            Self::BeforeStart(error) => return error.text(),
            Self::Blocked(errors) if errors.len() > 1 => several::listed(errors),
            // Mistakes in a file have different reasons, a line each; blocked secrets mostly share one reason.
            Self::Vault(vault::Error::Invalid(details)) if details.len() > 1 => (
                format!("{} mistakes", details.len()),
                details.iter().map(Detail::message).collect(),
            ),
            _ => return self.message(),
        };
        format!("{heading}:\n  {}", lines.join("\n  "))
    }
}
