//! The time of a change, read under the lock and after all prompts.

use super::time::Timestamp;

pub trait Clock {
    fn now(&self) -> Timestamp;
}

/// A clock that stands still.
impl Clock for Timestamp {
    fn now(&self) -> Timestamp {
        *self
    }
}
