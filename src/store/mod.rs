//! Where sealed bytes rest. A store never sees plaintext: it takes [`SealedBytes`] only, and gives back
//! a [`Snapshot`] that nothing can change underneath.
//!
//! Reading takes no lock. Writing is a [`Transaction`]: lock, read again, stage, read back, commit.

pub mod file;
pub mod git_exclude;
#[cfg(any(test, fuzzing))]
#[expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "for tests and fuzzing, which fail by panicking"
)]
pub mod memory;
mod snapshot;
#[cfg(test)]
mod tests;
pub mod work_tree;

pub use snapshot::Snapshot;

use crate::sealed::SealedBytes;
use std::io;
use std::path::{Path, PathBuf};
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
/// it was and nothing beside it but the lock.
pub trait Transaction {
    /// The vault as it was when the lock was taken; `None` when there was none yet.
    fn current(&mut self) -> Result<Option<Snapshot>, Error>;

    /// Makes `bytes` durable beside the vault and gives back what was really stored, to be verified
    /// before [`Transaction::commit`]. Staging again takes the place of what was staged before.
    fn stage(&mut self, bytes: &SealedBytes) -> Result<Snapshot, Error>;

    /// Puts the staged bytes in the place of what [`Transaction::current`] gave, and of nothing else.
    /// `Ok` means durable; [`Error::NotDurable`], [`Error::Displaced`] and [`Error::NotKept`] come after the
    /// vault was replaced, every other error instead of it.
    fn commit(self: Box<Self>, previous: Previous) -> Result<(), Error>;
}

/// What becomes of the bytes that a commit replaces.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Previous {
    /// Kept beside the vault as `.NAME.prev`.
    Keep,
    /// The same, but not before the vault is replaced: what takes its place may be those very bytes, and they
    /// are the only good ones where the vault is damaged.
    KeepLast,
    /// Not kept, and an older `.NAME.prev` removed beforehand: it would open with a key that was taken away.
    Remove,
}

/// Why a store failed. Up to [`Error::NotStored`] the vault is unchanged.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("there is no vault at {place}")]
    NotFound { place: String },
    #[error("there is already a vault at {place}")]
    Exists { place: String },
    #[error("{place} {problem}; nothing was written")]
    Refused {
        place: String,
        problem: &'static str,
    },
    #[error("another process is using {place}: it stayed locked for {seconds} s")]
    Busy { place: String, seconds: u64 },
    #[error("another process replaced {place} meanwhile; nothing was written")]
    ChangedUnderneath { place: String },
    /// Reading failed.
    #[error("could not {doing} {}", path.display())]
    Io {
        doing: &'static str,
        path: PathBuf,
        source: io::Error,
    },
    /// Writing failed before the vault was replaced.
    #[error("could not {doing} {}; the vault was not changed", path.display())]
    NotWritten {
        doing: &'static str,
        path: PathBuf,
        source: io::Error,
    },
    /// What was stored is not what was written.
    #[error(
        "the file written beside {place} does not read back correctly; the vault was not changed"
    )]
    NotStored { place: String },
    #[error("{} was changed, but the change may be lost in a power cut", path.display())]
    NotDurable { path: PathBuf, source: io::Error },
    #[error("another process replaced {} without taking the lock: your change is not in it", path.display())]
    Displaced { path: PathBuf },
    #[error("the vault was changed, but the copy from before could not be kept as {}", path.display())]
    NotKept { path: PathBuf, source: io::Error },
}

impl Error {
    /// Turns an I/O failure into [`Error::NotWritten`]: `doing` is what was tried, as "could not …" goes on.
    fn not_written(doing: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self + use<> {
        let path = path.to_path_buf();
        move |source| Self::NotWritten {
            doing,
            path,
            source,
        }
    }
}
