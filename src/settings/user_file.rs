//! Parses the user file, `kluis/config.toml`: seven keys, all optional, none of which may contain a secret.
//!
//! A mistake is reported by line and column; the text itself is never quoted.

use super::hosts::Hosts;
use super::{
    AutoAgent, Color, Directories, Error, UserFile, VaultPlace, file_place, parse_timeout,
    parse_workspace,
};
use crate::vault::name::WorkspaceName;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// The values of the user file.
#[derive(Default)]
pub(super) struct ConfigValues {
    pub vault: Option<PathBuf>,
    pub workspace: Option<WorkspaceName>,
    pub lock_timeout: Option<Duration>,
    pub keep: Option<usize>,
    pub color: Option<Color>,
    pub auto_agent: Option<AutoAgent>,
    pub hosts: Hosts,
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Keys {
    vault: Option<String>,
    workspace: Option<String>,
    lock_timeout: Option<String>,
    keep: Option<usize>,
    color: Option<Color>,
    auto_agent: Option<AutoAgent>,
    #[serde(default)]
    hosts: Hosts,
}

impl UserFile<'_> {
    pub(super) fn read(self, directories: &Directories) -> Result<ConfigValues, Error> {
        let keys: Keys = toml::from_str(self.text).map_err(|error| self.unreadable(&error))?;
        let workspace = |name: String| parse_workspace("workspace in the user file", &name);
        let timeout = |text: String| parse_timeout("lock_timeout in the user file", &text);
        Ok(ConfigValues {
            vault: keys
                .vault
                .map(|path| self.resolve(path, directories))
                .transpose()?,
            workspace: keys.workspace.map(workspace).transpose()?,
            lock_timeout: keys.lock_timeout.map(timeout).transpose()?,
            keep: keys.keep,
            color: keys.color,
            auto_agent: keys.auto_agent,
            hosts: keys.hosts,
        })
    }

    /// `~/` is the home directory, because no shell expands this text; a relative path starts at this file.
    fn resolve(self, text: String, directories: &Directories) -> Result<PathBuf, Error> {
        let origin = "vault in the user file";
        if let Some(rest) = text.strip_prefix("~/") {
            let home = directories.home.as_ref().ok_or(Error::NoHome { origin })?;
            return Ok(home.join(rest));
        }
        let VaultPlace(path) = file_place(origin, text.into())?;
        Ok(self.path.parent().unwrap_or(Path::new("")).join(path))
    }

    fn unreadable(self, error: &toml::de::Error) -> Error {
        let at = error.span().map_or(0, |span| span.start);
        let before = self.text.get(..at).unwrap_or(self.text);
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        Error::UserFile {
            path: self.path.to_owned(),
            line: before.matches('\n').count() + 1,
            column: before[line_start..].chars().count() + 1,
        }
    }
}
