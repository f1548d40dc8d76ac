//! Deletes secrets. A secret that an app links is deleted only on request, together with its links.

use super::Change;
use crate::vault::Error;
use crate::vault::app::AppRecord;
use crate::vault::name::WorkspaceName;
use crate::vault::reference::Reference;
use crate::vault::secret::Secret;

/// What happens to the links to a deleted secret.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum References {
    /// A linked secret is not deleted.
    Keep,
    /// They are removed as well.
    Unlink,
}

impl Change<'_> {
    /// Removes a secret and all its values.
    pub fn delete_secret(
        &mut self,
        workspace: Option<&WorkspaceName>,
        reference: &Reference,
        references: References,
    ) -> Result<Secret, Error> {
        let found = self.find(workspace, reference)?;
        match references {
            References::Keep => {
                let apps = self.apps_linking(&found.home, found.secret.id)?;
                if !apps.is_empty() {
                    let path = found.secret.path();
                    return Err(Error::InUse {
                        message: format!("{path} is linked by {}", named(&apps)),
                        hint: "unlink it first with `kluis app unlink`, or add --force to unlink and delete it",
                        ids: self.app_ids(apps.iter().map(|app| &app.name))?,
                    });
                }
            }
            References::Unlink => self.unlink_secret(&found.home, found.secret.id)?,
        }
        if let Some(index) = found.index {
            self.remove(found.home.id, index)?;
        }
        Ok(found.secret)
    }
}

/// Apps as a message lists them.
pub(super) fn named(apps: &[AppRecord]) -> String {
    let names: Vec<_> = apps.iter().map(|app| app.name.as_str()).collect();
    let word = if names.len() == 1 { "app" } else { "apps" };
    format!("the {word} {}", names.join(", "))
}
