//! The lock for changing files in a folder: it locks the folder itself, so it leaves nothing behind.

use super::file_system::is_unknown;
use rustix::io::Errno;
use std::fs::{File, TryLockError};
use std::io::{self, ErrorKind};
use std::thread;
use std::time::{Duration, Instant};

const PAUSE: Duration = Duration::from_millis(2);

/// Locks an open folder, until the file is dropped. Fails with [`ErrorKind::WouldBlock`] if another process keeps
/// the lock for longer than `patience`.
///
/// NFS and some other file systems cannot lock a folder. There, one of two changes at the same moment may be
/// lost.
pub fn lock(folder: File, patience: Duration) -> io::Result<File> {
    let started = Instant::now();
    loop {
        match folder.try_lock() {
            Ok(()) => return Ok(folder),
            Err(TryLockError::WouldBlock) if started.elapsed() < patience => thread::sleep(PAUSE),
            Err(TryLockError::WouldBlock) => return Err(ErrorKind::WouldBlock.into()),
            Err(TryLockError::Error(error)) if has_no_locks(&error) => return Ok(folder),
            Err(TryLockError::Error(error)) => return Err(error),
        }
    }
}

fn has_no_locks(error: &io::Error) -> bool {
    Errno::from_io_error(error)
        .is_some_and(|errno| is_unknown(errno) || [Errno::NOLCK, Errno::BADF].contains(&errno))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_lock_waits_only_so_long() {
        let folder = tempfile::tempdir().unwrap();
        let open = || File::open(folder.path()).unwrap();
        let first = lock(open(), Duration::ZERO).unwrap();
        let second = lock(open(), Duration::from_millis(5));
        assert_eq!(second.unwrap_err().kind(), ErrorKind::WouldBlock);
        drop(first);
        assert!(lock(open(), Duration::ZERO).is_ok());
    }
}
