//! Carries one stream of a command to where it goes, masked, on a thread of its own.

use super::patterns::Patterns;
use super::stream::Masker;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::{Errno, read, retry_on_intr, write};
use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::sync::Arc;
use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::{Duration, Instant};
use zeroize::Zeroizing;

const PIECE_BYTES: usize = 64 * 1024;

/// How long the beginning of a value waits for more. Who writes a value in parts does so at once; who
/// types is not to feel it at a terminal.
const TERMINAL_PAUSE: Duration = Duration::from_millis(25);
const PIPE_PAUSE: Duration = Duration::from_millis(100);

/// How long a stream may stay open behind the command's end: in it, what the command left to finish,
/// such as `tee` in a process substitution, is still carried.
const LINGER: Duration = Duration::from_secs(2);

/// What the command writes into.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Terminal,
    Pipe,
}

/// A thread that is at work until the stream ends.
pub struct Pump(Receiver<()>);

impl Pump {
    pub fn start(
        from: OwnedFd,
        kind: Kind,
        to: BorrowedFd<'static>,
        patterns: Arc<Patterns>,
    ) -> io::Result<Self> {
        let (done, ended) = mpsc::channel();
        thread::Builder::new().spawn(move || {
            carry(&from, kind, to, Masker::new(patterns));
            drop(from);
            let _ = done.send(());
        })?;
        Ok(Self(ended))
    }
}

/// Lets what is still under way arrive, once the command has ended.
pub fn drain(pumps: &[Pump]) {
    let deadline = Instant::now() + LINGER;
    for Pump(ended) in pumps {
        let _ = ended.recv_timeout(deadline.saturating_duration_since(Instant::now()));
    }
}

fn carry(from: &OwnedFd, kind: Kind, to: BorrowedFd<'_>, mut masker: Masker) {
    let pause = match kind {
        Kind::Terminal => TERMINAL_PAUSE,
        Kind::Pipe => PIPE_PAUSE,
    };
    let mut piece = Zeroizing::new(vec![0; PIECE_BYTES]);
    let mut out = Vec::with_capacity(PIECE_BYTES);
    let mut is_read = true;
    loop {
        out.clear();
        if masker.can_show_more() && !comes_within(from, pause) {
            masker.pause(&mut out);
        } else {
            match retry_on_intr(|| read(from, &mut piece[..])) {
                Ok(count @ 1..) => masker.push(&piece[..count], &mut out),
                // A terminal that no program has any more says EIO.
                Ok(0) | Err(_) => break,
            }
        }
        is_read = is_read && write_all(to, &out).is_ok();
        // To close it is how a pipe tells that nobody reads. A terminal's programs have had SIGHUP.
        if !is_read && kind == Kind::Pipe {
            return;
        }
    }
    out.clear();
    masker.finish(&mut out);
    if is_read {
        let _ = write_all(to, &out);
    }
}

fn comes_within(from: impl AsFd, pause: Duration) -> bool {
    let pause = Timespec::try_from(pause).unwrap_or_default();
    let mut waiting = [PollFd::new(&from, PollFlags::IN)];
    !matches!(retry_on_intr(|| poll(&mut waiting, Some(&pause))), Ok(0))
}

/// Writes past the library's buffer for stdout.
pub fn write_all(to: impl AsFd, mut bytes: &[u8]) -> Result<(), Errno> {
    while !bytes.is_empty() {
        match retry_on_intr(|| write(&to, bytes)) {
            Ok(written) => bytes = &bytes[written..],
            // Somebody who shares the stream has set it so.
            Err(Errno::AGAIN) => {
                retry_on_intr(|| poll(&mut [PollFd::new(&to, PollFlags::OUT)], None))?;
            }
            Err(error) => return Err(error),
        }
    }
    Ok(())
}
