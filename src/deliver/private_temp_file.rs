//! A value in a private file, alone in its own directory. Dropping it removes the directory and everything in
//! it; killing the process does not, so later commands remove what it left.

use crate::plaintext::Plaintext;
use crate::platform::directory;
use crate::platform::permissions::PRIVATE_FOLDER;
use crate::platform::permissions::is_us;
use crate::platform::private_file;
use data_encoding::HEXLOWER;
use rustix::fs::{CWD, OFlags};
use rustix::io::{FdFlags, fcntl_setfd};
use std::ffi::{OsStr, OsString};
use std::fs::{self, DirBuilder, File, OpenOptions, TryLockError};
use std::io::{self, Write};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

const PREFIX: &[u8] = b"kluis-";
const NAME_DIGITS: usize = 32;
/// Another process may take a new directory for a leftover in its first moment; then the next one is made.
const TRIES: usize = 8;

pub struct PrivateTempFile {
    directory: PathBuf,
    /// Held by this process, and by the program that it starts for the file. The system lets go of it when both have
    /// ended, however they ended: then the directory is a leftover.
    lock: File,
}

impl PrivateTempFile {
    /// A file with exactly these bytes, in a new directory below `above`. Every process started meanwhile inherits the
    /// lock of the directory.
    pub fn new(value: &Plaintext, above: &Path) -> io::Result<Self> {
        let mut made = Self::make(above)?;
        for _ in 1..TRIES {
            if made.is_some() {
                break;
            }
            made = Self::make(above)?;
        }
        let file = made.ok_or(io::ErrorKind::ResourceBusy)?;
        fcntl_setfd(&file.lock, FdFlags::empty())?;
        private_file::create_new(CWD, &file.path())?.write_all(value.expose())?;
        Ok(file)
    }

    /// A new locked directory; `None` if another process took it for a leftover.
    fn make(above: &Path) -> io::Result<Option<Self>> {
        let mut random = [0; NAME_DIGITS / 2];
        getrandom::fill(&mut random).map_err(io::Error::other)?;
        let mut name = OsString::from_vec(PREFIX.to_vec());
        name.push(HEXLOWER.encode(&random));
        let directory = above.join(name);
        DirBuilder::new().mode(PRIVATE_FOLDER).create(&directory)?;
        let lock = match open_directory(&directory) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            opened => opened?,
        };
        match lock.try_lock() {
            // The other process removes it, or has only looked: then nobody else would. It is empty.
            Err(TryLockError::WouldBlock) => {
                let _ = fs::remove_dir(&directory);
                return Ok(None);
            }
            // A file system without locks: then nobody takes it for a leftover.
            Ok(()) | Err(TryLockError::Error(_)) => {}
        }
        let is_there = fs::symlink_metadata(&directory).is_ok_and(|found| found.is_dir());
        Ok(is_there.then_some(Self { directory, lock }))
    }

    pub fn path(&self) -> PathBuf {
        self.directory.join("value")
    }

    /// Opens the present file for reading. It may have been replaced by another file, but not by a link.
    pub fn open(&self) -> io::Result<File> {
        let no_link = OFlags::NOFOLLOW.bits().cast_signed();
        let mut options = OpenOptions::new();
        options.read(true).custom_flags(no_link).open(self.path())
    }
}

impl Drop for PrivateTempFile {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.directory);
    }
}

/// The directories that killed processes of this user left below `above`, with values in them.
pub fn leftovers(above: &Path) -> Vec<PathBuf> {
    let names = directory::names(above).unwrap_or_default().into_iter();
    let named = names.filter(|name| is_name(name));
    let paths = named.map(|name| above.join(name));
    paths.filter(|path| dead(path).is_some()).collect()
}

/// Removes them; returns how many.
pub fn remove_leftovers(above: &Path) -> usize {
    let removed = leftovers(above).into_iter().filter(|path| {
        // The lock is held until the directory is gone, so that no other process removes a new one of its name.
        let lock = dead(path);
        lock.is_some() && fs::remove_dir_all(path).is_ok()
    });
    removed.count()
}

/// The lock of a directory that no process uses any more. That of another user, or a link, is none.
fn dead(directory: &Path) -> Option<File> {
    let lock = open_directory(directory).ok()?;
    let is_ours = lock.metadata().is_ok_and(|found| is_us(found.uid()));
    (is_ours && lock.try_lock().is_ok()).then_some(lock)
}

fn open_directory(directory: &Path) -> io::Result<File> {
    let flags = OFlags::DIRECTORY | OFlags::NOFOLLOW;
    let mut options = OpenOptions::new();
    options.read(true).custom_flags(flags.bits().cast_signed());
    options.open(directory)
}

