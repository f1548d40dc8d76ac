//! Where the bytes before the last change are kept: beside the vault as `.NAME.prev`; in a git work tree in the git
//! folder, as `kluis/NAME.HASH.prev`, so that no `git add -A` puts a copy from before a key's removal into a commit.

use super::directory::{Directory, PREVIOUS, beside, remove_stale};
use crate::platform::directory::open_real;
use crate::platform::file_system::sync_folder;
use crate::platform::permissions::{Others, is_us};
use crate::platform::private_file::{self, PrivateFile};
use crate::store::git_folder::GitFolder;
use data_encoding::HEXLOWER;
use rustix::fs::{AtFlags, Mode, OFlags, mkdirat, openat};
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

/// In the git folder.
const FOLDER: &str = "kluis";
/// Of the hash of the vault's folder in the work tree: enough that two vaults of one name are kept apart.
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

    /// The place for new previous bytes, made if need be. `None` in a work tree whose git folder cannot be used:
    /// beside the vault they could get into a commit.
    pub fn make(directory: &Rc<Directory>) -> Option<Self> {
        match GitFolder::of(&directory.path_of(directory.vault())) {
            GitFolder::None => Some(Self::beside(directory)),
            GitFolder::Unsafe => None,
            GitFolder::Ours { path, root } => {
                let git = open_real(&path, OFlags::RDONLY).ok()?;
                match mkdirat(&git, FOLDER, Mode::RWXU) {
                    Ok(()) => sync_folder(&git).ok()?,
                    Err(Errno::EXIST) => {}
                    Err(_) => return None,
                }
                Self::open(&git, &path, directory, &root).ok().flatten()
            }
        }
    }

    /// The one in the git folder, if there is one to look into.
    pub fn in_git(directory: &Directory) -> io::Result<Option<Self>> {
        match GitFolder::of(&directory.path_of(directory.vault())) {
            GitFolder::None | GitFolder::Unsafe => Ok(None),
            GitFolder::Ours { path, root } => {
                let git = open_real(&path, OFlags::RDONLY)?;
                Self::open(&git, &path, directory, &root)
            }
        }
    }

    /// Opens the folder of ours in the git folder; `None` if there is none, or if it may be someone else's.
    fn open(
        git: &File,
        path: &Path,
        directory: &Directory,
        root: &Path,
    ) -> io::Result<Option<Self>> {
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let folder = match openat(git, FOLDER, flags, Mode::empty()) {
            Ok(folder) => File::from(folder),
            Err(Errno::NOENT | Errno::NOTDIR | Errno::LOOP) => return Ok(None),
            Err(errno) => return Err(errno.into()),
        };
        let found = folder.metadata()?;
        if !is_us(found.uid()) || Others::of(&found).may_write() {
            return Ok(None);
        }
        let vault = directory.path_of(directory.vault());
        let name = name(&vault, root);
        remove_stale(&folder, &name);
        Ok(Some(Self {
            path: path.join(FOLDER).join(&name),
            folder: Rc::new(Folder::Git(folder)),
            name,
        }))
    }

    pub fn is_beside(&self) -> bool {
        matches!(*self.folder, Folder::Beside(_))
    }

    /// A temporary name there, which the next writer knows if it is left behind.
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

    /// Makes what happened to the names there durable.
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
