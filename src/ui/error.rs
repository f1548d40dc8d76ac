//! The failures of talking to you. No variant may carry what was typed or shown.

use std::io;

/// Why something could not be shown or asked.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Whoever read stdout has gone; said nowhere, as `head` is no failure.
    #[error("stdout was closed before everything was written")]
    Unread,
    #[error("cannot write to stdout")]
    Write(#[source] io::Error),
    #[error("there is no terminal to ask on")]
    NoTerminal,
    /// Ctrl-C, Ctrl-D or the end of input at a prompt.
    #[error("cancelled")]
    Cancelled,
    #[error("the two entries differ")]
    Mismatch,
    #[error("cannot read from the terminal")]
    Read(#[source] io::Error),
}
