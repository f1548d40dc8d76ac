//! Writes a private file and puts it in place in one step. It is complete under a temporary name in the same
//! directory before it is renamed, and removed if it is not renamed.

use super::file_system::{self, Gap};
use super::permissions::is_us;
use super::signals;
use rustix::fs::{AtFlags, Dir, FileType, Mode, OFlags};
use rustix::io::Errno;
use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io::{self, Write};
use std::os::fd::AsFd;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::Path;
use std::time::{Duration, SystemTime};

/// Reading and writing, for the owner.
pub const OWNER_ONLY: Mode = Mode::RUSR.union(Mode::WUSR);

/// All rights of users other than the owner.
const OTHERS: Mode = Mode::RWXG.union(Mode::RWXO);

/// The hexadecimal digits in a [`temporary_name`].
const DIGITS: usize = 16;
const SUFFIX: &[u8] = b".tmp";

/// A temporary file that was not written to for this long belongs to a killed process: the longest work takes
/// seconds.
pub const LEFT_AGE: Duration = Duration::from_mins(10);

/// Whether a file survives a power cut.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Durability {
    /// Perhaps: afterwards the older file, or an empty one, may be there instead.
    Unsynced,
    Synced,
}

/// A name in an open directory that is removed when this is dropped, unless the file took over another name.
pub struct PrivateFile<D: AsFd> {
    directory: D,
    name: OsString,
}

impl<D: AsFd> PrivateFile<D> {
    /// A new file with mode 600, empty, and open for writing.
    pub fn create(directory: D, name: OsString) -> io::Result<(Self, File)> {
        signals::survive_file_size_limit();
        let file = create_new(&directory, name.as_ref())?;
        let private = Self { directory, name };
        make_private(&file)?;
        Ok((private, file))
    }

    /// A new file that holds `bytes`.
    pub fn holding(
        directory: D,
        name: OsString,
        bytes: &[u8],
        durability: Durability,
    ) -> io::Result<Self> {
        let (private, mut file) = Self::create(directory, name)?;
        file.write_all(bytes)?;
        if durability == Durability::Synced {
            file_system::sync_file(&file)?;
        }
        Ok(private)
    }

    /// Another name for the file that is now called `target` in the directory `from`.
    pub fn link(from: impl AsFd, target: &OsStr, directory: D, name: OsString) -> io::Result<Self> {
        rustix::fs::linkat(from, target, &directory, &name, AtFlags::empty())?;
        Ok(Self { directory, name })
    }

    pub fn name(&self) -> &OsStr {
        &self.name
    }

    /// Takes over `name`, whatever file it named before.
    pub fn replace(self, name: &OsStr) -> io::Result<()> {
        rustix::fs::renameat(&self.directory, &self.name, &self.directory, name)?;
        Ok(())
    }

    /// Takes over `name`, which must not name anything yet.
    pub fn appear_as(self, name: &OsStr) -> io::Result<()> {
        let (directory, from) = (&self.directory, &self.name);
        // Not every file system can do all of it.
        let is_unknown = |errno| file_system::is_unknown(errno) || errno == Errno::PERM;
        #[cfg(any(target_os = "linux", target_os = "android", target_vendor = "apple"))]
        {
            let flags = rustix::fs::RenameFlags::NOREPLACE;
            match rustix::fs::renameat_with(directory, from, directory, name, flags) {
                Err(errno) if is_unknown(errno) => {}
                renamed => return Ok(renamed?),
            }
        }
        // A second link replaces nothing either; dropping `self` removes the first.
        match rustix::fs::linkat(directory, from, directory, name, AtFlags::empty()) {
            Err(errno) if is_unknown(errno) => {}
            linked => return Ok(linked?),
        }
        // An empty file of ours takes the name, if it is free, and is then replaced.
        create_new(directory, name.as_ref())?;
        rustix::fs::renameat(directory, from, directory, name).map_err(|errno| {
            let _ = rustix::fs::unlinkat(directory, name, AtFlags::empty());
            errno.into()
        })
    }
}

impl<D: AsFd> Drop for PrivateFile<D> {
    /// A renamed name is already gone, with one exception: if both names are links to one file, renaming does
    /// nothing (POSIX).
    fn drop(&mut self) {
        let _ = rustix::fs::unlinkat(&self.directory, &self.name, AtFlags::empty());
    }
}

/// Sets mode 600: the umask or a default ACL may have changed the mode. A file system without modes, such as FAT,
/// may refuse or ignore it.
fn make_private(file: &File) -> io::Result<()> {
    match rustix::fs::fchmod(file, OWNER_ONLY) {
        Err(errno) if errno != Errno::PERM && !file_system::is_unknown(errno) => {
            return Err(errno.into());
        }
        _ => {}
    }
    let mode = Mode::from_raw_mode(rustix::fs::fstat(file)?.st_mode);
    if mode.intersects(OTHERS) {
        Gap::Mode.note();
    }
    Ok(())
}

/// Makes a file with mode 600, or less under a strict umask; does not follow a link in its place.
pub fn create_new(directory: impl AsFd, name: &Path) -> io::Result<File> {
    let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    Ok(rustix::fs::openat(directory, name, flags, OWNER_ONLY)?.into())
}

/// Removes temporary files with this stem that this user's killed processes left in a directory.
pub fn remove_left(directory: &impl AsFd, stem: &OsStr) {
    let Ok(entries) = Dir::read_from(directory) else {
        return;
    };
    for entry in entries.flatten() {
        let name = OsStr::from_bytes(entry.file_name().to_bytes());
        if !is_temporary(name, stem) {
            continue;
        }
        let found = rustix::fs::statat(directory, name, AtFlags::SYMLINK_NOFOLLOW);
        let is_left = found.is_ok_and(|found| {
            let written = u64::try_from(found.st_mtime).unwrap_or(0);
            let written = SystemTime::UNIX_EPOCH + Duration::from_secs(written);
            FileType::from_raw_mode(found.st_mode) == FileType::RegularFile
                && is_us(found.st_uid)
                && written.elapsed().is_ok_and(|since| since > LEFT_AGE)
        });
        if is_left {
            let _ = rustix::fs::unlinkat(directory, name, AtFlags::empty());
        }
    }
}

/// `STEM.<16 random hexadecimal digits>.tmp`
pub fn temporary_name(stem: &OsStr) -> io::Result<OsString> {
    let random = getrandom::u64().map_err(io::Error::other)?;
    let digits = format!(".{random:0DIGITS$x}");
    let name = [stem.as_bytes(), digits.as_bytes(), SUFFIX].concat();
    Ok(OsString::from_vec(name))
}

/// Whether a name is a [`temporary_name`] with this stem.
pub fn is_temporary(name: &OsStr, stem: &OsStr) -> bool {
    let digits = name.as_bytes().strip_prefix(stem.as_bytes());
    let digits = digits.and_then(|name| name.strip_prefix(b"."));
    let digits = digits.and_then(|name| name.strip_suffix(SUFFIX));
    digits.is_some_and(|digits| {
        digits.len() == DIGITS
            && digits
                .iter()
                .all(|d| matches!(d, b'0'..=b'9' | b'a'..=b'f'))
    })
}
