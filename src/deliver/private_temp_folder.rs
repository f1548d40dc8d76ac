//! A private folder for values, with a name that nobody can guess. Dropping it removes it with all its content.
//! Killing the process does not, so later commands remove the leftovers.

use crate::platform::directory;
use crate::platform::permissions::{PRIVATE_FOLDER, is_us};
use data_encoding::HEXLOWER;
use rustix::fs::OFlags;
use rustix::io::{FdFlags, fcntl_dupfd_cloexec, fcntl_setfd};
use std::ffi::{OsStr, OsString};
use std::fs::{self, DirBuilder, File, OpenOptions, Permissions, TryLockError};
use std::io;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

const PREFIX: &[u8] = b"kluis-";
const NAME_DIGITS: usize = 32;
/// Another process may mistake a new folder for a leftover in its first moment; then the next one is made.
const TRIES: usize = 8;
/// Shell scripts redirect the lower numbers, as in `exec 3<file`.
const MIN_DESCRIPTOR: i32 = 10;

pub struct PrivateTempFolder {
    path: PathBuf,
    /// Shared by all processes that use the folder. The system releases it when they have ended, in whatever way:
    /// then the folder is a leftover.
    lock: File,
}

impl PrivateTempFolder {
    /// A new folder below `above`, which is made if it does not exist.
    pub fn new(above: &Path) -> io::Result<Self> {
        directory::make(above)?;
        for _ in 0..TRIES {
            if let Some(made) = Self::make(above)? {
                return Ok(made);
            }
        }
        Err(io::ErrorKind::ResourceBusy.into())
    }

    /// A new locked folder; `None` if another process mistook it for a leftover.
    fn make(above: &Path) -> io::Result<Option<Self>> {
        let mut random = [0; NAME_DIGITS / 2];
        getrandom::fill(&mut random).map_err(io::Error::other)?;
        let mut name = OsString::from_vec(PREFIX.to_vec());
        name.push(HEXLOWER.encode(&random));
        let path = above.join(name);
        DirBuilder::new().mode(PRIVATE_FOLDER).create(&path)?;
        let lock = match open_folder(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            // Under a umask such as 777 not even its owner may open it.
            Err(error) if error.kind() == io::ErrorKind::PermissionDenied => {
                fs::set_permissions(&path, Permissions::from_mode(PRIVATE_FOLDER))?;
                open_folder(&path)?
            }
            opened => opened?,
        };
        lock.set_permissions(Permissions::from_mode(PRIVATE_FOLDER))?;
        match lock.try_lock_shared() {
            // The other process removes it, or has only looked: then this process must. It is empty.
            Err(TryLockError::WouldBlock) => {
                let _ = fs::remove_dir(&path);
                return Ok(None);
            }
            // The file system has no locks: then no process mistakes it for a leftover.
            Ok(()) | Err(TryLockError::Error(_)) => {}
        }
        let is_there = fs::symlink_metadata(&path).is_ok_and(|found| found.is_dir());
        Ok(is_there.then_some(Self { path, lock }))
    }

    /// A folder that another process made and still uses. This process uses it as well.
    pub fn join(path: PathBuf) -> io::Result<Self> {
        let lock = open_folder(&path)?;
        let is_named = path.file_name().is_some_and(is_name);
        if !is_named || !is_us(lock.metadata()?.uid()) {
            return Err(io::ErrorKind::InvalidInput.into());
        }
        match lock.try_lock_shared() {
            Err(TryLockError::WouldBlock) => Err(io::ErrorKind::ResourceBusy.into()),
            Ok(()) | Err(TryLockError::Error(_)) => Ok(Self { path, lock }),
        }
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The folder itself, to make files in it.
    pub fn descriptor(&self) -> &File {
        &self.lock
    }

    /// Makes every program that is started from now on use the folder, too.
    pub fn share(&mut self) -> io::Result<()> {
        let shared = fcntl_dupfd_cloexec(&self.lock, MIN_DESCRIPTOR)?;
        fcntl_setfd(&shared, FdFlags::empty())?;
        self.lock = shared.into();
        Ok(())
    }

    /// Leaves it to a later command, which removes it when no process uses it any more.
    pub fn leave(self) {
        std::mem::forget(self);
    }

    /// Waits until no other process uses it.
    pub fn wait_for_others(&self) -> io::Result<()> {
        self.lock.lock()
    }
}

impl Drop for PrivateTempFolder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.path);
    }
}

/// The folders that killed processes of this user left below `above`, with values in them.
pub fn leftovers(above: &Path) -> Vec<PathBuf> {
    let named = named(above).into_iter();
    named
        .filter(|path| holds_something(path) && dead(path).is_some())
        .collect()
}

/// Removes them; returns their number. Also removes an empty folder, which does not count: it may be a new one.
pub fn remove_leftovers(above: &Path) -> usize {
    let removed = named(above).into_iter().filter(|path| {
        // The lock is held until the folder is gone, so that no other process removes a new one of its name.
        let lock = dead(path);
        let is_left = lock.is_some() && holds_something(path);
        lock.is_some() && fs::remove_dir_all(path).is_ok() && is_left
    });
    removed.count()
}

/// The entries below `above` with the name of such a folder.
fn named(above: &Path) -> Vec<PathBuf> {
    let names = directory::names(above).unwrap_or_default().into_iter();
    let named = names.filter(|name| is_name(name));
    named.map(|name| above.join(name)).collect()
}

