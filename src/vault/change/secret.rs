//! Creating, updating and deleting secrets. Equal fields are no change: the file keeps its bytes and
//! `updated_at` stays.

use super::Change;
use crate::plaintext::Plaintext;
use crate::sealed::id::SecretId;
use crate::sealed::meta;
use crate::sealed::place::Place;
use crate::sealed::record::{Index, Kind, Record, RecordId, write};
use crate::sealed::{self, Part};
use crate::vault::description::Description;
use crate::vault::domain::AllowedDomains;
use crate::vault::env_key::EnvKey;
use crate::vault::name::{SecretName, WorkspaceName};
use crate::vault::open::{effective, no_secret, places};
use crate::vault::reference::{Reference, Target};
use crate::vault::secret::{Secret, Slot, checksum};
use crate::vault::value::check_value;
use crate::vault::workspace::Workspace;
use crate::vault::{Error, app, opening};

pub struct NewSecret {
    pub name: SecretName,
    pub description: Option<Description>,
    /// By default the name in upper case.
    pub env_key: Option<EnvKey>,
    pub value: Plaintext,
}

/// Fields to change; what is `None` stays.
#[derive(Default)]
pub struct SecretUpdate {
    pub name: Option<SecretName>,
    pub description: Option<Description>,
    pub env_key: Option<EnvKey>,
    /// Replaces the effective slot's value.
    pub value: Option<Plaintext>,
}

/// A secret with its ciphertexts, as it was found.
struct Found {
    secret: Secret,
    index: Index,
    slots: Vec<Vec<u8>>,
}

