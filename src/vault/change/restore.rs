//! Restores a deleted secret.

use super::Change;
use super::record::Found;
use crate::vault::Error;
use crate::vault::app::AppLink;
use crate::vault::name::{SecretName, WorkspaceName};
use crate::vault::reference::{Reference, Target};
use crate::vault::secret::Secret;

/// A restored secret, and the links that were removed when it was deleted. Restoring does not make them again.
pub struct Restored {
    pub secret: Secret,
    pub removed_links: Vec<AppLink>,
}

impl Change<'_> {
    /// Restores all of them, each once: you may name a secret twice, such as by name and by id.
    pub fn restore_secrets(
        &mut self,
        workspace: Option<&WorkspaceName>,
        references: &[Reference],
        name: Option<&SecretName>,
    ) -> Result<Vec<Restored>, Error> {
        // Resolved before the first is restored: afterwards a name may mean another secret.
        let mut meant: Vec<Reference> = Vec::with_capacity(references.len());
        for reference in references {
            let Found { home, secret, .. } = self.find_deleted(workspace, reference)?;
            let by_id = Reference {
                workspace: Some(home.name),
                ..Reference::to(Target::Id(secret.id))
            };
            if !meant.contains(&by_id) {
                meant.push(by_id);
            }
        }
        let each = meant.iter();
        each.map(|reference| self.restore_secret(workspace, reference, name.cloned()))
            .collect()
    }

    /// Restores the deleted secret with this id, or the secret with this name that was deleted last, under its
    /// own name or another.
    pub fn restore_secret(
        &mut self,
        workspace: Option<&WorkspaceName>,
        reference: &Reference,
        name: Option<SecretName>,
    ) -> Result<Restored, Error> {
        let mut found = self.find_deleted(workspace, reference)?;
        if let Some(name) = name {
            found.secret.rename(name);
        }
        match self.check_free_name(&found.home, &found.secret.name) {
            Err(Error::Exists { .. }) => {
                return Err(Error::InUse {
                    message: format!("there is another secret {} now", found.secret.path()),
                    hint: "restore it under another name: add --name NEW",
                    ids: Vec::new(),
                });
            }
            free => free?,
        }
        // An app that the key could not change still has its link.
        let removed_links = self.retain_counting_links(&mut found.secret)?;
        found.secret.deleted_at = None;
        found.secret.updated_at = self.now.max(found.secret.created_at);
        self.write(&found)?;
        Ok(Restored {
            secret: found.secret,
            removed_links,
        })
    }
}
