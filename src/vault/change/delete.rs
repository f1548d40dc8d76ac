//! Deletes secrets, either restorably or for ever. A secret that an app links is deleted only on request,
//! together with its links.

use super::Change;
use super::record::Found;
use crate::vault::Error;
use crate::vault::linking::LinkingApp;
use crate::vault::name::WorkspaceName;
use crate::vault::reference::Reference;
use crate::vault::secret::Secret;
use crate::vault::workspace::Workspace;

/// What happens to the links to a deleted secret.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum References {
    /// A linked secret is not deleted.
    Keep,
    /// They are removed as well.
    Unlink,
}

/// Whether a deleted secret can be restored.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Deletion {
    /// It keeps its versions, and the links that were removed.
    Restorable,
    /// Nothing of it stays, even if it was deleted before.
    Forever,
}

impl Change<'_> {
    /// Deletes a secret.
    pub fn delete_secret(
        &mut self,
        workspace: Option<&WorkspaceName>,
        reference: &Reference,
        references: References,
        deletion: Deletion,
    ) -> Result<Secret, Error> {
        let mut found = match deletion {
            Deletion::Restorable => self.find(workspace, reference)?,
            Deletion::Forever => self.find_deleted_or_not(workspace, reference)?,
        };
        if deletion == Deletion::Restorable {
            found.secret.check_settled()?;
        }
        if !found.secret.is_deleted() {
            self.unlink_or_refuse(&mut found, references)?;
        }
        match deletion {
            Deletion::Restorable => {
                found.secret.deleted_at = Some(self.now.max(found.secret.created_at));
                self.write(&found)?;
            }
            Deletion::Forever => {
                if let Some(index) = found.index {
                    self.remove(found.home.id, index)?;
                }
            }
        }
        Ok(found.secret)
    }

    /// The secret of a reference, or else the one that was deleted last.
    fn find_deleted_or_not(
        &mut self,
        workspace: Option<&WorkspaceName>,
        reference: &Reference,
    ) -> Result<Found, Error> {
        match self.find(workspace, reference) {
            Err(error @ (Error::NotFound { what: "secret", .. } | Error::Deleted { .. })) => {
                let deleted = self.find_deleted(workspace, reference);
                deleted.map_err(|_| error)
            }
            found => found,
        }
    }

    /// Removes the links to a secret. Its record then names those of them that counted.
    fn unlink_or_refuse(&mut self, found: &mut Found, references: References) -> Result<(), Error> {
        self.retain_counting_links(&mut found.secret)?;
        let apps = self.apps_linking(&found.secret)?;
        match references {
            References::Unlink => self.unlink_secret(&found.secret)?,
            References::Keep if apps.is_empty() => {}
            References::Keep => {
                let path = found.secret.path();
                return Err(Error::InUse {
                    message: format!("{path} is linked by {}", named(&found.home, &apps)),
                    hint: "unlink it first with `kluis app unlink`, or add --force to unlink and delete it",
                    ids: apps.iter().map(|app| app.id.to_string()).collect(),
                });
            }
        }
        Ok(())
    }
}

/// Apps as a message lists them; an app of another workspace with its workspace.
pub(super) fn named(home: &Workspace, apps: &[LinkingApp]) -> String {
    let names = apps.iter().map(|linking| match &linking.app {
        None => format!("{}, of a workspace that your key does not open", linking.id),
        Some(app) if app.workspace == home.id => app.name.to_string(),
        Some(app) => app.path(),
    });
    let names: Vec<_> = names.collect();
    let word = if names.len() == 1 { "app" } else { "apps" };
    format!("the {word} {}", names.join(", "))
}
