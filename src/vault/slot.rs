//! Slots: the versions of a value, and which of them is effective when. Numbers and checksums, no values.

use super::time::Timestamp;

/// The most slots that a secret has.
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
    /// The second from which it could be in use: a slot that was filled after its beginning is as young
    /// as what fills it.
    pub fn in_use_since(&self) -> u64 {
        self.slot.max(self.written_at.seconds())
    }
}

/// What a slot is at some time.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum SlotState {
    /// Another one has begun since.
    Past,
    Effective,
    /// Not yet begun.
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

/// Which of a secret's slots is meant. A pending one never is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Choice {
    /// The one effective at this time.
    At(Timestamp),
    /// The one with this number.
    Number(u64),
    /// The one that begins last, be it in the future.
    Latest,
    /// The one before that which is effective at this time.
    Before(Timestamp),
}
