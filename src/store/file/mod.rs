//! A vault in a file. Readers take no lock and see the old or the new bytes, each of them whole; writers
//! replace the file and never write into it.

mod directory;
mod lock;
pub mod mount;
pub(super) mod regular;
pub mod sharing;
mod temporary;
#[cfg(test)]
mod tests;

use super::{Error, Previous, Snapshot, Store, Transaction};
use crate::platform::directory::{SEARCH, open_real};
use crate::platform::signals;
use crate::sealed::SealedBytes;
pub use directory::Places;
use directory::{Directory, Links};
use lock::Lock;
use regular::{OpenError, Regular};
use rustix::fs::{CWD, OFlags};
use sharing::Sharing;
use std::io;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::time::Duration;
use temporary::Temporary;

/// A vault at a path. Reading follows links and ignores owner and mode, because signatures prove the bytes.
/// Writing is strict about the place.
#[derive(Clone)]
pub struct FileStore {
    path: PathBuf,
    links: Links,
}

impl FileStore {
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self {
            path: path.into(),
            links: Links::Followed,
        }
    }

    /// A vault at a real path, without links.
    pub fn at(path: impl Into<PathBuf>) -> Self {
        Self {
            path: path.into(),
            links: Links::Refused,
        }
    }

    /// The vault's real path and those beside it, without touching any. The vault must exist.
    pub fn places(&self) -> io::Result<Places> {
        Directory::places_of(&self.path)
    }

    /// The path of the bytes before the last change, if there are any.
    pub fn previous(&self) -> Result<PathBuf, Error> {
        let directory = Directory::of_vault(&self.path, self.links)?;
        Ok(directory.path_of(&directory.previous()))
    }

    fn open(&self) -> Result<Regular, OpenError> {
        match (self.links, self.path.parent(), self.path.file_name()) {
            (Links::Refused, Some(parent), Some(name)) => {
                let directory = open_real(parent, SEARCH).map_err(|error| OpenError::of(&error))?;
                let flags = OFlags::RDONLY | OFlags::NOFOLLOW;
                regular::open(directory, Path::new(name), flags)
            }
            _ => regular::open(CWD, &self.path, OFlags::RDONLY),
        }
    }

    fn transaction(&self, patience: Duration) -> Result<FileTransaction<'_>, Error> {
        signals::survive_file_size_limit();
        let directory = Rc::new(Directory::of_vault(&self.path, self.links)?);
        let sharing = directory.sharing();
        let sharing = sharing.map_err(Error::not_written("look at", &self.path))?;
        let lock = lock::take(&directory, &sharing, self.place(), patience)?;
        directory.remove_stale();
        let vault = Path::new(directory.vault());
        let seen = match regular::open(&directory, vault, OFlags::RDONLY | OFlags::NOFOLLOW) {
            Ok(vault) => Some(vault),
            Err(OpenError::Absent) => None,
            Err(obstacle) => return Err(obstacle.into_write_error("open", self.path.clone())),
        };
        // Read again under the lock.
        let sharing = directory.sharing();
        let sharing = sharing.map_err(Error::not_written("look at", &self.path))?;
        Ok(FileTransaction {
            sharing: match &seen {
                Some(vault) => sharing.with_access_list(&vault.file),
                None => sharing,
            },
            store: self,
            staged: None,
            seen,
            directory,
            _lock: lock,
        })
    }
}

impl Store for FileStore {
    fn load(&self) -> Result<Snapshot, Error> {
        let place = self.place();
        match self.open() {
            Ok(vault) => vault.snapshot(self.path.clone()),
            Err(OpenError::Absent) => Err(Error::NotFound { place }),
            Err(OpenError::Kind(problem)) => Err(Error::Refused { place, problem }),
            Err(OpenError::Failed(errno)) => Err(Error::Io {
                doing: "open",
                path: self.path.clone(),
                source: errno.into(),
            }),
        }
    }

    fn begin(&self, patience: Duration) -> Result<Box<dyn Transaction + '_>, Error> {
        Ok(Box::new(self.transaction(patience)?))
    }

    fn place(&self) -> String {
        self.path.display().to_string()
    }
}

/// The lock comes last: fields are dropped in order, and staged files must be removed while it is held.
struct FileTransaction<'a> {
    store: &'a FileStore,
    staged: Option<(Temporary, Regular)>,
    seen: Option<Regular>,
    sharing: Sharing,
    directory: Rc<Directory>,
    _lock: Lock,
}

