//! Copies one output stream of a command, masked, on a thread of its own.

use super::patterns::Patterns;
use super::stream::Masker;
use crate::deliver::child::Ended;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::{Errno, read, retry_on_intr, write};
use std::io::{self, PipeReader, PipeWriter};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::sync::Arc;
use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::{Duration, Instant};
use zeroize::Zeroizing;

const PIECE_BYTES: usize = 64 * 1024;

/// The time that the beginning of a value waits for the rest. A program that writes a value in parts writes them
/// at once, and you must not notice the delay at a terminal.
const TERMINAL_PAUSE: Duration = Duration::from_millis(25);
const PIPE_PAUSE: Duration = Duration::from_millis(100);

/// The time that a stream may stay open after the command's end. Meanwhile the output of processes that it left
/// behind, such as `tee` in a process substitution, is still copied. Output written before the command's end
/// always arrives, however slow the reader is.
const LINGER: Duration = Duration::from_secs(2);

/// The greatest amount still in the stream at the end: a full pipe (pipe(7), `pipe-max-size`).
const MOST_UNDER_WAY_BYTES: usize = 1024 * 1024;

/// The stream that the command writes into.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum OutputKind {
    Terminal,
    Pipe,
}

/// The end of a masked command.
pub struct Masked {
    pub ended: Ended,
    /// The reason why some of its output could not be written.
    pub unwritten: Option<Errno>,
}

impl Masked {
    /// The result for a command that wrote its output itself.
    pub fn without_mask(ended: Ended) -> Self {
        Self {
            ended,
            unwritten: None,
        }
    }
}

/// The threads that carry a command's output, each until its stream ends.
pub struct Pumps {
    running: Vec<Receiver<Option<Errno>>>,
    /// Readable once the other end is closed: then the pumps stop waiting.
    over: Arc<PipeReader>,
    lingering: PipeWriter,
}

impl Pumps {
    pub fn new() -> io::Result<Self> {
        let (over, lingering) = io::pipe()?;
        Ok(Self {
            running: Vec::new(),
            over: Arc::new(over),
            lingering,
        })
    }

    pub fn start(
        &mut self,
        from: OwnedFd,
        kind: OutputKind,
        to: BorrowedFd<'static>,
        patterns: Arc<Patterns>,
    ) -> io::Result<()> {
        let (done, ended) = mpsc::channel();
        let over = Arc::clone(&self.over);
        thread::Builder::new().spawn(move || {
            let unwritten = carry(&from, kind, to, Masker::new(patterns), &over).err();
            drop(from);
            let _ = done.send(unwritten);
        })?;
        self.running.push(ended);
        Ok(())
    }

    /// Delivers the rest of the output after the command has ended. Returns why some of it could not be written:
    /// the command may have ended before it could notice.
    pub fn drain(self) -> Option<Errno> {
        let deadline = Instant::now() + LINGER;
        let mut unwritten = None;
        let mut waiting = Vec::new();
        for ended in self.running {
            match ended.recv_timeout(deadline.saturating_duration_since(Instant::now())) {
                Ok(failed) => unwritten = unwritten.or(failed),
                Err(_) => waiting.push(ended),
            }
        }
        drop(self.lingering);
        for ended in waiting {
            unwritten = unwritten.or(ended.recv().ok().flatten());
        }
        unwritten
    }
}

/// The next step of a pump.
enum Next {
    Read {
        is_over: bool,
    },
    /// No output came for a while.
    Pause,
    /// The stream has ended.
    End,
}

fn carry(
    from: &OwnedFd,
    kind: OutputKind,
    to: BorrowedFd<'_>,
    mut masker: Masker,
    over: &impl AsFd,
) -> Result<(), Errno> {
    let pause = match kind {
        OutputKind::Terminal => TERMINAL_PAUSE,
        OutputKind::Pipe => PIPE_PAUSE,
    };
    let mut piece = Zeroizing::new(vec![0; PIECE_BYTES]);
    let mut out = Vec::with_capacity(PIECE_BYTES);
    let mut written = Ok(());
    let mut under_way = MOST_UNDER_WAY_BYTES;
    loop {
        out.clear();
        match next(from, over, masker.can_show_more().then_some(pause)) {
            Next::Pause => masker.pause(&mut out),
            Next::End => break,
            Next::Read { is_over } => match retry_on_intr(|| read(from, &mut piece[..])) {
                Ok(count @ 1..) => {
                    masker.push(&piece[..count], &mut out);
                    if is_over {
                        under_way = under_way.saturating_sub(count);
                    }
                }
                // A terminal without programs returns EIO.
                Ok(0) | Err(_) => break,
            },
        }
        written = written.and_then(|()| write_all(to, &out));
        // Closing a pipe tells the writer that its reader is gone. A terminal's programs have had SIGHUP.
        if written.is_err() && kind == OutputKind::Pipe {
            return written;
        }
        if under_way == 0 {
            break;
        }
    }
    out.clear();
    masker.finish(&mut out);
    written.and_then(|()| write_all(to, &out))
}

fn next(from: impl AsFd, over: impl AsFd, pause: Option<Duration>) -> Next {
    let pause = pause.map(|pause| Timespec::try_from(pause).unwrap_or_default());
    let mut waiting = [
        PollFd::new(&from, PollFlags::IN),
        PollFd::new(&over, PollFlags::IN),
    ];
    let ready = retry_on_intr(|| poll(&mut waiting, pause.as_ref()));
    let [has_more, is_over] = waiting.map(|stream| !stream.revents().is_empty());
    match ready {
        Ok(0) => Next::Pause,
        Ok(_) if !has_more => Next::End,
        // The read reports any error.
        Ok(_) | Err(_) => Next::Read { is_over },
    }
}

/// Writes without the library's buffer for stdout.
pub fn write_all(to: impl AsFd, mut bytes: &[u8]) -> Result<(), Errno> {
    while !bytes.is_empty() {
        match retry_on_intr(|| write(&to, bytes)) {
            Ok(written) => bytes = &bytes[written..],
            // Another process that shares the stream made it non-blocking.
            Err(Errno::AGAIN) => {
                retry_on_intr(|| poll(&mut [PollFd::new(&to, PollFlags::OUT)], None))?;
            }
            Err(error) => return Err(error),
        }
    }
    Ok(())
}
