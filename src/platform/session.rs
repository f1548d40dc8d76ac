//! Runs a program in a session of its own with its own terminal: job control as in any terminal window.
//!
//! Another process, the leader, runs between this process and the program. You can stop a program from the
//! keyboard only if its session has a leader outside its process group (POSIX, orphaned process groups). The
//! leader is this program under another name; its stdin takes our commands, its stdout is the terminal, its
//! stderr the program's.
//!
//! The program gets the terminal a moment after it has started. If it reads before that, it is stopped and
//! continued, and a Ctrl-Z of that moment is lost.

use super::process::Hardened;
use super::signals;
use rustix::io::{Errno, retry_on_intr};
use rustix::process::{
    Pid, Signal, WaitId, WaitIdOptions, ioctl_tiocsctty, kill_process, kill_process_group, setsid,
    waitid,
};
use rustix::stdio::{stdin, stdout};
use rustix::termios::{tcgetpgrp, tcgetwinsize, tcsetpgrp};
use std::ffi::{OsStr, OsString};
use std::io::{self, Read, Write};
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;

/// The name under which this program is a leader. Its arguments are the path of the program to start, then that
/// program's own arguments, its name first.
pub const LEADER: &str = "kluis-session";

/// The arguments of a leader that starts `program`.
pub fn arguments(program: &Path, typed: &OsStr, arguments: &[OsString]) -> Vec<OsString> {
    let first = [program.as_os_str(), typed].map(OsStr::to_owned);
    first.into_iter().chain(arguments.iter().cloned()).collect()
}

/// The events that a leader reports.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LeaderEvent {
    /// The program could not be started; the system's error number.
    NotStarted(i32),
    /// The program runs and has the terminal, so keys reach it.
    Started,
    /// The program was stopped.
    Stopped,
    Exited(i32),
    Signalled(i32),
}

impl LeaderEvent {
    const LENGTH: usize = 5;

    fn encode(self) -> [u8; Self::LENGTH] {
        let (kind, number) = match self {
            Self::NotStarted(error) => (b'n', error),
            Self::Started => (b'r', 0),
            Self::Stopped => (b's', 0),
            Self::Exited(code) => (b'e', code),
            Self::Signalled(signal) => (b'k', signal),
        };
        let [a, b, c, d] = number.to_le_bytes();
        [kind, a, b, c, d]
    }

    fn decode([kind, a, b, c, d]: [u8; Self::LENGTH]) -> Option<Self> {
        let number = i32::from_le_bytes([a, b, c, d]);
        match kind {
            b'n' => Some(Self::NotStarted(number)),
            b'r' => Some(Self::Started),
            b's' => Some(Self::Stopped),
            b'e' => Some(Self::Exited(number)),
            b'k' => Some(Self::Signalled(number)),
            _ => None,
        }
    }
}

/// The connection to the leader.
pub struct Channel(UnixStream);

impl Channel {
    /// Our end, and the leader's stdin.
    pub fn new() -> io::Result<(Self, Stdio)> {
        let (ours, theirs) = UnixStream::pair()?;
        Ok((Self(ours), OwnedFd::from(theirs).into()))
    }

    pub fn try_clone(&self) -> io::Result<Self> {
        self.0.try_clone().map(Self)
    }

    /// Waits for the next event; `None` when the leader has ended.
    pub fn news(&mut self) -> Option<LeaderEvent> {
        let mut bytes = [0; LeaderEvent::LENGTH];
        self.0.read_exact(&mut bytes).ok()?;
        LeaderEvent::decode(bytes)
    }

    /// Sends the program a signal: SIGTSTP and SIGCONT to its whole process group, others only to the
    /// program.
    pub fn send(&self, signal: i32) {
        if let Ok(signal) = u8::try_from(signal) {
            // If the leader has ended, so has its program.
            let _ = (&self.0).write_all(&[signal]);
        }
    }

    fn tell(&self, news: LeaderEvent) {
        let _ = (&self.0).write_all(&news.encode());
    }
}

