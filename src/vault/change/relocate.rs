//! Moves a secret to another workspace: seals it with that workspace's keys and removes it here, in one write.

use super::Change;
use super::delete::named;
use super::record::Found;
use crate::vault::Error;
use crate::vault::name::WorkspaceName;
use crate::vault::reference::Reference;
use crate::vault::secret::Secret;

impl Change<'_> {
    /// Moves a secret with its slots; id, dates and links stay.
    pub fn move_secret(
        &mut self,
        workspace: Option<&WorkspaceName>,
        reference: &Reference,
        to: &WorkspaceName,
    ) -> Result<Secret, Error> {
        let old = self.find(workspace, reference)?;
        let home = self.workspace(Some(to))?;
        if home.id == old.home.id {
            return Ok(old.secret);
        }
        self.check_free_name(&home, &old.secret.name)?;
        let mut moved = Found {
            secret: Secret {
                workspace: home.id,
                workspace_name: home.name.clone(),
                ..old.secret.clone()
            },
            home,
            index: None,
            values: Vec::with_capacity(old.values.len()),
        };
        for (position, slot) in old.secret.slots.iter().enumerate() {
            let value = old.value(self.keyring, position)?;
            let place = moved.place(slot.slot);
            moved.values.push(self.keyring.seal(place, value.expose())?);
        }
        if let Some(index) = old.index {
            self.remove(old.home.id, index)?;
        }
        let apps = self.apps_linking(&old.secret)?;
        if let Some(hidden) = apps.iter().find(|linking| linking.app.is_none()) {
            return Err(Error::InUse {
                message: format!(
                    "{} is linked by {}",
                    old.secret.path(),
                    named(&old.home, &apps)
                ),
                hint: "use a key that opens the workspace of the app, too",
                ids: vec![hidden.id.to_string()],
            });
        }
        self.write(&moved)?;
        self.move_links(&old.secret, &moved.home)?;
        Ok(moved.secret)
    }
}
