//! Failures of output and prompts. No variant may contain typed or printed text.

use std::io;

/// The reasons why something could not be shown or asked.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The reader of stdout has gone. It is not reported: with `head` this is normal.
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
