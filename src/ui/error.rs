//! Failures of output and prompts. No variant may carry what was typed or printed.

use std::io;

/// Why output or a prompt failed.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Never printed: a reader such as `head` that stops early is no failure.
    #[error("stdout was closed before everything was written")]
    Unread,
    #[error("cannot write to stdout")]
    Write(#[source] io::Error),
    #[error("this needs an answer, but there is no terminal to ask at")]
    NoTerminal,
    /// Ctrl-C, Ctrl-D or the end of input at a prompt.
    #[error("cancelled")]
    Cancelled,
    #[error("the two entries are not the same")]
    Mismatch,
    #[error("cannot read from the terminal")]
    Read(#[source] io::Error),
}
