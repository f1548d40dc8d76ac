//! Finds the real path of a file to write. A link that a repository brought could lead to any of your files, so a
//! link is followed only where you mean it: with `--follow`, or on the way to a project.

use crate::platform::directory::or_here;
use crate::platform::permissions::is_us_or_root;
use std::fs::{self, FileType, Metadata};
use std::io::{self, ErrorKind};
use std::os::fd::RawFd;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{FileTypeExt, MetadataExt};
use std::path::{Component, Path, PathBuf};

/// The choice of links in a path to follow.
#[derive(Clone, Copy)]
pub enum Links<'p> {
    Followed,
    /// Follows links outside of every project's folder, and never the last part of the path.
    RefusedIn(&'p dyn Fn(&Path) -> bool),
}

impl<'p> Links<'p> {
    /// Refuses links of a project on a path that you named, unless you allow them. On a usual path the links are
    /// your own.
    pub fn on(is_guarded: bool, is_project: &'p dyn Fn(&Path) -> bool) -> Self {
        if is_guarded {
            Self::RefusedIn(is_project)
        } else {
            Self::Followed
        }
    }
}

/// The target of a path.
#[derive(Debug, PartialEq, Eq)]
pub enum Target {
    /// The real path of a regular file, which need not exist.
    File(PathBuf),
    /// A pipe at this real path.
    Pipe(PathBuf),
    /// A descriptor that this process inherited, such as `/dev/stdout`.
    Descriptor(RawFd),
}

/// The reason why nothing can be written to a path.
#[derive(Debug)]
pub enum Obstacle {
    /// It ends a sentence.
    Problem(&'static str),
    /// This part of the path is a link.
    Link(PathBuf),
    Failed(io::Error),
}

pub fn resolve(path: &Path, links: Links<'_>) -> Result<Target, Obstacle> {
    if let Some(number) = descriptor(path) {
        return Ok(Target::Descriptor(number));
    }
    if path.as_os_str().as_bytes().ends_with(b"/") {
        return Err(Obstacle::Problem("is a directory"));
    }
    let (Some(parent), Some(name)) = (path.parent(), path.file_name()) else {
        let problem = if path.is_dir() {
            "is a directory"
        } else {
            "is not the path of a file"
        };
        return Err(Obstacle::Problem(problem));
    };
    let parent = match links {
        Links::Followed => fs::canonicalize(or_here(parent))?,
        Links::RefusedIn(is_project) => real_parent(parent, is_project)?,
    };
    let real = parent.join(name);
    let found = match fs::symlink_metadata(&real) {
        Ok(found) => found,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Target::File(real)),
        Err(error) => return Err(error.into()),
    };
    if !found.is_symlink() {
        return target(real, found.file_type());
    }
    match links {
        Links::RefusedIn(_) => Err(Obstacle::Link(path.to_owned())),
        Links::Followed => follow(&real, &found),
    }
}

/// The file that the last part of a path leads to.
fn follow(link: &Path, found: &Metadata) -> Result<Target, Obstacle> {
    // In a directory such as /tmp, another user's link could name any of your files.
    if !is_us_or_root(found.uid()) {
        return Err(Obstacle::Problem("is a link that another user made"));
    }
    let real = match fs::canonicalize(link) {
        Err(error) if error.kind() == ErrorKind::NotFound => {
            return Err(Obstacle::Problem("is a link to nothing"));
        }
        found => found?,
    };
    let kind = fs::symlink_metadata(&real)?.file_type();
    target(real, kind)
}

/// The real path of a directory, which need not exist; no link in a project is followed on the way.
fn real_parent(parent: &Path, is_project: &dyn Fn(&Path) -> bool) -> Result<PathBuf, Obstacle> {
    let mut here = fs::canonicalize(".")?;
    for part in parent.components() {
        match part {
            Component::Normal(name) => {
                let next = here.join(name);
                let is_link = match fs::symlink_metadata(&next) {
                    Err(error) if error.kind() == ErrorKind::NotFound => false,
                    found => found?.is_symlink(),
                };
                if is_link && is_project(&here) {
                    return Err(Obstacle::Link(next));
                }
                here = if is_link {
                    fs::canonicalize(next)?
                } else {
                    next
                };
            }
            Component::ParentDir => {
                here.pop();
            }
            Component::RootDir => here = PathBuf::from("/"),
            Component::CurDir | Component::Prefix(_) => {}
        }
    }
    Ok(here)
}

fn descriptor(path: &Path) -> Option<RawFd> {
    match path.to_str()? {
        "/dev/stdout" => Some(1),
        "/dev/stderr" => Some(2),
        path => {
            let folders = ["/dev/fd/", "/proc/self/fd/"];
            let number = folders.iter().find_map(|folder| path.strip_prefix(folder));
            let is_digits = |number: &&str| number.bytes().all(|byte| byte.is_ascii_digit());
            number.filter(is_digits)?.parse().ok()
        }
    }
}

