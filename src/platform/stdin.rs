//! Reads secrets from stdin.

use std::fs::File;
use std::io::{self, IsTerminal};
use std::os::fd::AsFd;

/// Opens stdin as a separate unbuffered file: the standard handle keeps a copy that is never wiped.
pub fn file() -> io::Result<File> {
    Ok(io::stdin().as_fd().try_clone_to_owned()?.into())
}

/// The same, unless it is a terminal.
pub fn unbuffered() -> io::Result<Option<File>> {
    if io::stdin().is_terminal() {
        return Ok(None);
    }
    file().map(Some)
}
