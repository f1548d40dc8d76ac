//! Writes the selected secrets as one document, in one of the formats.

use super::format::{Entry, Format, Refused, Why};
use super::page::Page;
use super::{
    circleci, compose, docker, dotenv, dotenv_node, fish, github, gitlab, json, k8s, powershell,
    shell, systemd, tfvars, yaml,
};
use crate::plaintext::Plaintext;

/// The parts of a document that are no secret.
#[derive(Clone, Copy)]
pub struct Names<'a> {
    /// The name of the `Secret` in [`Format::K8s`]; it satisfies [`k8s::is_name`].
    pub manifest: &'a str,
    /// A line that no value contains, for [`Format::Github`], from [`github::delimiter`].
    pub delimiter: &'a str,
}

impl Format {
    /// The whole document. In [`Format::Github`] it is the file's content, without the [`github::masks`].
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
            Self::Compose => self.lines(entries, compose::line),
            Self::Github => github::assignments(entries, names.delimiter),
            Self::Gitlab => self.lines(entries, gitlab::line),
            Self::Circleci => self.lines(entries, circleci::line),
            Self::K8s => k8s::manifest(entries, names.manifest),
            Self::Systemd => self.lines(entries, systemd::line),
            Self::Tfvars => self.lines(entries, tfvars::line),
        }
    }

    /// Warnings about what a reader may do to an exact value, or show of it.
    pub fn cautions(self, value: &Plaintext) -> Vec<&'static str> {
        match self {
            Self::Dotenv => dotenv::cautions(value.expose()),
            Self::DotenvNode => dotenv_node::cautions(value.expose()),
            Self::Github => github::caution(value.expose()).into_iter().collect(),
            _ => Vec::new(),
        }
    }

    /// A document with one piece per entry.
    fn lines(
        self,
        entries: &[Entry<'_>],
        write: impl Fn(&str, &[u8], &mut Page) -> Result<(), Why>,
    ) -> Result<Plaintext, Refused> {
        let mut page = Page::default();
        self.each(entries, &mut page, write)?;
        Ok(page.finish())
    }
}
