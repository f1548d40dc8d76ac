//! Suggests a name for a misspelt one, among the names that the key reaches.
//!
//! It opens the metadata of all candidates, so it is only for an error that is about to be printed.

use super::Error;
use super::lookup::Vault;
use super::name::{SecretName, WorkspaceName};
use super::secret::Secret;
use super::similar::nearest;
use super::workspace::Workspace;
use crate::sealed::index::RecordKind;

/// With more pages than this, some 20,000 records, there is no suggestion: the search would take too long.
const MAX_PAGES: usize = 512;

impl Vault {
    /// Adds to the error the name most similar to the missing one. Suggests secrets of the workspace `in_use` by
    /// name alone.
    pub fn suggest(&self, in_use: Option<&WorkspaceName>, error: Error) -> Error {
        let Error::NotFound {
            what,
            name,
            within,
            near: None,
        } = error
        else {
            return error;
        };
        if let ("secret", Some(home)) = (what, &within)
            && let Ok(Some(deleted)) = self.deleted_secret(home, &name)
            && let Err(error) = deleted.check_not_deleted()
        {
            return error;
        }
        let near = match (what, &within) {
            ("secret", Some(home)) => self.near_secret(in_use, home, &name),
            ("app", Some(home)) => self.near_app(in_use, home, &name),
            _ => Ok(None),
        };
        Error::NotFound {
            what,
            name,
            within,
            // An error here would hide the first one.
            near: near.unwrap_or_default(),
        }
    }

    /// The secret of this name that was deleted last.
    fn deleted_secret(&self, home: &str, typed: &str) -> Result<Option<Secret>, Error> {
        let Some(home) = self.small_workspace(home) else {
            return Ok(None);
        };
        let mut deleted = self.deleted(home)?.into_iter();
        Ok(deleted.find(|secret| secret.name.as_str() == typed))
    }

    /// A secret with exactly this name in another workspace, or one with a similar name in the same workspace.
    fn near_secret(
        &self,
        in_use: Option<&WorkspaceName>,
        home: &str,
        typed: &str,
    ) -> Result<Option<String>, Error> {
        let keyring = self.keyring.as_ref();
        let Ok(name) = SecretName::parse(typed) else {
            return Ok(None);
        };
        let is_home = |workspace: &&Workspace| workspace.name.as_str() == home;
        for workspace in self.workspaces.iter().filter(|one| !is_home(one)) {
            let found = self
                .view
                .find(keyring, workspace.id, RecordKind::Secret, name.as_str())?;
            if found.is_some() {
                return Ok(Some(format!("{}/{name}", workspace.name)));
            }
        }
        let Some(home) = self.small_workspace(home) else {
            return Ok(None);
        };
        let names = self.names(home)?;
        Ok(self.near_in(in_use, home, typed, &names))
    }

    /// The workspace of this name, if it is small enough to search quickly.
    fn small_workspace(&self, name: &str) -> Option<&Workspace> {
        let mut workspaces = self.workspaces.iter();
        let home = workspaces.find(|one| one.name.as_str() == name)?;
        (self.view.page_count(home.id) <= MAX_PAGES).then_some(home)
    }

    /// An app with a similar name in the same workspace, or with exactly this name in another.
    fn near_app(
        &self,
        in_use: Option<&WorkspaceName>,
        home: &str,
        typed: &str,
    ) -> Result<Option<String>, Error> {
        let pages = self.workspaces.iter();
        if pages.map(|one| self.view.page_count(one.id)).sum::<usize>() > MAX_PAGES {
            return Ok(None);
        }
        let is_home = |workspace: &&Workspace| workspace.name.as_str() == home;
        for workspace in self.workspaces.iter().filter(|one| !is_home(one)) {
            if self.app_names(workspace)?.iter().any(|name| name == typed) {
                return Ok(Some(format!("{}/{typed}", workspace.name)));
            }
        }
        let Some(home) = self.workspaces.iter().find(is_home) else {
            return Ok(None);
        };
        let names = self.app_names(home)?;
        Ok(self.near_in(in_use, home, typed, &names))
    }

    /// The nearest of the names in `home`, as you type it when `in_use` is the workspace.
    fn near_in(
        &self,
        in_use: Option<&WorkspaceName>,
        home: &Workspace,
        typed: &str,
        names: &[String],
    ) -> Option<String> {
        let near = nearest(typed, names.iter().map(String::as_str))?;
        let is_in_use = self.workspace(in_use).is_ok_and(|one| one.id == home.id);
        Some(if is_in_use {
            near.to_owned()
        } else {
            format!("{}/{near}", home.name)
        })
    }
}
