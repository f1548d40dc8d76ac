//! What the time is, as a change needs to know it: under the lock, after whoever had to type has typed.

use super::time::Timestamp;

pub trait Clock {
    fn now(&self) -> Timestamp;

    /// Waits until the next second has begun.
    fn wait(&self);
}

/// A clock that stands still.
impl Clock for Timestamp {
    fn now(&self) -> Timestamp {
        *self
    }

    fn wait(&self) {}
}
