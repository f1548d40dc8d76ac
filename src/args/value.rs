//! Reads a value from a file, a generator, stdin or a hidden prompt, and never from an argument.
//!
//! It never quotes the value, and wipes it when reading fails.

use super::generate::GenerateSpec;
use super::source::{self, Stdin};
use crate::context::credential_file::is_stdin;
use crate::plaintext::Plaintext;
use crate::vault;
use crate::vault::rule::RuleViolation;
use crate::vault::value::{MAX_VALUE_BYTES, check_value};
use std::path::{Path, PathBuf};

/// One byte more than the longest value, and a line's final newline: enough to detect a value that is too long.
const MAX_READ_BYTES: usize = MAX_VALUE_BYTES + 1 + "\r\n".len();

#[derive(clap::Args)]
pub struct ValueArgs {
    /// Read the value from a file; `-` is stdin
    ///
    /// The value of a file is kept byte for byte.
    #[arg(long, value_name = "PATH")]
    value_file: Option<PathBuf>,

    /// Make the value: `32`, `hex:32`, `words:6`, …
    ///
    /// `32` makes 32 letters and digits; `hex:32` and `base64:32` encode 32 random bytes; `words:6` takes six words
    /// from a list. Also `digits:8`, and `symbols:24` for letters, digits and symbols.
    // Parsed in `read`: a parser of clap's would quote what may be a secret.
    #[arg(long, value_name = "SPEC", conflicts_with = "value_file")]
    generate: Option<String>,

    /// Keep the final newline of a single line from stdin
    #[arg(long, hide_short_help = true)]
    raw: bool,
}

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("--generate: {0}")]
    Spec(RuleViolation),
    #[error("{0}")]
    Value(RuleViolation),
    #[error(transparent)]
    Unread(#[from] source::Error),
}

impl From<Error> for crate::error::Error {
    fn from(error: Error) -> Self {
        match error {
            Error::Value(broken) => vault::Error::invalid("value", broken).into(),
            Error::Spec(broken) => vault::Error::invalid("generate", broken).into(),
            Error::Unread(error) => error.into(),
        }
    }
}

impl ValueArgs {
    /// Whether a source other than stdin or a prompt is named.
    pub fn names_a_source(&self) -> bool {
        self.generate.is_some() || self.value_file.is_some()
    }

    /// Whether the value comes from stdin, unless that is a terminal.
    pub fn reads_stdin(&self) -> bool {
        let named = self.value_file.as_deref();
        self.generate.is_none() && named.is_none_or(is_stdin)
    }

    pub fn is_raw(&self) -> bool {
        self.raw
    }

    /// Whether the value is generated, so that an existing one may be kept.
    pub fn is_generated(&self) -> bool {
        self.generate.is_some()
    }

    /// Reads the value from the one place that applies. `ask` prompts twice without echo, and returns the
    /// text if both entries are equal.
    pub fn read<E: From<Error>>(
        &self,
        stdin: Stdin<'_>,
        ask: &mut dyn FnMut() -> Result<Plaintext, E>,
        random: &mut dyn FnMut(&mut [u8]),
    ) -> Result<Plaintext, E> {
        let value = match (&self.generate, &self.value_file, stdin) {
            (Some(spec), ..) => {
                let spec = GenerateSpec::parse(spec).map_err(Error::Spec)?;
                spec.generate(random)
            }
            (None, None, None) => ask()?,
            (None, path, stdin) => {
                let path = path.as_deref().unwrap_or(Path::new("-"));
                let value = source::read("--value-file", path, stdin, MAX_READ_BYTES)
                    .map_err(Error::Unread)?;
                self.without_line_end(path, value)
            }
        };
        check_value(value.len()).map_err(Error::Value)?;
        Ok(value)
    }

