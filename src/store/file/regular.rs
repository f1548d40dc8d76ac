//! Opens regular files only: never waits for a pipe and never touches a device.

use crate::store::{Error, Snapshot};
use rustix::fs::{AtFlags, FileType, Mode, OFlags, Stat};
use rustix::io::Errno;
use std::fs::File;
use std::io;
use std::os::fd::AsFd;
use std::path::{Path, PathBuf};

/// An open regular file, with its state when it was opened.
pub struct Regular {
    pub file: File,
    pub stat: Stat,
}

/// The reason why a path cannot be opened as a [`Regular`].
pub enum OpenError {
    Absent,
    /// The kind of file found there; it ends a sentence.
    Kind(&'static str),
    Failed(Errno),
}

/// Opens `path` relative to `at`. With `NOFOLLOW` among the `flags` a link is refused, too.
pub fn open(at: impl AsFd, path: &Path, flags: OFlags) -> Result<Regular, OpenError> {
    // Check before opening, because opening a device can have effects.
    match kind(&at, path, flags.contains(OFlags::NOFOLLOW)) {
        Err(OpenError::Absent) if flags.contains(OFlags::CREATE) => {}
        seen => seen?,
    }
    // The file may have been replaced since: a pipe must not block, and a terminal must not become our
    // controlling terminal.
    let flags = flags | OFlags::NONBLOCK | OFlags::NOCTTY | OFlags::CLOEXEC;
    let file = File::from(rustix::fs::openat(
        at,
        path,
        flags,
        Mode::RUSR | Mode::WUSR,
    )?);
    let stat = rustix::fs::fstat(&file)?;
    only_regular(&stat)?;
    Ok(Regular { file, stat })
}

/// Fails if `path` is not a regular file, without opening it.
pub fn kind(at: impl AsFd, path: &Path, no_follow: bool) -> Result<(), OpenError> {
    let flags = if no_follow {
        AtFlags::SYMLINK_NOFOLLOW
    } else {
        AtFlags::empty()
    };
    only_regular(&rustix::fs::statat(at, path, flags)?)
}

fn only_regular(stat: &Stat) -> Result<(), OpenError> {
    Err(OpenError::Kind(
        match FileType::from_raw_mode(stat.st_mode) {
            FileType::RegularFile => return Ok(()),
            FileType::Directory => "is a directory",
            FileType::Symlink => "is a link",
            FileType::Fifo => "is a pipe",
            FileType::Socket => "is a socket",
            FileType::CharacterDevice | FileType::BlockDevice => "is a device",
            FileType::Unknown => "is not a regular file",
        },
    ))
}

pub fn same_file(one: &Stat, other: &Stat) -> bool {
    one.st_dev == other.st_dev && one.st_ino == other.st_ino
}

/// Whether both describe one file with the same bytes, judged by size and times.
pub fn same_bytes(one: &Stat, other: &Stat) -> bool {
    same_file(one, other)
        && one.st_size == other.st_size
        && one.st_mtime == other.st_mtime
        && one.st_mtime_nsec == other.st_mtime_nsec
}

impl Regular {
    /// The bytes of this file; `path` is where it was found.
    pub fn snapshot(&self, path: PathBuf) -> Result<Snapshot, Error> {
        let opened = || Ok((self.file.try_clone()?, self.file.metadata()?.len()));
        match opened() {
            Ok((file, bytes)) => Ok(Snapshot::File { file, bytes, path }),
            Err(source) => Err(Error::Io {
                doing: "read",
                path,
                source,
            }),
        }
    }
}

impl OpenError {
    /// The reason why a parent directory cannot be opened.
    pub fn of(error: &io::Error) -> Self {
        Errno::from_io_error(error).unwrap_or(Errno::IO).into()
    }

    /// Turns this into a write error, met while `doing` something to `path`.
    pub fn into_write_error(self, doing: &'static str, path: PathBuf) -> Error {
        let source = match self {
            Self::Absent => io::ErrorKind::NotFound.into(),
            Self::Failed(errno) => errno.into(),
            Self::Kind(problem) => {
                return Error::Refused {
                    place: path.display().to_string(),
                    problem,
                };
            }
        };
        Error::NotWritten {
            doing,
            path,
            source,
        }
    }
}

impl From<Errno> for OpenError {
    fn from(errno: Errno) -> Self {
        match errno {
            Errno::NOENT | Errno::NOTDIR => Self::Absent,
            other => Self::Failed(other),
        }
    }
}
