//! Writes a file without secrets in one step: afterwards it has the complete new content, or the old one. A
//! replaced file keeps its mode.

use super::directory::or_here;
use super::file_system::{sync_file, sync_folder};
use super::private_file::{PrivateFile, remove_left, temporary_name};
use std::ffi::OsStr;
use std::fs::{self, File, Permissions};
use std::io::{self, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

/// The mode of a new file.
const NEW_MODE: u32 = 0o644;

/// Writes a file in an existing folder. A link is an error.
pub fn replace(path: &Path, contents: &[u8]) -> io::Result<()> {
    let mode = mode(path)?.unwrap_or(NEW_MODE);
    write(path, contents, mode, |_| Ok(true), Put::Replacing).map(drop)
}

/// The same, if the file still has its `old` contents. Returns whether it had them.
pub fn replace_if(path: &Path, old: &[u8], contents: &[u8]) -> io::Result<bool> {
    let Some(mode) = mode(path)? else {
        return Ok(false);
    };
    // Checked last, right before the new file takes the name.
    let is_same = |path: &Path| Ok(self::mode(path)?.is_some() && fs::read(path)? == old);
    write(path, contents, mode, is_same, Put::Replacing)
}

/// Writes a file that must not exist yet.
pub fn create(path: &Path, contents: &[u8]) -> io::Result<()> {
    write(path, contents, NEW_MODE, |_| Ok(true), Put::New).map(drop)
}

/// The mode of a file; `None` if there is none.
fn mode(path: &Path) -> io::Result<Option<u32>> {
    match fs::symlink_metadata(path) {
        Ok(found) if found.is_symlink() => Err(io::Error::other("it is a link")),
        Ok(found) => Ok(Some(found.permissions().mode() & 0o777)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

#[derive(Clone, Copy)]
enum Put {
    New,
    Replacing,
}

fn write(
    path: &Path,
    contents: &[u8],
    mode: u32,
    may_put: impl FnOnce(&Path) -> io::Result<bool>,
    put: Put,
) -> io::Result<bool> {
    let name = path.file_name().unwrap_or(OsStr::new("file"));
    let folder = File::open(or_here(path.parent().unwrap_or(Path::new(""))))?;
    remove_left(&folder, name);
    let (staged, mut file) = PrivateFile::create(&folder, temporary_name(name)?)?;
    file.write_all(contents)?;
    file.set_permissions(Permissions::from_mode(mode))?;
    sync_file(&file)?;
    if !may_put(path)? {
        return Ok(false);
    }
    match put {
        Put::New => staged.appear_as(name)?,
        Put::Replacing => staged.replace(name)?,
    }
    sync_folder(&folder)?;
    Ok(true)
}