fn holds_something(folder: &Path) -> bool {
    directory::names(folder).is_ok_and(|names| !names.is_empty())
}

/// The lock of a folder that no process uses any more. `None` for another user's folder, or a link.
fn dead(folder: &Path) -> Option<File> {
    let lock = open_folder(folder).ok()?;
    let is_ours = lock.metadata().is_ok_and(|found| is_us(found.uid()));
    (is_ours && lock.try_lock().is_ok()).then_some(lock)
}

fn open_folder(folder: &Path) -> io::Result<File> {
    let flags = OFlags::DIRECTORY | OFlags::NOFOLLOW;
    let mut options = OpenOptions::new();
    options.read(true).custom_flags(flags.bits().cast_signed());
    options.open(folder)
}

fn is_name(name: &OsStr) -> bool {
    let digits = name.as_bytes().strip_prefix(PREFIX);
    let is_digit = |digit: &u8| matches!(digit, b'0'..=b'9' | b'a'..=b'f');
    digits.is_some_and(|digits| digits.len() == NAME_DIGITS && digits.iter().all(is_digit))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicBool, Ordering};
    use std::time::{Duration, Instant};

    #[test]
    fn what_a_dead_process_left_is_found_and_nothing_else() {
        let above = tempfile::tempdir().unwrap();
        let alive = PrivateTempFolder::new(above.path()).unwrap();
        let left = above.path().join(format!("kluis-{}", "0a".repeat(16)));
        fs::create_dir(&left).unwrap();
        fs::write(left.join("value"), "").unwrap();
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
        assert!(alive.path().exists());
        drop(alive);
        assert_eq!(fs::read_dir(&above).unwrap().count(), 5);
        assert_eq!(remove_leftovers(Path::new("/nonexistent")), 0);
    }

    #[test]
    fn the_folder_of_another_user_is_no_leftover() {
        if !is_us(0) {
            return; // only root can give a folder away
        }
        let above = tempfile::tempdir().unwrap();
        let planted = above.path().join(format!("kluis-{}", "0a".repeat(16)));
        fs::create_dir(&planted).unwrap();
        std::os::unix::fs::chown(&planted, Some(65_534), None).unwrap();
        assert_eq!(remove_leftovers(above.path()), 0);
        assert!(PrivateTempFolder::join(planted.clone()).is_err());
        assert!(planted.exists());
    }

    #[test]
    fn it_is_no_leftover_while_one_of_its_users_lives() {
        let above = tempfile::tempdir().unwrap();
        let made = PrivateTempFolder::new(above.path()).unwrap();
        fs::write(made.path().join("value"), "").unwrap();
        let joined = PrivateTempFolder::join(made.path().to_owned()).unwrap();
        // As if its maker was killed.
        let PrivateTempFolder { lock, .. } = &made;
        lock.unlock().unwrap();
        assert!(leftovers(above.path()).is_empty());
        joined.wait_for_others().unwrap();
        joined.lock.unlock().unwrap();
        assert_eq!(leftovers(above.path()), [made.path()]);
        fs::remove_file(made.path().join("value")).unwrap();
        assert!(leftovers(above.path()).is_empty());
        assert_eq!(remove_leftovers(above.path()), 0);
        assert!(!made.path().exists());
    }

    #[test]
    fn only_a_folder_of_ours_with_such_a_name_is_joined() {
        let above = tempfile::tempdir().unwrap();
        for (name, is_joined) in [
            (format!("kluis-{}", "0a".repeat(16)), true),
            ("kluis-0a".to_owned(), false),
            ("other".to_owned(), false),
        ] {
            let path = above.path().join(&name);
            fs::create_dir(&path).unwrap();
            let joined = PrivateTempFolder::join(path.clone());
            assert_eq!(joined.is_ok(), is_joined, "{name}");
            drop(joined);
            assert_eq!(path.exists(), !is_joined, "{name}");
        }
        assert!(PrivateTempFolder::join("/".into()).is_err());
    }

    /// Others look for leftovers all the time, but are too late to remove any.
    #[test]
    fn a_lost_race_for_a_new_folder_leaves_nothing() {
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
        let started = Instant::now();
        while started.elapsed() < Duration::from_millis(500) {
            drop(PrivateTempFolder::new(above.path()));
        }
        is_done.store(true, Ordering::Relaxed);
        let found: usize = looking.map(|look| look.join().unwrap()).iter().sum();
        assert_eq!(fs::read_dir(&above).unwrap().count(), 0, "{found} found");
    }

    #[test]
    fn it_is_the_owners_alone_and_gone_afterwards() {
        let above = tempfile::tempdir().unwrap();
        let folder = PrivateTempFolder::new(&above.path().join("made")).unwrap();
        let mode = fs::metadata(folder.path()).unwrap().mode();
        assert_eq!(mode & 0o7777, PRIVATE_FOLDER);
        let other = PrivateTempFolder::new(above.path()).unwrap();
        assert_ne!(other.path().file_name(), folder.path().file_name());
        fs::write(folder.path().join("value.swp"), "").unwrap();
        fs::create_dir(folder.path().join("made by a command")).unwrap();
        let path = folder.path().to_owned();
        drop(folder);
        assert!(!path.exists());
    }
}
