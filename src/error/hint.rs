//! The hint after a failure: a command to run, or where to look. Like the message it never quotes a value.

use super::Error;
use super::several::MAX_TOLD;
use crate::keyring::error::KeyFileError;
use crate::vault::error::Detail;
use crate::{agent, deliver, keyring, project, sealed, settings, store, ui, vault};

const KEYS: &str = "`kluis unlock` at a terminal, set KLUIS_TOKEN or KLUIS_KEY_FILE, or name a file with --passphrase-file or KLUIS_PASSPHRASE_FILE, or --identity or KLUIS_KEY_FILE";

const KEPT: &str = "the change is kept: look at it, as with `kluis list` or `kluis show`, before you run the command again";

impl Error {
    pub(super) fn hint(&self) -> Option<String> {
        let hint = match self {
            Self::Usage { hint, .. } => return hint.clone(),
            Self::Locked => KEYS,
            Self::NoKey { .. } => {
                "set KLUIS_TOKEN or KLUIS_KEY_FILE; with one of them, `kluis key add --passphrase` adds a passphrase"
            }
            Self::BlankToken => "put a token into it, which begins with kls_, or unset it",
            Self::NobodyChooses => "name a file that holds it with --new-passphrase-file",
            Self::Untold(_) => KEPT,
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
                    "compare the key with what `kluis vault verify` tells the vault's owner; if it is the same, add --pin {found}, or set KLUIS_PIN, or have it as vault_key in a kluis.toml that you `kluis trust`"
                ));
            }
            Self::NoneHeld {
                has_passphrase: true,
            } => "`kluis unlock` asks for the passphrase once",
            Self::NoneHeld {
                has_passphrase: false,
            } => {
                "it has no passphrase: set KLUIS_TOKEN or KLUIS_KEY_FILE, which open it without an agent; with one of them, `kluis unlock` has the agent remember it"
            }
            Self::NoKeyFile { what, .. } => match *what {
                "key file" => {
                    "`kluis key new` makes one; put a token there, or name another with --key-file or KLUIS_KEY_FILE"
                }
                _ => {
                    "--passphrase-file or KLUIS_PASSPHRASE_FILE names that file; without it, the passphrase is asked for at a terminal"
                }
            },
            Self::AgentRuns => "`kluis lock` makes it forget every key",
            Self::Agent(error) => of_agent(error),
            Self::NotPinned { .. } => {
                "compare with `kluis vault verify` on a machine you trust; the pin is --pin, KLUIS_PIN or vault_key in kluis.toml"
            }
            Self::Older(error) => error.hint(),
            Self::Project(project::Error::Untrusted { sha256, .. }) => {
                return Some(format!(
                    "`kluis trust` shows what it draws on and asks; or name the vault with --vault; where nobody is there to answer, set KLUIS_TRUST_PROJECT={sha256}"
                ));
            }
            Self::Vault(error) => return hint_of_vault(error),
            Self::Blocked(errors) => return hint_of_blocked(errors),
            Self::Due { .. } => {
                "`kluis rotate` gives one a new value, `kluis update --expires` another date"
            }
            Self::Unready { .. } => "each problem comes with what helps",
            Self::Unwell { .. } => "each finding that is not ok comes with what helps",
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
            Self::Environment(error) => return Some(hint_of_environment(error)),
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
            Self::Editor(error) => return hint_of_editor(error).map(str::to_owned),
            Self::Missing { hint, .. } => hint,
            Self::Format(_) => "nothing was written; leave it out, or take another format",
            Self::Settings(error) => return hint_of_settings(error).map(str::to_owned),
            Self::Project(_) | Self::Process(_) | Self::Ended(_) | Self::Failed(_) => return None,
            Self::BeforeStart(error) | Self::InTemplate { error, .. } => return error.hint(),
        };
        Some(hint.to_owned())
    }
}

fn of_agent(error: &agent::Error) -> &'static str {
    match error {
        agent::Error::Version { .. } => {
            "`kluis lock` ends it; then `kluis unlock` starts one of this version"
        }
        agent::Error::Socket(
            agent::SocketError::TooLong { .. }
            | agent::SocketError::NotOurs { .. }
            | agent::SocketError::Nowhere,
        ) => "set XDG_RUNTIME_DIR to a short path of a folder that is yours alone (mode 0700)",
        agent::Error::Socket(
            agent::SocketError::Stranger { .. }
            | agent::SocketError::Occupied { .. }
            | agent::SocketError::Io { .. },
        ) => "no key was given to it; look at who made it, and remove it",
        agent::Error::Broken(_) | agent::Error::Refused => {
            "`kluis lock`, then `kluis unlock` again"
        }
    }
}

fn hint_of_environment(error: &deliver::environment::Error) -> String {
    use deliver::environment::Error as E;
    let another = "take another variable with -e KEY=REF, or as the secret's own with `kluis update --env-key`";
    match error {
        E::Taken { .. } => {
            "name one of them with -e KEY=REF, or give it another --env-key with `kluis update`"
                .into()
        }
        E::Refused { key } => format!("{another}; if it is meant, add --allow-env {key}"),
        E::Own { .. } => another.into(),
        E::Nul { .. } => "no program can receive it this way".into(),
    }
}

fn hint_of_settings(error: &settings::Error) -> Option<&'static str> {
    use settings::Error as E;
    match error {
        E::NoHome { .. } => {
            Some("set HOME, or name the file itself, such as a vault with --vault or KLUIS_VAULT")
        }
        E::EmptyCheck { .. } => {
            Some("unset it, or set it to what `kluis vault verify --pin` prints")
        }
        _ => None,
    }
}

