//! Rotation: gives a secret a new value, now or later, and makes an earlier one effective again.
//!
//! A rotation with a side effect elsewhere has three steps, each durable before the next begins: the new value is
//! saved as a *pending* slot; the side effect happens; the value becomes effective. If the process ends at any
//! point in between, the vault contains both values.

use super::Change;
use super::record::Found;
use super::version::{FastClock, NewVersion};
use crate::plaintext::Plaintext;
use crate::vault::Error;
use crate::vault::checksum::Checksum;
use crate::vault::lookup::no_pending;
use crate::vault::name::WorkspaceName;
use crate::vault::reference::Reference;
use crate::vault::rule::RuleViolation;
use crate::vault::secret::Secret;
use crate::vault::slot::Choice;
use crate::vault::time::Timestamp;

/// A secret after its rotation, and the slot that holds the value.
#[derive(Debug)]
pub struct Rotated {
    pub secret: Secret,
    pub slot: u64,
}

impl Secret {
    /// Refuses to change values while a rotation is pending.
    pub fn check_settled(&self) -> Result<(), Error> {
        if self.pending().is_none() {
            return Ok(());
        }
        Err(Error::InUse {
            message: format!("a rotation of {} is not finished", self.path()),
            hint: "`kluis rotate NAME --resume` makes the new value effective, `kluis rotate NAME --discard` drops it",
            ids: Vec::new(),
        })
    }
}

impl Change<'_> {
    /// Adds a slot with this value. Nothing changes if the value would be effective then anyway.
    pub fn rotate(
        &mut self,
        workspace: Option<&WorkspaceName>,
        reference: &Reference,
        value: &Plaintext,
        version: NewVersion,
    ) -> Result<Rotated, Error> {
        let found = self.find(workspace, reference)?;
        found.secret.check_settled()?;
        let old = found.secret.clone();
        self.add_slot(found, &old, value, version)
    }

    /// Saves a value that becomes effective once a change elsewhere has succeeded. `None` if it is already
    /// effective.
    pub fn begin_rotation(
        &mut self,
        workspace: Option<&WorkspaceName>,
        reference: &Reference,
        value: &Plaintext,
        clock: FastClock,
    ) -> Result<Option<Secret>, Error> {
        let mut found = self.find(workspace, reference)?;
        found.secret.check_settled()?;
        let old = found.secret.clone();
        self.settle_clock(&mut found, clock)?;
        let effective = found.secret.choose(Choice::Now(self.now))?;
        if found.value(self.keyring, effective)?.same_as(value) {
            return Ok(None);
        }
        let number = self.slot_of_now(&found.secret)?;
        found.put(self.keyring, number, value, self.now)?;
        if let Some(position) = found.secret.number(number) {
            found.secret.slots[position].pending = true;
        }
        self.put_back(found, &old).map(Some)
    }

    /// Makes a pending value effective. Writes it even if the pending slot was dropped meanwhile, or another
    /// rotation has begun: the change elsewhere has already happened.
    pub fn finish_rotation(
        &mut self,
        workspace: Option<&WorkspaceName>,
        reference: &Reference,
        value: &Plaintext,
        version: NewVersion,
    ) -> Result<Rotated, Error> {
        let mut found = self.find(workspace, reference)?;
        let old = found.secret.clone();
        if let Some(position) = pending_of(&old, Checksum::of(value.expose())) {
            found.remove(position);
        }
        self.add_slot(found, &old, value, version)
    }

    /// Makes the pending value effective.
    pub fn resume_rotation(
        &mut self,
        workspace: Option<&WorkspaceName>,
        reference: &Reference,
        version: NewVersion,
    ) -> Result<Rotated, Error> {
        let mut found = self.find(workspace, reference)?;
        let old = found.secret.clone();
        let position = old.pending().ok_or_else(|| no_pending(&old.path()))?;
        let value = found.value(self.keyring, position)?;
        found.remove(position);
        self.add_slot(found, &old, &value, version)
    }

    /// Drops the pending slot, or only one with this checksum. Returns whether there was one.
    pub fn discard_rotation(
        &mut self,
        workspace: Option<&WorkspaceName>,
        reference: &Reference,
        checksum: Option<Checksum>,
    ) -> Result<bool, Error> {
        let mut found = self.find(workspace, reference)?;
        let old = found.secret.clone();
        let position = match checksum {
            Some(checksum) => pending_of(&old, checksum),
            None => old.pending(),
        };
        let Some(position) = position else {
            return Ok(false);
        };
        found.remove(position);
        self.put_back(found, &old)?;
        Ok(true)
    }

    /// Makes an earlier value effective again, in a new slot: the value effective at `to`, or the one before the
    /// present value.
    pub fn roll_back(
        &mut self,
        workspace: Option<&WorkspaceName>,
        reference: &Reference,
        to: Option<Timestamp>,
        version: NewVersion,
    ) -> Result<Rotated, Error> {
        let found = self.find(workspace, reference)?;
        found.secret.check_settled()?;
        let choice = to.map_or(Choice::Before(self.now), Choice::At);
        if to.is_some_and(|to| to > self.now) {
            let rule = "a rollback must go to a time in the past; a later slot becomes effective by itself";
            return Err(Error::invalid(
                "to",
                RuleViolation::new(rule, "less_than_equal"),
            ));
        }
        let position = found.secret.choose(choice)?;
        let value = found.value(self.keyring, position)?;
        let old = found.secret.clone();
        self.add_slot(found, &old, &value, version)
    }

    /// Adds a version to a secret, and writes the secret.
    fn add_slot(
        &mut self,
        mut found: Found,
        old: &Secret,
        value: &Plaintext,
        version: NewVersion,
    ) -> Result<Rotated, Error> {
        let slot = self.add_version(&mut found, value, version)?;
        let secret = self.put_back(found, old)?;
        Ok(Rotated { secret, slot })
    }
}

fn pending_of(secret: &Secret, checksum: Checksum) -> Option<usize> {
    let position = secret.pending()?;
    (secret.slots[position].checksum == checksum).then_some(position)
}
