//! A vault in a temporary file of another program, such as the file that git passes to a merge driver, without a
//! lock and a previous copy beside it. It is replaced as a whole, or keeps its bytes. A killed process may leave
//! its sealed result beside it; the next one removes that.

use super::file::FileStore;
use super::{Error, Previous, Snapshot, Store, Transaction};
use crate::platform::directory::or_here;
use crate::platform::private_file::{self, PrivateFile, temporary_name};
use crate::sealed::SealedBytes;
use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// A file that only this process changes.
pub struct ScratchStore {
    path: PathBuf,
    /// The beginning of the names of files written beside it.
    stem: OsString,
}

impl ScratchStore {
    /// Opens a copy of `vault`, which has another path. Leftovers of a killed merge get the same name as those of
    /// a killed change of the vault, so that git ignores them everywhere.
    pub fn new(path: impl Into<PathBuf>, vault: &Path) -> Self {
        let name = vault.file_name().unwrap_or_default();
        let mut stem = OsString::from(".");
        stem.push(name);
        Self {
            path: path.into(),
            stem,
        }
    }

    /// Replaces the file with these bytes.
    pub fn replace(&self, bytes: &SealedBytes<'_>) -> Result<(), Error> {
        let mut transaction = self.begin(Duration::ZERO)?;
        if !transaction.stage(bytes)?.is(bytes)? {
            let place = self.place();
            return Err(Error::NotStored { place });
        }
        transaction.commit(Previous::Keep)
    }

    /// Removes old leftovers of killed processes beside it. Ignores failures: they are harmless.
    pub fn remove_left(&self) {
        if let Ok(folder) = File::open(self.folder()) {
            private_file::remove_left(&folder, &self.stem);
        }
    }

    fn folder(&self) -> &Path {
        or_here(self.path.parent().unwrap_or(Path::new("")))
    }

    fn name(&self) -> Result<&OsStr, Error> {
        let nameless = || io::Error::from(io::ErrorKind::InvalidInput);
        let name = self.path.file_name().ok_or_else(nameless);
        name.map_err(Error::not_written("replace", &self.path))
    }
}

impl Store for ScratchStore {
    fn load(&self) -> Result<Snapshot, Error> {
        FileStore::new(&self.path).load()
    }

    fn begin(&self, _patience: Duration) -> Result<Box<dyn Transaction + '_>, Error> {
        Ok(Box::new(ScratchTransaction {
            store: self,
            staged: None,
        }))
    }

    fn place(&self) -> String {
        self.path.display().to_string()
    }
}

struct ScratchTransaction<'s> {
    store: &'s ScratchStore,
    staged: Option<PrivateFile<File>>,
}

impl Transaction for ScratchTransaction<'_> {
    fn current(&mut self) -> Result<Option<Snapshot>, Error> {
        self.store.load().map(Some)
    }

    fn stage(&mut self, bytes: &SealedBytes<'_>) -> Result<Snapshot, Error> {
        let path = &self.store.path;
        let folder = self.store.folder();
        let create = || {
            let directory = File::open(folder)?;
            let temporary = temporary_name(&self.store.stem)?;
            let (staged, mut file) = PrivateFile::create(directory, temporary)?;
            for piece in bytes.pieces() {
                file.write_all(piece)?;
            }
            file.sync_all()?;
            Ok(staged)
        };
        let staged = create().map_err(Error::not_written("write a file beside", path))?;
        let stored = FileStore::new(folder.join(staged.name())).load()?;
        self.staged = Some(staged);
        Ok(stored)
    }

    fn commit(mut self: Box<Self>, _previous: Previous) -> Result<(), Error> {
        let not_written = Error::not_written("replace", &self.store.path);
        let name = self.store.name()?;
        match self.staged.take() {
            Some(staged) => staged.replace(name).map_err(not_written)?,
            None => return Err(not_written(io::ErrorKind::InvalidInput.into())),
        }
        let synced = File::open(self.store.folder()).and_then(|folder| folder.sync_all());
        let path = self.store.path.clone();
        synced.map_err(|source| Error::NotDurable { path, source })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn what_a_killed_process_left_is_removed() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        let store = ScratchStore::new(at(".merge_file_a"), Path::new("deep/a.kluis"));
        let [left, fresh, other] = [
            ".a.kluis.0123456789abcdef.tmp",
            ".a.kluis.123456789abcdef0.tmp",
            ".b.kluis.0123456789abcdef.tmp",
        ];
        for name in [left, fresh, other] {
            fs::write(at(name), "sealed").unwrap();
        }
        for name in [left, other] {
            let file = File::options().write(true).open(at(name)).unwrap();
            let long_ago = std::time::SystemTime::now() - 2 * private_file::LEFT_AGE;
            file.set_modified(long_ago).unwrap();
        }
        store.remove_left();
        assert_eq!(
            [left, fresh, other].map(|name| at(name).exists()),
            [false, true, true]
        );
    }

    #[test]
    fn it_is_replaced_and_nothing_is_left_beside_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(".merge_file_a");
        fs::write(&path, "old").unwrap();
        let store = ScratchStore::new(&path, Path::new("deep/a.kluis"));
        store.replace(&SealedBytes::for_test(b"new")).unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"new");
        let mut dropped = store.begin(Duration::ZERO).unwrap();
        dropped.stage(&SealedBytes::for_test(b"newer")).unwrap();
        let names = fs::read_dir(folder.path()).unwrap();
        let mut names = names.map(|entry| entry.unwrap().file_name());
        assert!(names.any(|name| name.to_str().unwrap().starts_with(".a.kluis.")));
        drop(dropped);
        assert_eq!(fs::read(&path).unwrap(), b"new");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
        let nothing = store.begin(Duration::ZERO).unwrap();
        assert!(nothing.commit(Previous::Keep).is_err());
    }
}
