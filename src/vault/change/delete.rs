//! Deletes secrets. A secret that an app links is deleted only on request, together with its links.

use super::Change;
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
                let apps = self.apps_linking(&found.secret)?;
                if !apps.is_empty() {
                    let path = found.secret.path();
                    return Err(Error::InUse {
                        message: format!("{path} is linked by {}", named(&found.home, &apps)),
                        hint: "unlink it first with `kluis app unlink`, or add --force to unlink and delete it",
                        ids: apps.iter().map(|app| app.id.to_string()).collect(),
                    });
                }
            }
            References::Unlink => self.unlink_secret(&found.secret)?,
        }
        if let Some(index) = found.index {
            self.remove(found.home.id, index)?;
        }
        Ok(found.secret)
    }
}

/// Apps as a message lists them; one of another workspace than this with its workspace.
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
