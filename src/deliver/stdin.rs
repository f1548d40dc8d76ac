//! A value as a command's standard input: the command reads exactly its bytes, then the end.

use super::value_file::ValueFile;
use crate::plaintext::Plaintext;
use rustix::stdio::dup2_stdin;
use std::fs::File;
use std::io;

/// Replaces the standard input of this process and of everything it becomes or starts from now on. No other
/// descriptor of the value stays open, and it has no name.
pub fn replace(value: &Plaintext) -> io::Result<()> {
    let named = ValueFile::new(value)?;
    let opened = File::open(named.path())?;
    drop(named);
    Ok(dup2_stdin(&opened)?)
}
