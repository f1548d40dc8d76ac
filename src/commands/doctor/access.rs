//! Checks who else may read or write a file or folder, as far as its mode and owner tell.

use super::finding::Finding;
use crate::platform::directory;
use rustix::process::geteuid;
use std::fs::Metadata;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::Path;

const READ: u32 = 0o044;
const WRITE: u32 = 0o022;
const OTHERS: u32 = 0o077;
const GROUP: u32 = 0o070;

/// What others than the owner may do. A group with the owner's number counts as the owner.
pub struct Access {
    owner: u32,
    bits: u32,
    mode: u32,
}

impl Access {
    pub fn of(found: &Metadata) -> Self {
        let mode = found.permissions().mode() & 0o7777;
        let has_own_group = found.gid() == found.uid() && found.uid() != 0;
        let private = if has_own_group { GROUP } else { 0 };
        Self {
            owner: found.uid(),
            bits: mode & OTHERS & !private,
            mode,
        }
    }

    pub fn others_may_read(&self) -> bool {
        self.bits & READ != 0
    }

    pub fn others_may_write(&self) -> bool {
        self.bits & WRITE != 0
    }

    /// Whether it belongs to another user, not to this one or root.
    pub fn is_a_strangers(&self) -> bool {
        self.owner != geteuid().as_raw() && self.owner != 0
    }

    pub fn mode(&self) -> String {
        format!("mode {:04o}", self.mode)
    }
}

/// Checks a file that decides about something: everyone who can write or replace it can decide.
pub fn of_decisive_file(check: &'static str, path: &Path, found: &Metadata) -> Finding {
    let (access, shown) = (Access::of(found), path.display());
    if access.is_a_strangers() {
        return Finding::fail(
            check,
            format!("{shown} belongs to another user"),
            format!("check what it says, then take it over with `chown`, or remove {shown}"),
        );
    }
    if access.others_may_write() {
        return Finding::fail(
            check,
            format!("other users may write {shown} ({})", access.mode()),
            format!("check what it says, then `chmod go-w {shown}`"),
        );
    }
    let folder = path.parent().map(directory::or_here);
    let open = folder.filter(|folder| is_open(folder));
    if let Some(folder) = open {
        let folder = folder.display();
        return Finding::fail(
            check,
            format!("other users may replace {shown}, because they may write to its folder"),
            format!("check what is in the folder, then `chmod go-w {folder}`"),
        );
    }
    Finding::ok(check, format!("{shown}, {}", access.mode()))
}

/// Whether others may write to the folder, and so replace its files.
pub fn is_open(folder: &Path) -> bool {
    rustix::fs::stat(folder).is_ok_and(|found| directory::others_may_write(&found))
}
