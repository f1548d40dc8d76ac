//! Directories as a private file needs them: made durably and for their owner, not to be written by others,
//! and with names that are taken once.

use rustix::fs::{AtFlags, Mode, RenameFlags, Stat};
use rustix::io::Errno;
use std::ffi::OsStr;
use std::fs::{DirBuilder, File};
use std::io;
use std::os::fd::AsFd;
use std::os::unix::fs::DirBuilderExt;
use std::path::Path;

/// Whether anybody but the owner may write here, with or without the sticky bit. A group that has the
/// owner's number is the owner's own, by the convention that makes a umask of 002 safe.
pub fn others_may_write(directory: &Stat) -> bool {
    let mode = Mode::from_raw_mode(directory.st_mode);
    let private_group = directory.st_gid == directory.st_uid && directory.st_uid != 0;
    mode.contains(Mode::WOTH) || (mode.contains(Mode::WGRP) && !private_group)
}

/// Makes a directory and those above it, each durable in the one above: else a file that was reported as
/// saved could vanish with its directory.
pub fn make(directory: &Path) -> io::Result<()> {
    if directory.is_dir() {
        return Ok(());
    }
    let parent = directory.parent().map(or_here);
    if let Some(parent) = parent {
        make(parent)?;
    }
    match DirBuilder::new().mode(0o700).create(directory) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => return Ok(()),
        made => made?,
    }
    parent.map_or(Ok(()), |parent| File::open(parent)?.sync_all())
}

/// The parent of a bare file name is empty, which no system call takes for the working directory.
pub fn or_here(parent: &Path) -> &Path {
    if parent.as_os_str().is_empty() {
        Path::new(".")
    } else {
        parent
    }
}

/// Gives what is called `from` the name `to`, which must not name anything yet.
pub fn rename_new(directory: impl AsFd, from: &OsStr, to: &OsStr) -> io::Result<()> {
    let directory = directory.as_fd();
    match rustix::fs::renameat_with(directory, from, directory, to, RenameFlags::NOREPLACE) {
        // Not on every file system; a second link is as careful.
        Err(Errno::INVAL | Errno::NOSYS | Errno::NOTSUP) => {
            rustix::fs::linkat(directory, from, directory, to, AtFlags::empty())?;
        }
        renamed => renamed?,
    }
    Ok(())
}
