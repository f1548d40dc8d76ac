//! Writes a file with secrets and puts it in place in one step: afterwards it is complete and durable, or
//! missing.
//!
//! Only its owner may read the new file, even if others could read the replaced one. A pipe and an inherited
//! descriptor are written to directly.

use super::output_path::{self, Links, Obstacle, Target};
use crate::plaintext::Plaintext;
use crate::platform::file_system::sync_folder;
use crate::platform::permissions::{is_shared, is_us};
use crate::platform::private_file::{self, Durability, PrivateFile};
use crate::platform::signals::{self, Notice, Watch};
use crate::platform::{descriptors, directory};
use rustix::fs::{AtFlags, Mode, OFlags, fcntl_setfl, openat, statat};
use rustix::io::Errno;
use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::{self, ErrorKind, Write};
use std::os::unix::fs::{FileTypeExt, MetadataExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("there is already a file {}", path.display())]
    Exists { path: PathBuf },
    #[error("{} {problem}; nothing was written", path.display())]
    Refused {
        path: PathBuf,
        problem: &'static str,
    },
    #[error("{} is a link, which is not followed; nothing was written", path.display())]
    Linked { path: PathBuf },
    #[error("could not {doing} {}; it was not changed", path.display())]
    NotWritten {
        doing: &'static str,
        path: PathBuf,
        source: io::Error,
    },
    #[error("could not write all of it to {}", path.display())]
    NotSent { path: PathBuf, source: io::Error },
    #[error("{} was written, but may be lost in a power cut", path.display())]
    NotDurable { path: PathBuf, source: io::Error },
    /// A signal came in time: nothing was written.
    #[error("interrupted")]
    Interrupted,
}

/// The permissions of everybody but the owner.
const OTHERS: u32 = 0o077;

/// The beginning of the names of temporary files, which contain secrets.
const STEM: &str = ".kluis";

/// The time that a pipe may be without a reader.
const READER_PATIENCE: Duration = Duration::from_secs(10);
const READER_PAUSE: Duration = Duration::from_millis(10);

/// Whether the file may replace another.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Any,
    New,
}

/// Writes `contents` to the file at `path`, which need not exist.
pub fn replace(path: &Path, links: Links<'_>, contents: &Plaintext) -> Result<(), Error> {
    let not_sent = |source| not_sent(path, source);
    let mut stream = match resolve(path, links)? {
        Target::File(real) => return write(path, &real, Place::Any, contents),
        Target::Pipe(real) => open_pipe(path, &real)?,
        Target::Descriptor(number) => descriptors::duplicate(number).map_err(not_sent)?,
    };
    stream.write_all(contents.expose()).map_err(not_sent)
}

/// Writes `contents` to a new file. Makes missing directories, private to their owner; refuses a directory that
/// others may write to. Keeps an existing file, and a dangling link.
pub fn create(path: &Path, links: Links<'_>, contents: &Plaintext) -> Result<(), Error> {
    if fs::symlink_metadata(path).is_ok() {
        return Err(exists(path));
    }
    let make = |of: &Path| {
        let made = of.parent().map(directory::or_here).map(directory::make);
        made.unwrap_or(Ok(())).map_err(|source| Error::NotWritten {
            doing: "make the directory of",
            path: path.to_path_buf(),
            source,
        })
    };
    if let Links::Followed = links {
        make(path)?;
    }
    match resolve(path, links)? {
        Target::File(real) => {
            make(&real)?;
            write(path, &real, Place::New, contents)
        }
        Target::Pipe(_) | Target::Descriptor(_) => Err(exists(path)),
    }
}

/// Fails if a path goes through a link that is not followed.
pub fn check(path: &Path, links: Links<'_>) -> Result<(), Error> {
    match output_path::resolve(path, links) {
        Err(Obstacle::Link(path)) => Err(Error::Linked { path }),
        _ => Ok(()),
    }
}

