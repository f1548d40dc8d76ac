//! Where sealed bytes rest. A store never sees plaintext: it takes [`SealedBytes`] only, and gives back
//! a [`Snapshot`] that nothing can change underneath.
//!
//! Reading takes no lock. Writing is a [`Transaction`]: lock, read again, stage, read back, commit.

pub mod file;
#[cfg(test)]
pub mod memory;

use crate::sealed::SealedBytes;
use std::io;
use std::path::PathBuf;
use std::time::Duration;

/// A place that holds one vault.
pub trait Store {
    /// The vault as it is now.
    fn load(&self) -> Result<Snapshot, Error>;

    /// Waits at most `patience` for the writers' lock.
    fn begin(&self, patience: Duration) -> Result<Box<dyn Transaction + '_>, Error>;

    /// How to name this place in a message.
    fn place(&self) -> String;
}

/// One change under the writers' lock. Dropping it without [`Transaction::commit`] leaves the vault as
/// it was and nothing beside it.
pub trait Transaction {
    /// The vault as it is under the lock; `None` when there is none yet.
    fn current(&mut self) -> Result<Option<Snapshot>, Error>;

    /// Makes `bytes` durable beside the vault and gives back what was really stored, to be verified
    /// before [`Transaction::commit`].
    fn stage(&mut self, bytes: &SealedBytes) -> Result<Snapshot, Error>;

    /// Puts the staged bytes in the vault's place. `Ok` means durable.
    fn commit(self: Box<Self>, previous: Previous) -> Result<(), Error>;
}

/// What becomes of the bytes that a commit replaces.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Previous {
    /// Kept beside the vault as `.NAME.prev`.
    Keep,
    /// Not kept, and an older `.NAME.prev` removed: it would open with a key that was taken away.
    Remove,
}

/// The bytes of a vault at one moment.
#[derive(Debug)]
pub enum Snapshot {
    /// An open file that only ever gets replaced, never written again.
    File { file: std::fs::File, bytes: u64 },
    Memory(Vec<u8>),
}

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("there is no vault at {place}")]
    NotFound { place: String },
    #[error("there is already a vault at {place}")]
    Exists { place: String },
    #[error("{place} {problem}; nothing was written")]
    Refused { place: String, problem: &'static str },
    #[error("another process has held the lock of {place} for {seconds} s")]
    Busy { place: String, seconds: u64 },
    #[error("{place} was replaced while it was being changed; nothing was written")]
    ChangedUnderneath { place: String },
    #[error("could not {doing} {}", path.display())]
    Io {
        doing: &'static str,
        path: PathBuf,
        source: io::Error,
    },
    #[error("{} was replaced, but the change may not survive a power cut", path.display())]
    NotDurable { path: PathBuf, source: io::Error },
}
