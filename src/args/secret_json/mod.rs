//! The option `--input`: a secret's fields as one JSON object, as web services accept them.

mod fields;
mod parser;

pub use fields::Input;

use super::value::Stdin;
use crate::context::credential_file::is_stdin;
use crate::plaintext::Plaintext;
use crate::platform::{bounded_read, stdin};
use crate::vault;
use crate::vault::error::Detail;
use fields::MAX_INPUT_BYTES;
use parser::Parser;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("cannot read the file of --input")]
    File(#[source] io::Error),
    #[error("cannot read stdin")]
    Stdin(#[source] io::Error),
    #[error("--input - reads stdin, but stdin is a terminal, which would show the value")]
    Terminal,
    #[error("the input breaks a rule")]
    Invalid(Vec<Detail>),
}

impl From<Error> for crate::error::Error {
    fn from(error: Error) -> Self {
        match error {
            Error::Invalid(details) => vault::Error::Invalid(details).into(),
            Error::File(_) | Error::Stdin(_) => Self::Failed(error.into()),
            Error::Terminal => Self::usage(error.to_string()),
        }
    }
}

/// Reads the object in a file; `-` is stdin.
pub fn read(path: &Path) -> Result<Input, Error> {
    if !is_stdin(path) {
        return read_from(path, Stdin::Terminal);
    }
    match stdin::unbuffered().map_err(Error::Stdin)? {
        Some(mut stream) => read_from(path, Stdin::Stream(&mut stream)),
        None => Err(Error::Terminal),
    }
}

fn read_from(path: &Path, stdin: Stdin<'_>) -> Result<Input, Error> {
    let text = match stdin {
        _ if !is_stdin(path) => File::open(path)
            .and_then(read_bounded)
            .map_err(Error::File)?,
        Stdin::Stream(stream) => read_bounded(stream).map_err(Error::Stdin)?,
        Stdin::Terminal => return Err(Error::Terminal),
    };
    Input::parse(&text).map_err(Error::Invalid)
}

/// Reads as far as one byte too many.
fn read_bounded(from: impl Read) -> io::Result<Plaintext> {
    Ok(bounded_read::read(from, MAX_INPUT_BYTES + 1)?.into())
}

impl Input {
    /// Parses one object, or `{"secret": {…}}`, and reports every mistake in it.
    pub fn parse(text: &Plaintext) -> Result<Self, Vec<Detail>> {
        Parser::default().parse(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::platform::bounded_read::FIRST_READ_BYTES;
    use std::fs;

    /// The result of `--input PATH` with `piped` as stdin, or at a terminal.
    fn input(path: &str, piped: Option<&mut dyn Read>) -> Result<Input, Error> {
        read_from(
            Path::new(path),
            piped.map_or(Stdin::Terminal, Stdin::Stream),
        )
    }

    #[test]
    fn an_object_is_read_from_a_file_or_from_stdin() {
        let file = tempfile::NamedTempFile::new().unwrap();
        fs::write(&file, r#"{"name": "filed"}"#).unwrap();
        let path = file.path().to_str().unwrap();
        let filed = input(path, Some(&mut &b"not this"[..])).unwrap();
        assert_eq!(filed.name.unwrap().as_str(), "filed");
        let filed = read(file.path()).unwrap();
        assert_eq!(filed.name.unwrap().as_str(), "filed");
        let piped = input("-", Some(&mut &br#"{"name": "piped"}"#[..])).unwrap();
        assert_eq!(piped.name.unwrap().as_str(), "piped");
    }

    #[test]
    fn a_terminal_and_a_missing_file_have_different_errors() {
        assert!(matches!(input("-", None), Err(Error::Terminal)));
        let missing = input("/hunter2", None).err().unwrap();
        assert!(matches!(missing, Error::File(_)));
        assert!(!missing.to_string().contains("hunter2"));
        let wrong = input("-", Some(&mut &b"{"[..])).err().unwrap();
        let told = crate::error::Error::from(wrong);
        assert_eq!(told.exit(), crate::error::Exit::Invalid);
        assert_eq!(told.report().detail[0].kind, "json_invalid");
    }

    #[test]
    fn input_in_pieces_is_read_whole() {
        let text: Vec<u8> = (0..3 * FIRST_READ_BYTES)
            .map(|at| at.to_le_bytes()[0])
            .collect();
        let (start, end) = text.split_at(FIRST_READ_BYTES - 1);
        let (middle, end) = end.split_at(1);
        let pieces = start.chain(middle).chain(end);
        let read = read_bounded(pieces).unwrap();
        assert!(read.same_as(&Plaintext::new(text.clone())));
    }

    #[test]
    fn an_endless_stream_is_read_no_further_than_needed() {
        let mut endless = io::repeat(b' ').take(u64::MAX);
        let Err(Error::Invalid(details)) = input("-", Some(&mut endless)) else {
            panic!("it has no end");
        };
        assert_eq!(details[0].kind, "too_long");
        assert_eq!(u64::MAX - endless.limit(), MAX_INPUT_BYTES as u64 + 1);
    }
}
