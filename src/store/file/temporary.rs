//! A file beside the vault that is removed unless it takes over another name. Its bytes are durable before they
//! are used.

use super::directory::Directory;
use super::regular::{self, Regular};
use super::sharing::Sharing;
use crate::platform::file_system::sync_file;
use crate::platform::private_file::PrivateFile;
use crate::store::Error;
use rustix::fs::OFlags;
use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::os::fd::AsFd;
use std::path::Path;
use std::rc::Rc;

/// Smaller pieces are written together.
const WRITE_BYTES: usize = 64 * 1024;

pub type Temporary = PrivateFile<Rc<Directory>>;

/// Creates a file of this name with these pieces, durably. Also returns the stored bytes, already open, so that
/// no other file can take their place. `path` is that of the vault, for messages.
pub fn holding<'a, D: AsFd + Clone>(
    folder: &D,
    name: io::Result<OsString>,
    vault: &Path,
    sharing: &Sharing,
    pieces: impl IntoIterator<Item = &'a [u8]>,
) -> Result<(PrivateFile<D>, Regular), Error> {
    let created = name.and_then(|name| PrivateFile::create(folder.clone(), name));
    let (temporary, file) = created.map_err(Error::not_written("create a file beside", vault))?;
    let write = || {
        let mut small_joined = BufWriter::with_capacity(WRITE_BYTES, &file);
        let mut pieces = pieces.into_iter();
        pieces.try_for_each(|piece| small_joined.write_all(piece))?;
        small_joined.flush()?;
        sharing.give_to(&file);
        sync_file(&file)
    };
    write().map_err(Error::not_written("write a file beside", vault))?;
    let stored = read_back(folder, temporary.name(), &file, vault)?;
    Ok((temporary, stored))
}

/// Opens by name the file that was just `written`, with a descriptor that took no part in the writing.
fn read_back(
    folder: impl AsFd,
    name: &OsStr,
    written: &File,
    vault: &Path,
) -> Result<Regular, Error> {
    let doing = "read back a file beside";
    let flags = OFlags::RDONLY | OFlags::NOFOLLOW;
    let stored = regular::open(folder, Path::new(name), flags)
        .map_err(|obstacle| obstacle.into_write_error(doing, vault.to_owned()))?;
    let written = rustix::fs::fstat(written)
        .map_err(io::Error::from)
        .map_err(Error::not_written(doing, vault))?;
    if !regular::same_file(&stored.stat, &written) {
        let place = vault.display().to_string();
        return Err(Error::ChangedUnderneath { place });
    }
    Ok(stored)
}
