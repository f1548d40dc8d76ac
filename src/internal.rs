//! The program's hidden entry points: `kluis` starts itself as each of these, and no help names them.

use crate::deliver::clipboard::clearing;
use crate::deliver::value_files::watcher;
use crate::platform::process::Hardened;
use crate::platform::session;
use crate::{agent, cli, completion};
use std::ffi::OsString;

/// Runs the entry point that these arguments name and returns its exit code; `None` if they are a user's command
/// line.
pub fn run(arguments: &[OsString], hardened: Hardened) -> Option<u8> {
    match arguments {
        // The leader of a session with a terminal of its own: `run --mask`.
        [name, rest @ ..] if name == session::LEADER => Some(code(&session::lead(rest, hardened))),
        // The agent: `unlock` and prompts.
        [name] if name == agent::NAME => Some(code(&agent::run_started())),
        // The process that clears the clipboard: `get --clip`.
        [_, word, rest @ ..] if word == clearing::WORD => clearing::run(rest).map(|ran| code(&ran)),
        // The process that removes values in files: `run` and `rotate --exec`.
        [_, word, rest @ ..] if word == watcher::WORD => watcher::run(rest).map(|ran| code(&ran)),
        // Names for the word at the cursor: the scripts that `completions` prints.
        [_, word, dashes, line @ ..] if word == completion::WORD && dashes == "--" => {
            Some(cli::complete(line, hardened))
        }
        _ => None,
    }
}

/// No user reads the reason of a failure here.
fn code<T, E>(ran: &Result<T, E>) -> u8 {
    u8::from(ran.is_err())
}
