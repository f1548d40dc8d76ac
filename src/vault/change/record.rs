//! Changes a secret's record: finds it, opens its metadata, and puts it back.

use super::Change;
use super::pages::Stored;
use crate::keyring::Keyring;
use crate::plaintext::Plaintext;
use crate::sealed::aad_context::AadContext;
use crate::sealed::id::SecretId;
use crate::sealed::index::{Index, RecordKind};
use crate::sealed::record::{Record, RecordId, write};
use crate::vault::checksum::Checksum;
use crate::vault::lookup::{no_secret, places};
use crate::vault::lookup_deleted::no_deleted;
use crate::vault::name::{SecretName, WorkspaceName};
use crate::vault::reference::{Reference, Target};
use crate::vault::rule::RuleViolation;
use crate::vault::secret::Secret;
use crate::vault::slot::{MAX_SLOT, MAX_SLOTS, Slot};
use crate::vault::time::Timestamp;
use crate::vault::value::check_value;
use crate::vault::workspace::Workspace;
use crate::vault::{Error, app, decrypt};

/// The greatest total size of the sealed superseded values of one secret.
const MAX_SUPERSEDED_BYTES: usize = 64 * 1024;

/// A secret with its ciphertexts.
pub(super) struct Found {
    pub home: Workspace,
    pub secret: Secret,
    /// The index of its record; `None` for a new one.
    pub index: Option<Index>,
    /// Ciphertext *i* belongs to slot *i*.
    pub values: Vec<Vec<u8>>,
}

impl Found {
    pub fn value(&self, keyring: &dyn Keyring, position: usize) -> Result<Plaintext, Error> {
        decrypt::value(keyring, &self.secret, position, &self.values[position])
    }

    /// Puts a value into the slot with this number, new or not. An equal value changes nothing. A slot that has
    /// begun stays begun, even if it is a little ahead of now.
    pub fn put(
        &mut self,
        keyring: &dyn Keyring,
        number: u64,
        value: &Plaintext,
        now: Timestamp,
    ) -> Result<(), Error> {
        check_value(value.len()).map_err(|broken| Error::invalid("value", broken))?;
        let place = self
            .secret
            .slots
            .binary_search_by_key(&number, |one| one.slot);
        if let Ok(position) = place
            && self.value(keyring, position)?.same_as(value)
        {
            return Ok(());
        }
        let has_begun =
            place.is_ok_and(|position| self.secret.slots[position].has_begun(now.seconds()));
        let begin = Timestamp::from_seconds(number).filter(|_| has_begun);
        let slot = Slot {
            slot: number,
            checksum: Checksum::of(value.expose()),
            written_at: begin.map_or(now, |begin| begin.max(now)),
            pending: false,
        };
        let sealed = keyring.seal(self.place(number), value.expose())?;
        match place {
            Ok(position) => {
                self.secret.slots[position] = slot;
                self.values[position] = sealed;
            }
            Err(position) => {
                self.secret.slots.insert(position, slot);
                self.values.insert(position, sealed);
            }
        }
        Ok(())
    }

    pub fn remove(&mut self, position: usize) {
        self.secret.slots.remove(position);
        self.values.remove(position);
    }

    /// Drops superseded slots, except the newest `keep`.
    pub fn prune(&mut self, keep: usize, second: u64) {
        let superseded: Vec<_> = self.secret.superseded(second).collect();
        for &position in superseded.iter().rev().skip(keep) {
            self.remove(position);
        }
    }

    /// Drops the oldest superseded slots until the rest fits the limit. Keeps the newest.
    pub fn limit_superseded(&mut self, second: u64) {
        let superseded: Vec<_> = self.secret.superseded(second).collect();
        let mut bytes = 0;
        for (age, &position) in superseded.iter().rev().enumerate() {
            bytes += self.values[position].len();
            if age > 0 && bytes > MAX_SUPERSEDED_BYTES {
                self.remove(position);
            }
        }
    }

    pub fn place(&self, number: u64) -> AadContext {
        AadContext::Value(self.home.id, self.secret.id, number)
    }

    fn check_slots(&self) -> Result<(), Error> {
        let slots = &self.secret.slots;
        if slots.len() > MAX_SLOTS {
            return Err(Error::InUse {
                message: format!(
                    "{} can have at most {MAX_SLOTS} versions",
                    self.secret.path()
                ),
                hint: "drop old ones with `kluis vault prune NAME`, or with `kluis rotate NAME --keep N`",
                ids: Vec::new(),
            });
        }
        if slots.iter().any(|slot| slot.slot > MAX_SLOT) {
            let rule = "a slot must be below 2^53";
            return Err(Error::invalid(
                "slot",
                RuleViolation::new(rule, "less_than"),
            ));
        }
        if slots.iter().all(|slot| slot.pending) {
            return Err(Error::InUse {
                message: format!("{} needs at least one slot", self.secret.path()),
                hint: "delete the secret with `kluis delete`, or give it a new value first",
                ids: Vec::new(),
            });
        }
        Ok(())
    }
}

