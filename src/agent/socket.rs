//! Where the agent's socket lies, and who is at its other end: a folder of this user's alone, and a process
//! of this user's, looked at on both sides before the first byte. Never a path that others could take.

use crate::platform::directory;
use crate::platform::permissions::{Others, PRIVATE_FILE, PRIVATE_FOLDER, is_us};
use rustix::net::sockopt::{Timeout, set_socket_timeout};
use rustix::net::{AddressFamily, SocketAddrUnix, SocketType, connect};
use std::fs::{self, File, OpenOptions, Permissions};
use std::io::{self, ErrorKind};
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::fs::{FileTypeExt, MetadataExt, OpenOptionsExt, PermissionsExt};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

const FOLDER: &str = "kluis";
const SOCKET: &str = "agent.sock";
const LOCK: &str = "agent.lock";
/// For who starts an agent at the same time.
const LOCK_PATIENCE: Duration = Duration::from_secs(10);
const LOCK_PAUSE: Duration = Duration::from_millis(5);
const BACKLOG: i32 = 128;

/// Where this user's agent listens.
#[derive(Clone, Debug)]
pub struct SocketPath {
    folder: PathBuf,
}

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error(
        "there is no directory for the agent's socket: neither XDG_RUNTIME_DIR nor HOME says where"
    )]
    Nowhere,
    #[error("the path of the agent's socket is too long for the system: {} bytes", path.as_os_str().len())]
    TooLong { path: PathBuf },
    #[error("{} is not this user's alone: the agent is not asked there", path.display())]
    NotOurs { path: PathBuf },
    #[error("the process that listens at {} is not this user's: nothing was sent to it", path.display())]
    Stranger { path: PathBuf },
    #[error("{} is in the way of the agent's socket", path.display())]
    Occupied { path: PathBuf },
    #[error("{} could not be used for the agent", path.display())]
    Io {
        path: PathBuf,
        #[source]
        source: io::Error,
    },
}

impl SocketPath {
    /// Below `runtime`, XDG_RUNTIME_DIR, where that is this user's alone; else below `state`.
    pub fn find(runtime: Option<&Path>, state: Option<&Path>) -> Result<Self, Error> {
        let runtime = runtime.filter(|folder| folder.is_absolute() && is_ours(folder));
        let above = runtime.or(state).ok_or(Error::Nowhere)?;
        Ok(Self {
            folder: above.join(FOLDER),
        })
    }

    /// Where a listening socket is.
    pub fn of(listener: &UnixListener) -> Option<Self> {
        let address = listener.local_addr().ok()?;
        let folder = address.as_pathname()?.parent()?.to_owned();
        Some(Self { folder })
    }

    pub fn socket(&self) -> PathBuf {
        self.folder.join(SOCKET)
    }

    fn address(&self) -> Result<SocketAddrUnix, Error> {
        let path = self.socket();
        SocketAddrUnix::new(&path).map_err(|_| Error::TooLong { path })
    }

    fn failed(&self, source: io::Error) -> Error {
        Error::Io {
            path: self.socket(),
            source,
        }
    }

    /// A connection to whoever listens; `None` where nobody does. Waits for no answer longer than that.
    pub fn connect(&self, patience: Duration) -> Result<Option<UnixStream>, Error> {
        let path = self.socket();
        match fs::symlink_metadata(&path) {
            Err(error) if is_absent(&error) => return Ok(None),
            Err(error) => return Err(self.failed(error)),
            Ok(found) if !found.file_type().is_socket() => return Err(Error::Occupied { path }),
            Ok(_) if !is_ours(&self.folder) => {
                let path = self.folder.clone();
                return Err(Error::NotOurs { path });
            }
            Ok(found) if !is_us(found.uid()) => return Err(Error::NotOurs { path }),
            Ok(_) => {}
        }
        let address = self.address()?;
        let open = || {
            let stream = uninherited()?;
            // Before connecting: that waits, too, where nobody accepts.
            set_socket_timeout(&stream, Timeout::Send, Some(patience))?;
            set_socket_timeout(&stream, Timeout::Recv, Some(patience))?;
            connect(&stream, &address)?;
            Ok(UnixStream::from(stream))
        };
        match open() {
            Ok(stream) if is_our_peer(&stream) => Ok(Some(stream)),
            Ok(_) => Err(Error::Stranger { path }),
            Err(rustix::io::Errno::CONNREFUSED | rustix::io::Errno::NOENT) => Ok(None),
            Err(error) => Err(self.failed(error.into())),
        }
    }

