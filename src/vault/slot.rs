//! Slots: the versions of a value, and which of them is effective when. Numbers and checksums, no values.

use super::time::Timestamp;

/// The greatest number of slots of a secret.
pub const MAX_SLOTS: usize = 100;

/// One version of a value.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Slot {
    /// The Unix second from which it is effective.
    pub slot: u64,
    /// SHA-256 of the value, lower-case hex.
    pub checksum: String,
    pub written_at: Timestamp,
    /// Kept until a change elsewhere has succeeded; never effective.
    pub pending: bool,
}

impl Slot {
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
    /// The one effective at this time.
    At(Timestamp),
    /// The one with this number.
    Number(u64),
    /// The one that begins last, even in the future.
    Latest,
    /// The one before the slot that is effective at this time.
    Before(Timestamp),
}
