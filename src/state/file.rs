//! The files of the state directory, one per vault: JSON with a checksum, readable by their owner only.
//!
//! A reader takes no lock and sees the old or the new bytes, always complete. A writer locks the folder and reads
//! again, so that of two writers both count. Observations are not made durable: after a power cut the file may be
//! older or empty, like that of a machine that has seen less. Expectations are made durable, because without them
//! the next command would refuse the changed vault.

use super::rollback_state::RollbackState;
use crate::platform::directory;
use crate::platform::file_system::sync_folder;
use crate::platform::private_file::{Durability, PrivateFile};
use crate::platform::state_file;
use crate::sealed::id::VaultId;
use crate::sealed::sign::sha256;
use data_encoding::HEXLOWER;
use rustix::fs::AtFlags;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use std::ffi::OsString;
use std::fs::File;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

const VERSION: u32 = 1;
/// More than the size of 64 places with 129 parts each.
const MAX_FILE_BYTES: usize = 4 * 1024 * 1024;
/// Copies of one vault that are remembered.
const MAX_PLACES: usize = 64;

/// The folder of the files, if there is one.
pub struct Folder {
    path: Option<PathBuf>,
    /// The path of the vault in use.
    vault: String,
}

/// The memory of one vault, and the state of its file.
#[derive(Default)]
pub struct Recalled {
    pub memory: RollbackState,
    /// The damage of the file, as the end of a sentence; the memory is empty then.
    pub damage: Option<&'static str>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Document<'a> {
    version: u32,
    /// SHA-256 of the bytes of `memory`, in lower-case hex.
    sha256: String,
    #[serde(borrow)]
    memory: &'a RawValue,
}

/// The only member that every later version keeps.
#[derive(Deserialize)]
struct Version {
    version: u32,
}

enum Unread {
    /// There is no file, which is no problem.
    Absent,
    /// The file is damaged and may be replaced.
    Damaged(&'static str),
    /// The file is not ours and must not be touched.
    Foreign,
}

impl Folder {
    /// `vault` is the real path of the vault in use.
    pub fn new(path: Option<PathBuf>, vault: &Path) -> Self {
        // A path that is not UTF-8 shares its memory with others that look the same.
        let vault = vault.to_string_lossy().into_owned();
        Self { path, vault }
    }

    pub fn place_of(&self, vault: VaultId) -> Option<PathBuf> {
        Some(self.path.as_ref()?.join(file_name(vault)))
    }

    /// Loads the memory of a vault.
    pub fn recall(&self, vault: VaultId) -> Recalled {
        let place = self.place_of(vault);
        let (memory, damage) = match place.map_or(Err(Unread::Absent), |place| read(&place)) {
            Ok(memory) => (memory, None),
            Err(Unread::Damaged(problem)) => (RollbackState::default(), Some(problem)),
            Err(Unread::Absent | Unread::Foreign) => (RollbackState::default(), None),
        };
        Recalled {
            memory: memory.at(self.vault.clone()),
            damage,
        }
    }

    /// Whether a vault with another id was seen at the path of the vault in use.
    pub fn other_vault_was_here(&self, vault: VaultId) -> bool {
        let Some(folder) = &self.path else {
            return false;
        };
        let own = OsString::from(file_name(vault));
        let files = directory::names(folder).unwrap_or_default().into_iter();
        files
            .filter(|name| *name != own)
            .filter_map(|name| read(&folder.join(name)).ok())
            .any(|memory| memory.at(self.vault.clone()).knows_place())
    }

    /// Lets `note` change the newest memory. Writes it if `note` returns that it changed something, or if the
    /// file was damaged.
    pub fn remember(
        &self,
        vault: VaultId,
        note: impl FnOnce(&mut RollbackState) -> bool,
    ) -> io::Result<()> {
        self.change(vault, Durability::Unsynced, note)
    }

    /// The same, but always written, and durable even after a power cut.
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
        let (Some(folder), Some(place)) = (&self.path, self.place_of(vault)) else {
            return Err(ErrorKind::NotFound.into());
        };
        let lock = state_file::lock(folder)?;
        let (memory, is_damaged) = match read(&place) {
            Ok(memory) => (memory, false),
            Err(Unread::Absent) => (RollbackState::default(), false),
            Err(Unread::Damaged(_)) => (RollbackState::default(), true),
            Err(Unread::Foreign) => return Err(ErrorKind::Unsupported.into()),
        };
        let mut memory = memory.at(self.vault.clone());
        if note(&mut memory) || is_damaged || durability == Durability::Synced {
            write(&lock, vault, memory, durability)?;
        }
        Ok(())
    }
}

fn read(place: &Path) -> Result<RollbackState, Unread> {
    match state_file::read(place, MAX_FILE_BYTES) {
        Ok(Some(bytes)) => parse(&bytes),
        Ok(None) => Err(Unread::Absent),
        Err(problem) => Err(Unread::Damaged(problem)),
    }
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

/// Writes the document. Only under the lock: then a file under the temporary name is from a killed process.
fn write(
    folder: &File,
    vault: VaultId,
    mut memory: RollbackState,
    durability: Durability,
) -> io::Result<()> {
    let is_there = |path: &str| Path::new(path).exists();
    memory.forget_places(MAX_PLACES, is_there);
    let mut most = MAX_PLACES;
    let memory = loop {
        let text = serde_json::value::to_raw_value(&memory)?;
        // Besides the memory, the document has a version and a checksum.
        if text.get().len() < MAX_FILE_BYTES - 1024 || most == 1 {
            break text;
        }
        most /= 2;
        memory.forget_places(most, is_there);
    };
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
        Durability::Synced => sync_folder(folder),
    }
}

fn file_name(vault: VaultId) -> String {
    format!("{vault}.json")
}
