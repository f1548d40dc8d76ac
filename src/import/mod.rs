//! The formats that `import` reads, and what they have in common.

mod ciphertext;
pub mod detect;
pub mod entries;
pub mod env_directory;
pub mod formats;
mod line_index;
pub mod managers;
#[cfg(test)]
mod reading;
pub mod text;

use crate::plaintext::Plaintext;
use crate::platform::bounded_read;
use crate::vault::error::Detail;
use crate::vault::rule::RuleViolation;
use entries::{Empty, Entries, Gathered, Repeated};
use formats::nesting::Nesting;
use formats::{docker, dotenv, env, github, json, shell, systemd, tfvars, yaml};
use managers::item::{Items, Wanted};
use managers::{bitwarden, keepass, one_password};
use std::io::{self, Read};

/// The greatest size of a file to import.
const MAX_INPUT_BYTES: usize = 48 << 20;

/// Reads a file to import, at most one byte more than [`Format::read`] accepts.
pub fn read_bounded(from: impl Read) -> io::Result<Plaintext> {
    Ok(bounded_read::read(from, MAX_INPUT_BYTES + 1)?.into())
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, clap::ValueEnum)]
pub enum Format {
    Dotenv,
    Json,
    Yaml,
    Env,
    Docker,
    Shell,
    Systemd,
    Tfvars,
    Github,
    Bitwarden,
    #[value(name = "1password")]
    OnePassword,
    KeepassXml,
    Pass,
}

/// How the input becomes names.
#[derive(Clone, Copy, Default)]
pub struct Rules {
    pub empty: Empty,
    pub nesting: Nesting,
    pub wanted: Wanted,
    pub repeated: Repeated,
    pub dotenv: dotenv::Reading,
}

impl Format {
    /// Whether its items have several fields.
    pub fn is_of_manager(self) -> bool {
        match self {
            Self::Bitwarden | Self::OnePassword | Self::KeepassXml | Self::Pass => true,
            _ => false,
        }
    }

    /// Reads the whole input, or reports its mistakes.
    pub fn read(self, input: &Plaintext, rules: Rules) -> Result<Gathered, Vec<Detail>> {
        let mut entries = Entries::new(rules.empty).on_repeat(rules.repeated);
        let read = if input.len() > MAX_INPUT_BYTES {
            let rule = format!("the input can have at most {} MiB", MAX_INPUT_BYTES >> 20);
            Err(RuleViolation::new(rule, "too_long"))
        } else if let Some(rule) = ciphertext::of_file(text::unmarked(input)) {
            Err(RuleViolation::new(rule, "value_error"))
        } else {
            self.read_into(&mut entries, input, rules)
        };
        entries.finish(read)
    }

    fn read_into(
        self,
        entries: &mut Entries,
        input: &Plaintext,
        rules: Rules,
    ) -> Result<(), RuleViolation> {
        let Rules {
            nesting,
            wanted,
            repeated,
            dotenv,
            ..
        } = rules;
        match self {
            Self::Dotenv => dotenv::read(input, dotenv, repeated, entries),
            Self::Json => json::read(input, nesting, entries),
            Self::Yaml => yaml::read(input, nesting, entries),
            Self::Env => env::read(input, entries),
            Self::Docker => docker::read(input, entries),
            Self::Shell => shell::read(input, entries),
            Self::Systemd => systemd::read(input, entries),
            Self::Tfvars => tfvars::read(input, entries),
            Self::Github => github::read(input, entries),
            Self::Bitwarden => bitwarden::read(input, &mut Items::new(entries, wanted, repeated)),
            Self::OnePassword => {
                one_password::read(input, &mut Items::new(entries, wanted, repeated))
            }
            Self::KeepassXml => keepass::read(input, &mut Items::new(entries, wanted, repeated)),
            Self::Pass => {
                let rule = "a password store is a folder: name it, such as ~/.password-store";
                Err(RuleViolation::new(rule, "value_error"))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_byte_order_mark_is_no_part_of_the_text() {
        for (format, input) in [
            (Format::Dotenv, "\u{feff}A=v"),
            (Format::Json, "\u{feff}{\"A\": \"v\"}"),
            (Format::Yaml, "\u{feff}A: v"),
        ] {
            let read = format.read(&Plaintext::new(input.into()), Rules::default());
            assert_eq!(
                read.ok().unwrap().entries[0].name.as_str(),
                "A",
                "{format:?}"
            );
        }
    }

    #[test]
    fn input_that_is_not_text_is_refused_by_line() {
        for (input, told) in [
            (
                &b"A=v\nB=\xff\n"[..],
                "line 2: the input is not valid UTF-8",
            ),
            (b"\xff\xfeA\0=\0v\0", "line 1: the input is not valid UTF-8"),
            (
                b"A=v\0B=w\0",
                "line 1: the input contains a NUL; for the output of `env -0`, use --format env",
            ),
        ] {
            for format in [Format::Dotenv, Format::Yaml] {
                let read = format.read(&Plaintext::new(input.to_vec()), Rules::default());
                assert_eq!(read.err().unwrap()[0].msg, told);
            }
        }
    }

    #[test]
    fn an_input_that_is_too_large_is_refused_before_it_is_read() {
        let input = Plaintext::new(vec![b'\n'; MAX_INPUT_BYTES + 1]);
        let read = Format::Dotenv.read(&input, Rules::default());
        assert_eq!(
            read.err().unwrap()[0].msg,
            "the input can have at most 48 MiB"
        );
    }
}