/// Opens a pipe once a process reads from it, but waits only for a while. Refuses a pipe that others could read
/// from: they would get the secrets.
fn open_pipe(path: &Path, real: &Path) -> Result<File, Error> {
    let not_sent = |source| not_sent(path, source);
    let parent = directory::or_here(real.parent().unwrap_or(real));
    let folder = directory::open_real(parent, directory::SEARCH).map_err(not_sent)?;
    let name = real.file_name().unwrap_or_default();
    let kept = OFlags::WRONLY | OFlags::NOFOLLOW | OFlags::NOCTTY | OFlags::CLOEXEC;
    let started = Instant::now();
    let pipe = loop {
        match openat(&folder, name, kept | OFlags::NONBLOCK, Mode::empty()) {
            Err(Errno::NXIO) if started.elapsed() < READER_PATIENCE => {
                std::thread::sleep(READER_PAUSE);
            }
            Err(Errno::NXIO) => return Err(refused(path, "is a pipe that nobody reads")),
            opened => break File::from(opened.map_err(|error| not_sent(error.into()))?),
        }
    };
    fcntl_setfl(&pipe, OFlags::empty()).map_err(|error| not_sent(error.into()))?;
    let found = pipe.metadata().map_err(not_sent)?;
    if !found.file_type().is_fifo() || !is_us(found.uid()) {
        return Err(refused(path, "is not a pipe of yours"));
    }
    if found.mode() & OTHERS != 0 {
        let problem = "is a pipe that others can open; make it with `mkfifo -m 600`";
        return Err(refused(path, problem));
    }
    Ok(pipe)
}

/// The target of a path. A missing target or a link that is not followed is an error for this path.
fn resolve(path: &Path, links: Links<'_>) -> Result<Target, Error> {
    output_path::resolve(path, links).map_err(|obstacle| match obstacle {
        Obstacle::Problem(problem) => refused(path, problem),
        Obstacle::Link(path) => Error::Linked { path },
        Obstacle::Failed(source) => Error::NotWritten {
            doing: "find",
            path: path.to_path_buf(),
            source,
        },
    })
}

fn write(path: &Path, real: &Path, place: Place, contents: &Plaintext) -> Result<(), Error> {
    let not_written = |doing| {
        move |source| Error::NotWritten {
            doing,
            path: path.to_path_buf(),
            source,
        }
    };
    let (Some(parent), Some(name)) = (real.parent(), real.file_name()) else {
        return Err(refused(path, "is a directory"));
    };
    let directory = directory::open_real(parent, OFlags::RDONLY);
    let directory = directory.map_err(not_written("open the directory of"))?;
    if place == Place::Any
        && let Some(problem) = keeps(&directory, name).map_err(not_written("look at"))?
    {
        return Err(refused(path, problem));
    }
    if place == Place::New {
        let found = directory.metadata();
        if is_shared(&found.map_err(not_written("look at the directory of"))?) {
            return Err(refused(
                path,
                "is in a directory that other users can write to",
            ));
        }
    }

    // A forgotten file must not keep the secrets.
    let interrupted = Arc::new(AtomicBool::new(false));
    let listener = Arc::clone(&interrupted);
    let watch = Watch::start(move |notice| match notice {
        Notice::End(_) => listener.store(true, Ordering::SeqCst),
        Notice::Stop => signals::stop(),
        Notice::Continued | Notice::Other(_) => {}
    });
    let _watch = watch.map_err(not_written("write"))?;
    private_file::remove_left(&directory, STEM.as_ref());
    let written = private_file::temporary_name(STEM.as_ref()).and_then(|temporary| {
        PrivateFile::holding(&directory, temporary, contents.expose(), Durability::Synced)
    });
    let written = written.map_err(not_written("write"))?;
    if interrupted.load(Ordering::SeqCst) {
        return Err(Error::Interrupted);
    }
    match place {
        Place::Any => written.replace(name).map_err(not_written("replace")),
        Place::New => written.appear_as(name).map_err(|error| match error.kind() {
            ErrorKind::AlreadyExists => exists(path),
            _ => not_written("create")(error),
        }),
    }?;
    sync_folder(&directory).map_err(|source| Error::NotDurable {
        path: path.to_path_buf(),
        source,
    })
}

/// The reason to keep the present file of this name, if there is one: its owner made it read-only, or it is
/// another user's. A new file would take its place, so neither mode nor owner would protect it.
fn keeps(directory: &File, name: &OsStr) -> io::Result<Option<&'static str>> {
    let found = match statat(directory, name, AtFlags::SYMLINK_NOFOLLOW) {
        Err(Errno::NOENT) => return Ok(None),
        found => found?,
    };
    let mode = Mode::from_raw_mode(found.st_mode);
    Ok(if !is_us(found.st_uid) {
        Some("belongs to another user")
    } else if !mode.intersects(Mode::WUSR | Mode::WGRP | Mode::WOTH) {
        Some("is read-only")
    } else {
        None
    })
}

fn exists(path: &Path) -> Error {
    Error::Exists {
        path: path.to_path_buf(),
    }
}

fn not_sent(path: &Path, source: io::Error) -> Error {
    Error::NotSent {
        path: path.to_path_buf(),
        source,
    }
}

