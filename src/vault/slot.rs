//! Slots: the versions of a value, and which of them is effective when. Numbers and checksums, no values.

use super::checksum::Checksum;
use super::time::Timestamp;

/// The greatest number of slots of a secret.
pub const MAX_SLOTS: usize = 100;
/// The greatest number of a slot: every JSON reader keeps it exact.
pub const MAX_SLOT: u64 = crate::sealed::line::MAX_NUMBER;
/// How far the clock that wrote a slot may be ahead of this one. What such a clock wrote as of now counts at
/// once.
pub const CLOCK_TOLERANCE_SECONDS: u64 = 5 * 60;

/// One version of a value.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Slot {
    /// The Unix second from which it is effective.
    pub slot: u64,
    pub checksum: Checksum,
    pub written_at: Timestamp,
    /// Kept until a change elsewhere has succeeded; never effective.
    pub pending: bool,
}

impl Slot {
    /// Whether it is effective now, at this Unix second, or was. A slot that was written as of now has begun,
    /// even if the clock that wrote it is a little ahead, or several were written in one second.
    pub fn has_begun(&self, second: u64) -> bool {
        let written = self.written_at.seconds();
        let is_of_now =
            self.slot <= written && written <= second.saturating_add(CLOCK_TOLERANCE_SECONDS);
        !self.pending && (self.slot <= second || is_of_now)
    }

    /// Whether it was written as of now, by a clock more than five minutes ahead of this one: it has not begun.
    pub fn is_ahead(&self, second: u64) -> bool {
        !self.pending && !self.has_begun(second) && self.slot <= self.written_at.seconds()
    }

    /// The second since when it may be in use: a slot that was filled after its beginning is as old as its
    /// content.
    pub fn in_use_since(&self) -> u64 {
        self.slot.max(self.written_at.seconds())
    }
}

/// The state of a slot at some time.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum SlotState {
    /// A later slot has begun.
    Past,
    Effective,
    /// It has not begun yet.
    Scheduled,
    Pending,
}

impl SlotState {
    pub fn word(self) -> &'static str {
        match self {
            Self::Past => "past",
            Self::Effective => "effective",
            Self::Scheduled => "scheduled",
            Self::Pending => "pending",
        }
    }
}

/// Which slot of a secret is meant; never a pending one.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Choice {
    /// The one effective now.
    Now(Timestamp),
    /// The one whose time this was, or will be.
    At(Timestamp),
    /// The one with this number.
    Number(u64),
    /// The one that begins last, even in the future.
    Latest,
    /// The one before the slot that is effective now.
    Before(Timestamp),
}
