//! The real directory of a vault, and the file names used there. A writer works only through the open directory,
//! so a path that is moved or relinked meanwhile leads nowhere else.

use super::mount;
use super::regular::{self, OpenError};
use super::sharing::{self, Sharing};
use crate::platform::file_system::sync_folder;
use crate::platform::{directory, private_file};
use crate::store::Error;
use rustix::fs::{AtFlags, Dir, FileType, Mode, Stat};
use rustix::io::Errno;
use std::ffi::{OsStr, OsString};
use std::fs::{self, File};
use std::io;
use std::os::fd::{AsFd, BorrowedFd};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::{Path, PathBuf};

pub const LOCK: &[u8] = b".lock";
pub const PREVIOUS: &[u8] = b".prev";

/// Whether a link in the path of a vault is followed.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Links {
    Followed,
    /// Links are refused: the path was resolved before, and a decision was based on its target.
    Refused,
}

pub struct Directory {
    handle: File,
    path: PathBuf,
    vault: OsString,
}

impl Directory {
    /// Opens the directory of the vault at `path` for writing. Makes missing directories, private to their owner.
    pub fn of_vault(path: &Path, links: Links) -> Result<Self, Error> {
        let real = match links {
            Links::Followed => resolve(path)?,
            Links::Refused => real(path)?,
        };
        let (Some(parent), Some(vault)) = (real.parent(), real.file_name()) else {
            return Err(refused(path, "is a directory"));
        };
        let opened = || {
            let handle = directory::open_or_search(|access| directory::open_real(parent, access))?;
            let found = handle.metadata()?;
            io::Result::Ok((handle, found))
        };
        let (handle, found) = opened().map_err(Error::not_written("open", parent))?;
        match regular::kind(&handle, Path::new(vault), true) {
            Ok(()) | Err(OpenError::Absent) => {}
            Err(obstacle) => return Err(obstacle.into_write_error("look at", path.to_path_buf())),
        }
        let directory = Self {
            path: parent.to_path_buf(),
            vault: vault.to_os_string(),
            handle,
        };
        let seen = directory.look(vault);
        let seen = seen.map_err(Error::not_written("look at", path))?;
        let shared = seen.map(|seen| (Mode::from_raw_mode(seen.st_mode), seen.st_gid));
        if let Some(problem) = sharing::problem(&found, shared) {
            return Err(refused(path, problem));
        }
        if shared.is_some() && mount::is_single_file(&directory, vault) {
            return Err(refused(path, mount::SINGLE_FILE));
        }
        Ok(directory)
    }

    /// Who may use the vault, or the vault to be made.
    pub fn sharing(&self) -> io::Result<Sharing> {
        let folder = rustix::fs::fstat(&self.handle)?;
        Ok(Sharing::of(self.look(&self.vault)?.as_ref(), &folder))
    }

    pub fn vault(&self) -> &OsStr {
        &self.vault
    }

    /// `.NAME.lock`. It is never deleted or renamed, because a waiting process holds it open.
    pub fn lock(&self) -> OsString {
        beside(&self.vault, LOCK)
    }

    /// `.NAME.prev`, the bytes before the last change.
    pub fn previous(&self) -> OsString {
        beside(&self.vault, PREVIOUS)
    }

    /// `.NAME.<16 random hexadecimal digits>.tmp`
    pub fn temporary(&self) -> io::Result<OsString> {
        private_file::temporary_name(&beside(&self.vault, b""))
    }

    /// The path of `name`, for messages only.
    pub fn path_of(&self, name: &OsStr) -> PathBuf {
        self.path.join(name)
    }

    /// Whether `name` is still the file that `stat` describes, with the same bytes.
    pub fn still_names(&self, name: &OsStr, stat: &Stat) -> io::Result<bool> {
        let now = self.look(name)?;
        Ok(now.is_some_and(|now| regular::same_bytes(&now, stat)))
    }

    /// Whether `name` is that file, even if its bytes or times have changed.
    pub fn names(&self, name: &OsStr, stat: &Stat) -> io::Result<bool> {
        let now = self.look(name)?;
        Ok(now.is_some_and(|now| regular::same_file(&now, stat)))
    }

    fn look(&self, name: &OsStr) -> io::Result<Option<Stat>> {
        match rustix::fs::statat(&self.handle, name, AtFlags::SYMLINK_NOFOLLOW) {
            Ok(now) => Ok(Some(now)),
            Err(Errno::NOENT) => Ok(None),
            Err(errno) => Err(errno.into()),
        }
    }

    /// Removes `name`; returns whether it existed.
    pub fn remove(&self, name: &OsStr) -> io::Result<bool> {
        match rustix::fs::unlinkat(&self.handle, name, AtFlags::empty()) {
            Ok(()) => Ok(true),
            Err(Errno::NOENT) => Ok(false),
            Err(errno) => Err(errno.into()),
        }
    }

    /// Removes temporary files of this vault from interrupted writers. Only under the lock.
    pub fn remove_stale(&self) {
        remove_stale(&self.handle, &beside(&self.vault, b""));
    }

    /// Makes changes of its names durable.
    pub fn sync(&self) -> io::Result<()> {
        sync_folder(&self.handle)
    }
}

impl AsFd for Directory {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.handle.as_fd()
    }
}

/// Removes the temporary files with this stem. Only under the lock, when no writer uses them. Failures are ignored: a
/// leftover file must not make a vault read-only.
pub fn remove_stale(folder: impl AsFd, stem: &OsStr) {
    let Ok(entries) = Dir::read_from(&folder) else {
        return;
    };
    for entry in entries.flatten() {
        let name = OsStr::from_bytes(entry.file_name().to_bytes());
        let regular = || match entry.file_type() {
            FileType::Unknown => regular::kind(&folder, Path::new(name), true).is_ok(),
            kind => kind == FileType::RegularFile,
        };
        if private_file::is_temporary(name, stem) && regular() {
            let _ = rustix::fs::unlinkat(&folder, name, AtFlags::empty());
        }
    }
}

pub fn beside(vault: &OsStr, suffix: &[u8]) -> OsString {
    OsString::from_vec([b".", vault.as_bytes(), suffix].concat())
}

/// Follows links to the real path of a vault, which itself may not exist yet.
fn resolve(path: &Path) -> Result<PathBuf, Error> {
    match fs::canonicalize(path) {
        Ok(real) => return Ok(real),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => return Err(Error::not_written("find", path)(error)),
    }
    if path.is_symlink() {
        return Err(refused(path, "is a link to nothing"));
    }
    let (Some(parent), Some(name)) = (path.parent(), path.file_name()) else {
        return Err(refused(path, "is not the path of a file"));
    };
    let parent = directory::or_here(parent);
    directory::make(parent).map_err(Error::not_written("create", parent))?;
    fs::canonicalize(parent)
        .map(|real| real.join(name))
        .map_err(Error::not_written("find", parent))
}

/// A path that was resolved before. Only its directory may be missing.
fn real(path: &Path) -> Result<PathBuf, Error> {
    let parent = path.parent().unwrap_or(path);
    directory::make(parent).map_err(Error::not_written("create", parent))?;
    Ok(path.to_owned())
}

fn refused(path: &Path, problem: &'static str) -> Error {
    Error::Refused {
        place: path.display().to_string(),
        problem,
    }
}
