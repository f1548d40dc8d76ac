//! Kluis (Dutch for *vault*): secrets in one encrypted file, for people, scripts and CI.
//!
//! *cli* never acts. *Commands* never encrypt. The *vault* never prints. The *sealed* format never does
//! I/O. The *store* never sees plaintext. A *keyring* never hands out a key.
//!
//! | term | meaning |
//! |---|---|
//! | vault | one encrypted file |
//! | workspace | a sealed section of a vault with a key of its own; `default` always exists |
//! | secret | a name with fields and slots, unique in its workspace |
//! | slot | one version of a value, and the second from which it is effective |
//! | app | a named consumer with links to secrets |
//! | key | one way to unlock: a passphrase, a key file, a token |
//! | reference | the way to name a secret: `name`, `workspace/name`, `sec_…`, `kluis://workspace/name` |

mod agent;
mod args;
mod cli;
mod commands;
mod completion;
mod context;
mod deliver;
mod error;
#[cfg(fuzzing)]
pub mod fuzzing;
mod help;
mod import;
mod internal;
mod json;
mod keyring;
mod plaintext;
mod platform;
mod project;
mod report;
mod sealed;
mod settings;
mod state;
mod store;
mod ui;
mod vault;

use std::ffi::OsString;
use std::process::ExitCode;

/// Runs one command line, its program's name first.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let hardened = platform::process::harden();
    ui::quiet_panics();
    let arguments: Vec<OsString> = arguments.into_iter().collect();
    if let Some(code) = internal::run(&arguments, hardened) {
        return ExitCode::from(code);
    }
    // The panic hook has reported a defect. The program ends like after any other failure, and the drops wipe
    // keys.
    let ended = std::panic::catch_unwind(|| cli::run(&arguments, hardened));
    ExitCode::from(ended.unwrap_or(1))
}

/// The command line's definition, from which help, man pages and completions are made.
pub fn command() -> clap::Command {
    cli::command()
}
