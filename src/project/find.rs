//! Finds the nearest project file and reads it once, up to a size limit. It never waits for a pipe and never
//! touches a device.

use super::parse::parse;
use super::{Error, FILE_NAME, ProjectFile};
use crate::platform::bounded_read;
use crate::platform::directory::or_here;
use rustix::fs::{Mode, OFlags};
use std::fs::{self, File};
use std::io::{self, ErrorKind};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use zeroize::Zeroizing;

const MAX_FILE_BYTES: usize = 64 * 1024;

/// The project file of this directory, or of the nearest one above it on the same file system. `~/` in the file
/// means `home`.
pub fn find(from: &Path, home: Option<&Path>) -> Result<Option<ProjectFile>, Error> {
    let Ok(from) = fs::canonicalize(from) else {
        return Ok(None);
    };
    let device = |directory: &Path| fs::metadata(directory).map(|found| found.dev()).ok();
    let here = device(&from);
    for folder in from.ancestors() {
        // A directory that cannot be read ends the search, like another file system.
        if device(folder) != here {
            break;
        }
        let path = folder.join(FILE_NAME);
        match fs::symlink_metadata(&path) {
            Ok(_) => return read(path, folder, home).map(Some),
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            Err(_) => break,
        }
    }
    Ok(None)
}

/// The project file at this path.
pub fn named(path: &Path, home: Option<&Path>) -> Result<ProjectFile, Error> {
    let unread = |error: io::Error| Error::Unread {
        path: path.to_owned(),
        kind: error.kind(),
    };
    let name = path.file_name().ok_or_else(|| Error::Unfit {
        path: path.to_owned(),
        problem: "is not the path of a file",
    })?;
    let folder = or_here(path.parent().unwrap_or(Path::new("")));
    let folder = fs::canonicalize(folder).map_err(unread)?;
    read(folder.join(name), &folder, home)
}

fn read(path: PathBuf, folder: &Path, home: Option<&Path>) -> Result<ProjectFile, Error> {
    let bytes = bytes(&path)?;
    let text = str::from_utf8(&bytes).map_err(|_| Error::Unfit {
        path: path.clone(),
        problem: "is not valid UTF-8",
    })?;
    of_text(text.to_owned(), path, folder, home)
}

/// The project file with this text.
pub fn of_text(
    text: String,
    path: PathBuf,
    folder: &Path,
    home: Option<&Path>,
) -> Result<ProjectFile, Error> {
    let project = parse(&text, folder, home).map_err(|mistake| Error::Mistaken {
        path: path.clone(),
        mistake,
    })?;
    Ok(ProjectFile {
        folder: folder.to_owned(),
        text,
        project,
        path,
    })
}

/// The text of a small file that may be hostile; `None` if there is none.
pub fn small_text(path: &Path) -> Option<String> {
    let bytes = bytes(path).ok()?;
    str::from_utf8(&bytes).ok().map(str::to_owned)
}

