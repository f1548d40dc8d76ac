//! Who may read or write a file or a folder, according to its owner and its mode.

use rustix::process::geteuid;
use std::fs::Metadata;
use std::os::unix::fs::MetadataExt;

/// A file for its owner alone.
pub const PRIVATE_FILE: u32 = 0o600;
/// A folder for its owner alone.
pub const PRIVATE_FOLDER: u32 = 0o700;

const GROUP: u32 = 0o070;
const OTHERS: u32 = 0o077;
const READ: u32 = 0o044;
const WRITE: u32 = 0o022;

/// The rights of everybody but the owner.
#[derive(Clone, Copy)]
pub struct Others(u32);

impl Others {
    pub fn of(found: &Metadata) -> Self {
        Self(found.mode() & OTHERS)
    }

    /// The same, but a group with the owner's number counts as the owner's own, by the convention that makes a
    /// umask of 002 safe.
    pub fn beyond_private_group(found: &Metadata) -> Self {
        let Self(bits) = Self::of(found);
        let has_own_group = found.gid() == found.uid() && found.uid() != 0;
        Self(if has_own_group { bits & !GROUP } else { bits })
    }

    pub fn may_read(self) -> bool {
        self.0 & READ != 0
    }

    pub fn may_write(self) -> bool {
        self.0 & WRITE != 0
    }

    /// Whether the others are in its group, if there are any.
    pub fn are_of_its_group(self) -> bool {
        self.0 & !GROUP == 0
    }

    pub fn may_do_anything(self) -> bool {
        self.0 != 0
    }
}

/// Whether this is the user of this process.
pub fn is_us(uid: u32) -> bool {
    uid == geteuid().as_raw()
}

/// Whether this is the user of this process, or root, who may do everything.
pub fn is_us_or_root(uid: u32) -> bool {
    uid == 0 || is_us(uid)
}

/// Whether others may put files into a folder, with or without the sticky bit.
pub fn is_shared(folder: &Metadata) -> bool {
    Others::beyond_private_group(folder).may_write()
}
