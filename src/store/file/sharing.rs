//! Who may use a vault. A change keeps its owner, group, mode and access control list, and the lock is open to
//! all who may change the vault.
//!
//! Root may write in a folder of another user, who may have put any file there. So root gives away only files
//! that it just made, or empty files with one name.
//! empty and has one name, is ever given away.

use super::regular::Regular;
use crate::platform::file_system::Gap;
use crate::platform::permissions::{is_shared, is_us};
use rustix::fs::{Gid, Mode, RawMode, Stat, Uid, fchmod, fchown, fstat};
use std::fs::{File, Metadata};
use std::os::unix::fs::MetadataExt;

const GROUP_SHARES: Mode = Mode::RGRP.union(Mode::WGRP);
const OWNER_USES: Mode = Mode::RUSR.union(Mode::WUSR);
/// All bits that a new vault may take over: nobody may execute it, and others may not write it.
const KEPT: Mode = OWNER_USES.union(GROUP_SHARES).union(Mode::ROTH);

/// The reason why a vault in this folder is not changed; it ends a sentence.
pub const OPEN_TO_ALL: &str = "is in a directory that other users can write to";
/// The same, where you may mean to share the vault with the folder's group.
pub const OPEN_TO_GROUP: &str =
    "is in a directory that its group can write to, and is not shared with that group";

/// The access rights that a new file takes over from the vault that it replaces.
pub struct Sharing {
    mode: Mode,
    owner: Uid,
    /// `None`: the group that the folder or the user gives the file.
    group: Option<Gid>,
    /// The owner of the lock, when root makes it.
    lock_owner: Uid,
    access_list: Option<Vec<u8>>,
}

impl Sharing {
    /// The rights of the vault, or of a new vault in this folder.
    pub fn of(vault: Option<&Stat>, folder: &Stat) -> Self {
        if let Some(vault) = vault {
            return Self {
                mode: Mode::from_raw_mode(vault.st_mode) & KEPT | Mode::RUSR,
                owner: Uid::from_raw(vault.st_uid),
                group: Some(Gid::from_raw(vault.st_gid)),
                lock_owner: Uid::from_raw(vault.st_uid),
                access_list: None,
            };
        }
        let made = Self {
            mode: OWNER_USES,
            owner: rustix::process::geteuid(),
            group: None,
            lock_owner: Uid::from_raw(folder.st_uid),
            access_list: None,
        };
        if !Mode::from_raw_mode(folder.st_mode).contains(Mode::SGID | Mode::WGRP) {
            return made;
        }
        Self {
            mode: OWNER_USES | GROUP_SHARES,
            group: Some(Gid::from_raw(folder.st_gid)),
            ..made
        }
    }

    /// Adds the access control list of the vault.
    pub fn with_access_list(self, vault: &File) -> Self {
        Self {
            access_list: access_list::of(vault),
            ..self
        }
    }

    /// Gives a new file of ours the rights of the vault, as far as the system allows. If it does not, fewer users
    /// get access, never more.
    pub fn give_to(&self, file: &File) {
        let Ok(made) = fstat(file) else { return };
        let mut mode = self.mode;
        let (has_owner, has_group) = self.hand_over(file, &made, self.owner);
        if !has_owner && !mode.contains(Mode::WGRP) {
            Gap::Owner.note();
        }
        if !has_group && mode.intersects(Mode::RWXG) {
            Gap::Owner.note();
            mode -= Mode::RWXG;
        }
        if !access_list::set(file, self.access_list.as_deref()) {
            Gap::AccessList.note();
            mode -= Mode::RWXG;
        }
        if Mode::from_raw_mode(made.st_mode) & !Mode::from_raw_mode(0o170_000) != mode
            && fchmod(file, mode).is_err()
        {
            Gap::Mode.note();
        }
    }

