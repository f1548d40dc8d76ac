//! A small file of the state directory that decides what is trusted. Only its owner may have written it, and of
//! two concurrent writers both count.

use super::bounded_read;
use super::directory;
use super::folder_lock;
use super::permissions::{Others, is_us};
use rustix::fs::OFlags;
use std::fs::{File, OpenOptions};
use std::io::{self, ErrorKind};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::Path;
use std::time::Duration;
use zeroize::Zeroizing;

/// A process that keeps the lock longer was stopped.
const PATIENCE: Duration = Duration::from_secs(1);

/// The problem of a file that may still be intact; it ends a sentence.
pub const UNREAD: &str = "could not be read";

/// Opens the file, checks the open file, and reads it; `None` if there is none. A problem ends a sentence.
pub fn read(place: &Path, most: usize) -> Result<Option<Zeroizing<Vec<u8>>>, &'static str> {
    let mut options = OpenOptions::new();
    // Never wait for a pipe or another device.
    let flags = OFlags::NONBLOCK | OFlags::NOCTTY;
    options.read(true).custom_flags(flags.bits().cast_signed());
    let file = match options.open(place) {
        Ok(file) => file,
        Err(error) => {
            return match error.kind() {
                ErrorKind::NotFound | ErrorKind::NotADirectory => Ok(None),
                _ => Err(UNREAD),
            };
        }
    };
    let found = file.metadata().map_err(|_| UNREAD)?;
    if !found.is_file() {
        return Err("is not a regular file");
    }
    if !is_us(found.uid()) || Others::of(&found).may_write() {
        return Err("can be written by others");
    }
    if found.len() > most as u64 {
        return Err("is too large");
    }
    bounded_read::read(file, most).map(Some).map_err(|_| UNREAD)
}

/// Makes the folder if it is missing, and takes the lock of its writers. The lock is released when the file is
/// dropped.
pub fn lock(folder: &Path) -> io::Result<File> {
    let directory = match File::open(folder) {
        Err(error) if error.kind() == ErrorKind::NotFound => {
            directory::make(folder)?;
            File::open(folder)?
        }
        opened => opened?,
    };
    folder_lock::lock(directory, PATIENCE)
}
