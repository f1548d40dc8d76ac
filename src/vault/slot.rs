//! Slots: the versions of a value, and the rule for which is effective when. Numbers and checksums, no values.

use super::checksum::Checksum;
use super::time::Timestamp;

/// The greatest number of slots of a secret.
pub const MAX_SLOTS: usize = 100;
/// The greatest number of a slot: every JSON reader keeps it exact.
pub const MAX_SLOT: u64 = crate::sealed::line::MAX_NUMBER;
/// The greatest lead of the clock that wrote a slot. A slot that such a clock wrote for its present second counts
/// at once.
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
    /// Whether it is or was effective, at this Unix second. A slot written for the present second has begun, even
    /// if the clock that wrote it is a little ahead, or several were written in one second.
    pub fn has_begun(&self, second: u64) -> bool {
        let written = self.written_at.seconds();
        let is_of_now =
            self.slot <= written && written <= second.saturating_add(CLOCK_TOLERANCE_SECONDS);
        !self.pending && (self.slot <= second || is_of_now)
    }

    /// Whether a clock more than five minutes ahead of this one wrote it for its present second: it has not
    /// begun.
    pub fn is_ahead(&self, second: u64) -> bool {
        !self.pending && !self.has_begun(second) && self.slot <= self.written_at.seconds()
    }

    /// The second since when it may be in use. A slot that was filled after its beginning is as old as its
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

/// The choice of a secret's slot; never a pending one.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Choice {
    /// The slot effective now.
    Now(Timestamp),
    /// The slot effective at this time, past or future.
    At(Timestamp),
    /// The slot with this number.
    Number(u64),
    /// The slot that begins last, even in the future.
    Latest,
    /// The slot before the effective one.
    Before(Timestamp),
}
