//! Directories as a private file needs them: made durably and for their owner.

use super::permissions::PRIVATE_FOLDER;
use std::fs::{self, DirBuilder, File, Permissions};
use std::io;
use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
use std::path::Path;

/// Whether what is written here stays in memory: in a tmpfs, which is on no disk but for swap.
pub fn is_in_memory(directory: &Path) -> bool {
    #[cfg(target_os = "linux")]
    {
        // TMPFS_MAGIC and RAMFS_MAGIC of linux/magic.h
        const IN_MEMORY: [i128; 2] = [0x0102_1994, 0x8584_58f6];
        let found = rustix::fs::statfs(directory);
        // The field's width differs between architectures.
        let kind = found.map(|found| i128::from(found.f_type) & 0xffff_ffff);
        kind.is_ok_and(|kind| IN_MEMORY.contains(&kind))
    }
    #[cfg(not(target_os = "linux"))]
    {
        let _ = directory;
        false
    }
}

/// Makes a directory and those above it, each durable in the one above: otherwise a file that was reported as
/// saved could vanish with its directory.
pub fn make(directory: &Path) -> io::Result<()> {
    if directory.is_dir() {
        return Ok(());
    }
    let parent = directory.parent().map(or_here);
    if let Some(parent) = parent {
        make(parent)?;
    }
    match DirBuilder::new().mode(PRIVATE_FOLDER).create(directory) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => return Ok(()),
        made => made?,
    }
    let_owner_in(directory)?;
    parent.map_or(Ok(()), |parent| File::open(parent)?.sync_all())
}

/// Under a umask such as 177, meant for files, not even the owner could enter the new directory.
fn let_owner_in(directory: &Path) -> io::Result<()> {
    let found = fs::symlink_metadata(directory)?;
    if found.is_dir() && found.permissions().mode() & PRIVATE_FOLDER != PRIVATE_FOLDER {
        fs::set_permissions(directory, Permissions::from_mode(PRIVATE_FOLDER))?;
    }
    Ok(())
}

/// The parent of a bare file name is empty, which system calls do not accept as the working directory.
pub fn or_here(parent: &Path) -> &Path {
    if parent.as_os_str().is_empty() {
        Path::new(".")
    } else {
        parent
    }
}
