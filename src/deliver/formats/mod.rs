//! What was selected as one document in the grammar of one reader, a file per format.
//!
//! Each value reaches the format's real reader exactly or is refused by name, and none is ever code to it.
//! Documents are secrets: they grow in wiped memory and nothing here prints.

mod circleci;
mod docker;
mod dotenv;
mod dotenv_node;
mod fish;
pub mod github;
mod gitlab;
mod json;
pub mod k8s;
mod page;
mod powershell;
mod shell;
mod shell_names;
mod systemd;
#[cfg(test)]
mod tests;
mod tfvars;
mod yaml;

use crate::plaintext::Plaintext;
use crate::vault::env_key::EnvKey;
use page::Page;
use std::fmt;

// No doc comments on the variants: clap would print them as a second page of help.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    Dotenv,
    DotenvNode,
    Shell,
    Fish,
    Powershell,
    Json,
    Yaml,
    Docker,
    Github,
    Gitlab,
    Circleci,
    K8s,
    Systemd,
    Tfvars,
}

/// A key with its value. Those of a document are sorted, and no key comes twice.
pub type Entry<'a> = (&'a EnvKey, &'a Plaintext);

/// What a reader cannot be given exactly, so that there is no document at all.
#[derive(Debug, thiserror::Error)]
#[error("{key} cannot be written as {format}: {why}")]
pub struct Refused {
    pub key: EnvKey,
    pub format: Format,
    pub why: Why,
}

/// Why a reader cannot be given a key or a value, said without the value.
pub type Why = &'static str;

const NUL: Why = "its value holds a NUL, which no environment variable can";
const NOT_UTF8: Why = "its value is not UTF-8";
const NEWLINE: Why = "its value holds a newline, and there each variable is one line";

impl fmt::Display for Format {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Dotenv => "dotenv",
            Self::DotenvNode => "dotenv-node",
            Self::Shell => "shell",
            Self::Fish => "fish",
            Self::Powershell => "powershell",
            Self::Json => "json",
            Self::Yaml => "yaml",
            Self::Docker => "docker",
            Self::Github => "github",
            Self::Gitlab => "gitlab",
            Self::Circleci => "circleci",
            Self::K8s => "k8s",
            Self::Systemd => "systemd",
            Self::Tfvars => "tfvars",
        })
    }
}

/// What a document needs that is no secret.
#[derive(Clone, Copy)]
pub struct Names<'a> {
    /// Of the `Secret` in [`Format::K8s`], one that [`k8s::is_name`].
    pub manifest: &'a str,
    /// A line that is in no value, for [`Format::Github`]: one of [`github::delimiter`].
    pub delimiter: &'a str,
}

impl Format {
    /// The whole document. That of [`Format::Github`] is for its file, beside the [`github::masks`].
    pub fn write(self, entries: &[Entry<'_>], names: Names<'_>) -> Result<Plaintext, Refused> {
        match self {
            Self::Dotenv => self.lines(entries, dotenv::line),
            Self::DotenvNode => self.lines(entries, dotenv_node::line),
            Self::Shell => self.lines(entries, shell::line),
            Self::Fish => self.lines(entries, fish::line),
            Self::Powershell => {
                powershell::check_case(entries)?;
                self.lines(entries, powershell::line)
            }
            Self::Json => json::document(entries),
            Self::Yaml => self.lines(entries, yaml::line),
            Self::Docker => self.lines(entries, docker::line),
            Self::Github => github::assignments(entries, names.delimiter),
            Self::Gitlab => self.lines(entries, gitlab::line),
            Self::Circleci => self.lines(entries, circleci::line),
            Self::K8s => k8s::manifest(entries, names.manifest),
            Self::Systemd => self.lines(entries, systemd::line),
            Self::Tfvars => self.lines(entries, tfvars::line),
        }
    }

    /// What its reader may do to a value that is written exactly.
    pub fn caution(self, value: &Plaintext) -> Option<&'static str> {
        match self {
            Self::Dotenv => dotenv::caution(value.expose()),
            Self::Github => github::caution(value.expose()),
            _ => None,
        }
    }

    /// A document of one piece for each entry.
    fn lines(
        self,
        entries: &[Entry<'_>],
        write: impl Fn(&str, &[u8], &mut Page) -> Result<(), Why>,
    ) -> Result<Plaintext, Refused> {
        let mut page = Page::default();
        self.each(entries, &mut page, write)?;
        Ok(page.finish())
    }

    fn each(
        self,
        entries: &[Entry<'_>],
        page: &mut Page,
        write: impl Fn(&str, &[u8], &mut Page) -> Result<(), Why>,
    ) -> Result<(), Refused> {
        for (key, value) in entries {
            write(key.as_str(), value.expose(), page).map_err(|why| self.refused(key, why))?;
        }
        Ok(())
    }

    fn refused(self, key: &EnvKey, why: Why) -> Refused {
        Refused {
            key: key.clone(),
            format: self,
            why,
        }
    }
}

/// The value as text, for readers that take nothing else.
fn text(value: &[u8]) -> Result<&str, Why> {
    std::str::from_utf8(value).map_err(|_| NOT_UTF8)
}

/// The value as the text of an environment variable.
fn variable_text(value: &[u8]) -> Result<&str, Why> {
    without_nul(value).and_then(text)
}

fn without_nul(value: &[u8]) -> Result<&[u8], Why> {
    if value.contains(&0) {
        return Err(NUL);
    }
    Ok(value)
}
