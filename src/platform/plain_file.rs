//! Writes a file that holds no secret, in one step: it is whole and durable, or what was there before. The mode of
//! one that is replaced stays.

use super::directory::or_here;
use super::file_system::{sync_file, sync_folder};
use super::private_file::{PrivateFile, temporary_name};
use std::ffi::OsStr;
use std::fs::{self, File, Permissions};
use std::io::{self, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

/// The mode of a file that was not there.
const NEW_MODE: u32 = 0o644;

/// Writes a file in an existing folder. A link is an error.
pub fn replace(path: &Path, contents: &[u8]) -> io::Result<()> {
    let found = fs::symlink_metadata(path);
    if found.as_ref().is_ok_and(fs::Metadata::is_symlink) {
        return Err(io::Error::other("it is a link"));
    }
    let mode = found.map_or(NEW_MODE, |found| found.permissions().mode() & 0o777);
    write(path, contents, mode, Put::Replacing)
}

/// Writes a file that must not be there yet.
pub fn create(path: &Path, contents: &[u8]) -> io::Result<()> {
    write(path, contents, NEW_MODE, Put::New)
}

#[derive(Clone, Copy)]
enum Put {
    New,
    Replacing,
}

fn write(path: &Path, contents: &[u8], mode: u32, put: Put) -> io::Result<()> {
    let name = path.file_name().unwrap_or(OsStr::new("file"));
    let folder = File::open(or_here(path.parent().unwrap_or(Path::new(""))))?;
    let (staged, mut file) = PrivateFile::create(&folder, temporary_name(name)?)?;
    file.write_all(contents)?;
    file.set_permissions(Permissions::from_mode(mode))?;
    sync_file(&file)?;
    match put {
        Put::New => staged.appear_as(name)?,
        Put::Replacing => staged.replace(name)?,
    }
    sync_folder(&folder)
}
