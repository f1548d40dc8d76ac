//! Every way a command can fail, and what a person, a script and a program are told: one exhaustive
//! match each, so that a new failure does not compile before all of that is decided.

use crate::keyring::identity::Flaw;
use crate::vault::error::Detail;
use crate::{agent, deliver, keyring, project, sealed, settings, state, store, ui, vault};
use serde::Serialize;
use std::path::PathBuf;

#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The command line is wrong. The message quotes nothing that could be a value.
    #[error("{message}")]
    Usage {
        message: String,
        hint: Option<String>,
    },
    /// No key was given and nobody was there to ask.
    #[error("the vault is locked: no key was given, and there is no terminal to ask at")]
    Locked,
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
    #[error("others may read or write the identity {}", path.display())]
    ExposedIdentity { path: PathBuf },
    #[error(transparent)]
    Older(#[from] state::Error),
    #[error(transparent)]
    Settings(#[from] settings::Error),
    #[error(transparent)]
    Project(#[from] project::Error),
    #[error(transparent)]
    Vault(#[from] vault::Error),
    /// What `status` finds where no key is held.
    #[error("the vault is locked: no agent holds a key of it")]
    NoneHeld,
    /// `agent` where there is one.
    #[error("an agent runs already")]
    AgentRuns,
    #[error(transparent)]
    Agent(#[from] agent::Error),
    #[error(transparent)]
    Ui(#[from] ui::Error),
    #[error(transparent)]
    Environment(#[from] deliver::environment::Error),
    #[error(transparent)]
    Format(#[from] deliver::formats::Refused),
    #[error(transparent)]
    Process(#[from] deliver::process::Error),
    #[error(transparent)]
    Clipboard(#[from] deliver::clipboard::Error),
    /// A reference of a template that has no value to give.
    #[error("line {line} of the template: {error}")]
    InTemplate { line: usize, error: Box<Error> },
    /// What `list --due --exit-code` found.
    #[error("{count} secret(s) are due")]
    Due { count: usize },
    /// What `check` found; which code is for the worst of it.
    #[error("{count} variable(s) of the project file would not be given, or should not")]
    Unready { count: usize, exit: Exit },
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

impl From<keyring::Error> for Error {
    fn from(error: keyring::Error) -> Self {
        Self::Vault(error.into())
    }
}

/// The exit codes, a promise to scripts.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Exit {
    Failed,
    Usage,
    NotFound,
    Locked,
    Damaged,
    Older,
    Unsupported,
    Conflict,
    Invalid,
    Denied,
    Busy,
    RunFailed,
    NotExecutable,
    CommandNotFound,
    Cancelled,
    Unread,
    Commands(u8),
}

impl Exit {
    /// Each code with its meaning, for the help and the README.
    pub const TABLE: &str = "\
Exit codes:
  0    done, durable; or nothing to change
  1    failed: I/O, an unexpected state
  2    the command line is wrong
  3    no such vault, workspace, secret, slot, app or key; or no slot effective yet
  4    locked: no key given opens the vault, or nobody was there to ask
  5    damaged or not authentic; an older copy; or written by a newer kluis
  6    it exists already, is in use, or changed underneath; nothing was written
  7    a field breaks a rule
  8    denied: a domain is not allowed, the key does not reach, or a project file is not trusted
  9    the lock was not free in time
  125  `run` failed before the command started
  126  the command cannot be executed
  127  there is no such command
  130  cancelled at a prompt
  141  stdout was closed early";

    pub fn code(self) -> u8 {
        match self {
            Self::Failed => 1,
            Self::Usage => 2,
            Self::NotFound => 3,
            Self::Locked => 4,
            Self::Damaged | Self::Older | Self::Unsupported => 5,
            Self::Conflict => 6,
            Self::Invalid => 7,
            Self::Denied => 8,
            Self::Busy => 9,
            Self::RunFailed => 125,
            Self::NotExecutable => 126,
            Self::CommandNotFound => 127,
            Self::Cancelled => 130,
            Self::Unread => 141,
            Self::Commands(code) => code,
        }
    }

    /// The stable word for programs.
    pub fn word(self) -> &'static str {
        match self {
            Self::Failed | Self::RunFailed | Self::Commands(_) => "failed",
            Self::Usage => "usage",
            Self::NotFound | Self::CommandNotFound => "not_found",
            Self::Locked => "locked",
            Self::Damaged => "damaged",
            Self::Older => "older",
            Self::Unsupported => "unsupported",
            Self::Conflict => "conflict",
            Self::Invalid | Self::NotExecutable => "invalid",
            Self::Denied => "denied",
            Self::Busy => "busy",
            Self::Cancelled => "cancelled",
            Self::Unread => "unread",
        }
    }
}

/// A failure as it is printed: the object of `--json`, or two lines.
#[derive(Serialize)]
pub struct Report {
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

    pub fn report(&self) -> Report {
        Report {
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
            Self::Locked | Self::LockedIdentity | Self::NoneHeld => Exit::Locked,
            Self::NotPinned { .. } | Self::NotAnchored { .. } => Exit::Damaged,
            Self::Older(_) => Exit::Older,
            Self::AgentRuns => Exit::Conflict,
            Self::Vault(error) => of_vault(error),
            Self::Ui(error) => of_ui(error),
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
            | Self::Missing { .. }
            | Self::Due { .. }
            | Self::Unfinished { .. }
            | Self::Failed(_) => Exit::Failed,
            Self::Ended(code) => Exit::Commands(*code),
            Self::BeforeStart(error) | Self::InTemplate { error, .. } => error.kind(),
        }
    }

    fn hint(&self) -> Option<String> {
        let hint = match self {
            Self::Usage { hint, .. } => return hint.clone(),
            Self::Locked => KEYS,
            Self::LockedIdentity => {
                "run it at a terminal; where nobody types, use a token, or an identity without a passphrase"
            }
            Self::ExposedIdentity { path } => {
                return Some(format!(
                    "`chmod 600 {}`, and make another if somebody may have read it",
                    path.display()
                ));
            }
            Self::NotAnchored { found } => {
                return Some(format!(
                    "compare the key with what `kluis verify` tells the vault's owner; if it is the same, add --vault-key {found}, or set KLUIS_VAULT_KEY, or have it as vault_key in a kluis.toml that you `kluis trust`"
                ));
            }
            Self::NoneHeld => "`kluis unlock` asks for the passphrase once",
            Self::AgentRuns => "`kluis lock` makes it forget every key",
            Self::Agent(error) => match error {
                agent::Error::Version { .. } => {
                    "`kluis lock` ends it; then `kluis unlock` starts one of this version"
                }
                agent::Error::Socket(
                    agent::SocketError::TooLong { .. }
                    | agent::SocketError::NotOurs { .. }
                    | agent::SocketError::Nowhere,
                ) => {
                    "set XDG_RUNTIME_DIR to a short path of a folder that is yours alone (mode 0700)"
                }
                agent::Error::Socket(
                    agent::SocketError::Stranger { .. }
                    | agent::SocketError::Occupied { .. }
                    | agent::SocketError::Io { .. },
                ) => "no key was given to it; look at who made it, and remove it",
                agent::Error::Broken(_) | agent::Error::Refused => {
                    "`kluis lock`, then `kluis unlock` again"
                }
            },
            Self::NotPinned { .. } => {
                "compare with `kluis verify` on a machine you trust; the pin is --vault-key, KLUIS_VAULT_KEY or vault_key in kluis.toml"
            }
            Self::Older(error) => error.hint(),
            Self::Project(project::Error::Untrusted { sha256, .. }) => {
                return Some(format!(
                    "`kluis trust` shows what it draws on and asks; or name the vault with --vault; where nobody is there to answer, set KLUIS_TRUST_PROJECT={sha256}"
                ));
            }
            Self::Vault(error) => return hint_of_vault(error),
            Self::Due { .. } => {
                "`kluis rotate` gives one a new value, `kluis update --expires` another date"
            }
            Self::Unfinished { path, .. } => {
                return Some(format!(
                    "once you know what happened: `kluis rotate {path} --resume` makes it effective, `--discard` drops it"
                ));
            }
            Self::Ui(error) => match error {
                ui::Error::NoTerminal => KEYS,
                ui::Error::Mismatch
                | ui::Error::Unread
                | ui::Error::Cancelled
                | ui::Error::Write(_)
                | ui::Error::Read(_) => return None,
            },
            Self::Environment(error) => match error {
                deliver::environment::Error::Taken { .. } => {
                    "name one of them with -e KEY=REF, or give it another --env-key with `kluis update`"
                }
                deliver::environment::Error::Refused { .. }
                | deliver::environment::Error::Own { .. } => {
                    "give the secret another --env-key with `kluis update`, or name it with -e KEY=REF"
                }
                deliver::environment::Error::Nul { .. } => "no program can receive it this way",
            },
            Self::Clipboard(error) => match error {
                deliver::clipboard::Error::NoWay
                | deliver::clipboard::Error::Refused { .. }
                | deliver::clipboard::Error::Terminal(_) => {
                    "install wl-clipboard or xclip for the desktop, or take the value from a pipe: `kluis get` without --clip"
                }
                deliver::clipboard::Error::NotText | deliver::clipboard::Error::TooLong => {
                    "`kluis get` without --clip prints it, for a pipe or a file"
                }
                deliver::clipboard::Error::NotCleared(_) => return None,
            },
            Self::Missing { hint, .. } => hint,
            Self::Format(_) => "nothing was written; leave it out, or take another format",
            Self::Settings(_)
            | Self::Project(_)
            | Self::Unready { .. }
            | Self::Process(_)
            | Self::Ended(_)
            | Self::Failed(_) => return None,
            Self::BeforeStart(error) | Self::InTemplate { error, .. } => return error.hint(),
        };
        Some(hint.to_owned())
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
            Self::Settings(settings::Error::Workspace { broken, .. }) => {
                vec![Detail::new("workspace", broken.clone())]
            }
            Self::BeforeStart(error) | Self::InTemplate { error, .. } => error.detail(),
            _ => Vec::new(),
        }
    }
}

const KEYS: &str = "`kluis unlock` at a terminal, set KLUIS_TOKEN or KLUIS_TOKEN_FILE, or name a file with --passphrase-file or KLUIS_PASSPHRASE_FILE, or --identity or KLUIS_IDENTITY";

fn of_vault(error: &vault::Error) -> Exit {
    use vault::Error as E;
    match error {
        E::NotFound { .. } | E::NotEffective { .. } => Exit::NotFound,
        E::Exists { .. } | E::InUse { .. } => Exit::Conflict,
        E::Invalid(_) => Exit::Invalid,
        E::Denied { .. } | E::OutOfReach { .. } => Exit::Denied,
        E::Expired { .. } => Exit::Locked,
        E::Sealed(error) => of_sealed(error),
        E::Keyring(error) => of_keyring(error),
        E::Store(error) => of_store(error),
    }
}

fn of_sealed(error: &sealed::Error) -> Exit {
    match error {
        sealed::Error::Damaged(_) | sealed::Error::Forged | sealed::Error::Kdf { .. } => {
            Exit::Damaged
        }
        sealed::Error::Unsupported(_) => Exit::Unsupported,
        sealed::Error::Full { .. } => Exit::Invalid,
    }
}

fn of_keyring(error: &keyring::Error) -> Exit {
    use keyring::Error as E;
    match error {
        E::WrongPassphrase
        | E::NoPassphrase
        | E::NoPassphraseKey
        | E::MistypedToken
        | E::WrongToken
        | E::RefusedToken
        | E::WrongIdentity
        | E::TooMuchWork
        | E::AgentLocked => Exit::Locked,
        E::Identity(flaw) => match flaw {
            Flaw::WrongPassphrase => Exit::Locked,
            Flaw::Damaged | Flaw::Kdf { .. } => Exit::Damaged,
            Flaw::Unsupported(_) => Exit::Unsupported,
        },
        E::MistypedRecipient => Exit::Invalid,
        E::Memory(_) | E::Agent(_) => Exit::Failed,
        E::KeyChanged => Exit::Conflict,
        E::OutOfReach | E::ReadOnly | E::NeedsFullAccess | E::AgentRefused => Exit::Denied,
        E::Sealed(error) => of_sealed(error),
    }
}

fn of_store(error: &store::Error) -> Exit {
    use store::Error as E;
    match error {
        E::NotFound { .. } => Exit::NotFound,
        E::Exists { .. } | E::ChangedUnderneath { .. } => Exit::Conflict,
        E::Busy { .. } => Exit::Busy,
        E::Refused { .. }
        | E::Io { .. }
        | E::NotWritten { .. }
        | E::NotStored { .. }
        | E::NotDurable { .. }
        | E::PreviousRemains { .. } => Exit::Failed,
    }
}

fn of_ui(error: &ui::Error) -> Exit {
    match error {
        ui::Error::NoTerminal => Exit::Locked,
        ui::Error::Cancelled => Exit::Cancelled,
        ui::Error::Unread => Exit::Unread,
        ui::Error::Mismatch => Exit::Invalid,
        ui::Error::Write(_) | ui::Error::Read(_) => Exit::Failed,
    }
}

fn hint_of_vault(error: &vault::Error) -> Option<String> {
    use keyring::Error as K;
    use store::Error as S;
    use vault::Error as E;
    let hint = match error {
        E::NotFound { what: "secret", .. } => "`kluis list` shows what there is",
        E::NotFound {
            what: "workspace", ..
        } => "`kluis workspace list` shows what there is",
        E::NotFound { what: "app", .. } => "`kluis app list` shows what there is",
        E::NotFound { what: "link", .. } => "`kluis app show` shows what there is",
        E::NotFound { what: "key", .. } => "`kluis key list` shows what there is",
        E::NotFound { what: "slot", .. } => "`kluis history` shows the slots of a secret",
        E::NotFound {
            what: "identity", ..
        } => "`kluis identity new` makes one",
        E::Exists {
            what: "identity", ..
        } => {
            "it was not touched; write another with -o, or show this one with `kluis identity show`"
        }
        E::Exists { what: "slot", .. } => "name another second, or leave it out",
        E::NotEffective { first, .. } => {
            return first.map(|first| format!("the first slot becomes effective at {first}"));
        }
        E::Exists { what: "secret", .. } => "change it with `kluis update`, or use `kluis set`",
        E::InUse { hint, .. } => hint,
        E::NotFound { .. } | E::Exists { .. } | E::Invalid(_) => return None,
        E::Denied { .. } => {
            "say where it goes with --for, or hand it out anyway with --reveal; `kluis update` changes the list"
        }
        E::OutOfReach { .. } => "this key is limited to other workspaces",
        E::Expired { .. } => {
            "ask for a new one, which `kluis key add` makes; if that is wrong, look at this machine's clock"
        }
        E::Sealed(error) | E::Keyring(K::Sealed(error)) => match error {
            sealed::Error::Damaged(_) => {
                "nothing was changed; `kluis restore` brings back the copy before the last change"
            }
            sealed::Error::Forged => {
                "somebody replaced the vault by one of their own; nothing was shown"
            }
            sealed::Error::Kdf { .. } => "nothing was computed; the file was not written by kluis",
            sealed::Error::Unsupported(_) => "nothing was changed; install a newer kluis",
            sealed::Error::Full { .. } => {
                "nothing was changed; delete what is no longer needed, or use another vault"
            }
        },
        E::Keyring(error) => match error {
            K::WrongPassphrase => "a recovery token unlocks without it: KLUIS_TOKEN",
            K::NoPassphrase => "give one of 1 to 1,024 bytes of UTF-8",
            K::NoPassphraseKey => {
                "unlock it with a token (KLUIS_TOKEN, KLUIS_TOKEN_FILE) or an identity (KLUIS_IDENTITY); with that, `kluis key add --passphrase` adds one"
            }
            K::MistypedToken => "a token begins with kls_ and is 74 characters long",
            K::WrongToken => {
                "its key was removed, or it is another vault's: who has full access sees those there are with `kluis key list`"
            }
            K::RefusedToken => {
                "this may be a vault that somebody made up: compare with `kluis verify` on a machine you trust"
            }
            K::WrongIdentity => {
                "was it admitted? `kluis identity show` prints the public half to admit it by"
            }
            K::Identity(flaw) => match flaw {
                Flaw::Damaged | Flaw::Kdf { .. } => {
                    "put it back from a copy, or make another with `kluis identity new -o PATH`"
                }
                Flaw::Unsupported(_) => "nothing was changed; install a newer kluis",
                Flaw::WrongPassphrase => {
                    "nobody can open it without; make another to be admitted with"
                }
            },
            K::MistypedRecipient => "a recipient begins with klp_ and is 53 characters long",
            K::KeyChanged => "nothing was written; run the command again",
            K::NeedsFullAccess | K::ReadOnly | K::OutOfReach => "use a key with wider access",
            K::TooMuchWork => "unlock it with a token",
            K::AgentLocked => "nothing was written; `kluis unlock`, then run the command again",
            K::Agent(_) => "nothing was written; `kluis lock` ends the agent",
            K::AgentRefused => {
                "nothing was written; `kluis lock`, then run the command again with the passphrase or a token"
            }
            K::Memory(_) | K::Sealed(_) => return None,
        },
        E::Store(error) => match error {
            S::NotFound { .. } => {
                "make one with `kluis init`, or name another with --vault or KLUIS_VAULT"
            }
            S::Exists { .. } => "nothing was written; name another place with --vault",
            S::Busy { .. } => "try again, or wait longer with --lock-timeout",
            S::ChangedUnderneath { .. } => "run the command again",
            S::NotStored { .. } => "check the disk and the file system, then run the command again",
            S::NotDurable { .. } => "check the file system, then `kluis verify`",
            S::PreviousRemains { .. } => {
                "delete that file: it opens with the key that was taken away"
            }
            S::Refused { .. } | S::Io { .. } | S::NotWritten { .. } => return None,
        },
    };
    Some(hint.to_owned())
}
