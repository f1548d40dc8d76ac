//! The files of the state directory, one per vault: JSON with a checksum, for the owner alone.
//!
//! A reader takes no lock and sees the whole old or the whole new bytes. A writer reads again under the lock
//! of the folder, so that of two none is forgotten. What was seen is not made durable: after a power cut an
//! older file, or an empty one, is what a machine has that has seen less. What is expected is: else the next
//! command would refuse what has come.

use super::rollback_state::RollbackState;
use crate::platform::permissions::{Others, is_us};
use crate::platform::private_file::{Durability, PrivateFile};
use crate::platform::{bounded_read, directory};
use crate::sealed::id::VaultId;
use crate::sealed::sign::sha256;
use data_encoding::HEXLOWER;
use rustix::fs::{AtFlags, OFlags};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use std::ffi::OsString;
use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, ErrorKind};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::PathBuf;
use std::thread;
use std::time::{Duration, Instant};

const VERSION: u32 = 1;
/// More than 129 parts of 64 ages take.
const MAX_FILE_BYTES: usize = 1024 * 1024;
/// Whoever holds the lock longer was stopped; what is not remembered then is seen again.
const PATIENCE: Duration = Duration::from_secs(1);
const PAUSE: Duration = Duration::from_millis(2);

/// Where the files are, if there is such a place.
pub struct Folder(Option<PathBuf>);

/// What there is of a vault.
#[derive(Default)]
pub struct Recalled {
    pub memory: RollbackState,
    /// What is wrong with the file, as the end of a sentence; then the memory is empty.
    pub damage: Option<&'static str>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Document<'a> {
    version: u32,
    /// Of the bytes of `memory`, in lower-case hex.
    sha256: String,
    #[serde(borrow)]
    memory: &'a RawValue,
}

/// All that a later version promises.
#[derive(Deserialize)]
struct Version {
    version: u32,
}

enum Unread {
    /// It will not be missed.
    Absent,
    /// To be replaced.
    Damaged(&'static str),
    /// Not ours to touch.
    Foreign,
}

impl Folder {
    pub fn new(place: Option<PathBuf>) -> Self {
        Self(place)
    }

    pub fn place_of(&self, vault: VaultId) -> Option<PathBuf> {
        Some(self.0.as_ref()?.join(file_name(vault)))
    }

    /// What was seen of a vault before.
    pub fn recall(&self, vault: VaultId) -> Recalled {
        let place = self.place_of(vault);
        match place.map_or(Err(Unread::Absent), |place| read(&place)) {
            Ok(memory) => Recalled {
                memory,
                damage: None,
            },
            Err(Unread::Damaged(problem)) => Recalled {
                memory: RollbackState::default(),
                damage: Some(problem),
            },
            Err(Unread::Absent | Unread::Foreign) => Recalled::default(),
        }
    }

    /// Has `note` change what is remembered by now, and writes it if `note` says that it did or what was
    /// there is damaged.
    pub fn remember(
        &self,
        vault: VaultId,
        note: impl FnOnce(&mut RollbackState) -> bool,
    ) -> io::Result<()> {
        self.change(vault, Durability::Unsynced, note)
    }

    /// The same, written in any case: not even a power cut takes it back.
    pub fn remember_durably(
        &self,
        vault: VaultId,
        note: impl FnOnce(&mut RollbackState) -> bool,
    ) -> io::Result<()> {
        self.change(vault, Durability::Synced, note)
    }

