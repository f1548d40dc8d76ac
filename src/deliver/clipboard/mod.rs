//! Puts a value on the clipboard: through the desktop's own tool, or through the terminal (OSC 52).
//!
//! A tool gets the value on its stdin, never as an argument. The clipboard is cleared after a while if the value
//! is still there. A terminal's clipboard cannot be read back, so it is not cleared.

pub mod clearing;
mod fingerprint;
mod tool;

use crate::plaintext::Plaintext;
use crate::platform::signals;
use clearing::Clearing;
use data_encoding::BASE64;
use fingerprint::Fingerprint;
use rustix::fs::OFlags;
use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use tool::Tool;
use zeroize::Zeroizing;

/// The time that a value stays on a clipboard that can be cleared.
pub const STAYS_SECONDS: u64 = 45;

/// Terminals accept less than the longest value: those that follow xterm and hterm, 74,994 bytes of base64.
const MAX_TERMINAL_BYTES: usize = 74_994 / 4 * 3;

/// Terminals that would show the sequence or its content.
const PLAIN_TERMINALS: &[&str] = &["", "dumb", "linux"];

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error(
        "no clipboard found: there is no terminal, and no desktop with wl-copy, xclip or pbcopy"
    )]
    NoWay,
    #[error("the value is not text, so it cannot go to the clipboard")]
    NotText,
    #[error("the value is too long for the clipboard of a terminal")]
    TooLong,
    #[error("{tool} did not accept the value")]
    Refused { tool: &'static str },
    #[error("the terminal did not accept the value")]
    Terminal(#[source] io::Error),
    /// In this case nothing was copied.
    #[error("nothing was copied: the process that clears the clipboard could not be started")]
    NotCleared(#[source] io::Error),
}

/// All available ways to the clipboard, the best one first.
pub struct Clipboard {
    tools: Vec<Tool>,
    terminal: Option<File>,
}

/// The way by which a value was copied.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Copied {
    /// By this tool. The clipboard is cleared after [`STAYS_SECONDS`].
    By(&'static str),
    ToTerminal,
}

impl Clipboard {
    /// Finds the ways to the clipboard from the environment.
    pub fn find(variable: impl Fn(&str) -> Option<OsString>) -> Result<Self, Error> {
        let tools = Tool::all(&variable);
        let terminal = variable("TERM").unwrap_or_default();
        let is_plain = PLAIN_TERMINALS.iter().any(|plain| terminal == *plain);
        let terminal = (!is_plain).then(open_terminal).and_then(Result::ok);
        if tools.is_empty() && terminal.is_none() {
            return Err(Error::NoWay);
        }
        Ok(Self { tools, terminal })
    }

    /// Copies a value in the first way that works.
    pub fn copy(&self, value: &Plaintext) -> Result<Copied, Error> {
        if std::str::from_utf8(value.expose()).is_err() {
            return Err(Error::NotText);
        }
        signals::see_children_end().map_err(Error::NotCleared)?;
        let mut refused = Error::NoWay;
        for tool in &self.tools {
            // Started first, so that a value that could not be cleared is not copied.
            let fingerprint = Fingerprint::of(value.expose()).map_err(Error::NotCleared)?;
            let clearing = Clearing::start(tool, &fingerprint, STAYS_SECONDS);
            let clearing = clearing.map_err(Error::NotCleared)?;
            let name = tool.name();
            if tool.copy(value) {
                clearing.go_on();
                return Ok(Copied::By(name));
            }
            refused = Error::Refused { tool: name };
        }
        match &self.terminal {
            None => Err(refused),
            Some(terminal) => copy_by_terminal(terminal, value.expose()),
        }
    }
}

fn open_terminal() -> io::Result<File> {
    let no_control = i32::try_from(OFlags::NOCTTY.bits()).unwrap_or_default();
    let mut options = File::options();
    options
        .write(true)
        .custom_flags(no_control)
        .open(OsStr::new("/dev/tty"))
}

/// `OSC 52 ; c ; base64 BEL`, defined by xterm and adopted by others.
fn copy_by_terminal(mut terminal: &File, bytes: &[u8]) -> Result<Copied, Error> {
    if bytes.len() > MAX_TERMINAL_BYTES {
        return Err(Error::TooLong);
    }
    let encoded = Zeroizing::new(BASE64.encode(bytes));
    let sequence = Zeroizing::new([b"\x1b]52;c;", encoded.as_bytes(), b"\x07"].concat());
    terminal.write_all(&sequence).map_err(Error::Terminal)?;
    Ok(Copied::ToTerminal)
}
