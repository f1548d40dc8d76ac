//! The process that removes the folder of value files when the command has ended.
//!
//! It is a fresh start of this program, because a fork would keep secrets in its memory, and it has a session of
//! its own. It is no child of the command, which could wait for it: a process in between starts it and ends. It
//! has nothing of the command but a descriptor that signals the command's end (pidfd_open(2)).

use super::super::private_temp_folder::PrivateTempFolder;
use crate::platform::descriptors::close_inherited;
use crate::platform::process::own_file;
use crate::platform::signals;
use rustix::event::{PollFd, PollFlags, poll};
use rustix::io::retry_on_intr;
use rustix::process::setsid;
use rustix::stdio::{dup2_stdout, stdin, stdout};
use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io::{self, Read};
use std::os::fd::OwnedFd;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};

/// The first argument of the watcher, and of the process in between. A [`Step`], a [`Sign`] and the folder follow.
pub const WORD: &str = "watch-files";

/// Written once it no longer depends on the process that becomes the command.
const READY: &[u8; 1] = b".";

#[derive(Clone, Copy)]
enum Step {
    /// Start the watcher and end, so that it is no child of the command.
    Detach,
    Watch,
}

/// The sign of the command's end.
#[derive(Clone, Copy)]
enum Sign {
    /// The descriptor of the process on stdin.
    Process,
    /// The lock of the folder, where the system has no such descriptor. The command and its children inherit the
    /// lock, and the folder stays until all of them have ended or closed it.
    Lock,
}

impl Step {
    const ALL: [Self; 2] = [Self::Detach, Self::Watch];

    fn word(self) -> &'static str {
        match self {
            Self::Detach => "detach",
            Self::Watch => "watch",
        }
    }
}

impl Sign {
    const ALL: [Self; 2] = [Self::Process, Self::Lock];

    fn word(self) -> &'static str {
        match self {
            Self::Process => "process",
            Self::Lock => "lock",
        }
    }
}

/// A watcher that is starting, while this process does something else.
pub struct Starting(Child);

impl Starting {
    /// Starts a watcher that removes the folder when this process, or the command that it becomes, ends.
    pub fn new(folder: &Path) -> io::Result<Self> {
        let (sign, process) = match own_process() {
            Some(process) => (Sign::Process, Stdio::from(process)),
            None => (Sign::Lock, Stdio::null()),
        };
        let mut between = again(Step::Detach, sign, folder)?;
        between.stdin(process).stdout(Stdio::piped());
        between.spawn().map(Self)
    }

    /// Waits until the watcher watches.
    pub fn finish(mut self) -> io::Result<()> {
        let mut ready = self.0.stdout.take().ok_or(io::ErrorKind::BrokenPipe)?;
        let mut answer = [0; READY.len()];
        ready.read_exact(&mut answer)?;
        if answer == *READY {
            Ok(())
        } else {
            Err(io::ErrorKind::InvalidData.into())
        }
    }
}

impl Drop for Starting {
    /// The process in between ends at once. The command must not get it as a child.
    fn drop(&mut self) {
        // If our parent ignores SIGCHLD, the exit status is lost. The watcher's answer is enough.
        let _ = self.0.wait();
    }
}

#[cfg(target_os = "linux")]
fn own_process() -> Option<OwnedFd> {
    use rustix::process::{PidfdFlags, getpid, pidfd_open};
    pidfd_open(getpid(), PidfdFlags::empty()).ok()
}

#[cfg(not(target_os = "linux"))]
fn own_process() -> Option<OwnedFd> {
    None
}

/// This program for another step. It gets no variable, keeps no folder in use, and has only the given streams.
fn again(step: Step, sign: Sign, folder: &Path) -> io::Result<Command> {
    let mut command = Command::new(own_file()?);
    let words = [WORD, step.word(), sign.word()];
    command.arg0("kluis").args(words).arg(folder);
    command.env_clear().current_dir("/").stderr(Stdio::null());
    Ok(command)
}

/// Runs as the process in between or as the watcher, with the arguments after [`WORD`]; `None` if they are invalid.
pub fn run(arguments: &[OsString]) -> Option<io::Result<()>> {
    let [step, sign, folder] = arguments else {
        return None;
    };
    let is = |word: &str, argument: &OsString| argument.as_os_str() == OsStr::new(word);
    let step = Step::ALL.into_iter().find(|known| is(known.word(), step))?;
    let sign = Sign::ALL.into_iter().find(|known| is(known.word(), sign))?;
    let folder = Path::new(folder);
    Some(match step {
        Step::Detach => again(Step::Watch, sign, folder).and_then(|mut watcher| {
            watcher.spawn()?;
            Ok(())
        }),
        Step::Watch => watch(sign, folder),
    })
}

/// Removes the folder when it ends, but never before the command has ended.
fn watch(sign: Sign, folder: &Path) -> io::Result<()> {
    close_inherited();
    let folder = PrivateTempFolder::join(folder.to_owned())?;
    // This fails only for the leader of a group or session, which already has its own.
    let _ = setsid();
    signals::ignore_requests_to_end()?;
    let nothing = File::open("/dev/null")?;
    rustix::io::write(stdout(), READY)?;
    let waited = dup2_stdout(nothing).map_err(io::Error::from);
    let waited = waited.and_then(|()| match sign {
        Sign::Process => wait_for_process(),
        Sign::Lock => folder.wait_for_others(),
    });
    if waited.is_err() {
        folder.leave();
    }
    waited
}

fn wait_for_process() -> io::Result<()> {
    let stdin = stdin();
    let mut process = [PollFd::new(&stdin, PollFlags::IN)];
    retry_on_intr(|| poll(&mut process, None))?;
    Ok(())
}
