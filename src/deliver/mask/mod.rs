//! `run --mask`: hides a command's secret values in its output.
//!
//! It prevents a value from appearing in a log or on a screen by mistake. It cannot stop a command that wants to
//! leak a value: that command can print the value in a form that is not searched for. Hidden are the value, each
//! line of it that is long enough, base64 and hex (in lines of any length, alone or together with other bytes),
//! percent-encoding, JSON, and shell quoting. Not hidden are a part of a value, two encodings on top of each
//! other, hex with spaces between the bytes, a value that is split between stdout and stderr, compression,
//! encryption.

mod encodings;
mod interactive;
mod lines;
mod patterns;
mod piped;
mod pump;
mod search;
mod shell_quoting;
mod stream;
#[cfg(test)]
mod tests;
mod wrapped;

pub use lines::{MIN_BYTES, secret_lines};
pub use pump::Masked;

use super::environment::Environment;
use super::process::{Error, not_started, prepare};
use crate::plaintext::Plaintext;
use crate::platform::process::{Hardened, own_file};
use crate::platform::pty::are_one;
use crate::platform::session;
use crate::platform::terminal::Keyboard;
use crate::vault::env_key::EnvKey;
use patterns::{Collector, Patterns};
use rustix::stdio::{stdin, stdout};
use std::ffi::{OsStr, OsString};
use std::path::Path;
use std::sync::Arc;
use std::{fmt, io};

/// The texts to hide.
pub struct Mask(Arc<Patterns>);

/// Where a command finds a value.
pub enum ValueSource {
    Variable(EnvKey),
    Stdin,
}

impl fmt::Display for ValueSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Variable(key) => write!(f, "the value of {key}"),
            Self::Stdin => f.write_str("the value on the standard input"),
        }
    }
}

impl Mask {
    /// Hides the values of `environment` and of the given standard input. Also returns the values that are
    /// too short to hide. Call it before files are written.
    pub fn new(
        environment: &Environment,
        stdin: Option<&Plaintext>,
    ) -> io::Result<(Self, Vec<ValueSource>)> {
        let (mut collector, mut too_short) = (Collector::default(), Vec::new());
        for (key, value) in environment.secrets() {
            if !collector.add(value) {
                too_short.push(ValueSource::Variable(key.clone()));
            }
        }
        if stdin.is_some_and(|value| !collector.add(value)) {
            too_short.push(ValueSource::Stdin);
        }
        Ok((Self(Arc::new(collector.finish()?)), too_short))
    }

    /// Runs `program` like `replace`, but as a child, masks its output, and waits for it. `typed` is its
    /// `argv[0]`.
    ///
    /// Where stdin and stdout are this session's terminal, the command gets a terminal of its own; elsewhere
    /// it has our stdin. An error means that the command never ran.
    pub fn run(
        self,
        program: &Path,
        typed: &OsStr,
        arguments: &[OsString],
        environment: &Environment,
        hardened: Hardened,
    ) -> Result<Masked, Error> {
        let inherited = std::env::vars_os().map(|(name, _)| name);
        let Self(patterns) = self;
        let keyboard = Keyboard::new().filter(|_| are_one(stdin(), stdout()));
        let ended = if let Some(keyboard) = keyboard {
            own_file().and_then(|leader| {
                let arguments = session::arguments(program, typed, arguments);
                let name = OsStr::new(session::LEADER);
                let command = prepare(&leader, name, &arguments, environment, inherited);
                interactive::run(command, keyboard, hardened, &patterns)
            })
        } else {
            let command = prepare(program, typed, arguments, environment, inherited);
            piped::run(command, hardened, &patterns)
        };
        ended.map_err(|error| not_started(program, typed, error))
    }
}