    /// Opens the lock to all who may change the vault, if we own it.
    pub fn open_lock(&self, lock: &Regular) {
        let stat = &lock.stat;
        // A second name of a file elsewhere, or a file that is not a lock, stays untouched.
        let is_lock = stat.st_nlink == 1 && stat.st_size == 0;
        if !is_lock || !is_us(stat.st_uid) {
            return;
        }
        let (_, has_group) = self.hand_over(&lock.file, stat, self.lock_owner);
        let mut mode = OWNER_USES;
        if has_group {
            mode |= self.mode & GROUP_SHARES;
        }
        if !Mode::from_raw_mode(stat.st_mode).contains(mode) {
            let _ = fchmod(&lock.file, mode);
        }
    }

    /// Gives away a file of ours. Returns whether it then has the owner, and the group.
    fn hand_over(&self, file: &File, stat: &Stat, owner: Uid) -> (bool, bool) {
        let is_same_owner = stat.st_uid == owner.as_raw();
        let is_same_group = self.group.is_none_or(|group| stat.st_gid == group.as_raw());
        // Only root can give a file away.
        let is_given = !is_same_owner && is_us(0) && fchown(file, Some(owner), None).is_ok();
        let is_grouped = !is_same_group && fchown(file, None, self.group).is_ok();
        (is_same_owner || is_given, is_same_group || is_grouped)
    }
}

/// The reason not to change a vault in this folder: others could replace it, or the files beside it. A group may,
/// if it shares the vault (by these modes and this group). A new vault is shared where the folder gives its group
/// to new files (setgid).
pub fn problem(folder: &Metadata, vault: Option<(Mode, u32)>) -> Option<&'static str> {
    if !is_shared(folder) {
        return None;
    }
    if folder.mode() & 0o002 != 0 {
        return Some(OPEN_TO_ALL);
    }
    let is_meant = match vault {
        Some((mode, group)) => group == folder.gid() && mode.contains(GROUP_SHARES),
        None => folder.mode() & 0o2000 != 0,
    };
    (!is_meant).then_some(OPEN_TO_GROUP)
}

/// The group that shares a vault in this folder, if one does.
pub fn group_of(folder: &Metadata, vault: &Metadata) -> Option<u32> {
    // The width of a mode differs between systems; these bits fit in each.
    let bits = u16::try_from(vault.mode() & 0o7777).unwrap_or_default();
    let mode = Mode::from_raw_mode(RawMode::from(bits));
    let is_shared = is_shared(folder) && problem(folder, Some((mode, vault.gid()))).is_none();
    is_shared.then(|| vault.gid())
}

/// POSIX access control lists, as the kernel keeps them.
#[cfg(target_os = "linux")]
mod access_list {
    use crate::platform::file_system::is_unknown;
    use rustix::fs::{XattrFlags, fgetxattr, fremovexattr, fsetxattr};
    use rustix::io::Errno;
    use std::fs::File;

    const NAME: &str = "system.posix_acl_access";
    /// More than the limit of any file system for one attribute.
    const MAX_BYTES: usize = 64 * 1024;

    pub fn of(file: &File) -> Option<Vec<u8>> {
        // Mostly there is none, so ask for the length before making a large buffer.
        let length = fgetxattr(file, NAME, &mut [0_u8; 0][..]).ok()?;
        let mut list = vec![0; length.min(MAX_BYTES)];
        let length = fgetxattr(file, NAME, &mut list[..]).ok()?;
        list.truncate(length);
        Some(list)
    }

    /// Whether the file has exactly this list. A new file may have got one from its folder.
    pub fn set(file: &File, list: Option<&[u8]>) -> bool {
        match list {
            Some(list) => fsetxattr(file, NAME, list, XattrFlags::empty()).is_ok(),
            None if of(file).is_none() => true,
            None => match fremovexattr(file, NAME) {
                Err(errno) => is_unknown(errno) || errno == Errno::NODATA,
                Ok(()) => true,
            },
        }
    }
}

#[cfg(not(target_os = "linux"))]
mod access_list {
    use std::fs::File;

    pub fn of(_: &File) -> Option<Vec<u8>> {
        None
    }

    pub fn set(_: &File, _: Option<&[u8]>) -> bool {
        true
    }
}
