//! Adds a version of a value, and drops old ones. A version that is effective now begins after every slot that
//! has begun.

use super::Change;
use super::fields::Edit;
use super::record::Found;
use crate::plaintext::Plaintext;
use crate::vault::Error;
use crate::vault::rule::RuleViolation;
use crate::vault::secret::Secret;
use crate::vault::slot::CLOCK_TOLERANCE_SECONDS;
use crate::vault::time::{Timestamp, rough_duration};

/// When a new value becomes effective.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Begin {
    /// In this second, or after the slots that have begun.
    Now,
    /// In this Unix second, which must be free.
    At(u64),
}

/// The handling of a version that a clock far ahead of this one wrote. Later, when this clock reaches its time,
/// it would replace a version written now.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum FastClock {
    /// Nothing is written.
    #[default]
    Refuse,
    /// It becomes a version of now, just before the new one.
    Accept,
}

/// How a version is added.
#[derive(Clone, Copy, Debug)]
pub struct NewVersion {
    pub begin: Begin,
    /// How many superseded versions stay; `None` keeps all.
    pub keep: Option<usize>,
    /// The expiry date of the new value.
    pub expires_at: Edit<Timestamp>,
    pub clock: FastClock,
}

impl NewVersion {
    /// A version that is effective from now on.
    pub fn now(keep: usize, clock: FastClock) -> Self {
        Self {
            begin: Begin::Now,
            keep: Some(keep),
            expires_at: Edit::Keep,
            clock,
        }
    }
}

impl Change<'_> {
    /// Adds a version and returns its slot. Nothing changes if the value would be effective then anyway.
    pub(super) fn add_version(
        &self,
        found: &mut Found,
        value: &Plaintext,
        version: NewVersion,
    ) -> Result<u64, Error> {
        let now = self.now.seconds();
        let begin = match version.begin {
            Begin::Now => {
                self.settle_clock(found, version.clock)?;
                now
            }
            Begin::At(second) => second,
        };
        let before = found.secret.effective(begin);
        if let Some(position) = before
            && found.value(self.keyring, position)?.same_as(value)
        {
            return Ok(found.secret.slots[position].slot);
        }
        let (slot, written_at) = match version.begin {
            Begin::Now => {
                if self.slot_of_now(&found.secret)? > now + CLOCK_TOLERANCE_SECONDS {
                    self.make_room(found)?;
                }
                let slot = self.slot_of_now(&found.secret)?;
                (slot, self.written_at(slot))
            }
            Begin::At(second) => {
                check_begin(&found.secret, second, now)?;
                (second, self.now)
            }
        };
        found.put(self.keyring, slot, value, written_at)?;
        if let Some(keep) = version.keep {
            found.prune(keep, now);
        }
        if version.begin == Begin::Now {
            found.limit_superseded(now);
        }
        version.expires_at.apply(&mut found.secret.expires_at);
        // A past expiry date belonged to the replaced value.
        let replaces = version.begin == Begin::Now || slot <= now;
        if replaces && version.expires_at == Edit::Keep {
            let expires_at = &mut found.secret.expires_at;
            *expires_at = expires_at.filter(|time| *time > self.now);
        }
        Ok(slot)
    }

    /// The slot of a value that is effective from now on: after every slot that has begun.
    pub(super) fn slot_of_now(&self, secret: &Secret) -> Result<u64, Error> {
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

    /// Moves the versions that have begun down, as far as they are ahead of now; keeps their order. Otherwise,
    /// after hundreds of changes in a few seconds, a new version would be so far ahead that it does not count
    /// yet.
    fn make_room(&self, found: &mut Found) -> Result<(), Error> {
        let now = self.now.seconds();
        let Some(last) = found.secret.effective(now) else {
            return Ok(());
        };
        let mut below = now;
        let mut moved = Vec::new();
        for position in (0..=last).rev() {
            let slot = &found.secret.slots[position];
            if slot.pending {
                continue;
            }
            let pending = found.secret.pending();
            if pending.is_some_and(|pending| found.secret.slots[pending].slot == below) {
                below = below.saturating_sub(1);
            }
            if slot.slot <= below {
                break;
            }
            moved.push((slot.slot, below));
            below = below.saturating_sub(1);
        }
        // From the oldest on, so that no number is used twice.
        for (from, to) in moved.into_iter().rev() {
            let Some(position) = found.secret.number(from) else {
                continue;
            };
            let value = found.value(self.keyring, position)?;
            let written_at = found.secret.slots[position].written_at;
            found.remove(position);
            if is_taken(&found.secret, to) {
                return Err(taken(&found.secret, to));
            }
            found.put(self.keyring, to, &value, written_at.min(self.now))?;
        }
        Ok(())
    }

    /// The date of writing for such a slot: not before the slot begins, or it would only be scheduled.
    fn written_at(&self, slot: u64) -> Timestamp {
        Timestamp::from_seconds(slot).map_or(self.now, |begin| begin.max(self.now))
    }

    /// Refuses versions of a clock far ahead, or makes them versions of now.
    pub(super) fn settle_clock(&self, found: &mut Found, clock: FastClock) -> Result<(), Error> {
        let now = self.now.seconds();
        while let Some(position) = found.secret.ahead(now) {
            if clock == FastClock::Refuse {
                return Err(ahead(&found.secret, position, now));
            }
            let value = found.value(self.keyring, position)?;
            found.remove(position);
            let slot = self.slot_of_now(&found.secret)?;
            found.put(self.keyring, slot, &value, self.written_at(slot))?;
        }
        Ok(())
    }
}

fn ahead(secret: &Secret, position: usize, now: u64) -> Error {
    let written = secret.slots[position].written_at.seconds();
    let ahead = rough_duration(written.saturating_sub(now));
    Error::InUse {
        message: format!(
            "a version of {} was written by a clock that is {ahead} ahead of this one, and would replace yours later",
            secret.path()
        ),
        hint: "check both clocks; `--accept-clock` makes that version one of now, before yours",
        ids: Vec::new(),
    }
}

fn is_taken(secret: &Secret, second: u64) -> bool {
    secret.slots.iter().any(|slot| slot.slot == second)
}

/// Checks the beginning of a rotation: a free second, later than the beginning of the effective slot.
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
