//! The place of the bytes before the last change: beside the vault as `.NAME.prev`; in a git work tree in the git
//! folder, as `kluis/NAME.HASH.prev`, so that no `git add -A` puts a copy from before a key's removal into a
//! commit.

use super::directory::{Directory, PREVIOUS, beside, remove_stale};
use crate::platform::directory::open_real;
use crate::platform::file_system::sync_folder;
use crate::platform::permissions::{Others, is_us};
use crate::platform::private_file::{self, PrivateFile};
use crate::store::git_folder::GitFolder;
use crate::store::work_tree;
use data_encoding::HEXLOWER;
use rustix::fs::{AtFlags, Mode, OFlags, mkdirat, openat, statat};
use rustix::io::Errno;
use sha2::{Digest, Sha256};
use std::ffi::{OsStr, OsString};
use std::fs::{self, File};
use std::io;
use std::os::fd::{AsFd, BorrowedFd};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::rc::Rc;

/// The folder inside the git folder.
const FOLDER: &str = "kluis";
/// The bytes of the hash of the vault's folder in the work tree: enough to tell two vaults of one name apart.
const HASH_BYTES: usize = 6;

/// The previous bytes under a temporary name.
pub type Kept = PrivateFile<Rc<Folder>>;

/// The place of one vault's previous bytes.
pub struct PreviousPlace {
    pub folder: Rc<Folder>,
    pub name: OsString,
    /// For messages.
    pub path: PathBuf,
}

/// The state of a vault's previous bytes in a git folder.
pub enum InGit {
    /// Nothing.
    Absent,
    /// A folder of ours, which may contain them.
    Place(PreviousPlace),
    /// The folder may contain them, but it may be another user's, so nothing there is touched.
    Barred,
}

pub enum Folder {
    Beside(Rc<Directory>),
    Git(File),
}

impl AsFd for Folder {
    fn as_fd(&self) -> BorrowedFd<'_> {
        match self {
            Self::Beside(directory) => directory.as_fd(),
            Self::Git(folder) => folder.as_fd(),
        }
    }
}

impl PreviousPlace {
    pub fn beside(directory: &Rc<Directory>) -> Self {
        let name = directory.previous();
        Self {
            path: directory.path_of(&name),
            folder: Rc::new(Folder::Beside(Rc::clone(directory))),
            name,
        }
    }

    /// The place for new previous bytes; makes it if needed. `None` in a work tree whose git folder cannot be
    /// used: beside the vault they could get into a commit.
    pub fn make(directory: &Rc<Directory>) -> io::Result<Option<Self>> {
        match GitFolder::of(&directory.path_of(directory.vault())) {
            GitFolder::None => Ok(Some(Self::beside(directory))),
            GitFolder::Unsafe => Ok(None),
            GitFolder::Ours { path, root } => {
                let git = match open_real(&path, OFlags::RDONLY) {
                    Err(error) if is_barred(&error) => return Ok(None),
                    opened => opened?,
                };
                match mkdirat(&git, FOLDER, Mode::RWXU).map_err(io::Error::from) {
                    Ok(()) => sync_folder(&git)?,
                    Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                    Err(error) if is_barred(&error) => return Ok(None),
                    Err(error) => return Err(error),
                }
                match Self::open(&git, &path, directory, &root)? {
                    InGit::Place(place) => Ok(Some(place)),
                    InGit::Absent | InGit::Barred => Ok(None),
                }
            }
        }
    }

    /// The place in the git folder.
    pub fn in_git(directory: &Directory) -> io::Result<InGit> {
        let vault = directory.path_of(directory.vault());
        match GitFolder::of(&vault) {
            GitFolder::None => Ok(InGit::Absent),
            GitFolder::Unsafe => Ok(barred(&vault)),
            GitFolder::Ours { path, root } => match open_real(&path, OFlags::RDONLY) {
                Err(error) if is_barred(&error) => Ok(InGit::Barred),
                git => Self::open(&git?, &path, directory, &root),
            },
        }
    }

