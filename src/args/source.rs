//! Reads the file that an option names, or stdin. No message quotes the path: it may be a value by mistake.

use crate::context::credential_file::is_stdin;
use crate::plaintext::Plaintext;
use crate::platform::bounded_read;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

/// stdin, unless it is a terminal. Not `std::io::stdin`, whose buffer keeps a copy that is never wiped.
pub type Stdin<'a> = Option<&'a mut dyn Read>;

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("cannot read the file of {option}")]
    File {
        option: &'static str,
        source: io::Error,
    },
    #[error("cannot read stdin")]
    Stdin(#[source] io::Error),
    #[error("{option} - reads stdin, but stdin is a terminal, which would show the value")]
    Terminal { option: &'static str },
}

impl From<Error> for crate::error::Error {
    fn from(error: Error) -> Self {
        match error {
            Error::File { .. } | Error::Stdin(_) => Self::Failed(error.into()),
            Error::Terminal { .. } => Self::usage(error.to_string()),
        }
    }
}

/// Reads the file at `path`, or stdin if that is `-`, up to `most_bytes`.
pub fn read(
    option: &'static str,
    path: &Path,
    stdin: Stdin<'_>,
    most_bytes: usize,
) -> Result<Plaintext, Error> {
    let read = if is_stdin(path) {
        let stdin = stdin.ok_or(Error::Terminal { option })?;
        bounded_read::read(stdin, most_bytes).map_err(Error::Stdin)
    } else {
        File::open(path)
            .and_then(|file| bounded_read::read(file, most_bytes))
            .map_err(|source| Error::File { option, source })
    };
    read.map(Plaintext::from)
}