fn refused(path: &Path, problem: &'static str) -> Error {
    Error::Refused {
        path: path.to_path_buf(),
        problem,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs::{File, Permissions};
    use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
    use std::process::Command;
    use tempfile::TempDir;

    const VALUE: &[u8] = b"a\0b\nc\xff";

    fn write(path: &Path) -> Result<(), Error> {
        replace(path, Links::Followed, &Plaintext::new(VALUE.to_vec()))
    }

    fn place() -> (TempDir, PathBuf) {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("file");
        (directory, file)
    }

    fn names(directory: &Path) -> Vec<String> {
        let entries = fs::read_dir(directory).unwrap();
        let mut names: Vec<String> = entries
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).unwrap().mode() & 0o7777
    }

    #[test]
    fn the_file_is_exact_and_private() {
        let (directory, file) = place();
        write(&file).unwrap();
        assert_eq!(fs::read(&file).unwrap(), VALUE);
        assert_eq!(mode(&file), 0o600);
        fs::write(&file, "longer than what comes now").unwrap();
        fs::set_permissions(&file, Permissions::from_mode(0o644)).unwrap();
        let mut reader = File::open(&file).unwrap();
        write(&file).unwrap();
        assert_eq!(fs::read(&file).unwrap(), VALUE);
        assert_eq!(mode(&file), 0o600);
        // A process that had the old file open keeps its old content.
        let mut old = String::new();
        io::Read::read_to_string(&mut reader, &mut old).unwrap();
        assert_eq!(old, "longer than what comes now");
        assert_eq!(names(directory.path()), ["file"]);
    }

    #[test]
    fn what_a_killed_process_left_goes_after_a_while() {
        let (directory, file) = place();
        let at = |name: &str| directory.path().join(name);
        let names_left = [
            ".kluis.00000000000000aa.tmp",
            ".kluis.00000000000000bb.tmp",
            "other.tmp",
        ];
        for name in names_left {
            fs::write(at(name), VALUE).unwrap();
        }
        let long_ago = std::time::SystemTime::now() - 2 * private_file::LEFT_AGE;
        for name in [names_left[0], names_left[2]] {
            let left = File::options().write(true).open(at(name)).unwrap();
            left.set_modified(long_ago).unwrap();
        }
        write(&file).unwrap();
        assert_eq!(
            names(directory.path()),
            [names_left[1], "file", "other.tmp"]
        );
    }

    #[test]
    fn a_file_that_is_read_only_or_anothers_stays() {
        let (directory, file) = place();
        fs::write(&file, "mine").unwrap();
        fs::set_permissions(&file, Permissions::from_mode(0o444)).unwrap();
        let refused = write(&file).unwrap_err().to_string();
        assert!(
            refused.contains("is read-only; nothing was written"),
            "{refused}"
        );
        fs::set_permissions(&file, Permissions::from_mode(0o644)).unwrap();
        // Only root can give a file away.
        if std::os::unix::fs::chown(&file, Some(4711), None).is_ok() {
            let refused = write(&file).unwrap_err().to_string();
            assert!(refused.contains("belongs to another user"), "{refused}");
        }
        assert_eq!(fs::read(&file).unwrap(), b"mine");
        assert_eq!(names(directory.path()), ["file"]);
    }

    #[test]
    fn a_name_of_the_full_length_is_written_too() {
        let (directory, _) = place();
        let file = directory.path().join("n".repeat(255));
        write(&file).unwrap();
        assert_eq!(fs::read(&file).unwrap(), VALUE);
    }

    #[test]
    fn a_link_is_followed_to_where_the_file_really_lies() {
        let (directory, link) = place();
        let real = directory.path().join("real");
        fs::create_dir(&real).unwrap();
        fs::write(real.join("target"), "old").unwrap();
        symlink("real/target", &link).unwrap();
        write(&link).unwrap();
        assert_eq!(fs::read_link(&link).unwrap(), Path::new("real/target"));
        assert_eq!(fs::read(real.join("target")).unwrap(), VALUE);
        assert_eq!(names(&real), ["target"]);
        assert_eq!(names(directory.path()), ["file", "real"]);
    }

    #[test]
    fn another_users_link_is_not_followed() {
        let (directory, link) = place();
        let target = directory.path().join("target");
        fs::write(&target, "old").unwrap();
        symlink(&target, &link).unwrap();
        // Only root can make another user's link.
        if std::os::unix::fs::lchown(&link, Some(4711), None).is_err() {
            return;
        }
        let refused = write(&link).unwrap_err().to_string();
        assert!(refused.contains("another user made"), "{refused}");
        assert_eq!(fs::read(&target).unwrap(), b"old");
    }

    #[test]
    fn an_irregular_file_is_refused_and_stays() {
        let (directory, _) = place();
        let nowhere = directory.path().join("nowhere");
        symlink("absent", &nowhere).unwrap();
        let slash = directory.path().join("new/");
        for (path, said) in [
            (&*nowhere, "is a link to nothing"),
            (directory.path(), "is a directory"),
            (&slash, "is a directory"),
            (Path::new("/"), "is a directory"),
            (Path::new("/dev/null"), "is a device"),
            (Path::new(""), "is not the path of a file"),
        ] {
            let error = write(path).unwrap_err();
            assert!(matches!(error, Error::Refused { .. }), "{error:?}");
            assert!(error.to_string().contains(said), "{error}");
        }
        assert_eq!(names(directory.path()), ["nowhere"]);
    }

    #[test]
    fn a_pipe_is_written_to_and_stays() {
        let (directory, pipe) = place();
        let mut made = Command::new("mkfifo");
        made.args(["-m", "600"]).arg(&pipe);
        assert!(made.status().unwrap().success());
        let read = || {
            let reader = pipe.clone();
            std::thread::spawn(move || fs::read(reader).unwrap())
        };
        let reader = read();
        write(&pipe).unwrap();
        assert_eq!(reader.join().unwrap(), VALUE);
        // Another user may have made the pipe and wait for its content.
        for mode in [0o606, 0o640, 0o620, 0o601] {
            fs::set_permissions(&pipe, Permissions::from_mode(mode)).unwrap();
            let reader = read();
            let error = write(&pipe).unwrap_err();
            assert!(matches!(error, Error::Refused { .. }), "{error:?}");
            assert_eq!(reader.join().unwrap(), b"");
        }
        // It was a pipe when its path was checked.
        let link = directory.path().join("link");
        symlink(&pipe, &link).unwrap();
        let error = open_pipe(&link, &link).unwrap_err();
        assert!(matches!(error, Error::NotSent { .. }), "{error:?}");
        fs::remove_file(&link).unwrap();
        fs::write(&link, "mine").unwrap();
        assert!(open_pipe(&link, &link).is_err());
        assert_eq!(fs::read(&link).unwrap(), b"mine");
        fs::remove_file(&link).unwrap();
        assert_eq!(names(directory.path()), ["file"]);
        let contents = Plaintext::new(VALUE.to_vec());
        assert!(matches!(
            create(&pipe, Links::Followed, &contents),
            Err(Error::Exists { .. })
        ));
    }

    #[test]
    fn a_new_file_replaces_nothing() {
        let (directory, file) = place();
        let write = |path: &Path| create(path, Links::Followed, &Plaintext::new(VALUE.to_vec()));
        let deep = directory.path().join("new/below/file");
        write(&deep).unwrap();
        assert_eq!(fs::read(&deep).unwrap(), VALUE);
        assert_eq!(mode(&deep), 0o600);
        assert_eq!(mode(deep.parent().unwrap()), 0o700);
        fs::write(&file, "old").unwrap();
        let nowhere = directory.path().join("nowhere");
        symlink("absent", &nowhere).unwrap();
        for taken in [&*file, &nowhere, directory.path()] {
            let error = write(taken).unwrap_err();
            assert!(matches!(error, Error::Exists { .. }), "{error:?}");
        }
        assert_eq!(fs::read(&file).unwrap(), b"old");
        let shared = directory.path().join("shared");
        fs::create_dir(&shared).unwrap();
        fs::set_permissions(&shared, Permissions::from_mode(0o1777)).unwrap();
        let error = write(&shared.join("file")).unwrap_err().to_string();
        assert!(error.contains("other users can write to"), "{error}");
        assert_eq!(names(&shared), [""; 0]);
        assert_eq!(
            names(directory.path()),
            ["file", "new", "nowhere", "shared"]
        );
    }

    /// Another process may have been quicker than the first check.
    #[test]
    fn a_file_created_meanwhile_is_not_replaced() {
        let (directory, file) = place();
        fs::write(&file, "old").unwrap();
        let contents = Plaintext::new(VALUE.to_vec());
        let error = super::write(&file, &file, Place::New, &contents).unwrap_err();
        assert!(matches!(error, Error::Exists { .. }), "{error:?}");
        assert_eq!(fs::read(&file).unwrap(), b"old");
        assert_eq!(names(directory.path()), ["file"]);
    }

    #[test]
    fn a_directory_that_is_not_there_is_not_made() {
        let (directory, file) = place();
        for path in [directory.path().join("no/file"), file.join("below")] {
            if path.starts_with(&file) {
                fs::write(&file, "").unwrap();
            }
            let error = write(&path).unwrap_err();
            assert!(matches!(error, Error::NotWritten { .. }), "{error:?}");
        }
        assert_eq!(names(directory.path()), ["file"]);
    }
}
