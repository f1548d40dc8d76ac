//! Finds the agent's socket and checks the process at its other end. The folder must be private to this user, and
//! both sides check the other's user before the first byte. It never uses a path that others could take.

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
/// The patience for processes that start an agent at the same time.
const LOCK_PATIENCE: Duration = Duration::from_secs(10);
const LOCK_PAUSE: Duration = Duration::from_millis(5);
const BACKLOG: i32 = 128;

/// The path of this user's agent socket.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SocketPath {
    folder: PathBuf,
}

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("there is no directory for the agent's socket: XDG_RUNTIME_DIR and HOME are not set")]
    Nowhere,
    #[error("the path of the agent's socket is too long for this system: {} bytes", path.as_os_str().len())]
    TooLong { path: PathBuf },
    #[error("{} is not private to you: kluis does not use an agent there", path.display())]
    NotOurs { path: PathBuf },
    #[error("a process of another user listens at {}; nothing was sent to it", path.display())]
    Stranger { path: PathBuf },
    /// Our namespaces have no number for its process and its user.
    #[error("the process that listens at {} is outside of this sandbox or container, so kluis cannot tell whose it is; nothing was sent to it", path.display())]
    Unseen { path: PathBuf },
    #[error("{} is not a socket, so the agent cannot use it", path.display())]
    Occupied { path: PathBuf },
    #[error("cannot use {} for the agent", path.display())]
    Io {
        path: PathBuf,
        #[source]
        source: io::Error,
    },
}

impl SocketPath {
    /// Below `runtime` (XDG_RUNTIME_DIR) if that is private to this user, else below `state`.
    pub fn find(runtime: Option<&Path>, state: Option<&Path>) -> Result<Self, Error> {
        let runtime = runtime.filter(|folder| folder.is_absolute() && is_ours(folder));
        let above = runtime.or(state).ok_or(Error::Nowhere)?;
        Ok(Self {
            folder: above.join(FOLDER),
        })
    }

    /// The path of a listening socket.
    pub fn of(listener: &UnixListener) -> Option<Self> {
        let address = listener.local_addr().ok()?;
        let folder = address.as_pathname()?.parent()?.to_owned();
        Some(Self { folder })
    }

    /// This path, if an agent could listen there.
    pub fn at(socket: &Path) -> Option<Self> {
        let folder = socket.parent()?;
        let is_named = socket.file_name()? == SOCKET && folder.file_name()? == FOLDER;
        let folder = folder.to_owned();
        (is_named && socket.is_absolute()).then_some(Self { folder })
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

    /// Whether the socket or its folder belongs to another user: then no agent of ours is there.
    pub fn is_anothers(&self) -> bool {
        let is_anothers =
            |path: &Path| fs::symlink_metadata(path).is_ok_and(|found| !is_us(found.uid()));
        is_anothers(&self.folder) || is_anothers(&self.socket())
    }

    /// Connects to the agent; `None` if none listens. Waits at most `patience`, also for each answer.
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
            // Set before connecting, which also waits if no process accepts.
            set_socket_timeout(&stream, Timeout::Send, Some(patience))?;
            set_socket_timeout(&stream, Timeout::Recv, Some(patience))?;
            connect(&stream, &address)?;
            Ok(UnixStream::from(stream))
        };
        match open() {
            Ok(stream) => match peer(&stream) {
                Peer::Ours => Ok(Some(stream)),
                Peer::Stranger => Err(Error::Stranger { path }),
                Peer::Unseen => Err(Error::Unseen { path }),
            },
            Err(rustix::io::Errno::CONNREFUSED | rustix::io::Errno::NOENT) => Ok(None),
            Err(error) => Err(self.failed(error.into())),
        }
    }

    /// The lock for starting or ending an agent. Makes its folder.
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
        // The umask has changed the mode, and could lock out the next process.
        file.set_permissions(Permissions::from_mode(PRIVATE_FILE))?;
        Ok(file)
    }

    fn make_folder(&self) -> Result<(), Error> {
        directory::make(&self.folder).map_err(|error| self.failed(error))?;
        let path = self.folder.clone();
        let found = fs::symlink_metadata(&path).map_err(|error| self.failed(error))?;
        if found.is_dir() && is_us(found.uid()) && Others::of(&found).may_do_anything() {
            // Another part of kluis made it, for content that is not secret.
            fs::set_permissions(&path, Permissions::from_mode(PRIVATE_FOLDER))
                .map_err(|error| self.failed(error))?;
        }
        if is_ours(&path) {
            Ok(())
        } else {
            Err(Error::NotOurs { path })
        }
    }

    /// Listens in place of an agent that has ended. Only under [`SocketPath::lock`], when no agent answers.
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

    /// Removes the socket if it is still this listener's, and no process is about to replace it.
    pub fn unbind(&self, identity: (u64, u64)) {
        // Makes nothing again in a folder that is being removed.
        if self.identity() != Some(identity) {
            return;
        }
        let Ok(lock) = self.lock_file() else {
            return;
        };
        if lock.try_lock().is_ok() && self.identity() == Some(identity) {
            let _ = fs::remove_file(self.socket());
        }
    }

    /// The device and inode of the socket's file.
    pub fn identity(&self) -> Option<(u64, u64)> {
        let found = fs::symlink_metadata(self.socket()).ok()?;
        Some((found.dev(), found.ino()))
    }
}

