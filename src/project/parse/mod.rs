//! Parses a project file. An error gives the line, column and rule of a mistake, and never its text: a value may
//! be in the place of a reference.

mod entry;
#[cfg(test)]
mod tests;

use super::{Project, RunOptions, Setting};
use crate::vault::app_reference::AppReference;
use crate::vault::env_key::EnvKey;
use crate::vault::name::WorkspaceName;
use crate::vault::similar::nearest;
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use toml::Spanned;
use toml::de::{DeString, DeTable, DeValue};

const MEMBERS: [&str; 7] = [
    "vault",
    "workspace",
    "app",
    "pin",
    "run",
    "env",
    "workspaces",
];
const RUN_MEMBERS: [&str; 3] = ["only", "mask", "keep_existing"];
const WORKSPACE_MEMBERS: [&str; 1] = ["env"];
const TEXT: &str = "this must be a text in quotes";
const BOOLEAN: &str = "this must be true or false";
const VAULT: &str = "vault must be the path of a file, such as \"secrets.kluis\"";
const WORKSPACE: &str =
    "workspace must be 1 to 63 of a-z A-Z 0-9 _ . - and begin with a letter or digit";
const APP: &str = "app must be 1 to 63 of a-z A-Z 0-9 _ . - and begin with a letter or digit; WORKSPACE/ may come before it";
const ENV: &str = "env must be a table, with a line [env] above the variables";
const RUN: &str = "run must be a table, with a line [run] above its members";
const WORKSPACES: &str = "variables of one workspace are a table, with a line such as [workspaces.production.env] above them";
const KEY: &str = "a variable must be 1 to 255 of A-Z a-z 0-9 _ and cannot begin with a digit";

/// A mistake and its position.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}, column {column}: {rule}")]
pub struct Mistake {
    pub line: usize,
    /// Counted in characters.
    pub column: usize,
    pub rule: Cow<'static, str>,
}

type Member<'a, 'i> = (&'a Spanned<DeString<'i>>, &'a Spanned<DeValue<'i>>);

/// Parses a file that was found in `folder`.
pub fn parse(text: &str, folder: &Path, home: Option<&Path>) -> Result<Project, Mistake> {
    let reader = Reader { text, folder, home };
    let table = DeTable::parse(text).map_err(|error| {
        let at = error.span().map_or(0, |span| span.start);
        let twice = error.message().contains("duplicate key");
        let rule = if twice {
            "this is given twice"
        } else {
            "this is not valid TOML"
        };
        reader.mistake(at, rule)
    })?;
    reader.project(table.get_ref())
}

struct Reader<'t> {
    text: &'t str,
    folder: &'t Path,
    home: Option<&'t Path>,
}

