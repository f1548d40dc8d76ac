//! The option `--input`: a secret's fields as one JSON object, as web services accept them.

mod fields;
mod parser;

pub use fields::Input;

use super::source::{self, Stdin};
use crate::error::Error;
use crate::plaintext::Plaintext;
use crate::platform::stdin;
use crate::vault;
use crate::vault::error::Detail;
use fields::MAX_INPUT_BYTES;
use parser::Parser;
use std::path::Path;

/// Reads the object in a file; `-` is stdin.
pub fn read(path: &Path) -> Result<Input, Error> {
    let mut stream = stdin::unbuffered().map_err(source::Error::Stdin)?;
    read_from(path, stream.as_mut().map(|stream| stream as _))
}

fn read_from(path: &Path, stdin: Stdin<'_>) -> Result<Input, Error> {
    let text = source::read("--input", path, stdin, MAX_INPUT_BYTES + 1)?;
    Ok(Input::parse(&text).map_err(vault::Error::Invalid)?)
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
    use std::fs;
    use std::io::{self, Read};

    /// The result of `--input PATH` with `piped` as stdin, or at a terminal.
    fn input(path: &str, piped: Option<&mut dyn Read>) -> Result<Input, Error> {
        read_from(Path::new(path), piped)
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
        let terminal = input("-", None).err().unwrap();
        assert!(matches!(&terminal, Error::Usage { .. }));
        assert!(terminal.to_string().starts_with("--input - reads stdin"));
        let missing = input("/hunter2", None).err().unwrap();
        let told = "cannot read the file of --input";
        assert_eq!(missing.to_string(), told);
        let wrong = input("-", Some(&mut &b"{"[..])).err().unwrap();
        assert_eq!(wrong.exit(), crate::error::Exit::Invalid);
        assert_eq!(wrong.report().detail[0].kind, "json_invalid");
    }

    #[test]
    fn an_endless_stream_is_read_no_further_than_needed() {
        let mut endless = io::repeat(b' ').take(u64::MAX);
        let error = input("-", Some(&mut endless)).err().unwrap();
        assert_eq!(error.report().detail[0].kind, "too_long");
        assert_eq!(u64::MAX - endless.limit(), MAX_INPUT_BYTES as u64 + 1);
    }
}