/// A socket that no child inherits.
#[cfg(not(target_vendor = "apple"))]
fn uninherited() -> rustix::io::Result<OwnedFd> {
    let flags = rustix::net::SocketFlags::CLOEXEC;
    rustix::net::socket_with(AddressFamily::UNIX, SocketType::STREAM, flags, None)
}

/// A socket that no child inherits, except a child that starts at this very moment.
#[cfg(target_vendor = "apple")]
fn uninherited() -> rustix::io::Result<OwnedFd> {
    let stream = rustix::net::socket(AddressFamily::UNIX, SocketType::STREAM, None)?;
    rustix::io::fcntl_setfd(&stream, rustix::io::FdFlags::CLOEXEC)?;
    Ok(stream)
}

fn is_absent(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory)
}

/// Whether it is a folder, not a link, that only its owner can enter, and this user is its owner.
fn is_ours(folder: &Path) -> bool {
    fs::symlink_metadata(folder).is_ok_and(|found| {
        found.is_dir() && is_us(found.uid()) && !Others::of(&found).may_do_anything()
    })
}

/// The owner of the process at the other end of a socket.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Peer {
    /// This user, also from outside of our PID namespace; root does not count.
    Ours,
    Stranger,
    /// Neither the number nor the user of the process is visible from here.
    Unseen,
}

#[cfg(any(target_os = "linux", target_os = "android"))]
pub fn peer(stream: &impl AsFd) -> Peer {
    use nix::sys::socket::{getsockopt, sockopt::PeerCredentials};
    match getsockopt(stream, PeerCredentials) {
        Ok(found) => judge(found.uid(), found.pid()),
        Err(_) => Peer::Stranger,
    }
}

#[cfg(not(any(target_os = "linux", target_os = "android")))]
pub fn peer(stream: &impl AsFd) -> Peer {
    match nix::unistd::getpeereid(stream) {
        Ok((uid, _)) => judge(uid.as_raw(), 1),
        Err(_) => Peer::Stranger,
    }
}

/// A process outside of our PID namespace has the number 0 here.
fn judge(uid: u32, pid: i32) -> Peer {
    match (is_us(uid), pid) {
        (true, _) => Peer::Ours,
        (false, 0) => Peer::Unseen,
        (false, _) => Peer::Stranger,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_peer_outside_of_the_namespace_is_judged_by_its_user() {
        let us = rustix::process::geteuid().as_raw();
        assert_eq!(judge(us, 0), Peer::Ours);
        assert_eq!(judge(us, 7), Peer::Ours);
        assert_eq!(judge(us + 1, 7), Peer::Stranger);
        assert_eq!(judge(us + 1, 0), Peer::Unseen);
        let (one, _other) = UnixStream::pair().unwrap();
        assert_eq!(peer(&one), Peer::Ours);
    }
}
