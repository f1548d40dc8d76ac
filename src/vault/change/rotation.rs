//! Rotation: adds a new value, makes an earlier one effective again, and deletes superseded ones.
//!
//! A rotation with a side effect elsewhere has three steps, each durable before the next begins: the new
//! value is saved as a *pending* slot; the side effect happens; the value becomes effective. Whatever ends
//! the process in between, the vault holds both values.

use super::Change;
use super::record::Found;
use super::secret::Edit;
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

/// When a new value becomes effective.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Begin {
    /// In this second, or after the slots that have begun.
    Now,
    /// In this Unix second, which must be free.
    At(u64),
}

/// The options of a rotation.
#[derive(Clone, Copy, Debug)]
pub struct Rotation {
    pub begin: Begin,
    /// How many superseded slots stay; `None` keeps all.
    pub keep: Option<usize>,
    /// The expiry date of the new value.
    pub expires_at: Edit<Timestamp>,
}

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
    /// Adds a slot with this value. If the value would be effective then anyway, nothing changes.
    pub fn rotate(
        &mut self,
        workspace: Option<&WorkspaceName>,
        reference: &Reference,
        value: &Plaintext,
        rotation: Rotation,
    ) -> Result<Rotated, Error> {
        let found = self.find(workspace, reference)?;
        found.secret.check_settled()?;
        let old = found.secret.clone();
        self.add_slot(found, &old, value, rotation)
    }

    /// Saves a value that becomes effective once a change elsewhere has succeeded. `None` if it is effective
    /// already.
    pub fn begin_rotation(
        &mut self,
        workspace: Option<&WorkspaceName>,
        reference: &Reference,
        value: &Plaintext,
    ) -> Result<Option<Secret>, Error> {
        let mut found = self.find(workspace, reference)?;
        found.secret.check_settled()?;
        let old = found.secret.clone();
        let effective = old.choose(Choice::Now(self.now))?;
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

    /// Makes a pending value effective. It is written even if the pending slot was dropped meanwhile, or
    /// another rotation has begun: the change elsewhere has already been made.
    pub fn finish_rotation(
        &mut self,
        workspace: Option<&WorkspaceName>,
        reference: &Reference,
        value: &Plaintext,
        rotation: Rotation,
    ) -> Result<Rotated, Error> {
        let mut found = self.find(workspace, reference)?;
        let old = found.secret.clone();
        if let Some(position) = pending_of(&old, Checksum::of(value.expose())) {
            found.remove(position);
        }
        self.add_slot(found, &old, value, rotation)
    }

    /// Makes the pending value effective.
    pub fn resume_rotation(
        &mut self,
        workspace: Option<&WorkspaceName>,
        reference: &Reference,
        rotation: Rotation,
    ) -> Result<Rotated, Error> {
        let mut found = self.find(workspace, reference)?;
        let old = found.secret.clone();
        let position = old.pending().ok_or_else(|| no_pending(&old.path()))?;
        let value = found.value(self.keyring, position)?;
        found.remove(position);
        self.add_slot(found, &old, &value, rotation)
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

    /// Makes an earlier value effective again, as a new slot: the one effective at `to`, or the one before
    /// the present value.
    pub fn roll_back(
        &mut self,
        workspace: Option<&WorkspaceName>,
        reference: &Reference,
        to: Option<Timestamp>,
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
        let rotation = Rotation {
            begin: Begin::Now,
            keep: None,
            expires_at: Edit::Keep,
        };
        let old = found.secret.clone();
        self.add_slot(found, &old, &value, rotation)
    }

    /// Drops superseded slots, except the newest `keep`.
    pub fn prune(
        &mut self,
        workspace: Option<&WorkspaceName>,
        reference: &Reference,
        keep: usize,
    ) -> Result<Secret, Error> {
        let mut found = self.find(workspace, reference)?;
        let old = found.secret.clone();
        found.prune(keep, self.now.seconds());
        self.put_back(found, &old)
    }

    fn add_slot(
        &mut self,
        mut found: Found,
        old: &Secret,
        value: &Plaintext,
        rotation: Rotation,
    ) -> Result<Rotated, Error> {
        let begin = match rotation.begin {
            Begin::Now => self.now.seconds(),
            Begin::At(second) => second,
        };
        let before = found.secret.effective(begin);
        let same = match before {
            Some(position) => found.value(self.keyring, position)?.same_as(value),
            None => false,
        };
        let slot = match (before, rotation.begin) {
            (Some(position), _) if same => found.secret.slots[position].slot,
            (_, Begin::Now) => self.slot_of_now(&found.secret)?,
            (_, Begin::At(second)) => {
                check_begin(&found.secret, second, self.now.seconds())?;
                second
            }
        };
        if !same {
            let written_at = match rotation.begin {
                Begin::Now => self.written_at(slot),
                Begin::At(_) => self.now,
            };
            found.put(self.keyring, slot, value, written_at)?;
            if let Some(keep) = rotation.keep {
                found.prune(keep, self.now.seconds());
            }
            if rotation.begin == Begin::Now {
                found.limit_superseded(self.now.seconds());
            }
            rotation.expires_at.apply(&mut found.secret.expires_at);
            // A past expiry date belonged to the value that is replaced.
            let replaced = rotation.begin == Begin::Now || slot <= self.now.seconds();
            if replaced && rotation.expires_at == Edit::Keep {
                let expires_at = &mut found.secret.expires_at;
                *expires_at = expires_at.filter(|time| *time > self.now);
            }
        }
        let secret = self.put_back(found, old)?;
        Ok(Rotated { secret, slot })
    }

    /// The slot of a value that is effective from now on: after every slot that has begun.
    fn slot_of_now(&self, secret: &Secret) -> Result<u64, Error> {
        let now = self.now.seconds();
        let begun = secret.effective(now);
        let after = begun.map_or(0, |position| secret.slots[position].slot + 1);
        let mut slot = now.max(after);
        while is_taken(secret, slot) {
            slot += 1;
        }
        match Timestamp::from_seconds(slot) {
            Some(_) => Ok(slot),
            None => Err(taken(secret, now)),
        }
    }

    /// When such a slot is written: not before it begins, or it would only be scheduled.
    fn written_at(&self, slot: u64) -> Timestamp {
        Timestamp::from_seconds(slot).map_or(self.now, |begin| begin.max(self.now))
    }
}

fn is_taken(secret: &Secret, second: u64) -> bool {
    secret.slots.iter().any(|slot| slot.slot == second)
}

fn pending_of(secret: &Secret, checksum: Checksum) -> Option<usize> {
    let position = secret.pending()?;
    (secret.slots[position].checksum == checksum).then_some(position)
}

/// A rotation needs a free second, later than the beginning of the effective slot.
fn check_begin(secret: &Secret, second: u64, now: u64) -> Result<(), Error> {
    if is_taken(secret, second) {
        return Err(taken(secret, second));
    }
    match secret
        .effective(now)
        .map(|position| &secret.slots[position])
    {
        Some(effective) if second < effective.slot => {
            let rule = format!(
                "a rotation must begin after the effective slot, {}; to write an older slot, use `kluis update NAME --value --slot TIME`",
                effective.slot
            );
            Err(Error::invalid(
                "at",
                RuleViolation::new(rule, "greater_than"),
            ))
        }
        _ => Ok(()),
    }
}

fn taken(secret: &Secret, second: u64) -> Error {
    Error::Exists {
        what: "slot",
        name: format!("{second} of {}", secret.path()),
    }
}