impl Reader<'_> {
    fn project(&self, table: &DeTable<'_>) -> Result<Project, Mistake> {
        let mut project = Project::default();
        for member in members(table) {
            let (name, value) = member;
            let at = value.span().start;
            match name.get_ref().as_ref() {
                "vault" => project.vault = Some(self.vault(value)?),
                "workspace" => {
                    let name = WorkspaceName::parse(self.string(value)?);
                    project.workspace = Some(name.map_err(|_| self.mistake(at, WORKSPACE))?);
                }
                "app" => {
                    let name = AppReference::parse(self.string(value)?);
                    project.app = Some(name.map_err(|_| self.mistake(at, APP))?);
                }
                "pin" => project.pin = Some(self.string(value)?.to_owned()),
                "run" => project.run = self.run(self.table(value, RUN)?)?,
                "env" => project.env = self.env(self.table(value, ENV)?)?,
                "workspaces" => {
                    project.of_workspaces = self.workspaces(self.table(value, WORKSPACES)?)?;
                }
                _ => return Err(self.unknown(name, &MEMBERS, "a project file")),
            }
        }
        Ok(project)
    }

    /// `~/` is the home directory, because no shell expands this text.
    fn vault(&self, value: &Spanned<DeValue<'_>>) -> Result<PathBuf, Mistake> {
        let text = self.string(value)?;
        let mistake = || self.mistake(value.span().start, VAULT);
        if text.is_empty() || text.contains(char::is_control) || text.contains("://") {
            return Err(mistake());
        }
        match text.strip_prefix("~/") {
            Some(rest) => Ok(self.home.ok_or_else(mistake)?.join(rest)),
            None => Ok(self.folder.join(text)),
        }
    }

    fn run(&self, table: &DeTable<'_>) -> Result<RunOptions, Mistake> {
        let mut run = RunOptions::default();
        for (name, value) in members(table) {
            let option = match name.get_ref().as_ref() {
                "only" => &mut run.only,
                "mask" => &mut run.mask,
                "keep_existing" => &mut run.keep_existing,
                _ => return Err(self.unknown(name, &RUN_MEMBERS, "[run]")),
            };
            *option = self.boolean(value)?;
        }
        Ok(run)
    }

    fn workspaces(
        &self,
        table: &DeTable<'_>,
    ) -> Result<BTreeMap<WorkspaceName, Vec<Setting>>, Mistake> {
        let mut all = BTreeMap::new();
        for (name, value) in members(table) {
            let workspace = WorkspaceName::parse(name.get_ref());
            let workspace = workspace.map_err(|_| self.mistake(name.span().start, WORKSPACE))?;
            for (name, value) in members(self.table(value, WORKSPACES)?) {
                if name.get_ref().as_ref() != "env" {
                    return Err(self.unknown(name, &WORKSPACE_MEMBERS, "a workspace"));
                }
                all.insert(workspace.clone(), self.env(self.table(value, WORKSPACES)?)?);
            }
        }
        Ok(all)
    }

    fn env(&self, table: &DeTable<'_>) -> Result<Vec<Setting>, Mistake> {
        let settings = members(table).into_iter().map(|(name, value)| {
            let key = EnvKey::parse(name.get_ref());
            let key = key.map_err(|_| self.mistake(name.span().start, KEY))?;
            let entry = match value.get_ref().as_bool() {
                Some(false) => None,
                _ => Some(self.entry(&key, (name, value))?),
            };
            Ok(Setting { key, entry })
        });
        settings.collect()
    }

    fn table<'v, 'i>(
        &self,
        value: &'v Spanned<DeValue<'i>>,
        rule: &'static str,
    ) -> Result<&'v DeTable<'i>, Mistake> {
        let table = value.get_ref().as_table();
        table.ok_or_else(|| self.mistake(value.span().start, rule))
    }

    fn string<'v>(&self, value: &'v Spanned<DeValue<'_>>) -> Result<&'v str, Mistake> {
        let text = value.get_ref().as_str();
        text.ok_or_else(|| self.mistake(value.span().start, TEXT))
    }

    fn boolean(&self, value: &Spanned<DeValue<'_>>) -> Result<bool, Mistake> {
        let boolean = value.get_ref().as_bool();
        boolean.ok_or_else(|| self.mistake(value.span().start, BOOLEAN))
    }

    /// The error for an unknown name. Repeats the name only if it is nearly one of ours: anything else may be a
    /// value in the wrong place.
    fn unknown(
        &self,
        name: &Spanned<DeString<'_>>,
        known: &[&'static str],
        place: &str,
    ) -> Mistake {
        let text = name.get_ref();
        let rule = match nearest(text, known.iter().copied()) {
            Some(near) => format!("unknown member \"{text}\"; did you mean {near}?"),
            None => format!("the members of {place} are {}", known.join(", ")),
        };
        self.mistake(name.span().start, rule)
    }

    fn mistake(&self, at: usize, rule: impl Into<Cow<'static, str>>) -> Mistake {
        let (line, column) = self.place(at);
        let rule = rule.into();
        Mistake { line, column, rule }
    }

    /// The line and the column of this byte, counted from 1.
    fn place(&self, at: usize) -> (usize, usize) {
        let before = self.text.get(..at).unwrap_or(self.text);
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        (
            before.matches('\n').count() + 1,
            before[line_start..].chars().count() + 1,
        )
    }
}

/// In the order of the file: the table itself is sorted by name.
fn members<'a, 'i>(table: &'a DeTable<'i>) -> Vec<Member<'a, 'i>> {
    let mut members: Vec<_> = table.iter().collect();
    members.sort_by_key(|(name, _)| name.span().start);
    members
}
