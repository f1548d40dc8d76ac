//! Calls that a file system may not support: work continues without them if nothing is lost at once, and the gap
//! is noted for a warning.
//!
//! An error that means a broken disk (EIO, ENOSPC, EROFS, EDQUOT) never counts as such a gap.

use rustix::io::Errno;
use std::fs::File;
use std::io;
use std::sync::atomic::{AtomicU8, Ordering};

/// A thing that the file system could not do.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Gap {
    /// It does not guarantee that written bytes survive a power cut.
    Durability,
    /// It did not keep the mode of a file.
    Mode,
    /// The owner or group of a replaced file could not be kept.
    Owner,
    /// The access control list of a replaced file could not be kept.
    AccessList,
    /// The vault from before a change could not be kept.
    Previous,
    /// The search for the vault from before a change, which a removed key opens, failed.
    PreviousLeft,
}

const ALL: [Gap; 6] = [
    Gap::Durability,
    Gap::Mode,
    Gap::Owner,
    Gap::AccessList,
    Gap::Previous,
    Gap::PreviousLeft,
];

static SEEN: AtomicU8 = AtomicU8::new(0);

impl Gap {
    /// Notes it for [`gaps`].
    pub fn note(self) {
        SEEN.fetch_or(self.bit(), Ordering::Relaxed);
    }

    fn bit(self) -> u8 {
        1 << self as u8
    }

    /// The consequence for you, as a warning.
    pub fn warning(self) -> &'static str {
        match self {
            Self::Durability => {
                "saved, but this file system cannot confirm that it survives a power cut: keep a copy on another one"
            }
            Self::Mode => {
                "this file system sets its own modes: mount it so that other users cannot read it (such as with umask=077)"
            }
            Self::Owner => {
                "the owner or group of the vault could not be kept, so others who shared it may be locked out: check with `ls -l`, and use `chgrp` and `chmod`"
            }
            Self::AccessList => {
                "the access control list of the vault could not be kept, so others who shared it may be locked out: check with `getfacl`"
            }
            Self::Previous => {
                "no copy from before this change was kept: the git folder of the work tree is not yours alone, or `.git` leads elsewhere; `kluis vault restore` has nothing to bring back"
            }
            Self::PreviousLeft => {
                "a copy from before this change may remain in the git folder of the work tree, which is not yours alone or leads elsewhere: a removed key can open that copy, so let the owner of the folder delete `kluis/*.prev` in it"
            }
        }
    }
}

/// The gaps noted in this process.
pub fn gaps() -> impl Iterator<Item = Gap> {
    let seen = SEEN.load(Ordering::Relaxed);
    ALL.into_iter().filter(move |gap| seen & gap.bit() != 0)
}

/// Whether an error means that the file system does not support the call, or not for this kind of file.
pub fn is_unknown(errno: Errno) -> bool {
    [Errno::INVAL, Errno::NOSYS, Errno::NOTSUP, Errno::OPNOTSUPP].contains(&errno)
}

/// Makes the bytes of a file durable. Tries once: after a failed fsync the next one may succeed with the bytes
/// lost. The standard library only repeats an interrupted call, and flushes the drive's cache on macOS.
pub fn sync_file(file: &File) -> io::Result<()> {
    unless_unknown(file.sync_all(), is_unknown)
}

/// Makes the names in a folder durable. CIFS, shared folders of VirtualBox and some others cannot.
pub fn sync_folder(folder: &File) -> io::Result<()> {
    // EBADF: the folder may only be searched, so it was opened without the right to list it.
    unless_unknown(folder.sync_all(), |errno| {
        is_unknown(errno) || errno == Errno::BADF
    })
}

fn unless_unknown(done: io::Result<()>, is_unknown: impl Fn(Errno) -> bool) -> io::Result<()> {
    match done {
        Err(error) if Errno::from_io_error(&error).is_some_and(is_unknown) => {
            Gap::Durability.note();
            Ok(())
        }
        done => done,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_call_is_a_gap_and_a_broken_disk_an_error() {
        let tried = |errno: Errno| unless_unknown(Err(errno.into()), is_unknown);
        for errno in [Errno::INVAL, Errno::NOSYS, Errno::NOTSUP] {
            tried(errno).unwrap();
        }
        assert_eq!(gaps().next(), Some(Gap::Durability));
        for errno in [
            Errno::IO,
            Errno::NOSPC,
            Errno::ROFS,
            Errno::DQUOT,
            Errno::BADF,
        ] {
            let failed = tried(errno).unwrap_err();
            assert_eq!(Errno::from_io_error(&failed), Some(errno));
        }
    }

    #[test]
    fn a_folder_that_may_only_be_searched_is_no_error() {
        let folder = tempfile::tempdir().unwrap();
        let root = crate::platform::directory::SEARCH;
        let real = std::fs::canonicalize(folder.path()).unwrap();
        let searched = crate::platform::directory::open_real(&real, root).unwrap();
        sync_folder(&searched).unwrap();
    }
}
