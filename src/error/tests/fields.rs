//! Takes every error apart, variant by variant and field by field: a new field does not compile before this file
//! states its content.

use super::super::{Blocked, Error, Exit};
use crate::agent::{self, SocketError};
use crate::deliver::{self, clipboard, editor, environment, formats, process, value_files};
use crate::keyring;
use crate::keyring::error::KeyFileError;
use crate::project;
use crate::sealed::{self, Part};
use crate::vault::env_key::EnvKey;
use crate::vault::error::{Detail, Step};
use crate::vault::file_name::FileName;
use crate::vault::rule::RuleViolation;
use crate::vault::time::Timestamp;
use crate::{settings, state, store, ui, vault};
use std::ffi::OsString;
use std::io;
use std::path::PathBuf;

/// Types that never contain a secret: numbers, words of the program, ids, names of variables, paths, and messages
/// of the system.
trait Plain {}

macro_rules! plain {
    ($($type:ty),* $(,)?) => { $(impl Plain for $type {})* };
}

plain!(
    project::Extent,
    bool,
    u8,
    u16,
    u64,
    usize,
    &'static str,
    Timestamp,
    Option<Timestamp>,
    PathBuf,
    io::Error,
    io::ErrorKind,
    EnvKey,
    Part,
    sealed::id::SecretId,
    project::Mistake,
    formats::Format,
    editor::EndedBadly,
    Exit,
    sealed::kdf::PassphraseError,
);

fn plain<T: Plain>(_: &T) {}

/// A type with a name or a sentence as text. This test, or the tests of `leaks::` on a command line, put a secret
/// into each one.
trait Said {}

macro_rules! said {
    ($($type:ty),* $(,)?) => { $(impl Said for $type {})* };
}

said!(
    String,
    Option<String>,
    Vec<String>,
    OsString,
    FileName,
    RuleViolation,
    anyhow::Error
);

fn said<T: Said>(_: &T) {}

pub fn take_apart(error: &Error) {
    match error {
        Error::Usage { message, hint } => {
            said(message);
            said(hint);
        }
        Error::Locked
        | Error::LockedKeyFile
        | Error::AgentRuns
        | Error::Differs
        | Error::BlankToken
        | Error::NobodyChooses => {}
        Error::NoKey { token: word } => plain(word),
        Error::NoneHeld { has_passphrase } => plain(has_passphrase),
        Error::NoKeyFile { what, path } => {
            plain(what);
            plain(path);
        }
        Error::PinMismatch { found } | Error::NotPinned { found } => said(found),
        Error::ExposedKeyFile { path } => plain(path),
        Error::Older(error) => of_state(error),
        Error::Settings(error) => of_settings(error),
        Error::Project(error) => of_project(error),
        Error::Vault(error) => of_vault(error),
        Error::Blocked(errors) => errors.iter().for_each(of_blocked),
        Error::Agent(error) => of_agent(error),
        Error::Ui(error) | Error::OutputLost(error) => match error {
            ui::Error::Unread
            | ui::Error::NoTerminal
            | ui::Error::Cancelled
            | ui::Error::Mismatch => {}
            ui::Error::Write(error) | ui::Error::Read(error) => plain(error),
        },
        Error::Environment(error) => of_environment(error),
        Error::Format(formats::Refused { key, format, why }) => {
            plain(key);
            plain(format);
            plain(why);
        }
        Error::Process(error) => of_process(error),
        Error::Clipboard(error) => match error {
            clipboard::Error::NoWay | clipboard::Error::NotText | clipboard::Error::TooLong => {}
            clipboard::Error::Refused { tool } => plain(tool),
            clipboard::Error::Terminal(error) | clipboard::Error::NotCleared(error) => plain(error),
        },
        Error::Editor(error) => match error {
            editor::Error::NoMemory => {}
            editor::Error::NotStarted(error) => of_process(error),
            editor::Error::NotPut(error) | editor::Error::Gone(error) => plain(error),
            editor::Error::Failed { ended } => plain(ended),
        },
        Error::ValueFiles(error) => match error {
            value_files::Error::NoMemory => {}
            value_files::Error::NoFolder { place, source } => {
                plain(place);
                plain(source);
            }
            value_files::Error::NoWatcher(error) => plain(error),
            value_files::Error::NotWritten {
                name,
                place,
                source,
            } => {
                said(name);
                plain(place);
                plain(source);
            }
        },
        Error::InFile { path, error } => {
            plain(path);
            take_apart(error);
        }
        Error::NotMerged { path, why, hint } => {
            [path, why].into_iter().for_each(said);
            said(hint);
        }
        Error::InTemplate { line, error } => {
            plain(line);
            take_apart(error);
        }
        Error::Due { count } | Error::DoctorFailed { count } => plain(count),
        Error::CheckFailed { count, exit } => {
            plain(count);
            plain(exit);
        }
        Error::Unfinished { path, what } => {
            said(path);
            said(what);
        }
        Error::Missing { program, hint } => {
            plain(program);
            plain(hint);
        }
        Error::Failed(error) => said(error),
        Error::Ended(code) => plain(code),
        Error::BeforeStart(error) => take_apart(error),
    }
}

