//! Makes and opens directories for private files: durably, and for their owner.

use super::file_system;
use super::permissions::PRIVATE_FOLDER;
use rustix::fs::{CWD, Dir, Mode, OFlags, openat};
use std::ffi::OsString;
use std::fs::{self, DirBuilder, File, Permissions};
use std::io;
use std::os::unix::ffi::OsStringExt;
use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
use std::path::Path;

/// Whether files written here stay in memory: in a tmpfs, which is on no disk except for swap.
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

/// The names in a folder. Unlike the standard library's function, it does not panic if closing fails.
pub fn names(folder: &Path) -> io::Result<Vec<OsString>> {
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
    let open = openat(CWD, folder, flags, Mode::empty())?;
    let mut names = Vec::new();
    for entry in Dir::read_from(&open)? {
        let name = OsString::from_vec(entry?.file_name().to_bytes().to_vec());
        if name != "." && name != ".." {
            names.push(name);
        }
    }
    Ok(names)
}

/// Makes a directory and its missing parents, each durable in its parent: otherwise a file that was reported as
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
    parent.map_or(Ok(()), |parent| {
        file_system::sync_folder(&open_to_sync(parent)?)
    })
}

fn open_to_sync(folder: &Path) -> io::Result<File> {
    let flags = OFlags::DIRECTORY | OFlags::CLOEXEC;
    open_or_search(|access| Ok(openat(CWD, folder, access | flags, Mode::empty())?.into()))
}

/// Opens a folder for reading, or else without the right to list it. Then it cannot be made durable.
pub fn open_or_search(open: impl Fn(OFlags) -> io::Result<File>) -> io::Result<File> {
    match open(OFlags::RDONLY) {
        Err(error) if error.kind() == io::ErrorKind::PermissionDenied => open(SEARCH),
        opened => opened,
    }
}

/// Under a umask such as 177, meant for files, not even the owner could enter the new directory.
fn let_owner_in(directory: &Path) -> io::Result<()> {
    let found = fs::symlink_metadata(directory)?;
    if found.is_dir() && found.permissions().mode() & PRIVATE_FOLDER != PRIVATE_FOLDER {
        fs::set_permissions(directory, Permissions::from_mode(PRIVATE_FOLDER))?;
    }
    Ok(())
}

/// Enough to open files in a directory, without the right to list it.
#[cfg(target_os = "linux")]
pub const SEARCH: OFlags = OFlags::PATH;
#[cfg(target_os = "macos")]
pub const SEARCH: OFlags = OFlags::from_bits_retain(0x4000_0000);
#[cfg(target_os = "freebsd")]
pub const SEARCH: OFlags = OFlags::from_bits_retain(0x0004_0000);

/// Opens a directory by its real path. Fails if a part of that path has become a link: it would lead elsewhere.
pub fn open_real(directory: &Path, access: OFlags) -> io::Result<File> {
    let open = |at: &File, part: &Path, access: OFlags| {
        let flags = access | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        io::Result::Ok(File::from(openat(at, part, flags, Mode::empty())?))
    };
    let root = Path::new("/");
    let below = directory.strip_prefix(root);
    let below = below.map_err(|_| io::ErrorKind::InvalidInput)?;
    let mut parts = below.components().peekable();
    let first = if parts.peek().is_none() {
        access
    } else {
        SEARCH
    };
    let flags = first | OFlags::DIRECTORY | OFlags::CLOEXEC;
    let mut here = File::from(openat(CWD, root, flags, Mode::empty())?);
    while let Some(part) = parts.next() {
        let access = if parts.peek().is_none() {
            access
        } else {
            SEARCH
        };
        here = open(&here, part.as_ref(), access)?;
    }
    Ok(here)
}

/// The parent of a bare file name is empty, which system calls do not accept as the working directory.
pub fn or_here(parent: &Path) -> &Path {
    if parent.as_os_str().is_empty() {
        Path::new(".")
    } else {
        parent
    }
}
