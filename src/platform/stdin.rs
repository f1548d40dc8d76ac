//! Reads secrets from stdin.

use std::fs::File;
use std::io::{self, IsTerminal};
use std::os::fd::AsFd;

/// stdin, unless it is a terminal. It is a descriptor of its own without a buffer: the standard handle keeps
/// a copy that is never wiped.
pub fn unbuffered() -> io::Result<Option<File>> {
    let stdin = io::stdin();
    if stdin.is_terminal() {
        return Ok(None);
    }
    let stream = stdin.as_fd().try_clone_to_owned()?;
    Ok(Some(File::from(stream)))
}