    fn change(
        &self,
        vault: VaultId,
        durability: Durability,
        note: impl FnOnce(&mut RollbackState) -> bool,
    ) -> io::Result<()> {
        let (Some(folder), Some(place)) = (&self.0, self.place_of(vault)) else {
            return Err(ErrorKind::NotFound.into());
        };
        let lock = match lock(folder) {
            Err(error) if error.kind() == ErrorKind::NotFound => {
                directory::make(folder)?;
                lock(folder)?
            }
            taken => taken?,
        };
        let (mut memory, is_damaged) = match read(&place) {
            Ok(memory) => (memory, false),
            Err(Unread::Absent) => (RollbackState::default(), false),
            Err(Unread::Damaged(_)) => (RollbackState::default(), true),
            Err(Unread::Foreign) => return Err(ErrorKind::Unsupported.into()),
        };
        if note(&mut memory) || is_damaged || durability == Durability::Synced {
            write(&lock, vault, &memory, durability)?;
        }
        Ok(())
    }
}

/// Takes the lock of the folder, which is opened for it and let go of when the file is dropped.
fn lock(folder: &PathBuf) -> io::Result<File> {
    let directory = File::open(folder)?;
    let started = Instant::now();
    loop {
        match directory.try_lock() {
            Ok(()) => return Ok(directory),
            Err(TryLockError::WouldBlock) if started.elapsed() < PATIENCE => thread::sleep(PAUSE),
            Err(TryLockError::WouldBlock) => return Err(ErrorKind::WouldBlock.into()),
            Err(TryLockError::Error(error)) => return Err(error),
        }
    }
}

fn read(place: &PathBuf) -> Result<RollbackState, Unread> {
    let mut options = OpenOptions::new();
    // What is no file is not waited for.
    let flags = OFlags::NONBLOCK | OFlags::NOCTTY;
    options.read(true).custom_flags(flags.bits().cast_signed());
    let unread = |_| Unread::Damaged("could not be read");
    let file = match options.open(place) {
        Ok(file) => file,
        Err(error) => {
            return Err(match error.kind() {
                ErrorKind::NotFound | ErrorKind::NotADirectory => Unread::Absent,
                _ => unread(error),
            });
        }
    };
    let found = file.metadata().map_err(unread)?;
    if !found.is_file() {
        return Err(Unread::Damaged("is not a regular file"));
    }
    if !is_us(found.uid()) || Others::of(&found).may_write() {
        return Err(Unread::Damaged("can be written by others"));
    }
    if found.len() > MAX_FILE_BYTES as u64 {
        return Err(Unread::Damaged("is too large"));
    }
    let bytes = bounded_read::read(file, MAX_FILE_BYTES).map_err(unread)?;
    parse(&bytes)
}

fn parse(bytes: &[u8]) -> Result<RollbackState, Unread> {
    let damaged = |_| Unread::Damaged("is damaged");
    if bytes.is_empty() {
        return Err(Unread::Absent); // after a power cut
    }
    let document: Document<'_> = match serde_json::from_slice(bytes) {
        Ok(document) => document,
        Err(error) => {
            let version = serde_json::from_slice(bytes).map(|Version { version }| version);
            let is_newer = version.is_ok_and(|version| version > VERSION);
            return Err(if is_newer {
                Unread::Foreign
            } else {
                damaged(error)
            });
        }
    };
    if document.version != VERSION {
        return Err(Unread::Foreign);
    }
    let memory = document.memory.get();
    if document.sha256 != checksum(memory) {
        return Err(Unread::Damaged("is damaged"));
    }
    serde_json::from_str(memory).map_err(damaged)
}

fn checksum(memory: &str) -> String {
    HEXLOWER.encode(&sha256(memory.as_bytes()))
}

/// Only under the lock, so that the name beside it is free: whoever was killed left it behind.
fn write(
    folder: &File,
    vault: VaultId,
    memory: &RollbackState,
    durability: Durability,
) -> io::Result<()> {
    let memory = serde_json::value::to_raw_value(memory)?;
    let document = Document {
        version: VERSION,
        sha256: checksum(memory.get()),
        memory: &memory,
    };
    let mut text = serde_json::to_vec(&document)?;
    text.push(b'\n');
    let temporary = OsString::from(format!("{vault}.tmp"));
    let _ = rustix::fs::unlinkat(folder, &temporary, AtFlags::empty());
    let file = PrivateFile::holding(folder, temporary, &text, durability)?;
    file.replace(file_name(vault).as_ref())?;
    match durability {
        Durability::Unsynced => Ok(()),
        Durability::Synced => folder.sync_all(),
    }
}

fn file_name(vault: VaultId) -> String {
    format!("{vault}.json")
}
