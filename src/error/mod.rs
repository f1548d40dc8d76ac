//! Every way a command can fail: its message, exit code and JSON. Each is one exhaustive match, so that a new
//! failure does not compile before all of them are decided.

mod exit;
mod hint;
mod kind;
mod several;
#[cfg(test)]
mod tests;

use crate::vault::error::Detail;
use crate::{agent, deliver, keyring, project, settings, state, ui, vault};
pub use exit::Exit;
use serde::Serialize;
use std::path::{Path, PathBuf};

#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The command line is wrong. The message quotes nothing that could be a value.
    #[error("{message}")]
    Usage {
        message: String,
        hint: Option<String>,
    },
    /// No key was given and nobody was there to ask.
    #[error("the vault is locked: no key was given, and nobody can be asked")]
    Locked,
    /// No key was given, and a prompt would not help.
    #[error("no key was given: KLUIS_TOKEN is {token}, and this vault has no passphrase")]
    NoKey { token: &'static str },
    #[error("KLUIS_TOKEN holds nothing but white space")]
    BlankToken,
    /// A new passphrase is to be chosen, and there is no terminal to choose it at.
    #[error("there is no terminal to ask for the new passphrase at")]
    NobodyChooses,
    /// The vault's key is not the one that was pinned.
    #[error("the vault is not the pinned one: its key is {found}")]
    NotPinned { found: String },
    /// Nobody has said yet by which key the vault has to be signed, and an identity cannot tell.
    #[error(
        "nothing vouches for this vault yet, and anyone can make one for your identity: its key is {found}"
    )]
    NotAnchored { found: String },
    #[error("the identity is under a passphrase, and there is no terminal to ask at")]
    LockedIdentity,
    /// A file that was to give the key, and is not there.
    #[error("{}", no_key_file(what, path))]
    NoKeyFile { what: &'static str, path: PathBuf },
    #[error("others may read or write the identity")]
    ExposedIdentity { path: PathBuf },
    #[error(transparent)]
    Older(#[from] state::Error),
    #[error(transparent)]
    Settings(#[from] settings::Error),
    #[error(transparent)]
    Project(#[from] project::Error),
    #[error(transparent)]
    Vault(#[from] vault::Error),
    /// Secrets that a command was to be given, each with what keeps it back. None was given.
    #[error("{}", several::message(.0))]
    Blocked(Vec<vault::Error>),
    /// What `status` finds where no key is held.
    #[error("the vault is locked: no agent holds a key of it")]
    NoneHeld { has_passphrase: bool },
    /// `agent` where there is one.
    #[error("an agent runs already")]
    AgentRuns,
    #[error(transparent)]
    Agent(#[from] agent::Error),
    #[error(transparent)]
    Ui(#[from] ui::Error),
    /// The change is durable, and what it came to could not be written to stdout.
    #[error("the change was made, but its result could not be told")]
    Untold(#[source] ui::Error),
    #[error(transparent)]
    Environment(#[from] deliver::environment::Error),
    #[error(transparent)]
    Format(#[from] deliver::formats::Refused),
    #[error(transparent)]
    Process(#[from] deliver::process::Error),
    #[error(transparent)]
    Clipboard(#[from] deliver::clipboard::Error),
    #[error(transparent)]
    Editor(#[from] deliver::editor::Error),
    /// A reference of a template that has no value to give.
    #[error("line {line} of the template: {error}")]
    InTemplate { line: usize, error: Box<Error> },
    /// What `list --due --exit-code` found.
    #[error("{count} secret(s) are due")]
    Due { count: usize },
    /// What `check` found; which code is for the worst of it.
    #[error("{count} variable(s) of the project file would not be given, or should not")]
    Unready { count: usize, exit: Exit },
    /// What `doctor` found.
    #[error("{count} check(s) failed")]
    Unwell { count: usize },
    /// A rotation with a command whose last step is missing: the new value is still pending.
    #[error("{what}; the new value of {path} is kept as pending")]
    Unfinished { path: String, what: String },
    /// A program that does a part of the work, and is not installed.
    #[error("{program} is not installed, and is needed for this")]
    Missing {
        program: &'static str,
        hint: &'static str,
    },
    /// What has no kind that a script would tell apart.
    #[error("{0}")]
    Failed(#[from] anyhow::Error),
    /// How a command of `run` ended that had us beside it; nothing is said of it.
    #[error("the command ended with {0}")]
    Ended(u8),
    /// A failure of `run` itself, before the command started.
    #[error(transparent)]
    BeforeStart(Box<Error>),
}

fn no_key_file(what: &str, path: &Path) -> String {
    let path = path.display();
    match what {
        "identity" => format!("there is no identity {path}"),
        _ => format!("there is no file {path} with the {what}"),
    }
}

impl From<keyring::Error> for Error {
    fn from(error: keyring::Error) -> Self {
        Self::Vault(error.into())
    }
}

/// A failure as it is printed: the object of `--json`, or two lines.
#[derive(Serialize)]
pub struct ErrorReport {
    pub error: String,
    pub code: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
    /// Of what keeps the command from being done.
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

    /// [`vault::Error::was_replaced`]
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

    /// What went wrong, whoever reports it.
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
                project::Error::Unread { .. } => Exit::Failed,
                project::Error::Untrusted { .. } => Exit::Denied,
            },
            Self::Unready { exit, .. } => *exit,
            Self::Locked
            | Self::LockedIdentity
            | Self::NoKey { .. }
            | Self::BlankToken
            | Self::NobodyChooses
            | Self::NoKeyFile { .. }
            | Self::NoneHeld { .. } => Exit::Locked,
            Self::NotPinned { .. } | Self::NotAnchored { .. } => Exit::Damaged,
            Self::Older(_) => Exit::Older,
            Self::AgentRuns => Exit::Conflict,
            Self::Vault(error) => kind::of_vault(error),
            Self::Blocked(errors) => several::kind(errors),
            Self::Ui(error) | Self::Untold(error) => kind::of_ui(error),
            Self::Environment(error) => match error {
                deliver::environment::Error::Taken { .. } => Exit::Conflict,
                deliver::environment::Error::Refused { .. }
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
            Self::ExposedIdentity { .. }
            | Self::Agent(_)
            | Self::Editor(_)
            | Self::Missing { .. }
            | Self::Due { .. }
            | Self::Unwell { .. }
            | Self::Unfinished { .. }
            | Self::Failed(_) => Exit::Failed,
            Self::Ended(code) => Exit::Commands(*code),
            Self::BeforeStart(error) | Self::InTemplate { error, .. } => error.kind(),
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
    /// The message for people: where there is more than one, on a line of its own.
    pub fn text(&self) -> String {
        let (heading, lines) = match self {
            Self::BeforeStart(error) => return error.text(),
            Self::Blocked(errors) if errors.len() > 1 => several::listed(errors),
            // Whoever mends a file wants every mistake; secrets that are kept back mostly have one reason.
            Self::Vault(vault::Error::Invalid(details)) if details.len() > 1 => (
                format!("{} mistakes", details.len()),
                details.iter().map(Detail::message).collect(),
            ),
            _ => return self.message(),
        };
        format!("{heading}:\n  {}", lines.join("\n  "))
    }
}
