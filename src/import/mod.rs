//! The formats that `import` reads, and their common parts.

mod ciphertext;
pub mod detect;
pub mod entries;
pub mod env_directory;
mod foreign;
pub mod formats;
pub mod gathered;
mod line_index;
pub mod managers;
#[cfg(test)]
mod reading;
#[cfg(test)]
mod real_readers;
pub mod secret_files;
pub mod text;

use crate::plaintext::Plaintext;
use crate::platform::bounded_read;
use crate::vault::error::Detail;
use crate::vault::rule::RuleViolation;
use entries::{Empty, Entries, Repeated};
use formats::nesting::{self, Nesting};
use formats::path::TreePath;
use formats::tree::Tree;
use formats::{
    docker, dotenv, env, github, ini, json, k8s, properties, shell, systemd, tfvars, toml, yaml,
};
use gathered::Gathered;
use managers::columns::Columns;
use managers::item::{Items, Wanted};
use managers::{bitwarden, csv_exports, keepass, netrc, pgpass, proton_pass};
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;
use text::unmarked;

/// The greatest size of a file to import.
const MAX_INPUT_BYTES: usize = 48 << 20;

/// Reads a file to import, at most one byte more than [`Format::read`] accepts.
pub fn read_bounded(from: impl Read) -> io::Result<Plaintext> {
    Ok(bounded_read::read(from, MAX_INPUT_BYTES + 1)?.into())
}

/// Reads a file of a folder to import. An error has its name.
fn read_member(path: &Path, name: &str) -> io::Result<Plaintext> {
    let read = File::open(path).and_then(read_bounded);
    read.map_err(|error| io::Error::new(error.kind(), format!("{name}: {error}")))
}

/// The mistake for a file that no format reads.
pub fn foreign_kind(input: &Plaintext) -> Option<RuleViolation> {
    let encrypted = ciphertext::of_file(unmarked(input));
    let rule = encrypted.or_else(|| {
        let kind = foreign::kind(input.expose())?;
        Some(format!("the input is {kind}"))
    });
    Some(RuleViolation::new(rule?, "value_error"))
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, clap::ValueEnum)]
pub enum Format {
    Dotenv,
    Json,
    Yaml,
    Toml,
    K8s,
    Csv,
    Env,
    Docker,
    Shell,
    Systemd,
    Tfvars,
    Github,
    Ini,
    Properties,
    Netrc,
    Pgpass,
    Files,
    Bitwarden,
    #[value(name = "1password")]
    OnePassword,
    KeepassXml,
    ProtonPass,
    Pass,
}

/// The rules by which the input becomes names.
#[derive(Clone, Copy, Default)]
pub struct Rules<'a> {
    pub empty: Empty,
    pub nesting: Nesting,
    /// The part of the input to read, if the format has parts.
    pub path: Option<&'a TreePath>,
    /// The content of a CSV's columns; `None`: its headings decide.
    pub columns: Option<&'a Columns>,
    pub wanted: Wanted,
    pub repeated: Repeated,
    pub dotenv: dotenv::Reading,
}

impl Format {
    /// Whether its items have several fields.
    pub fn is_of_manager(self) -> bool {
        matches!(
            self,
            Self::Csv
                | Self::Netrc
                | Self::Pgpass
                | Self::Bitwarden
                | Self::OnePassword
                | Self::KeepassXml
                | Self::ProtonPass
                | Self::Pass
        )
    }

    /// Whether names can be nested.
    pub fn is_nested(self) -> bool {
        matches!(self, Self::Json | Self::Yaml | Self::Toml | Self::Ini)
    }

    /// Reads the whole input, or reports its mistakes.
    pub fn read(self, input: &Plaintext, rules: Rules) -> Result<Gathered, Vec<Detail>> {
        let mut entries = Entries::new(rules.empty).on_repeat(rules.repeated);
        let read = if input.len() > MAX_INPUT_BYTES {
            let rule = format!("the input can have at most {} MiB", MAX_INPUT_BYTES >> 20);
            Err(RuleViolation::new(rule, "too_long"))
        } else if let Some(broken) = foreign_kind(input) {
            Err(broken)
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
            wanted,
            repeated,
            dotenv,
            ..
        } = rules;
        match self {
            Self::Dotenv => dotenv::read(input, dotenv, repeated, entries),
            Self::Json => read_tree(json::tree(unmarked(input))?, "an object", rules, entries),
            Self::Yaml => match yaml::document(input)? {
                Some(tree) => read_tree(tree, "a mapping", rules, entries),
                None => Ok(()),
            },
            Self::Toml => read_tree(toml::tree(input)?, "a table", rules, entries),
            Self::Ini => {
                let tree = ini::tree(input, rules.path, entries)?;
                read_tree(tree, "a section", rules, entries)
            }
            Self::K8s => k8s::read(input, entries),
            Self::Env => env::read(input, entries),
            Self::Docker => docker::read(input, entries),
            Self::Shell => shell::read(input, entries),
            Self::Systemd => systemd::read(input, entries),
            Self::Tfvars => tfvars::read(input, entries),
            Self::Github => github::read(input, entries),
            Self::Properties => properties::read(input, entries),
            Self::Netrc => netrc::read(input, &mut Items::new(entries, wanted, repeated)),
            Self::Pgpass => pgpass::read(input, &mut Items::new(entries, wanted, repeated)),
            Self::Csv => csv_exports::read(
                input,
                rules.columns,
                &mut Items::new(entries, wanted, repeated),
            ),
            Self::Bitwarden => bitwarden::read(input, &mut Items::new(entries, wanted, repeated)),
            Self::OnePassword => {
                csv_exports::read_one_password(input, &mut Items::new(entries, wanted, repeated))
            }
            Self::ProtonPass => {
                proton_pass::read(input, &mut Items::new(entries, wanted, repeated))
            }
            Self::KeepassXml => keepass::read(input, &mut Items::new(entries, wanted, repeated)),
            Self::Files => {
                let rule = "files are in a folder: name it, such as /run/secrets";
                Err(RuleViolation::new(rule, "value_error"))
            }
            Self::Pass => {
                let rule = "a password store is a folder: name it, such as ~/.password-store";
                Err(RuleViolation::new(rule, "value_error"))
            }
        }
    }
}

/// Imports a tree, or the part of it that you named. `mapping` is the format's word for one.
fn read_tree(
    tree: Tree,
    mapping: &'static str,
    rules: Rules,
    into: &mut Entries,
) -> Result<(), RuleViolation> {
    let tree = match rules.path {
        Some(path) => path.part_of(tree)?,
        None if tree.is_kubernetes() => {
            let rule =
                "this is a manifest of Kubernetes: use --format k8s, which decodes its values";
            return Err(RuleViolation::new(rule, "value_error"));
        }
        None => tree,
    };
    nesting::read(tree, rules.nesting, mapping, into)
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
