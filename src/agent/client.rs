//! A command's connection to the agent: greets it, asks, and waits only for a limited time.

use super::answer::{Answer, Status};
use super::frame::{LENGTH_BYTES, length};
use super::key_cache::VERSION;
use super::request::{Request, VaultRef};
use super::socket::{self, SocketPath};
use crate::keyring::Keyring;
use crate::keyring::local::LocalKeyring;
use crate::sealed::header::Header;
use std::io::{self, ErrorKind, Read, Write};
use std::os::unix::net::UnixStream;
use std::time::Duration;
use zeroize::Zeroizing;

/// The limit for each step of a connection. A working agent answers at once.
const PATIENCE: Duration = Duration::from_secs(5);

/// A busy agent may close a connection before it reads from it, so the client tries again.
const TRIES: usize = 20;

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error(transparent)]
    Socket(#[from] socket::Error),
    #[error(
        "the running agent is from another version of kluis: its protocol is {theirs}, not {VERSION}"
    )]
    Version { theirs: u16 },
    #[error("unexpected answer from the agent")]
    Broken(#[source] io::Error),
    #[error("the agent did not accept the key")]
    Refused,
}

/// How long the agent keeps a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Terms {
    /// Without use.
    pub idle: Duration,
    /// At most, used or not.
    pub longest: Duration,
}

pub struct Connection {
    stream: UnixStream,
}

impl Connection {
    /// Connects to the agent and greets it; `None` if none listens.
    pub fn open(place: &SocketPath) -> Result<Option<Self>, Error> {
        reach(place, |mut connection| {
            match connection.ask(&Request::Hello { version: VERSION }) {
                Ok(Answer::Hello { version: VERSION }) => Ok(connection),
                Ok(Answer::Hello { version: theirs }) => Err(Error::Version { theirs }),
                Ok(_) => Err(Error::Broken(unexpected())),
                Err(error) => Err(Error::Broken(error)),
            }
        })
    }

    /// Sends one request and reads its answer.
    pub fn ask(&mut self, request: &Request<'_>) -> io::Result<Answer> {
        let frame = request.encode()?;
        self.stream.write_all(&frame).map_err(patient)?;
        let mut head = [0; LENGTH_BYTES];
        self.stream.read_exact(&mut head).map_err(patient)?;
        let length = length(head).ok_or_else(unexpected)?;
        let mut content = Zeroizing::new(vec![0; length]);
        self.stream.read_exact(&mut content).map_err(patient)?;
        Answer::decode(&content).ok_or_else(unexpected)
    }

    /// Gives the agent the key of a keyring, as its seed: a passphrase or a token never leaves this process.
    pub fn unlock(
        &mut self,
        header: &Header,
        keyring: &LocalKeyring,
        terms: Terms,
    ) -> Result<(), Error> {
        let request = Request::Unlock {
            header: header.text(),
            key: keyring.key(),
            idle: terms.idle,
            longest: terms.longest,
            seed: keyring.seed().clone(),
        };
        match self.ask(&request).map_err(Error::Broken)? {
            Answer::Done => Ok(()),
            _ => Err(Error::Refused),
        }
    }

    /// The state of a vault's key; `None` if the agent does not have it.
    pub fn status(&mut self, header: &Header) -> Result<Option<Status>, Error> {
        let vault = vault_of(header);
        match self.ask(&Request::Status { vault }) {
            Ok(Answer::Status(status)) => Ok(Some(status)),
            Ok(Answer::Locked) => Ok(None),
            Ok(_) => Err(Error::Broken(unexpected())),
            Err(error) => Err(Error::Broken(error)),
        }
    }
}

/// Makes any version of the agent forget every key. Returns whether there was an agent.
pub fn lock(place: &SocketPath) -> Result<bool, Error> {
    let mut was_there = false;
    reach(place, |mut connection| {
        was_there = true;
        for request in [Request::Hello { version: VERSION }, Request::Lock] {
            match connection.ask(&request) {
                Ok(Answer::Hello { .. } | Answer::Done) => {}
                Ok(_) => return Err(Error::Broken(unexpected())),
                Err(error) => return Err(Error::Broken(error)),
            }
        }
        Ok(())
    })?;
    Ok(was_there)
}

/// Talks to the agent; `None` if none listens. Retries after a closed connection: the agent may be about to end,
/// or may have too many connections.
fn reach<T>(
    place: &SocketPath,
    mut talk: impl FnMut(Connection) -> Result<T, Error>,
) -> Result<Option<T>, Error> {
    for _ in 0..TRIES {
        let Some(stream) = place.connect(PATIENCE)? else {
            return Ok(None);
        };
        match talk(Connection { stream }) {
            Err(Error::Broken(error)) if is_gone(&error) => {}
            talked => return talked.map(Some),
        }
    }
    Err(Error::Broken(ErrorKind::ConnectionReset.into()))
}

pub(super) fn vault_of(header: &Header) -> VaultRef {
    VaultRef {
        vault: header.content().vault,
        verify: header.content().verify,
    }
}

pub(super) fn is_gone(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        ErrorKind::UnexpectedEof | ErrorKind::BrokenPipe | ErrorKind::ConnectionReset
    )
}

pub(super) fn unexpected() -> io::Error {
    io::Error::new(ErrorKind::InvalidData, "it does not fit the question")
}

/// Reports a socket's time-out, which would otherwise look like a request to try again.
fn patient(error: io::Error) -> io::Error {
    match error.kind() {
        ErrorKind::WouldBlock => io::Error::new(ErrorKind::TimedOut, "no answer in time"),
        _ => error,
    }
}
