//! A vault that is mounted as a single file, as containers do: it can be written into but not replaced.

use std::ffi::OsStr;
use std::os::fd::AsFd;

/// The reason why such a vault is not changed; it ends a sentence.
pub const SINGLE_FILE: &str = "is mounted as a single file, which cannot be replaced";

/// Whether something is mounted at this name in the directory. If the system does not say, it returns false: then
/// replacing the file fails.
#[cfg(target_os = "linux")]
pub fn is_single_file(directory: impl AsFd, name: &OsStr) -> bool {
    use rustix::fs::{AtFlags, StatxFlags, statx};
    let mount = |name: &OsStr, flags: AtFlags| {
        let found = statx(&directory, name, flags, StatxFlags::MNT_ID).ok()?;
        let is_told = found.stx_mask & StatxFlags::MNT_ID.bits() != 0;
        is_told.then_some(found.stx_mnt_id)
    };
    let folder = mount(OsStr::new(""), AtFlags::EMPTY_PATH);
    let file = mount(name, AtFlags::SYMLINK_NOFOLLOW);
    matches!((folder, file), (Some(folder), Some(file)) if folder != file)
}

#[cfg(not(target_os = "linux"))]
pub fn is_single_file(_: impl AsFd, _: &OsStr) -> bool {
    false
}