impl Change<'_> {
    pub(super) fn find(
        &mut self,
        workspace: Option<&WorkspaceName>,
        reference: &Reference,
    ) -> Result<Found, Error> {
        let named = reference.workspace.as_ref().or(workspace);
        match &reference.secret {
            Target::Name(name) => {
                let home = self.workspace(named)?;
                let found = self.find_name(&home, name)?;
                found.ok_or_else(|| no_secret(Some(&home), name.as_str()))
            }
            Target::Id(id) => {
                let found = self.find_id(named, reference, *id)?;
                found.secret.check_not_deleted()?;
                Ok(found)
            }
        }
    }

    /// The only secret with this id, deleted or not.
    fn find_id(
        &mut self,
        named: Option<&WorkspaceName>,
        reference: &Reference,
        id: SecretId,
    ) -> Result<Found, Error> {
        let home = named.map(|name| self.workspace(Some(name))).transpose()?;
        let record = RecordId::Secret(id);
        let workspaces = self.workspaces.clone();
        let mut place = None;
        for workspace in places(&workspaces, home.as_ref(), reference) {
            let (pages, keyring) = self.opened(workspace.id);
            if let Some(found) = pages.find_id(keyring, record)?
                && place.replace((workspace, found)).is_some()
            {
                return Err(record.damaged().into());
            }
        }
        match place {
            Some((holder, (index, record))) => found(holder, index, &record),
            None => Err(no_secret(home.as_ref(), &id.to_string())),
        }
    }

    /// The deleted secret with this id, or the secret with this name that was deleted last.
    pub(super) fn find_deleted(
        &mut self,
        workspace: Option<&WorkspaceName>,
        reference: &Reference,
    ) -> Result<Found, Error> {
        let named = reference.workspace.as_ref().or(workspace);
        let (home, name) = match &reference.secret {
            Target::Name(name) => (self.workspace(named)?, name),
            Target::Id(id) => {
                let found = self.find_id(named, reference, *id)?;
                if !found.secret.is_deleted() {
                    return Err(no_deleted(None, &id.to_string()));
                }
                return Ok(found);
            }
        };
        let all = self.all_in(&home)?.into_iter();
        let last = all
            .filter(|found| found.secret.is_deleted() && found.secret.name == *name)
            .min_by_key(|found| found.secret.last_deleted_first());
        last.ok_or_else(|| no_deleted(Some(&home), name.as_str()))
    }

    /// The secrets of a workspace, deleted or not.
    pub(super) fn all_in(&mut self, home: &Workspace) -> Result<Vec<Found>, Error> {
        let (pages, keyring) = self.opened(home.id);
        let is_secret = |id| matches!(id, RecordId::Secret(_));
        let all = pages.find_all(keyring, SecretId::PREFIX, is_secret)?;
        let each = all.iter();
        each.map(|(index, record)| found(home, *index, record))
            .collect()
    }

    fn find_name(&mut self, home: &Workspace, name: &SecretName) -> Result<Option<Found>, Error> {
        let index = self
            .keyring
            .index(home.id, RecordKind::Secret, name.as_str())?;
        let (pages, keyring) = self.opened(home.id);
        let record = pages.get(keyring, index)?;
        record.map(|record| found(home, index, record)).transpose()
    }

    /// The secret of a link; it may be deleted.
    pub(super) fn find_target(&mut self, target: app::Target) -> Result<Option<Found>, Error> {
        let mut workspaces = self.workspaces.iter();
        let Some(home) = workspaces.find(|home| home.id == target.workspace).cloned() else {
            return Ok(None);
        };
        let (pages, keyring) = self.opened(home.id);
        let record = pages.find_id(keyring, RecordId::Secret(target.secret))?;
        let found = record.map(|(index, record)| found(&home, index, &record));
        found.transpose()
    }

    /// Refuses a name that exists in the workspace.
    pub(super) fn check_free_name(
        &mut self,
        home: &Workspace,
        name: &SecretName,
    ) -> Result<(), Error> {
        if self.find_name(home, name)?.is_none() {
            return Ok(());
        }
        let name = format!("{name} in the workspace {}", home.name);
        Err(Error::Exists {
            what: "secret",
            name,
        })
    }

    /// Writes a changed secret. An equal one keeps its bytes and its date.
    pub(super) fn put_back(&mut self, mut found: Found, old: &Secret) -> Result<Secret, Error> {
        if found.secret == *old {
            return Ok(found.secret);
        }
        // If the clock was set back, the change must not be dated before the creation.
        found.secret.updated_at = self.now.max(found.secret.created_at);
        self.write(&found)?;
        Ok(found.secret)
    }

    /// Puts the record in its place.
    pub(super) fn write(&mut self, found: &Found) -> Result<(), Error> {
        found.check_slots()?;
        let (home, secret) = (found.home.id, &found.secret);
        let id = RecordId::Secret(secret.id);
        let entry = secret.to_entry();
        let (kind, name) = entry.sorted_by(id);
        let index = self.keyring.index(home, kind, &name)?;
        if let Some(old) = found.index.filter(|&old| old != index) {
            self.remove(home, old)?;
        }
        let record = Stored {
            id,
            entry: entry.text(),
            line: write(id, &found.values).into(),
        };
        self.put(home, index, record)
    }
}

fn found(home: &Workspace, index: Index, record: &Stored<'_>) -> Result<Found, Error> {
    let damaged = || Error::from(record.id.damaged());
    let secret = decrypt::secret(home, record.id, record.parsed()?)?;
    let line = Record::parse(record.id, record.line.trim_end()).ok_or_else(damaged)?;
    decrypt::check_count(&secret, &line)?;
    let values = (0..line.count()).map(|position| line.sealed(position));
    Ok(Found {
        home: home.clone(),
        secret,
        index: Some(index),
        values: values.collect::<Result<_, _>>()?,
    })
}
