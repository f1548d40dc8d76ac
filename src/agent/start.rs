//! Starts the agent: from `unlock`, by hand, or from systemd. The agent gets a socket and nothing else; its
//! arguments and its environment never contain a key.

use super::clock::SystemClock;
use super::key_cache::KeyCache;
use super::server::{Server, SocketFile, Stay};
use super::socket::SocketPath;
use crate::platform::descriptors::close_inherited;
use crate::platform::process::{forbid_core_files, lock_memory, own_file};
use rustix::fs::Mode;
use rustix::process::{chdir, setsid, umask};
use rustix::stdio::{dup2_stdin, stdin};
use std::fs::File;
use std::io::{self, ErrorKind};
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixListener;
use std::os::unix::process::CommandExt;
use std::process::{Command, Stdio};

/// The program is an agent if it is started under this name, with a listening socket as its stdin.
pub const NAME: &str = "kluis-agent";

/// Starts an agent that serves at `listener`, and does not wait for it.
pub fn start(listener: UnixListener) -> io::Result<()> {
    let mut command = Command::new(own_file()?);
    command.arg0(NAME).env_clear().current_dir("/");
    command.stdin(OwnedFd::from(listener));
    command.stdout(Stdio::null()).stderr(Stdio::null());
    command.spawn().map(drop)
}

/// Runs as such an agent, and does nothing else.
pub fn run_started() -> io::Result<()> {
    close_inherited();
    let listener = stdin().try_clone_to_owned()?;
    if !listens(&listener)? {
        return Err(ErrorKind::InvalidInput.into());
    }
    dup2_stdin(File::open("/dev/null")?)?;
    // This fails only for the leader of a process group, which is no problem.
    let _ = setsid();
    serve_at_own(listener.into(), Stay::WhileUnlocked)
}

#[cfg(not(target_vendor = "apple"))]
fn listens(socket: &OwnedFd) -> io::Result<bool> {
    Ok(rustix::net::sockopt::socket_acceptconn(socket)?)
}

/// On this system this only shows whether the socket is bound.
#[cfg(target_vendor = "apple")]
fn listens(socket: &OwnedFd) -> io::Result<bool> {
    let listener = UnixListener::from(socket.try_clone()?);
    Ok(SocketPath::of(&listener).is_some())
}

/// The socket of an agent in the foreground.
pub enum Foreground {
    /// A socket from systemd.
    Activated(UnixListener),
    /// A socket that the agent made.
    Bound(UnixListener),
}

impl Foreground {
    /// `None` if an agent already listens.
    pub fn listen(
        place: impl FnOnce() -> Result<SocketPath, super::Error>,
    ) -> Result<Option<Self>, super::Error> {
        let passed = listenfd::ListenFd::from_env().take_unix_listener(0);
        if let Some(listener) = passed.map_err(super::Error::Broken)? {
            return Ok(Some(Self::Activated(listener)));
        }
        let place = place()?;
        let _lock = place.lock()?;
        if super::Connection::open(&place)?.is_some() {
            return Ok(None);
        }
        Ok(Some(Self::Bound(place.bind()?)))
    }

    /// Serves until a signal ends it. An agent from systemd also ends when it holds no key, because systemd
    /// can start it again.
    pub fn serve(self) -> io::Result<()> {
        match self {
            Self::Activated(listener) => serve(listener, Stay::WhileUnlocked, None),
            Self::Bound(listener) => serve_at_own(listener, Stay::Always),
        }
    }

    /// Whether the socket is systemd's, and so must stay.
    pub fn is_activated(&self) -> bool {
        matches!(self, Self::Activated(_))
    }
}

/// Serves at a socket that this program made, and removes the socket at the end. A socket of systemd must stay,
/// or the next agent could not start there.
fn serve_at_own(listener: UnixListener, stay: Stay) -> io::Result<()> {
    // If the socket is already gone, no command could find the agent.
    let Some(file) = SocketFile::of(&listener) else {
        return Err(ErrorKind::NotFound.into());
    };
    let served = serve(listener, stay, Some(file.clone()));
    file.place.unbind(file.identity);
    served
}

fn serve(listener: UnixListener, stay: Stay, file: Option<SocketFile>) -> io::Result<()> {
    forbid_core_files();
    umask(Mode::RWXG | Mode::RWXO);
    chdir("/")?;
    let held = KeyCache::new(SystemClock, || lock_memory().is_ok());
    Server::new(listener, held, stay, file)?.run()
}
