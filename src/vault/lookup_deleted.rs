//! Looks up deleted secrets, which can be restored.

use super::lookup::Vault;
use super::name::WorkspaceName;
use super::page::OpenPage;
use super::reference::{Reference, Target};
use super::secret::Secret;
use super::view::Extent;
use super::workspace::Workspace;
use super::{Error, decrypt};
use crate::sealed::entry::Entry;

impl Vault {
    /// The secret of a reference, or else the one that was deleted last.
    pub fn secret_deleted_or_not(
        &self,
        workspace: Option<&WorkspaceName>,
        reference: &Reference,
    ) -> Result<Secret, Error> {
        match self.secret(workspace, reference) {
            Err(error @ (Error::NotFound { what: "secret", .. } | Error::Deleted { .. })) => {
                let mut deleted = self.deleted_as(workspace, reference)?.into_iter();
                deleted.next().ok_or(error)
            }
            found => found,
        }
    }

    /// The deleted secrets of a reference, the last deleted first.
    pub fn deleted_as(
        &self,
        workspace: Option<&WorkspaceName>,
        reference: &Reference,
    ) -> Result<Vec<Secret>, Error> {
        let named = reference.workspace.as_ref().or(workspace);
        let homes = match (&reference.secret, named) {
            (Target::Id(_), None) => self.workspaces.iter().collect(),
            _ => vec![self.workspace(named)?],
        };
        let mut found = Vec::new();
        for home in homes {
            let deleted = self.deleted(home)?.into_iter();
            found.extend(deleted.filter(|secret| match &reference.secret {
                Target::Name(name) => secret.name == *name,
                Target::Id(id) => secret.id == *id,
            }));
        }
        Ok(found)
    }

    /// The deleted secrets of a workspace, the last deleted first.
    pub fn deleted(&self, workspace: &Workspace) -> Result<Vec<Secret>, Error> {
        let keyring = self.keyring.as_ref();
        let mut deleted = Vec::new();
        let mapped = |page: &OpenPage<'_>, entries: Vec<Entry<'_>>| {
            let each = page.records.iter().zip(entries);
            let secrets = each.filter(|(_, entry)| entry.is_deleted());
            let secrets = secrets.map(|(id, entry)| decrypt::secret(workspace, *id, entry));
            secrets.collect::<Result<Vec<_>, _>>()
        };
        self.view
            .map_pages(keyring, workspace.id, Extent::Index, mapped, |page| {
                deleted.extend(page);
                Ok(())
            })?;
        deleted.sort_unstable_by_key(Secret::last_deleted_first);
        Ok(deleted)
    }
}

/// The error when no deleted secret has this name or id.
pub fn no_deleted(workspace: Option<&Workspace>, name: &str) -> Error {
    Error::NotFound {
        what: "deleted secret",
        name: name.to_owned(),
        within: workspace.map(|workspace| workspace.name.to_string()),
        near: None,
    }
}
