//! The hint after a failure: a command to run, or a place to look. Like the message, a hint never quotes a value.

mod deliver;
mod keyring;
mod store;
mod vault;

use super::{Error, Exit};
use crate::{agent, project, settings, ui};
use std::path::Path;

const UNLOCK: &str = "run `kluis unlock` at a terminal, or set KLUIS_TOKEN, KLUIS_KEY_FILE (--key-file) or KLUIS_PASSPHRASE_FILE (--passphrase-file)";
const NO_KEY: &str = "set KLUIS_TOKEN or KLUIS_KEY_FILE; then `kluis key add --passphrase --full` can add a passphrase";
const BLANK_TOKEN: &str = "set it to a token, which begins with kls_, or run `unset KLUIS_TOKEN`";
const NEW_PASSPHRASE: &str = "write it to a file, and add --new-passphrase-file PATH";
const KEY_FILE_PASSPHRASE: &str = "run the command at a terminal, or set KLUIS_TOKEN to a token";
const NO_PASSPHRASE_FILE: &str = "correct --passphrase-file or KLUIS_PASSPHRASE_FILE; without it, kluis asks for the passphrase at a terminal";
const NO_KEY_FILE: &str =
    "correct --key-file or KLUIS_KEY_FILE, or make a key file with `kluis key new`";
const NO_PASSPHRASE: &str =
    "this vault has no passphrase: set KLUIS_TOKEN or KLUIS_KEY_FILE to open it";
const OUTPUT_LOST: &str =
    "before you run the command again, look at the result with `kluis list` or `kluis show`";
const ANOTHER_FORMAT: &str =
    "leave this variable out, or choose another --format; nothing was written";
const SEE_CHECK: &str = "the output says for each variable what to do";
const SEE_DOCTOR: &str = "the output says for each failed check what to do";
const DUE: &str =
    "run `kluis rotate NAME` to set a new value, or `kluis update NAME --expires DATE`";

impl Error {
    pub(super) fn hint(&self) -> Option<String> {
        match self {
            Self::Usage { hint, .. } | Self::NotMerged { hint, .. } => hint.clone(),
            Self::Locked => Some(UNLOCK.into()),
            Self::NoKey { .. } => Some(NO_KEY.into()),
            Self::BlankToken => Some(BLANK_TOKEN.into()),
            Self::NobodyChooses => Some(NEW_PASSPHRASE.into()),
            Self::PinMismatch { found } | Self::NotPinned { found } => Some(compare_pin(found)),
            Self::LockedKeyFile => Some(KEY_FILE_PASSPHRASE.into()),
            Self::NoKeyFile { what, .. } => Some(no_key_file(what).into()),
            Self::ExposedKeyFile { path } => Some(make_private(path)),
            Self::NoneHeld { has_passphrase } => Some(none_held(*has_passphrase).into()),
            Self::Older(error) => Some(error.hint().into()),
            Self::Settings(error) => of_settings(error).map(Into::into),
            Self::Project(error) => of_project(error),
            Self::Vault(error) => vault::hint(error),
            Self::Blocked(errors) => vault::of_blocked(errors),
            Self::AgentRuns => Some("run `kluis lock` to stop it".into()),
            Self::Agent(error) => Some(of_agent(error).into()),
            Self::Ui(error) => of_ui(error).map(Into::into),
            Self::OutputLost(_) => Some(OUTPUT_LOST.into()),
            Self::Environment(error) => Some(deliver::of_environment(error)),
            Self::ValueFiles(error) => deliver::of_value_files(error),
            Self::Format(_) => Some(ANOTHER_FORMAT.into()),
            Self::Process(error) => deliver::of_process(error).map(Into::into),
            Self::Clipboard(error) => deliver::of_clipboard(error).map(Into::into),
            Self::Editor(error) => deliver::of_editor(error).map(Into::into),
            Self::Due { .. } => Some(DUE.into()),
            Self::CheckFailed { .. } => Some(SEE_CHECK.into()),
            Self::DoctorFailed { .. } => Some(SEE_DOCTOR.into()),
            Self::Unfinished { path, .. } => Some(settle(path)),
            Self::Missing { hint, .. } => Some((*hint).to_owned()),
            Self::InFile { error, .. } => match error.kind() {
                Exit::Damaged => Some("get this copy again; nothing was changed".into()),
                _ => error.hint(),
            },
            Self::Failed(_) | Self::Ended(_) | Self::Differs => None,
            Self::BeforeStart(error) | Self::InTemplate { error, .. } => error.hint(),
        }
    }
}

