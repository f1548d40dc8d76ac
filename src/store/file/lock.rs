//! The writers' lock: an empty file that is never deleted or renamed, so its existence means nothing. The
//! kernel releases the lock when its holder dies.

use super::directory::Directory;
use super::regular::{self, Regular};
use crate::platform::private_file::OWNER_ONLY;
use crate::store::Error;
use rustix::fs::{Mode, OFlags};
use std::fs::{File, TryLockError};
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

const FIRST_PAUSE: Duration = Duration::from_millis(1);
const LONGEST_PAUSE: Duration = Duration::from_millis(20);

/// The lock is held until this is dropped.
pub struct Lock {
    _file: File,
}

/// A umask meant for something else must not keep the next writer out.
fn let_owner_in(lock: &Regular) {
    if !Mode::from_raw_mode(lock.stat.st_mode).contains(OWNER_ONLY) {
        let _ = rustix::fs::fchmod(&lock.file, OWNER_ONLY);
    }
}

/// Waits at most `patience` for the lock of the vault that `place` names.
pub fn take(directory: &Directory, place: String, patience: Duration) -> Result<Lock, Error> {
    let name = directory.lock();
    let flags = OFlags::RDWR | OFlags::CREATE | OFlags::NOFOLLOW;
    let started = Instant::now();
    let mut pause = FIRST_PAUSE;
    loop {
        let lock = regular::open(directory, Path::new(&name), flags)
            .map_err(|obstacle| obstacle.into_write_error("open", directory.path_of(&name)))?;
        let_owner_in(&lock);
        let taken = match lock.file.try_lock() {
            // `git clean -x` may have deleted the file: then another writer holds another file of that name.
            Ok(()) => directory.still_names(&name, &lock.stat),
            Err(TryLockError::WouldBlock) => Ok(false),
            Err(TryLockError::Error(error)) => Err(error),
        };
        if taken.map_err(Error::not_written("lock", &directory.path_of(&name)))? {
            return Ok(Lock { _file: lock.file });
        }
        let left = patience.saturating_sub(started.elapsed());
        if left.is_zero() {
            return Err(Error::Busy {
                place,
                seconds: patience.as_secs(),
            });
        }
        thread::sleep(pause.min(left));
        pause = (2 * pause).min(LONGEST_PAUSE);
    }
}
