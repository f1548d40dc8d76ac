//! A file beside the vault that is gone unless it takes over another name. Its bytes are durable
//! before anything is done with it, or it never was.

use super::directory::Directory;
use super::regular::{self, Regular};
use super::sharing::Sharing;
use crate::platform::file_system::sync_file;
use crate::platform::private_file::PrivateFile;
use crate::store::Error;
use rustix::fs::OFlags;
use std::ffi::OsStr;
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;
use std::rc::Rc;

/// Smaller pieces are written together.
const WRITE_BYTES: usize = 64 * 1024;

pub type Temporary = PrivateFile<Rc<Directory>>;

/// A new file that holds these pieces, durably, and what was really stored: open, so that no other file can
/// pass for it.
pub fn holding<'a>(
    directory: &Rc<Directory>,
    sharing: &Sharing,
    pieces: impl IntoIterator<Item = &'a [u8]>,
) -> Result<(Temporary, Regular), Error> {
    let vault = directory.path_of(directory.vault());
    let created = directory.temporary();
    let created = created.and_then(|name| PrivateFile::create(Rc::clone(directory), name));
    let (temporary, file) = created.map_err(Error::not_written("create a file beside", &vault))?;
    let write = || {
        let mut small_joined = BufWriter::with_capacity(WRITE_BYTES, &file);
        let mut pieces = pieces.into_iter();
        pieces.try_for_each(|piece| small_joined.write_all(piece))?;
        small_joined.flush()?;
        sharing.give_to(&file);
        sync_file(&file)
    };
    write().map_err(Error::not_written("write a file beside", &vault))?;
    let stored = read_back(directory, temporary.name(), &file)?;
    Ok((temporary, stored))
}

/// Another name for the file that is called `name` now.
pub fn linked(directory: &Rc<Directory>, name: &OsStr) -> io::Result<Temporary> {
    PrivateFile::link(Rc::clone(directory), directory.temporary()?, name)
}

/// Opens by name what was just `written`: no descriptor that took part in the writing.
fn read_back(directory: &Directory, name: &OsStr, written: &File) -> Result<Regular, Error> {
    let doing = "read back a file beside";
    let vault = directory.path_of(directory.vault());
    let stored = regular::open(
        directory,
        Path::new(name),
        OFlags::RDONLY | OFlags::NOFOLLOW,
    )
    .map_err(|obstacle| obstacle.into_write_error(doing, vault.clone()))?;
    let written = rustix::fs::fstat(written)
        .map_err(io::Error::from)
        .map_err(Error::not_written(doing, &vault))?;
    if !regular::same_file(&stored.stat, &written) {
        let place = vault.display().to_string();
        return Err(Error::ChangedUnderneath { place });
    }
    Ok(stored)
}