fn bytes(path: &Path) -> Result<Zeroizing<Vec<u8>>, Error> {
    let unread = |error: io::Error| Error::Unread {
        path: path.to_owned(),
        kind: error.kind(),
    };
    let unfit = |problem| Error::Unfit {
        path: path.to_owned(),
        problem,
    };
    let not_regular = "is not a regular file";
    // Check before opening, because opening a device can have effects.
    if !fs::metadata(path).map_err(unread)?.is_file() {
        return Err(unfit(not_regular));
    }
    // The file may have been replaced since: a pipe must not block, and a terminal must not become our
    // controlling terminal.
    let flags = OFlags::RDONLY | OFlags::NONBLOCK | OFlags::NOCTTY | OFlags::CLOEXEC;
    let opened = rustix::fs::open(path, flags, Mode::empty());
    let file = File::from(opened.map_err(|errno| unread(errno.into()))?);
    if !file.metadata().map_err(unread)?.is_file() {
        return Err(unfit(not_regular));
    }
    let bytes = bounded_read::read(file, MAX_FILE_BYTES + 1).map_err(unread)?;
    if bytes.len() > MAX_FILE_BYTES {
        return Err(unfit("is larger than 64 KiB"));
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::symlink;
    use std::process::Command;
    use tempfile::TempDir;

    fn folders() -> (TempDir, PathBuf) {
        let directory = tempfile::tempdir().unwrap();
        let deep = directory.path().join("a/b/c");
        fs::create_dir_all(&deep).unwrap();
        (directory, deep)
    }

    fn workspace(from: &Path) -> Option<String> {
        let found = find(from, None).unwrap()?;
        found.project.workspace.map(|name| name.to_string())
    }

    fn error(from: &Path) -> String {
        find(from, None).err().unwrap().to_string()
    }

    #[test]
    fn the_nearest_file_holds_and_none_above_it() {
        let (directory, deep) = folders();
        let above = directory.path().join("a").join(FILE_NAME);
        assert!(workspace(&deep).is_none());
        fs::write(&above, "workspace = 'above'\napp = 'above'").unwrap();
        assert_eq!(workspace(&deep).unwrap(), "above");
        assert!(workspace(directory.path()).is_none());
        fs::write(deep.join(FILE_NAME), "workspace = 'near'").unwrap();
        let found = find(&deep, None).unwrap().unwrap();
        assert_eq!(found.project.workspace.unwrap().as_str(), "near");
        assert_eq!(found.project.app, None, "files are not mixed");
        assert_eq!(found.path, fs::canonicalize(&deep).unwrap().join(FILE_NAME));
    }

    #[test]
    fn a_named_file_counts_whatever_its_name() {
        let (_directory, deep) = folders();
        let file = deep.join("job.toml");
        fs::write(&file, "vault = 'v'").unwrap();
        let found = named(&file, None).unwrap();
        let folder = fs::canonicalize(&deep).unwrap();
        assert_eq!(found.path, folder.join("job.toml"));
        assert_eq!(found.project.vault, Some(folder.join("v")));
        for wrong in [
            &deep.join("absent.toml"),
            &deep,
            Path::new("/"),
            Path::new(""),
        ] {
            assert!(named(wrong, None).is_err(), "{}", wrong.display());
        }
    }

    #[test]
    fn a_linked_file_counts_where_the_link_is() {
        let (directory, deep) = folders();
        let real = directory.path().join("real.toml");
        fs::write(&real, "vault = 'v'").unwrap();
        symlink(&real, deep.join(FILE_NAME)).unwrap();
        let found = find(&deep, None).unwrap().unwrap();
        let folder = fs::canonicalize(&deep).unwrap();
        assert_eq!(found.project.vault, Some(folder.join("v")));
        assert_eq!(found.path, folder.join(FILE_NAME));
    }

    #[test]
    fn a_project_file_that_is_not_short_text_is_refused() {
        let (directory, deep) = folders();
        fs::write(directory.path().join(FILE_NAME), "").unwrap();
        let path = deep.join(FILE_NAME);

        fs::create_dir(&path).unwrap();
        assert!(error(&deep).ends_with("is not a regular file"));
        fs::remove_dir(&path).unwrap();

        symlink("/dev/zero", &path).unwrap();
        assert!(error(&deep).ends_with("is not a regular file"));
        fs::remove_file(&path).unwrap();

        let made = Command::new("mkfifo").arg(&path).status().unwrap();
        assert!(made.success());
        assert!(error(&deep).ends_with("is not a regular file"));
        fs::remove_file(&path).unwrap();

        symlink(&path, &path).unwrap();
        assert!(error(&deep).contains("cannot read "));
        fs::remove_file(&path).unwrap();

        symlink("nowhere", &path).unwrap();
        assert!(error(&deep).contains("cannot read "));
        fs::remove_file(&path).unwrap();

        fs::write(&path, " ".repeat(MAX_FILE_BYTES)).unwrap();
        assert!(find(&deep, None).unwrap().is_some());
        fs::write(&path, " ".repeat(MAX_FILE_BYTES + 1)).unwrap();
        assert!(error(&deep).ends_with("is larger than 64 KiB"));

        fs::write(&path, b"workspace = '\xff'").unwrap();
        assert!(error(&deep).ends_with("is not valid UTF-8"));
        fs::write(&path, b"\x7fELF\0\0").unwrap();
        assert!(error(&deep).ends_with(": this is not valid TOML"));
    }
}