    /// Removes the newline of a single line from stdin, unless you keep it.
    fn without_line_end(&self, path: &Path, value: Plaintext) -> Plaintext {
        let is_single_line = match value.expose() {
            [line @ .., b'\n'] => !line.contains(&b'\n'),
            _ => false,
        };
        if is_stdin(path) && is_single_line && !self.raw {
            value.without_final_newline()
        } else {
            value
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::{Args, FromArgMatches};
    use std::fs;
    use std::io::{self, Read};

    fn arguments(typed: &[&str]) -> Result<ValueArgs, clap::Error> {
        let command = ValueArgs::augment_args(clap::Command::new("create").no_binary_name(true));
        ValueArgs::from_arg_matches(&command.try_get_matches_from(typed)?)
    }

    /// The result of these arguments with `piped` as stdin, or with a terminal where "typed" is typed; the
    /// generator draws zeros.
    fn read(typed: &[&str], piped: Option<&mut dyn Read>) -> Result<Vec<u8>, Error> {
        let ask = &mut || Ok::<_, Error>(Plaintext::new(b"typed".to_vec()));
        let value = arguments(typed)
            .unwrap()
            .read(piped, ask, &mut |bytes| bytes.fill(0))?;
        Ok(value.expose().to_vec())
    }

    fn piped(typed: &[&str], bytes: &[u8]) -> Result<Vec<u8>, Error> {
        read(typed, Some(&mut io::Cursor::new(bytes)))
    }

    #[test]
    fn a_line_from_stdin_loses_its_newline_and_lines_keep_theirs() {
        for (given, kept) in [
            ("line", "line"),
            ("line\n", "line"),
            ("line\r\n", "line"),
            ("one\ntwo\n", "one\ntwo\n"),
            ("line\n\n", "line\n\n"),
            ("\nline", "\nline"),
            (" line \n", " line "),
            ("a\nb", "a\nb"),
        ] {
            assert_eq!(
                piped(&[], given.as_bytes()).unwrap(),
                kept.as_bytes(),
                "{given:?}"
            );
            assert_eq!(
                piped(&["--value-file", "-"], given.as_bytes()).unwrap(),
                kept.as_bytes()
            );
            assert_eq!(
                piped(&["--raw"], given.as_bytes()).unwrap(),
                given.as_bytes()
            );
        }
        assert_eq!(piped(&[], b"\xff\0\n").unwrap(), b"\xff\0");
    }

    #[test]
    fn a_file_is_kept_byte_for_byte() {
        let file = tempfile::NamedTempFile::new().unwrap();
        fs::write(&file, b"line\n").unwrap();
        let path = file.path().to_str().unwrap();
        assert_eq!(
            piped(&["--value-file", path], b"not this").unwrap(),
            b"line\n"
        );
    }

    #[test]
    fn a_generator_comes_before_stdin_and_a_prompt_after() {
        assert_eq!(
            piped(&["--generate", "hex:2"], b"not this").unwrap(),
            b"0000"
        );
        assert_eq!(read(&["--generate", "digits:3"], None).unwrap(), b"000");
        assert_eq!(read(&[], None).unwrap(), b"typed");
    }

    #[test]
    fn an_empty_value_is_refused_wherever_it_comes_from() {
        for given in [&b""[..], b"\n", b"\r\n"] {
            assert!(matches!(piped(&[], given), Err(Error::Value(_))));
        }
        assert!(matches!(
            piped(&["--value-file", "/dev/null"], b"x"),
            Err(Error::Value(_))
        ));
        let nothing = &mut || Ok::<_, Error>(Plaintext::new(Vec::new()));
        let value = arguments(&[]).unwrap().read(None, nothing, &mut |_| {});
        assert!(matches!(value, Err(Error::Value(broken)) if broken.kind == "string_too_short"));
    }

    #[test]
    fn a_value_of_the_greatest_length_may_still_end_with_a_newline() {
        let mut line = vec![b'x'; MAX_VALUE_BYTES];
        assert_eq!(piped(&[], &line).unwrap().len(), MAX_VALUE_BYTES);
        line.extend_from_slice(b"\r\n");
        assert_eq!(piped(&[], &line).unwrap().len(), MAX_VALUE_BYTES);
        assert!(matches!(piped(&["--raw"], &line), Err(Error::Value(_))));
        line[MAX_VALUE_BYTES] = b'x';
        assert!(matches!(piped(&[], &line), Err(Error::Value(_))));
        line.extend_from_slice(b"\r\n");
        assert!(matches!(piped(&[], &line), Err(Error::Value(_))));
    }

    #[test]
    fn an_endless_stream_is_read_no_further_than_needed() {
        let mut endless = io::repeat(b'x').take(u64::MAX);
        let value = read(&[], Some(&mut endless));
        assert!(matches!(value, Err(Error::Value(broken)) if broken.kind == "string_too_long"));
        assert_eq!(u64::MAX - endless.limit(), MAX_READ_BYTES as u64);
        assert!(matches!(
            read(&["--value-file", "/dev/zero"], None),
            Err(Error::Value(_))
        ));
    }

    #[test]
    fn no_message_repeats_the_input() {
        for typed in [["--value-file", "/hunter2"], ["--generate", "hunter2"]] {
            let message = read(&typed, None).unwrap_err().to_string();
            assert!(!message.contains("hunter2"), "{message}");
        }
        assert!(matches!(
            read(&["--value-file", "/"], None),
            Err(Error::Unread(source::Error::File { .. }))
        ));
        assert!(matches!(
            read(&["--value-file", "-"], None),
            Err(Error::Unread(source::Error::Terminal { .. }))
        ));
    }

    #[test]
    fn a_file_and_a_generator_exclude_each_other() {
        assert!(arguments(&["--value-file", "a", "--generate", "8"]).is_err());
        assert!(arguments(&[]).is_ok());
    }
}