fn hint_of_vault(error: &vault::Error) -> Option<String> {
    use keyring::Error as K;
    use store::Error as S;
    use vault::Error as E;
    let hint = match error {
        E::NotFound { what, near, .. } => return hint_of_absent(what, near.as_deref()),
        E::Exists {
            what: "identity", ..
        } => "it was not touched; write another with -o, or show this one with `kluis key show`",
        E::Exists { what: "slot", .. } => "name another second, or leave it out",
        E::NotEffective { first, .. } => {
            return first.map(|first| format!("the first slot becomes effective at {first}"));
        }
        E::Exists { what: "secret", .. } => "change it with `kluis update`, or use `kluis set`",
        E::InUse { hint, .. } => hint,
        E::Invalid(details) if details.iter().any(Detail::is_of_no_value) => {
            "pipe the value in, or give --value-file or --generate"
        }
        E::Exists { .. } | E::Invalid(_) => return None,
        E::Denied { .. } => {
            "say where it goes with --for, or hand it out anyway with --reveal; `kluis update` changes the list"
        }
        E::OutOfReach { .. } => "this key is limited to other workspaces",
        E::Expired { .. } => {
            "ask for a new one, which `kluis key add` makes; if that is wrong, look at this machine's clock"
        }
        E::Sealed(error) | E::Keyring(K::Sealed(error)) => match error {
            sealed::Error::Damaged(_) => {
                "nothing was changed; `kluis vault restore` brings back the copy before the last change"
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
            K::NoPassphrase(_) => "give one of 1 to 1,024 bytes of UTF-8",
            K::NoPassphraseKey => {
                "open it with a token (KLUIS_TOKEN) or a key file (KLUIS_KEY_FILE); an empty variable counts as not set. With one of them, `kluis key add --passphrase` adds one"
            }
            K::EmptyToken => {
                "put a token into the file that KLUIS_KEY_FILE names, or unset the variable"
            }
            K::MistypedToken => "a token begins with kls_ and is 74 characters long",
            K::WrongToken => {
                "its key was removed, or it is another vault's: who has full access sees those there are with `kluis key list`"
            }
            K::RefusedToken => {
                "this may be a vault that somebody made up: compare with `kluis vault verify` on a machine you trust"
            }
            K::WrongIdentity => {
                "was it admitted? `kluis key show` prints the public half to admit it by"
            }
            K::Identity(flaw) => match flaw {
                KeyFileError::Damaged | KeyFileError::Kdf { .. } => {
                    "put it back from a copy, or make another with `kluis key new -o PATH`"
                }
                KeyFileError::Unsupported(_) => "nothing was changed; install a newer kluis",
                KeyFileError::WrongPassphrase => {
                    "nobody can open it without; make another to be admitted with"
                }
            },
            K::MistypedVaultKey => "a vault key begins with klv_; `kluis vault verify` prints it",
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
            S::NotDurable { .. } => "check the file system, then `kluis vault verify`",
            S::Displaced { .. } => {
                "look at what is there and who put it there; `kluis vault restore` brings back a copy"
            }
            S::NotKept { .. } => "the vault is the one that was to be there: `kluis vault verify`",
            S::Refused { .. } | S::Io { .. } | S::NotWritten { .. } => return None,
        },
    };
    Some(hint.to_owned())
}

/// Each secret that is bound is named as --reveal takes it.
fn hint_of_blocked(errors: &[vault::Error]) -> Option<String> {
    let denied = errors.iter().filter_map(|error| match error {
        vault::Error::Denied { name, .. } => Some(format!("--reveal {name}")),
        _ => None,
    });
    let denied: Vec<_> = denied.collect();
    if denied.is_empty() {
        return match errors {
            [one] => hint_of_vault(one),
            _ => Some("`kluis show` tells what a secret has; -e KEY=REF gives chosen ones".into()),
        };
    }
    let more = if denied.len() > MAX_TOLD {
        ", and so on"
    } else {
        ""
    };
    let words = denied.iter().take(MAX_TOLD).map(String::as_str);
    let words = words.collect::<Vec<_>>().join(" ");
    Some(format!(
        "say where the values go with --for, or hand them out anyway with {words}{more}; `kluis update` changes the list"
    ))
}

/// Where to look for what is not there, unless it is clear what was meant.
fn hint_of_absent(what: &str, near: Option<&str>) -> Option<String> {
    if let Some(near) = near {
        return Some(format!("did you mean {near}?"));
    }
    let hint = match what {
        "secret" => "`kluis list` shows what there is",
        "workspace" => "`kluis workspace list` shows what there is",
        "app" => "`kluis app list` shows what there is",
        "link" => "`kluis app show` shows what there is",
        "key" => "`kluis key list` shows what there is",
        "slot" => "`kluis history` shows the slots of a secret",
        "identity" => "`kluis key new` makes one",
        _ => return None,
    };
    Some(hint.to_owned())
}

fn hint_of_editor(error: &deliver::editor::Error) -> Option<&'static str> {
    use deliver::editor::Error as E;
    match error {
        E::NoMemory => Some(
            "that takes a tmpfs at XDG_RUNTIME_DIR or /dev/shm; without one, pipe the new value into `kluis update --value`",
        ),
        E::NotStarted(_) => Some("name one in VISUAL or EDITOR"),
        E::NotPut(_) | E::Failed { .. } | E::Gone(_) => None,
    }
}
