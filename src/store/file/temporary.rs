//! A temporary file beside the vault. It is removed unless it was renamed, and its bytes are durable before
//! anything is done with it.

use super::directory::Directory;
use super::regular::{self, Regular};
use crate::platform::directory::rename_new;
use crate::store::Error;
use rustix::fs::{AtFlags, Mode, OFlags};
use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::rc::Rc;

/// The mode of every file that is made beside a vault.
pub const OWNER_ONLY: Mode = Mode::RUSR.union(Mode::WUSR);

pub struct Temporary {
    directory: Rc<Directory>,
    name: OsString,
}

impl Temporary {
    /// Makes a file that holds `bytes` durably. Also returns the stored file, opened again, so that no other
    /// file can pass for it.
    pub fn holding(directory: &Rc<Directory>, bytes: &[u8]) -> Result<(Self, Regular), Error> {
        let vault = directory.path_of(directory.vault());
        let (temporary, mut file) =
            Self::create(directory).map_err(Error::not_written("create a file beside", &vault))?;
        // Only once: after a failed fsync the next one may succeed although the bytes are lost. The standard
        // library repeats it only after an interruption, and on macOS writes through to the disk.
        file.write_all(bytes)
            .and_then(|()| file.sync_all())
            .map_err(Error::not_written("write a file beside", &vault))?;
        let stored = temporary.read_back(&file)?;
        Ok((temporary, stored))
    }

    /// Makes another name for the file that is called `name` now.
    pub fn linked(directory: &Rc<Directory>, name: &OsStr) -> io::Result<Self> {
        let link = directory.temporary()?;
        rustix::fs::linkat(directory, name, directory, &link, AtFlags::empty())?;
        Ok(Self::named(directory, link))
    }

    fn create(directory: &Rc<Directory>) -> io::Result<(Self, File)> {
        let name = directory.temporary()?;
        let flags =
            OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let file = File::from(rustix::fs::openat(directory, &name, flags, OWNER_ONLY)?);
        let temporary = Self::named(directory, name);
        // The umask or a default ACL may have changed the mode.
        rustix::fs::fchmod(&file, OWNER_ONLY)?;
        Ok((temporary, file))
    }

    fn named(directory: &Rc<Directory>, name: OsString) -> Self {
        Self {
            directory: Rc::clone(directory),
            name,
        }
    }

    /// Opens the file just `written` by its name, without using the descriptor that wrote it.
    fn read_back(&self, written: &File) -> Result<Regular, Error> {
        let doing = "read back a file beside";
        let vault = self.directory.path_of(self.directory.vault());
        let flags = OFlags::RDONLY | OFlags::NOFOLLOW;
        let stored = regular::open(&self.directory, Path::new(&self.name), flags)
            .map_err(|obstacle| obstacle.into_write_error(doing, vault.clone()))?;
        let written = rustix::fs::fstat(written)
            .map_err(io::Error::from)
            .map_err(Error::not_written(doing, &vault))?;
        if !regular::same_file(&stored.stat, &written) {
            let place = vault.display().to_string();
            return Err(Error::ChangedUnderneath { place });
        }
        Ok(stored)
    }

    /// For messages only.
    pub fn path(&self) -> PathBuf {
        self.directory.path_of(&self.name)
    }

    /// Takes over `name`, and replaces the file of that name.
    pub fn replace(self, name: &OsStr) -> io::Result<()> {
        rustix::fs::renameat(&self.directory, &self.name, &self.directory, name)?;
        Ok(())
    }

    /// Takes over `name`, which must not exist yet.
    pub fn appear_as(self, name: &OsStr) -> io::Result<()> {
        rename_new(&self.directory, &self.name, name)
    }
}

impl Drop for Temporary {
    /// After a rename the temporary name is gone, with one exception: if both names are links to one file, a
    /// rename does nothing (POSIX).
    fn drop(&mut self) {
        let _ = self.directory.remove(&self.name);
    }
}
