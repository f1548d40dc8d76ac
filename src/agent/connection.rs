//! The agent's side of one connection: it either reads one frame or writes one answer, piece by piece. It never
//! buffers a second frame: the system holds back a client that sends faster.

use super::frame::{LENGTH_BYTES, length, reserve};
use super::key_cache::Session;
use rustix::event::PollFlags;
use rustix::io::Errno;
use rustix::net::{SendFlags, send};
use std::io;
use std::os::fd::{AsFd, BorrowedFd};
use std::os::unix::net::UnixStream;
use std::time::Duration;
use zeroize::Zeroizing;

/// The size of one read: a buffer grows only with bytes that have arrived.
const STEP_BYTES: usize = 64 * 1024;

/// Writing to a client that has left is an error, not a signal. Where this flag does not exist, the program
/// ignores the signal from its start.
#[cfg(not(target_vendor = "apple"))]
const UNSIGNALLED: SendFlags = SendFlags::NOSIGNAL;
#[cfg(target_vendor = "apple")]
const UNSIGNALLED: SendFlags = SendFlags::empty();

pub struct Connection {
    stream: UnixStream,
    pub session: Session,
    /// The beginning of the wait: for the rest of a frame, for the first frame, or for the client to read the
    /// answer. An idle connection counts from its last answer.
    pub since: Duration,
    head: [u8; LENGTH_BYTES],
    head_length: usize,
    wanted: usize,
    read_buffer: Zeroizing<Vec<u8>>,
    write_buffer: Zeroizing<Vec<u8>>,
    written: usize,
}

/// The connection has ended.
pub struct Closed;

impl Connection {
    pub fn new(stream: UnixStream, now: Duration) -> io::Result<Self> {
        stream.set_nonblocking(true)?;
        Ok(Self {
            stream,
            session: Session::default(),
            since: now,
            head: [0; LENGTH_BYTES],
            head_length: 0,
            wanted: 0,
            read_buffer: Zeroizing::default(),
            write_buffer: Zeroizing::default(),
            written: 0,
        })
    }

    /// The events that the connection waits for.
    pub fn interest(&self) -> PollFlags {
        if self.write_buffer.is_empty() {
            PollFlags::IN
        } else {
            PollFlags::OUT
        }
    }

    /// Whether the client is late with a first frame, the rest of a frame, or reading its answer.
    pub fn is_due(&self) -> bool {
        self.head_length > 0 || !self.write_buffer.is_empty() || !self.session.is_greeted()
    }

    pub fn is_answering(&self) -> bool {
        !self.write_buffer.is_empty()
    }

    pub fn held_bytes(&self) -> usize {
        self.read_buffer.capacity() + self.write_buffer.capacity()
    }

    /// Reads the bytes that have arrived; returns the frame's content once it is complete.
    pub fn receive(&mut self, now: Duration) -> Result<Option<Zeroizing<Vec<u8>>>, Closed> {
        if self.head_length < LENGTH_BYTES {
            let read = read(&self.stream, &mut self.head[self.head_length..])?;
            if self.head_length == 0 && read > 0 {
                self.since = now;
            }
            self.head_length += read;
            if self.head_length < LENGTH_BYTES {
                return Ok(None);
            }
            self.wanted = length(self.head).ok_or(Closed)?;
        }
        loop {
            let have = self.read_buffer.len();
            let step = (self.wanted - have).min(STEP_BYTES);
            reserve(&mut self.read_buffer, step);
            self.read_buffer.resize(have + step, 0);
            let read = read(&self.stream, &mut self.read_buffer[have..]);
            self.read_buffer
                .truncate(have + *read.as_ref().unwrap_or(&0));
            let read = read?;
            if self.read_buffer.len() == self.wanted {
                self.head_length = 0;
                return Ok(Some(std::mem::take(&mut self.read_buffer)));
            }
            if read < step {
                return Ok(None);
            }
        }
    }

    /// Starts to send an answer.
    pub fn answer(&mut self, frame: Zeroizing<Vec<u8>>, now: Duration) -> Result<(), Closed> {
        (self.write_buffer, self.written, self.since) = (frame, 0, now);
        self.send(now)
    }

    /// Sends the rest of the answer, as far as possible.
    pub fn send(&mut self, now: Duration) -> Result<(), Closed> {
        while self.written < self.write_buffer.len() {
            match send(
                &self.stream,
                &self.write_buffer[self.written..],
                UNSIGNALLED,
            ) {
                Ok(0) => return Err(Closed),
                Ok(sent) => self.written += sent,
                Err(Errno::INTR) => {}
                Err(Errno::AGAIN) => return Ok(()),
                Err(_) => return Err(Closed),
            }
        }
        self.write_buffer = Zeroizing::default();
        self.since = now;
        Ok(())
    }
}

impl AsFd for Connection {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.stream.as_fd()
    }
}

/// The number of bytes read; 0 if none has arrived.
fn read(stream: &UnixStream, into: &mut [u8]) -> Result<usize, Closed> {
    loop {
        return match rustix::io::read(stream, &mut *into) {
            Ok(0) => Err(Closed),
            Ok(read) => Ok(read),
            Err(Errno::INTR) => continue,
            Err(Errno::AGAIN) => Ok(0),
            Err(_) => Err(Closed),
        };
    }
}