impl Transaction for FileTransaction<'_> {
    fn current(&mut self) -> Result<Option<Snapshot>, Error> {
        let path = || self.store.path.clone();
        self.seen
            .as_ref()
            .map(|vault| vault.snapshot(path()))
            .transpose()
    }

    fn stage(&mut self, bytes: &SealedBytes<'_>) -> Result<Snapshot, Error> {
        let (staged, written) = temporary::holding(&self.directory, &self.sharing, bytes.pieces())?;
        let stored = written.snapshot(self.directory.path_of(staged.name()))?;
        self.staged = Some((staged, written));
        Ok(stored)
    }

    fn commit(mut self: Box<Self>, previous: Previous) -> Result<(), Error> {
        let Some((staged, written)) = self.staged.take() else {
            let nothing = io::Error::new(io::ErrorKind::InvalidInput, "nothing was staged");
            return Err(self.not_written(Error::REPLACING)(nothing));
        };
        let vault = self.directory.vault();
        let kept = match &self.seen {
            None => {
                let appeared = staged.appear_as(vault);
                appeared.map_err(|error| self.create_error(error))?;
                Ok(())
            }
            Some(seen) => match self.replace(seen, staged, previous) {
                kept @ (Ok(()) | Err(Error::NotKept { .. })) => kept,
                Err(error) => return Err(error),
            },
        };
        // From here on the vault is replaced, whatever else fails. Another process may have taken one of the
        // two names in the last moment, so that the new file is not ours: only a check afterwards can tell.
        let path = || self.store.path.clone();
        let not_durable = |source| Error::NotDurable {
            path: path(),
            source,
        };
        let is_there = self.directory.names(vault, &written.stat);
        if !is_there.map_err(not_durable)? {
            return Err(Error::Displaced { path: path() });
        }
        self.directory.sync().map_err(not_durable)?;
        kept
    }
}

impl FileTransaction<'_> {
    fn replace(&self, seen: &Regular, staged: Temporary, previous: Previous) -> Result<(), Error> {
        let kept = match previous {
            Previous::Keep | Previous::KeepLast => Some(self.keep(seen)?),
            Previous::Remove => {
                self.check_unchanged(seen)?;
                self.forget_previous()?;
                None
            }
        };
        let vault = self.directory.vault();
        self.check_unchanged(seen)?;
        let name = self.directory.previous();
        let path = self.directory.path_of(&name);
        let replace_vault = || {
            staged
                .replace(vault)
                .map_err(self.not_written(Error::REPLACING))
        };
        match kept {
            None => replace_vault(),
            Some(kept) if previous == Previous::KeepLast => {
                replace_vault()?;
                let kept = kept.replace(&name);
                kept.map_err(|source| Error::NotKept { path, source })
            }
            Some(kept) => {
                kept.replace(&name)
                    .map_err(Error::not_written(Error::REPLACING, &path))?;
                replace_vault()
            }
        }
    }

    /// Called as late as possible: a writer that ignores the lock must not be overwritten.
    fn check_unchanged(&self, seen: &Regular) -> Result<(), Error> {
        let vault = self.directory.vault();
        let unchanged = self.directory.still_names(vault, &seen.stat);
        if unchanged.map_err(self.not_written("look at"))? {
            return Ok(());
        }
        let place = self.store.place();
        Err(Error::ChangedUnderneath { place })
    }

    /// Removes the bytes that a removed key still opens, and durably: they must not come back beside the new
    /// vault after a power cut. The old vault stays whole until the new one is there.
    fn forget_previous(&self) -> Result<(), Error> {
        let name = self.directory.previous();
        let forget = || {
            if self.directory.remove(&name)? {
                self.directory.sync()?;
            }
            Ok(())
        };
        let path = self.directory.path_of(&name);
        forget().map_err(Error::not_written("remove", &path))
    }

    /// The future previous bytes, under a temporary name. They are durable already, so a hard link is enough;
    /// where links do not work, they are copied.
    fn keep(&self, seen: &Regular) -> Result<Temporary, Error> {
        if let Ok(link) = temporary::linked(&self.directory, self.directory.vault()) {
            return Ok(link);
        }
        let bytes = seen.snapshot(self.store.path.clone())?;
        let bytes = bytes
            .read_all(SealedBytes::MAX)
            .map_err(|error| match error {
                Error::Io { path, source, .. } => {
                    Error::not_written("keep a copy of", &path)(source)
                }
                other => other,
            })?;
        let (copy, _) = temporary::holding(&self.directory, &self.sharing, [bytes.as_slice()])?;
        Ok(copy)
    }

    fn create_error(&self, error: io::Error) -> Error {
        match error.kind() {
            io::ErrorKind::AlreadyExists => Error::Exists {
                place: self.store.place(),
            },
            _ => self.not_written("create")(error),
        }
    }

    fn not_written(&self, doing: &'static str) -> impl FnOnce(io::Error) -> Error {
        Error::not_written(doing, &self.store.path)
    }
}
