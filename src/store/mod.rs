//! Stores sealed bytes. A store never sees plaintext: it accepts only [`SealedBytes`], and returns a
//! [`Snapshot`] that cannot change.
//!
//! Reading takes no lock. Writing is a [`Transaction`]: lock, read again, stage, read back, commit.

pub mod file;
pub mod git_exclude;
pub mod git_folder;
#[cfg(any(test, fuzzing))]
#[expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "for tests and fuzzing, which fail by panicking"
)]
pub mod memory;
pub mod scratch;
mod snapshot;
#[cfg(test)]
mod tests;
pub mod work_tree;

pub use snapshot::Snapshot;

use crate::sealed::SealedBytes;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// A store of one vault.
pub trait Store {
    /// The vault's current bytes.
    fn load(&self) -> Result<Snapshot, Error>;

    /// Waits at most `patience` for the writers' lock.
    fn begin(&self, patience: Duration) -> Result<Box<dyn Transaction + '_>, Error>;

    /// The store's name in messages.
    fn place(&self) -> String;
}

/// One change under the writers' lock. If it is dropped without [`Transaction::commit`], the vault is
/// unchanged and only the lock file is left beside it.
pub trait Transaction {
    /// The vault when the lock was taken; `None` if there was none.
    fn current(&mut self) -> Result<Option<Snapshot>, Error>;

    /// Makes `bytes` durable beside the vault and returns the stored bytes. Check them before
    /// [`Transaction::commit`]. Staging again replaces the earlier bytes.
    fn stage(&mut self, bytes: &SealedBytes<'_>) -> Result<Snapshot, Error>;

    /// Replaces exactly the bytes that [`Transaction::current`] returned with the staged ones. `Ok` means
    /// durable. [`Error::NotDurable`], [`Error::Displaced`] and [`Error::NotKept`] mean that the vault was
    /// replaced; every other error means that it was not.
    fn commit(self: Box<Self>, previous: Previous) -> Result<(), Error>;
}

/// The handling of the replaced bytes in a commit.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Previous {
    /// Keep them beside the vault as `.NAME.prev`.
    Keep,
    /// The same, but only after the vault is replaced: the new bytes may come from `.NAME.prev` itself, and if
    /// the vault is damaged they are the only good ones.
    KeepLast,
    /// Remove them, and before that an older `.NAME.prev`: a removed key could open both.
    Remove,
}

/// The reason why a store failed. Up to [`Error::NotStored`] the vault is unchanged.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("there is no vault at {place}")]
    NotFound { place: String },
    #[error("there is already a vault at {place}")]
    Exists { place: String },
    #[error("there is an empty file at {place}, and no vault in it")]
    Empty { place: String },
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
    /// Other bytes were read back from the new file than were written to it.
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
    /// The action in [`Error::NotWritten`] when the lock could not be opened, and not when it could not be
    /// locked.
    pub const OPENING_LOCK: &str = "open the lock";
    pub const LOCKING: &str = "lock";
    pub const REPLACING: &str = "replace";

    /// Turns an I/O failure into [`Error::NotWritten`]; `doing` completes the message "could not …".
    fn not_written(doing: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self + use<> {
        let path = path.to_path_buf();
        move |source| Self::NotWritten {
            doing,
            path,
            source,
        }
    }
}
