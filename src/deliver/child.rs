//! Runs a command and waits for it. This process stays alive to see how the command ends, whatever signal the
//! terminal or a service manager sends.
//!
//! No shell is involved. If a verb has results of its own, its command never gets our stdout.

use super::environment::Environment;
use super::process::{Error, not_started, prepare};
use crate::platform::orphans;
use crate::platform::process::Hardened;
use crate::platform::signals::{self, Notice, Watch};
use rustix::io::retry_on_intr;
use rustix::process::{Pid, Signal, WaitId, WaitIdOptions, kill_process, waitid};
use rustix::stdio::stderr;
use signal_hook::consts::{SIGINT, SIGQUIT, SIGUSR1, SIGUSR2, SIGWINCH};
use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io;
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The command's standard input.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stdin {
    /// Ours, at its present position.
    Inherited,
    /// Empty, because ours was already read.
    Empty,
}

/// The end of a started command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// It exited with this code.
    Exited(i32),
    /// This signal ended it; its work may or may not be done.
    Signalled(i32),
    /// The system does not report it.
    Unknown,
}

/// Runs `program` like `replace`, but as a child, and waits for it. `typed` is its `argv[0]`. Its output goes
/// to our stderr.
///
/// Until it has ended, SIGINT and SIGQUIT do not affect this process, because a terminal sends them to the
/// command as well. SIGTERM and SIGHUP are passed on, so a command in the same process group may get them
/// twice. A signal that was ignored when this process began is ignored by both.
///
/// An error means that the command never ran. Copies of values made for it are not wiped.
pub fn supervise(
    program: &Path,
    typed: &OsStr,
    arguments: &[OsString],
    environment: &Environment,
    stdin: Stdin,
    hardened: Hardened,
) -> Result<Ended, Error> {
    let failed = |source| Error::Failed {
        path: program.to_owned(),
        source,
    };
    let inherited = std::env::vars_os().map(|(name, _)| name);
    let mut command = prepare(program, typed, arguments, environment, inherited);
    let stderr = stderr().try_clone_to_owned();
    command.stdout(stderr.map_err(failed)?).stdin(match stdin {
        Stdin::Inherited => Stdio::inherit(),
        Stdin::Empty => Stdio::null(),
    });
    let attended = attend(command, hardened, Relay::default());
    attended.map_err(|error| not_started(program, typed, error))
}

/// Runs `program` like `replace`, with our streams, but as a child, and waits for it. `typed` is its `argv[0]`.
///
/// Until it has ended, every signal that this process can catch is the child's. An error means that the command never
/// ran.
pub fn accompany(
    program: &Path,
    typed: &OsStr,
    arguments: &[OsString],
    environment: &Environment,
    hardened: Hardened,
) -> Result<Ended, Error> {
    let inherited = std::env::vars_os().map(|(name, _)| name);
    let command = prepare(program, typed, arguments, environment, inherited);
    let attended = attend(command, hardened, Relay::of_all());
    attended.map_err(|error| not_started(program, typed, error))
}

/// The signals to pass on to a child besides SIGTERM and SIGHUP.
#[derive(Default)]
pub(super) struct Relay {
    pub others: Vec<i32>,
    /// Called before one of them is passed on.
    pub before: Option<Box<dyn Fn() + Send>>,
}

impl Relay {
    /// The signals by which a user or a program talks to a command, unless a terminal also sends them to the
    /// child.
    pub fn of_all() -> Self {
        let mut others = vec![SIGUSR1, SIGUSR2, SIGWINCH];
        if File::open("/dev/tty").is_err() {
            others.extend([SIGINT, SIGQUIT]);
        }
        Self {
            others,
            before: None,
        }
    }
}

/// Starts a prepared command and waits for it, like [`supervise`]. Closes the descriptors opened for it as soon
/// as it runs.
pub(super) fn attend(command: Command, hardened: Hardened, relay: Relay) -> io::Result<Ended> {
    SignalRelay::start(relay)?.run(command, hardened)
}

/// While it exists, no signal ends this process, so that files made for a command can be removed.
pub(super) struct SignalRelay {
    recipient: Recipient,
    _watch: Watch,
}

impl SignalRelay {
    pub fn start(relay: Relay) -> io::Result<Self> {
        signals::see_children_end()?;
        let recipient = Recipient::default();
        let listener = recipient.clone();
        let Relay { others, before } = relay;
        let watch = Watch::start_with(&others.clone(), move |notice| {
            if let (Notice::Other(_), Some(before)) = (notice, &before) {
                before();
            }
            listener.on_signal(notice, &others);
        })?;
        Ok(Self {
            recipient,
            _watch: watch,
        })
    }

    /// Runs a command, unless a signal asked this process to end before: then it reports that signal.
    pub fn run(&self, mut command: Command, hardened: Hardened) -> io::Result<Ended> {
        // The limit on core files is briefly the child's; this process still cannot be dumped.
        let start = || hardened.restore_for_child(|| command.spawn());
        let child = self.recipient.start(start)?;
        drop(command);
        let waited = child.map(|child| self.recipient.wait(child));
        Ok(waited.unwrap_or_else(Ended::Signalled))
    }

    /// The signal that asked this process to end while no command ran.
    pub fn heard(&self) -> Option<i32> {
        self.recipient.running().heard
    }
}

/// The child that gets the signals.
#[derive(Clone, Default)]
struct Recipient(Arc<Mutex<Running>>);

#[derive(Default)]
struct Running {
    child: Option<Pid>,
    heard: Option<i32>,
}

impl Recipient {
    /// A signal that arrives while the child starts waits for the child; an earlier signal is returned instead.
    fn start(&self, start: impl FnOnce() -> io::Result<Child>) -> io::Result<Result<Child, i32>> {
        let mut running = self.running();
        if let Some(signal) = running.heard {
            return Ok(Err(signal));
        }
        let child = start()?;
        running.child = Some(Pid::from_child(&child));
        Ok(Ok(child))
    }

    fn on_signal(&self, notice: Notice, others: &[i32]) {
        match notice {
            Notice::End(signal) | Notice::Other(signal) => {
                let mut running = self.running();
                let is_passed_on = |found: &Signal| {
                    *found == Signal::TERM || *found == Signal::HUP || others.contains(&signal)
                };
                if let Some(child) = running.child {
                    let passed_on = Signal::from_named_raw(signal).filter(is_passed_on);
                    let _ = passed_on.map(|signal| kill_process(child, signal));
                } else if matches!(notice, Notice::End(_)) {
                    running.heard = Some(signal);
                }
            }
            // The terminal stops the child as well, and the shell continues both.
            Notice::Stop => signals::stop(),
            Notice::Continued => {}
        }
    }

    fn wait(&self, mut child: Child) -> Ended {
        let id = Pid::from_child(&child);
        orphans::reap_until_end_of(id);
        let id = WaitId::Pid(id);
        // Forget it before reaping it, because afterwards its id may be another process's.
        let only_look = WaitIdOptions::EXITED | WaitIdOptions::NOWAIT;
        let _ = retry_on_intr(|| waitid(id.clone(), only_look));
        self.running().child = None;
        let Ok(status) = child.wait() else {
            return Ended::Unknown;
        };
        match (status.code(), status.signal()) {
            (Some(code), _) => Ended::Exited(code),
            (None, Some(signal)) => Ended::Signalled(signal),
            (None, None) => Ended::Unknown,
        }
    }

    fn running(&self) -> MutexGuard<'_, Running> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests;
