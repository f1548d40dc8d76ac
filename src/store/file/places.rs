//! The paths that belong to a vault, for reading only: nothing is created or refused.

use super::directory::{LOCK, beside};
use super::previous;
use std::path::{Path, PathBuf};
use std::{fs, io};

/// The paths that belong to a vault, with links resolved. The files need not exist.
pub struct Places {
    pub vault: PathBuf,
    pub directory: PathBuf,
    pub lock: PathBuf,
    pub previous: PathBuf,
}

impl Places {
    /// The paths of the vault at this path, which must exist.
    pub fn of(path: &Path) -> io::Result<Self> {
        let vault = fs::canonicalize(path)?;
        let (Some(directory), Some(name)) = (vault.parent(), vault.file_name()) else {
            return Err(io::ErrorKind::IsADirectory.into());
        };
        Ok(Self {
            lock: directory.join(beside(name, LOCK)),
            previous: previous::path_of(&vault),
            directory: directory.to_owned(),
            vault,
        })
    }
}