/// Runs as a leader, and does nothing else: starts the program, reports its events, and ends with it.
///
/// Processes that the program leaves at the terminal then get SIGHUP, as when a terminal window closes.
pub fn lead(arguments: &[OsString], hardened: Hardened) -> io::Result<()> {
    let channel = Channel(stdin().try_clone_to_owned()?.into());
    let terminal = stdout().try_clone_to_owned()?;
    let [program, typed, arguments @ ..] = arguments else {
        return Err(io::ErrorKind::InvalidInput.into());
    };
    setsid()?;
    ioctl_tiocsctty(&terminal)?;
    signals::see_children_end()?;
    let mut command = Command::new(program);
    command
        .arg0(typed)
        .args(arguments)
        .stdin(terminal.try_clone()?)
        .process_group(0);
    let size = || tcgetwinsize(&terminal).map(|size| (size.ws_row, size.ws_col));
    let found = size();
    let child = match hardened.restore_for_child(|| command.spawn()) {
        Ok(child) => child,
        Err(error) => {
            let number = error.raw_os_error();
            channel.tell(LeaderEvent::NotStarted(
                number.unwrap_or(Errno::INVAL.raw_os_error()),
            ));
            return Ok(());
        }
    };
    let id = Pid::from_child(&child);
    // Makes up for the time before: a program that reads is stopped until now and continued below, and a new size
    // is signalled now.
    let _ = tcsetpgrp(&terminal, id);
    if size() != found {
        let _ = kill_process_group(id, Signal::WINCH);
    }
    let program = Program {
        id: Arc::new(Mutex::new(Some(id))),
        terminal,
    };
    channel.tell(LeaderEvent::Started);
    program.listen(channel.try_clone()?)?;
    if let Some(end) = program.wait(child, &channel) {
        channel.tell(end);
    }
    Ok(())
}

struct Program {
    /// Empty once the program has ended, because another process may then get its id.
    id: Arc<Mutex<Option<Pid>>>,
    terminal: OwnedFd,
}

impl Program {
    /// Passes signals on, in a thread of its own.
    fn listen(&self, mut channel: Channel) -> io::Result<()> {
        let id = Arc::clone(&self.id);
        thread::Builder::new().spawn(move || {
            let mut number = [0];
            while channel.0.read_exact(&mut number).is_ok() {
                let signal = Signal::from_named_raw(number[0].into());
                if let (Some(signal), Some(id)) = (signal, *locked(&id)) {
                    let _ = match signal {
                        Signal::TSTP | Signal::CONT => kill_process_group(id, signal),
                        _ => kill_process(id, signal),
                    };
                }
            }
        })?;
        Ok(())
    }

    /// The program's end, if the system reports it.
    fn wait(&self, mut child: Child, channel: &Channel) -> Option<LeaderEvent> {
        let id = Pid::from_child(&child);
        loop {
            let changes = WaitIdOptions::EXITED | WaitIdOptions::STOPPED;
            let only_look = changes | WaitIdOptions::NOWAIT;
            let Ok(Some(status)) = retry_on_intr(|| waitid(WaitId::Pid(id), only_look)) else {
                break;
            };
            if !status.stopped() {
                break;
            }
            let _ = waitid(
                WaitId::Pid(id),
                WaitIdOptions::STOPPED | WaitIdOptions::NOHANG,
            );
            let by_terminal = [Signal::TTIN, Signal::TTOU]
                .map(|signal| Some(signal.as_raw()))
                .contains(&status.stopping_signal());
            // It did not have the terminal yet.
            if by_terminal && tcgetpgrp(&self.terminal) == Ok(id) {
                let _ = kill_process_group(id, Signal::CONT);
            } else {
                channel.tell(LeaderEvent::Stopped);
            }
        }
        *locked(&self.id) = None;
        let status = child.wait().ok()?;
        let signalled = || status.signal().map(LeaderEvent::Signalled);
        status.code().map(LeaderEvent::Exited).or_else(signalled)
    }
}

fn locked(id: &Mutex<Option<Pid>>) -> MutexGuard<'_, Option<Pid>> {
    id.lock().unwrap_or_else(PoisonError::into_inner)
}
