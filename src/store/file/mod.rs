//! A vault in a file. Readers take no lock and see the old or the new bytes, always complete; writers replace the
//! file and never write into it.

mod directory;
mod lock;
pub mod mount;
mod places;
mod previous;
pub(super) mod regular;
pub mod sharing;
mod temporary;
#[cfg(test)]
mod tests;

use super::{Error, Previous, Snapshot, Store, Transaction, git_exclude};
use crate::platform::directory::{SEARCH, open_real};
use crate::platform::file_system::Gap;
use crate::platform::signals;
use crate::sealed::SealedBytes;
use directory::{Directory, Links};
use lock::Lock;
pub use places::Places;
use previous::{InGit, Kept, PreviousPlace};
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

    /// The paths of the vault and of the files beside it, without touching any. The vault must exist.
    pub fn places(&self) -> io::Result<Places> {
        Places::of(&self.path)
    }

    /// The path of the bytes before the last change, if there are any.
    pub fn previous(&self) -> Result<PathBuf, Error> {
        let directory = Directory::of_vault(&self.path, self.links)?;
        Ok(previous::path_of(&directory.path_of(directory.vault())))
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
        // In a work tree, the leftovers of an interrupted writer must not get into a commit.
        git_exclude::add(&directory.path_of(directory.vault()));
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
        let directory = &self.directory;
        let (name, vault) = (directory.temporary(), directory.path_of(directory.vault()));
        let pieces = bytes.pieces();
        let (staged, written) = temporary::holding(directory, name, &vault, &self.sharing, pieces)?;
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
        // From here on the vault is replaced, even if another step fails. Another process may have taken one of
        // the two names in the last moment, so that the new file is not ours: only a check afterwards shows it.
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
        let place = match previous {
            Previous::Keep => self.place_for_copy()?,
            // The replaced bytes may be the only copy, so they are kept in any case.
            Previous::KeepLast => self
                .place_for_copy()?
                .or_else(|| Some(PreviousPlace::beside(&self.directory))),
            Previous::Remove => {
                self.check_unchanged(seen)?;
                self.forget_previous()?;
                None
            }
        };
        let kept = place.map(|place| Ok((self.keep(seen, &place)?, place)));
        let kept = kept.transpose()?;
        let vault = self.directory.vault();
        self.check_unchanged(seen)?;
        let replace_vault = || {
            staged
                .replace(vault)
                .map_err(self.not_written(Error::REPLACING))
        };
        let Some((kept, place)) = kept else {
            replace_vault()?;
            if previous == Previous::Keep {
                Gap::Previous.note();
                self.forget_beside();
            }
            return Ok(());
        };
        let put = || {
            kept.replace(&place.name)?;
            // If both are beside the vault, one call is enough for both.
            if place.is_beside() {
                Ok(())
            } else {
                place.sync()
            }
        };
        if previous == Previous::KeepLast {
            replace_vault()?;
            let path = place.path.clone();
            put().map_err(|source| Error::NotKept { path, source })?;
        } else {
            put().map_err(Error::not_written(Error::REPLACING, &place.path))?;
            replace_vault()?;
        }
        if !place.is_beside() {
            self.forget_beside();
        }
        Ok(())
    }

    fn place_for_copy(&self) -> Result<Option<PreviousPlace>, Error> {
        PreviousPlace::make(&self.directory).map_err(self.not_written("make room for a copy of"))
    }

    /// An older copy beside the vault, from before it was in a work tree, could get into a commit.
    fn forget_beside(&self) {
        let _ = self.directory.remove(&self.directory.previous());
    }

    /// Called as late as possible, so as not to overwrite the change of a writer that ignores the lock.
    fn check_unchanged(&self, seen: &Regular) -> Result<(), Error> {
        let vault = self.directory.vault();
        let unchanged = self.directory.still_names(vault, &seen.stat);
        if unchanged.map_err(self.not_written("look at"))? {
            return Ok(());
        }
        let place = self.store.place();
        Err(Error::ChangedUnderneath { place })
    }

    /// Removes the bytes that a removed key still opens. Durably: they must not come back beside the new vault
    /// after a power cut. The old vault stays complete until the new one replaces it.
    fn forget_previous(&self) -> Result<(), Error> {
        let beside = PreviousPlace::beside(&self.directory);
        let in_git = PreviousPlace::in_git(&self.directory);
        let in_git =
            in_git.map_err(Error::not_written("look for the copy of", &self.store.path))?;
        let in_git = match in_git {
            InGit::Absent => None,
            InGit::Place(place) => Some(place),
            InGit::Barred => {
                Gap::PreviousLeft.note();
                None
            }
        };
        for place in in_git.into_iter().chain([beside]) {
            let forget = || {
                if place.remove()? {
                    place.sync()?;
                }
                Ok(())
            };
            forget().map_err(Error::not_written("remove", &place.path))?;
        }
        Ok(())
    }

    /// The future previous bytes, under a temporary name. They are durable already, so a hard link is enough;
    /// where links do not work, they are copied.
    fn keep(&self, seen: &Regular, place: &PreviousPlace) -> Result<Kept, Error> {
        let directory = &self.directory;
        let name = || place.temporary();
        let linked = name().and_then(|name| {
            Kept::link(directory, directory.vault(), Rc::clone(&place.folder), name)
        });
        if let Ok(link) = linked {
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
        let vault = directory.path_of(directory.vault());
        let pieces = [bytes.as_slice()];
        let (copy, _) = temporary::holding(&place.folder, name(), &vault, &self.sharing, pieces)?;
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