fn is_name(name: &OsStr) -> bool {
    let digits = name.as_bytes().strip_prefix(PREFIX);
    let is_digit = |digit: &u8| matches!(digit, b'0'..=b'9' | b'a'..=b'f');
    digits.is_some_and(|digits| digits.len() == NAME_DIGITS && digits.iter().all(is_digit))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicBool, Ordering};
    use std::time::{Duration, Instant};

    #[test]
    fn what_a_dead_process_left_is_found_and_nothing_else() {
        let above = tempfile::tempdir().unwrap();
        let value = Plaintext::new(VALUE.to_vec());
        let alive = PrivateTempFile::new(&value, above.path()).unwrap();
        let left = above.path().join(format!("kluis-{}", "0a".repeat(16)));
        fs::create_dir(&left).unwrap();
        fs::write(left.join("value"), VALUE).unwrap();
        for other in ["kluis-0a", "kluis", "other"] {
            fs::create_dir(above.path().join(other)).unwrap();
        }
        let link = above.path().join(format!("kluis-{}", "0b".repeat(16)));
        std::os::unix::fs::symlink(above.path().join("other"), link).unwrap();
        fs::write(above.path().join(format!("kluis-{}", "0c".repeat(16))), "").unwrap();
        assert_eq!(
            leftovers(above.path()).as_slice(),
            std::slice::from_ref(&left)
        );
        assert_eq!(remove_leftovers(above.path()), 1);
        assert!(!left.exists());
        assert_eq!(fs::read(alive.path()).unwrap(), VALUE);
        drop(alive);
        assert_eq!(fs::read_dir(&above).unwrap().count(), 5);
        assert_eq!(remove_leftovers(Path::new("/nonexistent")), 0);
    }

    /// Others look for leftovers all the time, but are too late to remove any.
    #[test]
    fn a_lost_race_for_a_new_directory_leaves_nothing() {
        let above = tempfile::tempdir().unwrap();
        let is_done = Arc::new(AtomicBool::new(false));
        let look = || {
            let (path, done) = (above.path().to_owned(), Arc::clone(&is_done));
            std::thread::spawn(move || {
                let mut found = 0;
                while !done.load(Ordering::Relaxed) {
                    let entries = fs::read_dir(&path).unwrap().flatten();
                    let locks = entries.filter_map(|entry| dead(&entry.path()));
                    found += locks.collect::<Vec<_>>().len();
                }
                found
            })
        };
        let looking = [look(), look()];
        let value = Plaintext::new(VALUE.to_vec());
        let started = Instant::now();
        while started.elapsed() < Duration::from_millis(500) {
            drop(PrivateTempFile::new(&value, above.path()));
        }
        is_done.store(true, Ordering::Relaxed);
        let found: usize = looking.map(|look| look.join().unwrap()).iter().sum();
        assert_eq!(fs::read_dir(&above).unwrap().count(), 0, "{found} found");
    }

    const VALUE: &[u8] = b"a\0b\n\xff\r\n\n";

    fn mode(path: impl AsRef<Path>) -> u32 {
        fs::metadata(path).unwrap().permissions().mode() & 0o7777
    }

    #[test]
    fn it_is_the_owners_alone_and_gone_afterwards() {
        let above = tempfile::tempdir().unwrap();
        let value = Plaintext::new(VALUE.to_vec());
        let file = PrivateTempFile::new(&value, above.path()).unwrap();
        let path = file.path();
        assert_eq!(fs::read(&path).unwrap(), VALUE);
        assert_eq!(mode(&path), 0o600);
        assert_eq!(mode(path.parent().unwrap()), 0o700);
        let other = PrivateTempFile::new(&value, above.path()).unwrap();
        assert_ne!(other.path(), path);
        // A file that an editor left there.
        fs::write(path.with_extension("swp"), VALUE).unwrap();
        drop(file);
        drop(other);
        assert_eq!(fs::read_dir(&above).unwrap().count(), 0);
    }

    #[test]
    fn a_replaced_file_is_read_unless_it_is_a_link() {
        let above = tempfile::tempdir().unwrap();
        let value = Plaintext::new(VALUE.to_vec());
        let file = PrivateTempFile::new(&value, above.path()).unwrap();
        let other = file.path().with_extension("new");
        fs::write(&other, b"new").unwrap();
        fs::rename(&other, file.path()).unwrap();
        assert_eq!(io::read_to_string(file.open().unwrap()).unwrap(), "new");
        fs::remove_file(file.path()).unwrap();
        assert!(file.open().is_err());
        std::os::unix::fs::symlink("/etc/hostname", file.path()).unwrap();
        assert!(file.open().is_err());
    }
}
