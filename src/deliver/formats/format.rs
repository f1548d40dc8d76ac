//! The formats by name, and the values that a format cannot express.

use super::page::Page;
use crate::plaintext::Plaintext;
use crate::vault::env_key::EnvKey;
use std::fmt;

// The variants have no doc comments, because clap would print them as a second page of help.
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
    Compose,
    Github,
    Gitlab,
    Circleci,
    K8s,
    Systemd,
    Tfvars,
}

/// A key with its value. Those of a document are sorted, and no key occurs twice.
pub type Entry<'a> = (&'a EnvKey, &'a Plaintext);

/// A value or key that the format cannot express exactly, so that no document is written.
#[derive(Debug, thiserror::Error)]
#[error("{key} cannot be written as {format}: {why}")]
pub struct Refused {
    pub key: EnvKey,
    pub format: Format,
    pub why: Why,
}

/// The reason to refuse a key or a value, without the value.
pub type Why = &'static str;

pub const NUL: Why = "its value contains a NUL, which an environment variable cannot hold";
pub const NOT_UTF8: Why = "its value is not UTF-8";
pub const NEWLINE: Why =
    "its value contains a newline, and this format has one line for each variable";

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
            Self::Compose => "compose",
            Self::Github => "github",
            Self::Gitlab => "gitlab",
            Self::Circleci => "circleci",
            Self::K8s => "k8s",
            Self::Systemd => "systemd",
            Self::Tfvars => "tfvars",
        })
    }
}

impl Format {
    pub fn each(
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

    pub fn refused(self, key: &EnvKey, why: Why) -> Refused {
        Refused {
            key: key.clone(),
            format: self,
            why,
        }
    }
}

/// The value as text, for formats of text only.
pub fn text(value: &[u8]) -> Result<&str, Why> {
    std::str::from_utf8(value).map_err(|_| NOT_UTF8)
}

/// The value as the text of an environment variable.
pub fn variable_text(value: &[u8]) -> Result<&str, Why> {
    without_nul(value).and_then(text)
}

pub fn without_nul(value: &[u8]) -> Result<&[u8], Why> {
    if value.contains(&0) {
        return Err(NUL);
    }
    Ok(value)
}
