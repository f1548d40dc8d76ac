//! Creates and updates secrets. Equal fields are no change: the file keeps its bytes and `updated_at` stays.

use super::Change;
use super::fields::Fields;
use super::record::Found;
use super::version::NewVersion;
use crate::plaintext::Plaintext;
use crate::sealed::id::SecretId;
use crate::vault::Error;
use crate::vault::description::Description;
use crate::vault::domain::AllowedDomains;
use crate::vault::env_key::EnvKey;
use crate::vault::name::{SecretName, WorkspaceName};
use crate::vault::reference::Reference;
use crate::vault::secret::Secret;
use crate::vault::slot::Choice;

pub struct NewSecret {
    pub name: SecretName,
    pub fields: Fields,
    /// At least one slot, and each number once.
    pub slots: Vec<(u64, Plaintext)>,
}

impl NewSecret {
    /// A secret whose only slot is 0.
    #[cfg(test)]
    pub fn with_value(name: SecretName, value: Plaintext) -> Self {
        Self {
            name,
            fields: Fields::default(),
            slots: vec![(0, value)],
        }
    }
}

/// A change of a secret's values.
#[derive(Default)]
pub enum Values {
    #[default]
    Keep,
    /// Adds a version.
    New(Plaintext, NewVersion),
    /// Replaces the value of the effective slot, or of slot 0 if none is effective.
    Effective(Plaintext),
    /// Puts these slots and keeps the others.
    Merge(Vec<(u64, Plaintext)>),
    /// Puts these slots and drops the others.
    Replace(Vec<(u64, Plaintext)>),
}

/// The changes; everything else stays.
#[derive(Default)]
pub struct SecretUpdate {
    pub name: Option<SecretName>,
    pub fields: Fields,
    pub values: Values,
    /// Numbers of slots to drop.
    pub remove: Vec<u64>,
}

impl Change<'_> {
    pub fn create_secret(
        &mut self,
        workspace: Option<&WorkspaceName>,
        new: NewSecret,
    ) -> Result<Secret, Error> {
        let home = self.workspace(workspace)?;
        self.check_free_name(&home, &new.name)?;
        let mut secret = Secret {
            id: SecretId::random(),
            workspace: home.id,
            workspace_name: home.name.clone(),
            env_key: EnvKey::from_name(&new.name),
            name: new.name,
            description: Description::default(),
            allowed_domains: AllowedDomains::default(),
            rotate_every: None,
            expires_at: None,
            slots: Vec::new(),
            apps: Vec::new(),
            created_at: self.now,
            updated_at: self.now,
            deleted_at: None,
        };
        new.fields.apply(&mut secret);
        let mut found = Found {
            home,
            secret,
            index: None,
            values: Vec::new(),
        };
        for (number, value) in &new.slots {
            found.put(self.keyring, *number, value, self.now)?;
        }
        self.write(&found)?;
        Ok(found.secret)
    }

    /// Changes all given fields, or none.
    pub fn update_secret(
        &mut self,
        workspace: Option<&WorkspaceName>,
        reference: &Reference,
        update: SecretUpdate,
    ) -> Result<Secret, Error> {
        let mut found = self.find(workspace, reference)?;
        let old = found.secret.clone();
        if let Some(name) = update.name {
            if name != old.name {
                self.check_free_name(&found.home, &name)?;
            }
            found.secret.rename(name);
        }
        update.fields.apply(&mut found.secret);
        if !matches!(update.values, Values::Keep) || !update.remove.is_empty() {
            found.secret.check_settled()?;
        }
        match update.values {
            Values::Keep => {}
            Values::New(value, version) => {
                self.add_version(&mut found, &value, version)?;
            }
            Values::Effective(value) => {
                let effective = found.secret.effective(self.now.seconds());
                let number = effective.map_or(0, |position| found.secret.slots[position].slot);
                found.put(self.keyring, number, &value, self.now)?;
            }
            Values::Merge(slots) => {
                for (number, value) in &slots {
                    found.put(self.keyring, *number, value, self.now)?;
                }
            }
            Values::Replace(slots) => {
                for position in (0..found.secret.slots.len()).rev() {
                    let number = found.secret.slots[position].slot;
                    if !slots.iter().any(|(listed, _)| *listed == number) {
                        found.remove(position);
                    }
                }
                for (number, value) in &slots {
                    found.put(self.keyring, *number, value, self.now)?;
                }
            }
        }
        for number in update.remove {
            let position = found.secret.choose(Choice::Number(number))?;
            found.remove(position);
        }
        self.put_back(found, &old)
    }

    /// The secret that a reference names, if it exists.
    pub fn look_up(
        &mut self,
        workspace: Option<&WorkspaceName>,
        reference: &Reference,
    ) -> Result<Option<Secret>, Error> {
        match self.find(workspace, reference) {
            Ok(found) => Ok(Some(found.secret)),
            Err(Error::NotFound { what: "secret", .. } | Error::Deleted { .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }
}
