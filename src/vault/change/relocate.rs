//! Moves a secret to another name or workspace, or copies it. In another workspace it is sealed with that
//! workspace's keys, and the same write removes it here.

use super::Change;
use super::delete::named;
use super::fields::{Edit, Fields};
use super::record::Found;
use super::secret::{NewSecret, SecretUpdate};
use crate::vault::Error;
use crate::vault::name::{SecretName, WorkspaceName};
use crate::vault::reference::Reference;
use crate::vault::secret::Secret;
use crate::vault::slot::Choice;
use crate::vault::workspace::Workspace;

/// The new name and workspace of a secret; `None` keeps the old one.
#[derive(Clone, Default)]
pub struct NewPlace {
    pub workspace: Option<WorkspaceName>,
    pub name: Option<SecretName>,
}

impl Change<'_> {
    /// Moves a secret with its slots to another workspace, another name, or both; id, dates and links stay.
    pub fn move_secret(
        &mut self,
        workspace: Option<&WorkspaceName>,
        reference: &Reference,
        to: &NewPlace,
    ) -> Result<Secret, Error> {
        let old = self.find(workspace, reference)?;
        let (home, name) = self.resolve(to, &old)?;
        if home.id == old.home.id {
            let update = SecretUpdate {
                name: Some(name),
                ..SecretUpdate::default()
            };
            return self.update_secret(workspace, reference, update);
        }
        self.check_free_name(&home, &name)?;
        let mut moved = Found {
            secret: Secret {
                name,
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

    /// Makes a new secret with the fields and the effective value of another one. Does not copy versions or
    /// links.
    pub fn copy_secret(
        &mut self,
        workspace: Option<&WorkspaceName>,
        reference: &Reference,
        to: &NewPlace,
    ) -> Result<Secret, Error> {
        let from = self.find(workspace, reference)?;
        let (home, name) = self.resolve(to, &from)?;
        let position = from.secret.choose(Choice::Now(self.now))?;
        let value = from.value(self.keyring, position)?;
        let old = from.secret;
        // Two secrets with the same variable would conflict.
        let env_key = (name == old.name).then_some(old.env_key);
        let fields = Fields {
            description: Some(old.description),
            env_key,
            allowed_domains: Some(old.allowed_domains),
            rotate_every: old.rotate_every.map_or(Edit::Keep, Edit::Set),
            expires_at: old.expires_at.map_or(Edit::Keep, Edit::Set),
        };
        let slots = vec![(0, value)];
        let new = NewSecret {
            name,
            fields,
            slots,
        };
        self.create_secret(Some(&home.name), new)
    }

    /// The workspace and the name of the place; a part that is not given is the secret's own.
    fn resolve(&self, to: &NewPlace, from: &Found) -> Result<(Workspace, SecretName), Error> {
        let home = match &to.workspace {
            Some(named) => self.workspace(Some(named))?,
            None => from.home.clone(),
        };
        let name = to.name.clone().unwrap_or_else(|| from.secret.name.clone());
        Ok((home, name))
    }
}
