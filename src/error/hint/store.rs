//! Hints for a vault's file that cannot be read or written.

use crate::store::Error;
use crate::store::file::mount::SINGLE_FILE;
use crate::store::file::sharing::{OPEN_TO_ALL, OPEN_TO_GROUP};
use rustix::io::Errno;
use std::io;

const MOUNT_FOLDER: &str = "mount the folder of the vault instead of the file, such as with `-v ./vaults:/vaults`; a single file can only be read";

pub fn hint(error: &Error) -> Option<&'static str> {
    match error {
        Error::NotFound { .. } => {
            Some("make one with `kluis init`, or name another with --vault or KLUIS_VAULT")
        }
        Error::Exists { .. } => Some("name another place with --vault; nothing was written"),
        Error::Empty { .. } => Some(
            "an interrupted `kluis init` may have left it: then delete the file and try again; if it held a vault, `kluis vault restore` brings back the copy before the last change",
        ),
        Error::Busy { .. } => Some("try again, or wait longer, such as with --lock-timeout 1m"),
        Error::ChangedUnderneath { .. } => Some("run the command again"),
        Error::NotStored { .. } => Some("check the disk, then run the command again"),
        Error::NotDurable { .. } => Some("check the disk, then run `kluis vault verify`"),
        Error::Displaced { .. } => Some(
            "find the program that replaced it; `kluis vault restore` brings back the copy before your change",
        ),
        Error::NotKept { .. } => {
            Some("the change itself is complete: `kluis vault verify` checks it")
        }
        Error::Refused { problem, .. } => refused(problem),
        Error::NotWritten { doing, source, .. } => not_written(doing, source),
        Error::Io { .. } => None,
    }
}

fn refused(problem: &str) -> Option<&'static str> {
    match problem {
        SINGLE_FILE => Some(MOUNT_FOLDER),
        OPEN_TO_ALL => Some("move it to a folder of your own, or use `chmod go-w` on its folder"),
        OPEN_TO_GROUP => Some(
            "use `chmod g-w` on its folder; or share it: `chmod g+s` on the folder, and `chgrp` and `chmod 660` on the vault",
        ),
        _ => None,
    }
}

fn not_written(doing: &str, source: &io::Error) -> Option<&'static str> {
    let errno = Errno::from_io_error(source)?;
    match doing {
        Error::OPENING_LOCK if [Errno::ACCESS, Errno::PERM].contains(&errno) => Some(
            "another user, perhaps root by `sudo`, made the lock for itself: when nobody is changing the vault, remove the lock file; a change makes another",
        ),
        Error::LOCKING => Some(
            "this file system has no locks (`flock`), so two changes could destroy each other: keep the vault on a local disk, or mount it with locks (NFS: without nolock; FUSE: with flock)",
        ),
        Error::REPLACING if [Errno::BUSY, Errno::XDEV].contains(&errno) => Some(MOUNT_FOLDER),
        Error::REPLACING if [Errno::ACCESS, Errno::PERM].contains(&errno) => Some(
            "check the owner and mode of the folder: with the sticky bit only the owner of the vault may replace it (`chmod -t`)",
        ),
        _ => None,
    }
}