fn target(real: PathBuf, kind: FileType) -> Result<Target, Obstacle> {
    if kind.is_file() {
        Ok(Target::File(real))
    } else if kind.is_fifo() {
        Ok(Target::Pipe(real))
    } else if kind.is_dir() {
        Err(Obstacle::Problem("is a directory"))
    } else if kind.is_char_device() || kind.is_block_device() {
        Err(Obstacle::Problem("is a device"))
    } else {
        Err(Obstacle::Problem("is not a regular file"))
    }
}

impl From<io::Error> for Obstacle {
    fn from(error: io::Error) -> Self {
        Self::Failed(error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::symlink;

    /// The target of a path, as text.
    fn leads(path: &Path, links: Links<'_>) -> String {
        match resolve(path, links) {
            Ok(Target::File(real)) => format!("file {}", real.display()),
            Ok(Target::Pipe(real)) => format!("pipe {}", real.display()),
            Ok(Target::Descriptor(number)) => format!("descriptor {number}"),
            Err(Obstacle::Problem(problem)) => problem.to_owned(),
            Err(Obstacle::Link(link)) => format!("link {}", link.display()),
            Err(Obstacle::Failed(error)) => format!("{:?}", error.kind()),
        }
    }

    #[test]
    fn a_link_that_came_with_the_project_is_refused_wherever_it_is() {
        let directory = tempfile::tempdir().unwrap();
        let above = fs::canonicalize(directory.path()).unwrap();
        let project = above.join("project");
        fs::create_dir_all(project.join("deep/er")).unwrap();
        fs::create_dir(above.join("other")).unwrap();
        fs::write(above.join("mine"), "").unwrap();
        symlink(&project, above.join("entry")).unwrap();
        for (name, target) in [
            ("out", "../mine"),
            ("deep/out", "er/file"),
            ("absent", "nowhere"),
            ("round", "round"),
            ("folder", "../other"),
            ("deep/same", "er"),
            ("up", ".."),
        ] {
            symlink(target, project.join(name)).unwrap();
        }
        let is_project = |folder: &Path| folder.starts_with(&project);
        let refused = |path: &str| leads(&above.join(path), Links::RefusedIn(&is_project));
        for (path, link) in [
            ("project/out", "project/out"),
            ("project/deep/out", "project/deep/out"),
            ("project/absent", "project/absent"),
            ("project/round", "project/round"),
            ("project/folder/new", "project/folder"),
            ("project/folder/../new", "project/folder"),
            ("project/deep/same/new", "project/deep/same"),
            ("project/up/mine", "project/up"),
            ("project/deep/../folder/new", "project/folder"),
            ("other/../project/folder/new", "project/folder"),
            // The way to the project may be a link, but none inside it.
            ("entry/folder/new", "project/folder"),
        ] {
            let link = above.join(link);
            assert_eq!(refused(path), format!("link {}", link.display()), "{path}");
        }
        assert_eq!(
            refused("entry/out"),
            format!("link {}", above.join("entry/out").display())
        );
        for (path, real) in [
            ("entry/new", "project/new"),
            ("project/absent-folder/new", "project/absent-folder/new"),
            ("project/deep/er/new", "project/deep/er/new"),
            ("project/deep/../new", "project/new"),
            ("mine", "mine"),
            ("project/../mine", "mine"),
        ] {
            let real = above.join(real);
            assert_eq!(refused(path), format!("file {}", real.display()), "{path}");
        }
        let followed = |path: &str| leads(&above.join(path), Links::Followed);
        let mine = format!("file {}", above.join("mine").display());
        assert_eq!(followed("project/out"), mine);
        assert_eq!(followed("project/up/mine"), mine);
        assert_eq!(followed("project/absent"), "is a link to nothing");
    }

    #[test]
    fn a_descriptor_and_a_pipe_are_recognised() {
        let directory = tempfile::tempdir().unwrap();
        let above = fs::canonicalize(directory.path()).unwrap();
        let pipe = above.join("pipe");
        let made = std::process::Command::new("mkfifo").arg(&pipe).status();
        assert!(made.unwrap().success());
        for (path, expected) in [
            (Path::new("/dev/stdout"), "descriptor 1".to_owned()),
            (Path::new("/dev/fd/7"), "descriptor 7".to_owned()),
            (Path::new("/proc/self/fd/63"), "descriptor 63".to_owned()),
            (&pipe, format!("pipe {}", pipe.display())),
            (Path::new("/dev/null"), "is a device".to_owned()),
            (Path::new("/"), "is a directory".to_owned()),
            (Path::new(""), "is not the path of a file".to_owned()),
            (&above, "is a directory".to_owned()),
        ] {
            assert_eq!(leads(path, Links::RefusedIn(&|_| true)), expected);
        }
        assert!(descriptor(Path::new("/dev/fd/../fd/1")).is_none());
        assert!(descriptor(Path::new("/dev/fd/-1")).is_none());
    }
}