fn make_private(key_file: &Path) -> String {
    format!(
        "run `chmod 600 {}`; if an attacker may have read it, make another key file with `kluis key new`",
        key_file.display()
    )
}

fn none_held(has_passphrase: bool) -> &'static str {
    if has_passphrase {
        "run `kluis unlock` and type the passphrase once"
    } else {
        NO_PASSPHRASE
    }
}

fn settle(path: &str) -> String {
    format!(
        "find out which value is in force: `kluis rotate {path} --resume` makes the new one effective, `--discard` drops it"
    )
}

/// The owner has the right pin; the vault at hand may be an attacker's.
fn compare_pin(found: &str) -> String {
    format!(
        "ask the vault's owner for its pin (`kluis vault verify --pin`); only if it begins like this one, add --pin {found}"
    )
}

fn no_key_file(what: &str) -> &'static str {
    match what {
        "passphrase" => NO_PASSPHRASE_FILE,
        _ => NO_KEY_FILE,
    }
}

fn of_settings(error: &settings::Error) -> Option<&'static str> {
    use settings::Error as E;
    match error {
        E::NoHome { .. } => {
            Some("set HOME, or name the file itself, such as a vault with --vault PATH")
        }
        E::EmptyCheck { .. } => {
            Some("unset it, or set it to what `kluis vault verify --pin` prints")
        }
        E::Url { .. } => Some("give the path of a file, such as secrets.kluis"),
        E::UserFile { .. } => Some(
            "the settings are vault, workspace, lock_timeout, keep (a number of versions), color (\"auto\", \"always\", \"never\"), auto_agent (\"ask\", \"always\", \"never\") and, last, [hosts] with lines such as \"git.example.com\" = { secret = \"NAME\", username = \"NAME\" }",
        ),
        E::Broken {
            origin: "--pin" | "KLUIS_PIN",
            ..
        } => Some("copy it again, as `kluis vault verify --pin` prints it"),
        E::Broken { .. } | E::Workspace { .. } | E::Empty { .. } | E::NotText { .. } => None,
    }
}

fn of_project(error: &project::Error) -> Option<String> {
    use project::Error as E;
    match error {
        E::Untrusted {
            path,
            workspace,
            extent,
            ..
        } => {
            let workspace = workspace.as_ref().map(|name| format!(" -w {name}"));
            let all = match extent {
                project::Extent::AllWorkspaces => " --all-workspaces",
                _ => "",
            };
            Some(format!(
                "run `kluis trust{}{all}` to see what it uses and to agree, or ignore it with --no-project; in a script or CI, add --project {}",
                workspace.unwrap_or_default(),
                path.display()
            ))
        }
        E::OtherVault { .. } => Some("run it again".to_owned()),
        E::Mistaken { .. }
        | E::Unfit { .. }
        | E::Unread { .. }
        | E::NotText { .. }
        | E::LeadsNowhere { .. } => None,
    }
}

fn of_agent(error: &agent::Error) -> &'static str {
    use agent::{Error as E, SocketError as S};
    match error {
        E::Socket(S::TooLong { .. } | S::NotOurs { .. } | S::Nowhere) => {
            "set XDG_RUNTIME_DIR to a short path of a folder that is yours alone (mode 0700)"
        }
        E::Socket(S::Io { .. }) => {
            "check its owner and mode, or set XDG_RUNTIME_DIR to a folder that is yours alone (mode 0700)"
        }
        E::Socket(S::Unseen { .. }) => {
            "use a token (KLUIS_TOKEN) or a key file in the sandbox, or give it an XDG_RUNTIME_DIR of its own"
        }
        E::Socket(S::Stranger { .. } | S::Occupied { .. }) => {
            "find out who made it, and remove it; no key was sent to it"
        }
        E::Version { .. } | E::Broken(_) | E::Refused => {
            "restart the agent: `kluis lock`, then `kluis unlock`"
        }
    }
}

fn of_ui(error: &ui::Error) -> Option<&'static str> {
    match error {
        ui::Error::NoTerminal => {
            Some("run the command at a terminal, or give the answer as an option: see its --help")
        }
        ui::Error::Mismatch => Some("run the command again, and type the same twice"),
        ui::Error::Unread | ui::Error::Cancelled | ui::Error::Write(_) | ui::Error::Read(_) => None,
    }
}