    /// Opens our folder inside the git folder.
    fn open(git: &File, path: &Path, directory: &Directory, root: &Path) -> io::Result<InGit> {
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let folder = match openat(git, FOLDER, flags, Mode::empty()).map_err(io::Error::from) {
            Ok(folder) => File::from(folder),
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(InGit::Absent),
            Err(error) if is_barred(&error) => return Ok(InGit::Barred),
            Err(error) => return Err(error),
        };
        let vault = directory.path_of(directory.vault());
        let name = name(&vault, root);
        let found = folder.metadata()?;
        if !is_us(found.uid()) || Others::of(&found).may_write() {
            return Ok(match statat(&folder, &name, AtFlags::SYMLINK_NOFOLLOW) {
                Err(Errno::NOENT) => InGit::Absent,
                _ => InGit::Barred,
            });
        }
        remove_stale(&folder, &name);
        Ok(InGit::Place(Self {
            path: path.join(FOLDER).join(&name),
            folder: Rc::new(Folder::Git(folder)),
            name,
        }))
    }

    pub fn is_beside(&self) -> bool {
        matches!(*self.folder, Folder::Beside(_))
    }

    /// A temporary name there. The next writer recognises a leftover by it.
    pub fn temporary(&self) -> io::Result<OsString> {
        match &*self.folder {
            Folder::Beside(directory) => directory.temporary(),
            Folder::Git(_) => private_file::temporary_name(&self.name),
        }
    }

    /// Removes the previous bytes; returns whether there were any.
    pub fn remove(&self) -> io::Result<bool> {
        match rustix::fs::unlinkat(&self.folder, &self.name, AtFlags::empty()) {
            Ok(()) => Ok(true),
            Err(Errno::NOENT) => Ok(false),
            Err(errno) => Err(errno.into()),
        }
    }

    /// Makes changes of the names there durable.
    pub fn sync(&self) -> io::Result<()> {
        match &*self.folder {
            Folder::Beside(directory) => directory.sync(),
            Folder::Git(folder) => sync_folder(folder),
        }
    }
}

/// The path of the previous bytes of the vault at this real path, which need not exist. For reading only.
pub fn path_of(vault: &Path) -> PathBuf {
    let name = vault.file_name().unwrap_or_default();
    let beside = vault.with_file_name(beside(name, PREVIOUS));
    let GitFolder::Ours { path, root } = GitFolder::of(vault) else {
        return beside;
    };
    let kept = path.join(FOLDER).join(self::name(vault, &root));
    let is_there = |path: &Path| fs::symlink_metadata(path).is_ok();
    if is_there(&kept) || !is_there(&beside) {
        kept
    } else {
        beside
    }
}

/// The result for an unsafe git folder. Only looks for the file and opens nothing.
fn barred(vault: &Path) -> InGit {
    let Some(entry) = work_tree::above(vault) else {
        return InGit::Absent;
    };
    let root = entry.parent().unwrap_or(Path::new(""));
    let kept = entry.join(FOLDER).join(name(vault, root));
    match fs::symlink_metadata(kept) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => InGit::Absent,
        _ => InGit::Barred,
    }
}

/// Whether an error means that we cannot use a folder. A broken or full disk is a different error.
fn is_barred(error: &io::Error) -> bool {
    let errno = Errno::from_io_error(error);
    let barred = [
        Errno::ACCESS,
        Errno::PERM,
        Errno::NOTDIR,
        Errno::LOOP,
        Errno::NOENT,
    ];
    errno.is_some_and(|errno| barred.contains(&errno))
}

/// `NAME.HASH.prev`
fn name(vault: &Path, root: &Path) -> OsString {
    let (name, folder) = (vault.file_name().unwrap_or_default(), vault.parent());
    let below = folder.and_then(|folder| folder.strip_prefix(root).ok());
    let below = below.unwrap_or(Path::new("")).as_os_str().as_bytes();
    let hash: [u8; 32] = Sha256::digest(below).into();
    let hash = HEXLOWER.encode(&hash[..HASH_BYTES]);
    let mut name = name.to_owned();
    name.push(".");
    name.push(hash);
    name.push(OsStr::from_bytes(PREVIOUS));
    name
}