impl Change<'_> {
    /// Makes a secret with one slot, effective since ever.
    pub fn create_secret(
        &mut self,
        workspace: Option<&WorkspaceName>,
        new: NewSecret,
    ) -> Result<Secret, Error> {
        let home = self.workspace(workspace)?;
        check_value(new.value.len()).map_err(|broken| Error::invalid("value", broken))?;
        if self.find_name(&home, &new.name)?.is_some() {
            let name = format!("{} in the workspace {}", new.name, home.name);
            return Err(Error::Exists {
                what: "secret",
                name,
            });
        }
        let secret = Secret {
            id: SecretId::random(),
            workspace: home.id,
            workspace_name: home.name.to_string(),
            env_key: new.env_key.unwrap_or_else(|| EnvKey::from_name(&new.name)),
            name: new.name,
            description: new.description.unwrap_or_default(),
            allowed_domains: AllowedDomains::default(),
            rotate_every: None,
            expires_at: None,
            slots: vec![Slot {
                slot: 0,
                checksum: checksum(new.value.expose()),
                written_at: self.now,
                pending: false,
            }],
            created_at: self.now,
            updated_at: self.now,
        };
        let sealed = self
            .keyring
            .seal(Place::Value(home.id, secret.id, 0), new.value.expose())?;
        self.write(&secret, &[sealed])?;
        Ok(secret)
    }

    /// Changes the given fields, all or none.
    pub fn update_secret(
        &mut self,
        workspace: Option<&WorkspaceName>,
        reference: &Reference,
        update: SecretUpdate,
    ) -> Result<Secret, Error> {
        let (home, found) = self.find(workspace, reference)?;
        let mut secret = found.secret.clone();
        let mut slots = found.slots;
        if let Some(name) = update.name {
            if name != secret.name && self.find_name(&home, &name)?.is_some() {
                let name = format!("{name} in the workspace {}", home.name);
                return Err(Error::Exists {
                    what: "secret",
                    name,
                });
            }
            secret.name = name;
        }
        if let Some(description) = update.description {
            secret.description = description;
        }
        if let Some(env_key) = update.env_key {
            secret.env_key = env_key;
        }
        if let Some(value) = update.value {
            check_value(value.len()).map_err(|broken| Error::invalid("value", broken))?;
            let position = effective(&secret, self.now)?;
            let old = opening::value(self.keyring, &secret, position, &slots[position])?;
            if !old.same_as(&value) {
                let slot = &mut secret.slots[position];
                slot.checksum = checksum(value.expose());
                slot.written_at = self.now;
                let place = Place::Value(home.id, secret.id, slot.slot);
                slots[position] = self.keyring.seal(place, value.expose())?;
            }
        }
        if secret == found.secret {
            return Ok(secret);
        }
        // A clock that was set back must not make a secret older than its creation.
        secret.updated_at = self.now.max(secret.created_at);
        if secret.name != found.secret.name {
            self.remove(home.id, found.index)?;
        }
        self.write(&secret, &slots)?;
        Ok(secret)
    }

    /// Removes a secret and all its values, unless an app links it.
    pub fn delete_secret(
        &mut self,
        workspace: Option<&WorkspaceName>,
        reference: &Reference,
    ) -> Result<Secret, Error> {
        let (home, found) = self.find(workspace, reference)?;
        let apps = app::count(self.view, self.keyring, &self.workspaces, &found.secret)?;
        if apps > 0 {
            return Err(Error::InUse {
                message: format!("{} is linked by {apps} app(s)", found.secret.path()),
                hint: "unlink it first",
            });
        }
        self.remove(home.id, found.index)?;
        Ok(found.secret)
    }

    /// The secret that a reference names, if there is one.
    pub fn look_up(
        &mut self,
        workspace: Option<&WorkspaceName>,
        reference: &Reference,
    ) -> Result<Option<Secret>, Error> {
        match self.find(workspace, reference) {
            Ok((_, found)) => Ok(Some(found.secret)),
            Err(Error::NotFound { what: "secret", .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }

    fn find(
        &mut self,
        workspace: Option<&WorkspaceName>,
        reference: &Reference,
    ) -> Result<(Workspace, Found), Error> {
        let named = reference.workspace.as_ref().or(workspace);
        let home = self.workspace(named)?;
        match &reference.secret {
            Target::Name(name) => {
                let found = self.find_name(&home, name)?;
                let found = found.ok_or_else(|| no_secret(&home, name.as_str()))?;
                Ok((home, found))
            }
            Target::Id(id) => {
                let record = RecordId::Secret(*id);
                let absent = || no_secret(&home, &id.to_string());
                let workspaces = self.workspaces.clone();
                let mut place = None;
                for workspace in places(&workspaces, &home, reference) {
                    if let Some(index) = self.pages(workspace.id).find_id(record)?
                        && place.replace((workspace, index)).is_some()
                    {
                        return Err(sealed::Error::Damaged(Part::Record(id.to_string())).into());
                    }
                }
                let (holder, index) = place.ok_or_else(absent)?;
                let found = self.find_index(holder, index)?.ok_or_else(absent)?;
                Ok((holder.clone(), found))
            }
        }
    }

    fn find_name(&mut self, home: &Workspace, name: &SecretName) -> Result<Option<Found>, Error> {
        let index = self.keyring.index(home.id, Kind::Secret, name.as_str())?;
        self.find_index(home, index)
    }

    fn find_index(&mut self, home: &Workspace, index: Index) -> Result<Option<Found>, Error> {
        let Some(line) = self.pages(home.id).get(index)? else {
            return Ok(None);
        };
        let page = || Error::from(sealed::Error::Damaged(Part::Page(home.id)));
        let record = Record::parse(&line).ok_or_else(page)?;
        let RecordId::Secret(id) = record.id else {
            return Err(record.damaged().into());
        };
        let secret = opening::secret(self.keyring, home, id, &record)?;
        let slots = (0..record.slot_count()).map(|position| record.slot(position));
        let slots = slots.collect::<Result<_, _>>()?;
        Ok(Some(Found {
            secret,
            index,
            slots,
        }))
    }

    /// Seals the metadata and puts the record in its place.
    fn write(&mut self, secret: &Secret, slots: &[Vec<u8>]) -> Result<(), Error> {
        let place = Place::SecretMeta(secret.workspace, secret.id);
        let sealed = self.keyring.seal(place, &meta::encode(&secret.to_meta()))?;
        let index = self
            .keyring
            .index(secret.workspace, Kind::Secret, secret.name.as_str())?;
        let line = write(RecordId::Secret(secret.id), index, &sealed, slots);
        self.put(secret.workspace, index, line)
    }
}
