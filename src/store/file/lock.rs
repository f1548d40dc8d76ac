//! The writers' lock: an empty file that is never deleted or renamed, so its existence means nothing. The kernel
//! releases the lock when its holder dies.

use super::directory::Directory;
use super::regular::{self, OpenError, Regular};
use super::sharing::Sharing;
use crate::store::Error;
use rustix::fs::OFlags;
use rustix::io::Errno;
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

/// Opens the lock, or makes it. You can also take a lock that you may only read.
///
/// Uses two calls: in a folder with the sticky bit the kernel may refuse to open another user's file with
/// `CREATE`.
fn open(directory: &Directory, name: &Path) -> Result<Regular, OpenError> {
    let open = |access| regular::open(directory, name, access | OFlags::NOFOLLOW);
    loop {
        let opened = match open(OFlags::RDWR) {
            Err(OpenError::Failed(Errno::ACCESS)) => open(OFlags::RDONLY),
            Err(OpenError::Absent) => open(OFlags::RDWR | OFlags::CREATE | OFlags::EXCL),
            opened => opened,
        };
        match opened {
            // Another writer made it meanwhile.
            Err(OpenError::Failed(Errno::EXIST)) => {}
            opened => return opened,
        }
    }
}

/// Waits at most `patience` for the lock of the vault that `place` names.
pub fn take(
    directory: &Directory,
    sharing: &Sharing,
    place: String,
    patience: Duration,
) -> Result<Lock, Error> {
    let name = directory.lock();
    let started = Instant::now();
    let mut pause = FIRST_PAUSE;
    loop {
        let lock = open(directory, Path::new(&name)).map_err(|obstacle| {
            obstacle.into_write_error(Error::OPENING_LOCK, directory.path_of(&name))
        })?;
        sharing.open_lock(&lock);
        let taken = match lock.file.try_lock() {
            // `git clean -x` may have deleted the file: then another writer holds another file of that name.
            Ok(()) => directory.names(&name, &lock.stat),
            Err(TryLockError::WouldBlock) => Ok(false),
            Err(TryLockError::Error(error)) => Err(error),
        };
        let taken = taken.map_err(Error::not_written(
            Error::LOCKING,
            &directory.path_of(&name),
        ))?;
        if taken {
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