    /// The lock of whoever starts or ends an agent, in the folder that is made for it.
    pub fn lock(&self) -> Result<File, Error> {
        self.make_folder()?;
        let file = self.lock_file().map_err(|error| self.failed(error))?;
        let started = Instant::now();
        loop {
            match file.try_lock() {
                Ok(()) => return Ok(file),
                Err(fs::TryLockError::WouldBlock) if started.elapsed() < LOCK_PATIENCE => {
                    std::thread::sleep(LOCK_PAUSE);
                }
                Err(error) => return Err(self.failed(error.into())),
            }
        }
    }

    fn lock_file(&self) -> io::Result<File> {
        let mut options = OpenOptions::new();
        let options = options
            .write(true)
            .create(true)
            .truncate(false)
            .mode(PRIVATE_FILE);
        let file = options
            .custom_flags(rustix::fs::OFlags::NOFOLLOW.bits().cast_signed())
            .open(self.folder.join(LOCK))?;
        // The umask had its say in the mode, and could keep the next one out.
        file.set_permissions(Permissions::from_mode(PRIVATE_FILE))?;
        Ok(file)
    }

    fn make_folder(&self) -> Result<(), Error> {
        directory::make(&self.folder).map_err(|error| self.failed(error))?;
        let path = self.folder.clone();
        let found = fs::symlink_metadata(&path).map_err(|error| self.failed(error))?;
        if found.is_dir() && is_us(found.uid()) && Others::of(&found).may_do_anything() {
            // Made by another part of kluis, for what is no secret.
            fs::set_permissions(&path, Permissions::from_mode(PRIVATE_FOLDER))
                .map_err(|error| self.failed(error))?;
        }
        if is_ours(&path) {
            Ok(())
        } else {
            Err(Error::NotOurs { path })
        }
    }

    /// Listens, in the place of an agent that is no more. Only under [`SocketPath::lock`], when nobody answers.
    pub fn bind(&self) -> Result<UnixListener, Error> {
        let path = self.socket();
        self.address()?;
        match fs::symlink_metadata(&path) {
            Ok(found) if !found.file_type().is_socket() => return Err(Error::Occupied { path }),
            Ok(_) => fs::remove_file(&path).map_err(|error| self.failed(error))?,
            Err(_) => {}
        }
        let listener = UnixListener::bind(&path).map_err(|error| self.failed(error))?;
        fs::set_permissions(&path, Permissions::from_mode(PRIVATE_FILE))
            .map_err(|error| self.failed(error))?;
        rustix::net::listen(&listener, BACKLOG).map_err(|error| self.failed(error.into()))?;
        Ok(listener)
    }

    /// Takes the socket away, if it is still this listener's and nobody is about to replace it.
    pub fn unbind(&self, identity: (u64, u64)) {
        let Ok(lock) = self.lock_file() else {
            return;
        };
        if lock.try_lock().is_ok() && self.identity() == Some(identity) {
            let _ = fs::remove_file(self.socket());
        }
    }

    /// Which file the socket is.
    pub fn identity(&self) -> Option<(u64, u64)> {
        let found = fs::symlink_metadata(self.socket()).ok()?;
        Some((found.dev(), found.ino()))
    }
}

/// A socket that no child gets.
#[cfg(not(target_vendor = "apple"))]
fn uninherited() -> rustix::io::Result<OwnedFd> {
    let flags = rustix::net::SocketFlags::CLOEXEC;
    rustix::net::socket_with(AddressFamily::UNIX, SocketType::STREAM, flags, None)
}

/// A socket that no child gets, but for one that is started at this very moment.
#[cfg(target_vendor = "apple")]
fn uninherited() -> rustix::io::Result<OwnedFd> {
    let stream = rustix::net::socket(AddressFamily::UNIX, SocketType::STREAM, None)?;
    rustix::io::fcntl_setfd(&stream, rustix::io::FdFlags::CLOEXEC)?;
    Ok(stream)
}

fn is_absent(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory)
}

/// A folder, no link to one, that its owner alone can enter, and that is us.
fn is_ours(folder: &Path) -> bool {
    fs::symlink_metadata(folder).is_ok_and(|found| {
        found.is_dir() && is_us(found.uid()) && !Others::of(&found).may_do_anything()
    })
}

/// Whether the process at the other end is this user's; root's is not.
#[cfg(any(target_os = "linux", target_os = "android"))]
pub fn is_our_peer(stream: impl AsFd) -> bool {
    let peer = rustix::net::sockopt::socket_peercred(stream);
    peer.is_ok_and(|peer| is_us(peer.uid.as_raw()))
}

/// Whether the process at the other end is this user's; root's is not.
#[cfg(not(any(target_os = "linux", target_os = "android")))]
pub fn is_our_peer(stream: impl AsFd) -> bool {
    let peer = nix::unistd::getpeereid(stream);
    peer.is_ok_and(|(uid, _)| is_us(uid.as_raw()))
}
