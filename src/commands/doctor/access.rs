//! Checks who else may read or write a file or folder, according to its mode and owner.

use super::finding::Finding;
use crate::platform::directory;
use crate::platform::permissions::{Others, is_shared, is_us_or_root};
use std::fs::{self, Metadata};
use std::os::unix::fs::MetadataExt;
use std::path::Path;

/// The rights of users other than the owner.
pub struct Access {
    owner: u32,
    pub others: Others,
    mode: u32,
}

impl Access {
    pub fn of(found: &Metadata) -> Self {
        Self {
            owner: found.uid(),
            others: Others::beyond_private_group(found),
            mode: found.mode() & 0o7777,
        }
    }

    /// Whether it belongs to neither this user nor root.
    pub fn is_a_strangers(&self) -> bool {
        !is_us_or_root(self.owner)
    }

    pub fn mode(&self) -> String {
        format!("mode {:04o}", self.mode)
    }
}

/// Checks a file that controls something: everyone who can write or replace it controls it, too.
pub fn of_decisive_file(check: &'static str, path: &Path, found: &Metadata) -> Finding {
    let (access, shown) = (Access::of(found), path.display());
    if access.is_a_strangers() {
        return Finding::fail(
            check,
            format!("{shown} belongs to another user"),
            format!("check what it says, then take it over with `chown`, or remove {shown}"),
        );
    }
    if access.others.may_write() {
        return Finding::fail(
            check,
            format!("other users can write {shown} ({})", access.mode()),
            format!("check what it says, then `chmod go-w {shown}`"),
        );
    }
    let folder = path.parent().map(directory::or_here);
    let open = folder.filter(|folder| is_open(folder));
    if let Some(folder) = open {
        let folder = folder.display();
        return Finding::fail(
            check,
            format!("other users can replace {shown}, because they can write to its folder"),
            format!("check what is in the folder, then `chmod go-w {folder}`"),
        );
    }
    Finding::ok(check, format!("{shown}, {}", access.mode()))
}

/// Whether others may write to the folder, and so replace its files.
pub fn is_open(folder: &Path) -> bool {
    fs::metadata(folder).is_ok_and(|found| is_shared(&found))
}
