//! Values as files, for programs that take a path instead of a variable.
//!
//! They are regular files with mode 0400 in one folder in memory, so that the command, its children and any
//! program of the same user can open them. The folder exists until the command ends, whatever processes it leaves
//! behind. Nothing of it is ever on a disk, except in swap.

pub mod watcher;

use super::private_temp_folder::PrivateTempFolder;
use crate::plaintext::Plaintext;
use crate::platform::{orphans, signals};
use crate::vault::file_name::FileName;
use rustix::fs::{Mode, OFlags, fchmod, openat};
use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use watcher::Starting;

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("there is no folder in memory (tmpfs), and kluis writes no value to a disk")]
    NoMemory,
    #[error("cannot make a folder for files in {}", place.display())]
    NoFolder { place: PathBuf, source: io::Error },
    #[error("cannot start the process that removes the files afterwards")]
    NoWatcher(#[source] io::Error),
    #[error("cannot write the file {name} in {}", place.display())]
    NotWritten {
        name: FileName,
        place: PathBuf,
        source: io::Error,
    },
}

/// The files of one command. Dropping this removes them.
pub struct ValueFiles {
    folder: PrivateTempFolder,
    remover: Remover,
}

/// An empty folder, and a watcher that starts while a vault is opened. It is removed like the files.
pub struct NewFolder {
    folder: PrivateTempFolder,
    remover: Remover,
    starting: Option<Starting>,
}

/// The process that removes the files when the command has ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Remover {
    /// A process of its own: this one may become the command.
    Watcher,
    /// This process, which must not become the command.
    Parent,
}

impl Remover {
    /// A process of its own, unless it would become a child of the command, which does not expect one.
    pub fn choose() -> Self {
        if orphans::are_adopted() {
            Self::Parent
        } else {
            Self::Watcher
        }
    }
}

impl NewFolder {
    /// Makes it below `place`. With a watcher it is removed when this process, or the command that it becomes,
    /// ends.
    pub fn new(place: &Path, remover: Remover) -> Result<Self, Error> {
        let folder = PrivateTempFolder::new(place).map_err(|source| Error::NoFolder {
            place: place.to_owned(),
            source,
        })?;
        let starting = match remover {
            Remover::Watcher => Some(Starting::new(folder.path()).map_err(Error::NoWatcher)?),
            Remover::Parent => None,
        };
        Ok(Self {
            folder,
            remover,
            starting,
        })
    }

    /// Waits for the watcher: only then may the folder contain a value.
    pub fn open(self) -> Result<ValueFiles, Error> {
        let Self {
            mut folder,
            remover,
            starting,
        } = self;
        let started = starting.map_or(Ok(()), Starting::finish);
        // If the watcher is killed, the folder is no leftover while the command runs.
        let started = started.and_then(|()| folder.share());
        started.map_err(Error::NoWatcher)?;
        Ok(ValueFiles { folder, remover })
    }
}

impl ValueFiles {
    pub fn remover(&self) -> Remover {
        self.remover
    }

    /// Adds a file with exactly these bytes and returns its path. Use every name once.
    pub fn add(&self, name: &FileName, value: &Plaintext) -> Result<PathBuf, Error> {
        signals::survive_file_size_limit();
        let written = self.create(name).and_then(|mut file| {
            file.write_all(value.expose())?;
            // The umask may have removed the right to read.
            Ok(fchmod(&file, Mode::RUSR)?)
        });
        match written {
            Ok(()) => Ok(self.folder.path().join(name.as_str())),
            Err(source) => Err(Error::NotWritten {
                name: name.clone(),
                place: self
                    .folder
                    .path()
                    .parent()
                    .unwrap_or(Path::new("/"))
                    .to_owned(),
                source,
            }),
        }
    }

    fn create(&self, name: &FileName) -> io::Result<File> {
        let flags =
            OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let folder = self.folder.descriptor();
        Ok(openat(folder, name.as_str(), flags, Mode::RUSR)?.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;
    use std::os::unix::fs::MetadataExt;

    const VALUE: &[u8] = b"a\0b\nc'\"\\$(id)\xff\r\n\n";

    fn value() -> Plaintext {
        Plaintext::new(VALUE.to_vec())
    }

    fn name(text: &str) -> FileName {
        FileName::parse(text).unwrap()
    }

    fn opened(place: &Path) -> ValueFiles {
        let folder = NewFolder::new(place, Remover::Parent).unwrap();
        folder.open().unwrap()
    }

    #[test]
    fn each_file_has_its_name_and_is_for_its_owner_to_read() {
        let place = tempfile::tempdir().unwrap();
        let files = opened(place.path());
        let other = Plaintext::new(b"two".to_vec());
        let one = files.add(&name("tls.pem"), &value()).unwrap();
        let two = files.add(&name("-rf \u{e9}"), &other).unwrap();
        assert_eq!(fs::read(&one).unwrap(), VALUE);
        assert_eq!(fs::read(&two).unwrap(), b"two");
        assert!(one.is_absolute() && one.ends_with("tls.pem"));
        let mode = |path: &Path| fs::metadata(path).unwrap().mode() & 0o7777;
        assert_eq!(mode(&one), 0o400);
        assert_eq!(mode(one.parent().unwrap()), 0o700);
        assert_eq!(one.parent(), two.parent());
        drop(files);
        assert_eq!(fs::read_dir(&place).unwrap().count(), 0);
    }

    #[test]
    fn a_name_that_is_taken_is_an_error_and_keeps_its_file() {
        let place = tempfile::tempdir().unwrap();
        let files = opened(place.path());
        let path = files.add(&name("a"), &value()).unwrap();
        let error = files.add(&name("a"), &Plaintext::new(b"x".to_vec()));
        assert!(matches!(error, Err(Error::NotWritten { .. })));
        assert_eq!(fs::read(path).unwrap(), VALUE);
    }

    #[test]
    fn two_commands_have_folders_of_their_own() {
        let place = tempfile::tempdir().unwrap();
        let (one, two) = (opened(place.path()), opened(place.path()));
        let paths = [one, two].map(|files| files.add(&name("a"), &value()).unwrap());
        assert_ne!(paths[0].parent(), paths[1].parent());
    }
}