fn of_settings(error: &settings::Error) {
    use settings::Error as E;
    match error {
        E::Broken { origin, broken } | E::Workspace { origin, broken } => {
            plain(origin);
            said(broken);
        }
        E::Empty { origin }
        | E::EmptyCheck { origin }
        | E::NotText { origin }
        | E::Url { origin }
        | E::NoHome { origin } => {
            plain(origin);
        }
        E::UserFile { path, line, column } => {
            plain(path);
            plain(line);
            plain(column);
        }
    }
}

fn of_environment(error: &environment::Error) {
    use environment::Error as E;
    match error {
        E::Taken { key, first, second } => {
            plain(key);
            said(first);
            said(second);
        }
        E::SameFile {
            name,
            first,
            second,
        } => {
            said(name);
            plain(first);
            plain(second);
        }
        E::NotInCapitals { key, secret } => {
            plain(key);
            said(secret);
        }
        E::Refused { key }
        | E::Redirects { key }
        | E::RedirectsText { key }
        | E::Own { key }
        | E::Nul { key } => plain(key),
    }
}

fn of_blocked(Blocked { place, error }: &Blocked) {
    said(place);
    of_vault(error);
}

fn of_project(error: &project::Error) {
    use project::Error as E;
    match error {
        E::Mistaken { path, mistake } => {
            plain(path);
            plain(mistake);
        }
        E::Unfit { path, problem } => {
            plain(path);
            plain(problem);
        }
        E::Unread { path, kind } => {
            plain(path);
            plain(kind);
        }
        E::Untrusted {
            path,
            workspace,
            names,
            is_known,
            extent,
        } => {
            plain(extent);
            plain(path);
            said(workspace);
            said(names);
            plain(is_known);
        }
        E::OtherVault { path } | E::NotText { path } | E::LeadsNowhere { path } => plain(path),
    }
}

fn of_state(error: &state::Error) {
    match error {
        state::Error::Older {
            place,
            part,
            is_fork,
            found,
            seen,
        } => {
            said(place);
            said(part);
            plain(is_fork);
            plain(found);
            plain(seen);
        }
        state::Error::OtherKey {
            place,
            found,
            known,
        }
        | state::Error::RetiredKey {
            place,
            found,
            known,
        } => {
            said(place);
            said(found);
            said(known);
        }
        state::Error::OlderThanPin {
            place,
            part,
            is_fork,
            found,
            pinned,
        } => {
            said(place);
            said(part);
            plain(is_fork);
            plain(found);
            plain(pinned);
        }
    }
}

fn of_vault(error: &vault::Error) {
    use vault::Error as E;
    match error {
        E::NotFound {
            what,
            name,
            within,
            near,
        } => {
            plain(what);
            said(name);
            said(within);
            said(near);
        }
        E::Deleted { name, since, id } => {
            said(name);
            plain(since);
            plain(id);
        }
        E::NotEffective { name, at, first } => {
            said(name);
            plain(at);
            plain(first);
        }
        E::Exists { what, name } => {
            plain(what);
            said(name);
        }
        E::InUse { message, hint, ids } => {
            said(message);
            plain(hint);
            said(ids);
        }
        E::Invalid(details) => {
            for Detail { loc, msg, kind } in details {
                for step in loc {
                    match step {
                        Step::Field(field) => said(field),
                        Step::Position(position) => plain(position),
                    }
                }
                said(msg);
                plain(kind);
            }
        }
        E::Denied {
            name,
            allowed,
            host,
        } => {
            said(name);
            said(allowed);
            said(host);
        }
        E::OneSidedLink {
            app,
            env_key,
            secret,
        } => {
            said(app);
            said(env_key);
            said(secret);
        }
        E::OutOfReach { name } => said(name),
        E::Expired { at } => plain(at),
        E::Sealed(error) => of_sealed(error),
        E::Keyring(error) => of_keyring(error),
        E::Store(error) => of_store(error),
    }
}

fn of_sealed(error: &sealed::Error) {
    use sealed::Error as E;
    match error {
        E::Damaged(part) => plain(part),
        E::Forged => {}
        E::Kdf { what, bounds } => {
            said(what);
            plain(bounds);
        }
        E::Unsupported(version) => plain(version),
        E::Full { limit } => plain(limit),
    }
}

fn of_keyring(error: &keyring::Error) {
    use keyring::Error as E;
    match error {
        E::WrongPassphrase
        | E::NoPassphraseKey
        | E::EmptyToken
        | E::MistypedToken
        | E::WrongToken
        | E::WrongKeyFile
        | E::RefusedToken
        | E::MistypedPublicKey
        | E::TooMuchWork
        | E::KeyChanged
        | E::KindToCome(_)
        | E::OutOfReach
        | E::ReadOnly
        | E::NeedsFullAccess
        | E::AgentLocked
        | E::AgentRefused => {}
        E::KeyFile(flaw) => match flaw {
            KeyFileError::Damaged | KeyFileError::WrongPassphrase => {}
            KeyFileError::Unsupported(version) => plain(version),
            KeyFileError::Kdf { what, bounds } => {
                said(what);
                plain(bounds);
            }
        },
        E::NoPassphrase(unfit) => plain(unfit),
        E::Memory(error) | E::Agent(error) => plain(error),
        E::Sealed(error) => of_sealed(error),
    }
}

fn of_store(error: &store::Error) {
    use store::Error as E;
    match error {
        E::NotFound { place }
        | E::Exists { place }
        | E::Empty { place }
        | E::ChangedUnderneath { place }
        | E::NotStored { place } => said(place),
        E::Refused { place, problem } => {
            said(place);
            plain(problem);
        }
        E::Busy { place, seconds } => {
            said(place);
            plain(seconds);
        }
        E::Io {
            doing,
            path,
            source,
        }
        | E::NotWritten {
            doing,
            path,
            source,
        } => {
            plain(doing);
            plain(path);
            plain(source);
        }
        E::NotDurable { path, source } | E::NotKept { path, source } => {
            plain(path);
            plain(source);
        }
        E::Displaced { path } => plain(path),
    }
}

fn of_agent(error: &agent::Error) {
    match error {
        agent::Error::Socket(error) => match error {
            SocketError::Nowhere => {}
            SocketError::TooLong { path }
            | SocketError::NotOurs { path }
            | SocketError::Stranger { path }
            | SocketError::Unseen { path }
            | SocketError::Occupied { path } => plain(path),
            SocketError::Io { path, source } => {
                plain(path);
                plain(source);
            }
        },
        agent::Error::Version { theirs } => plain(theirs),
        agent::Error::Broken(error) => plain(error),
        agent::Error::Refused => {}
    }
}

fn of_process(error: &process::Error) {
    use deliver::process::Error as E;
    match error {
        E::NotFound { command } => said(command),
        E::NotExecutable { path } | E::NoInterpreter { path } => plain(path),
        E::TooLarge => {}
        E::Failed { path, source } => {
            plain(path);
            plain(source);
        }
    }
}
