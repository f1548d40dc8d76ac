//! Catches signals that would end or stop the process before it has cleaned up.
//!
//! No signal may stay caught for longer: signal-hook leaves a caught signal without effect for ever, so its
//! default action is emulated here when nothing watches. SIGTSTP is emulated differently from signal-hook:
//! SIGSTOP would also stop a process that no shell could continue.

use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Once};
use std::thread::{self, JoinHandle};

use signal_hook::consts::{
    SIGCHLD, SIGCONT, SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGTSTP, SIGTTIN, SIGXFSZ,
};
use signal_hook::flag::{register, register_conditional_default};
use signal_hook::iterator::{Handle, Signals};
use signal_hook::low_level::{self, raise};

/// While it exists, signals that would end or stop the process call its function instead.
///
/// Use only one at a time: a second one would get the same signals.
pub struct Watch {
    handle: Handle,
    listener: Option<JoinHandle<()>>,
}

/// The signals that a watch reports.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Notice {
    /// A request to end; the number of the signal.
    End(i32),
    /// A request to stop; the process stops when it calls [`stop`].
    Stop,
    /// The process continues after a stop.
    Continued,
    /// One of the additional signals; its number.
    Other(i32),
}

static UNWATCHED: AtomicBool = AtomicBool::new(true);
static DEFAULTS: Once = Once::new();

impl Watch {
    /// Calls `on_signal` on a thread of its own for each signal until the watch is dropped.
    ///
    /// A signal that is ignored at the first call stays ignored, for `nohup` and its child.
    pub fn start(on_signal: impl FnMut(Notice) + Send + 'static) -> io::Result<Self> {
        Self::start_with(&[], on_signal)
    }

    /// The same with additional signals, which have no other effect on this process from then on.
    pub fn start_with(
        others: &[i32],
        mut on_signal: impl FnMut(Notice) + Send + 'static,
    ) -> io::Result<Self> {
        let caught: Vec<i32> = [SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGTSTP]
            .into_iter()
            .filter(|&signal| !is_ignored(signal))
            .collect();
        DEFAULTS.call_once(|| {
            for &signal in &caught {
                // An error here also occurs below, and is reported there.
                let _ = match signal {
                    SIGTSTP => stop_unwatched(),
                    _ => register_conditional_default(signal, &UNWATCHED).map(drop),
                };
            }
        });
        let others = others.iter().copied().filter(|&other| !is_ignored(other));
        let others: Vec<i32> = others.collect();
        let mut signals = Signals::new(caught.iter().chain(&[SIGCONT]).chain(&others))?;
        let handle = signals.handle();
        let listener = thread::Builder::new().spawn(move || {
            for signal in signals.forever() {
                on_signal(match signal {
                    SIGTSTP => Notice::Stop,
                    SIGCONT => Notice::Continued,
                    signal if others.contains(&signal) => Notice::Other(signal),
                    signal => Notice::End(signal),
                });
            }
        })?;
        UNWATCHED.store(false, Ordering::SeqCst);
        Ok(Self {
            handle,
            listener: Some(listener),
        })
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        UNWATCHED.store(true, Ordering::SeqCst);
        self.handle.close();
        if let Some(listener) = self.listener.take() {
            let _ = listener.join();
        }
    }
}

/// Ignores requests to end, for a process that must finish its work and then ends by itself.
pub fn ignore_requests_to_end() -> io::Result<()> {
    for signal in [SIGHUP, SIGINT, SIGQUIT, SIGTERM] {
        register(signal, Arc::default())?;
    }
    Ok(())
}

/// Makes writing beyond the limit on file sizes an error, as on a full disk, instead of the end of the process.
///
/// Only for a process that writes a file itself: a child should get its signals unchanged.
pub fn survive_file_size_limit() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        // A program that this process becomes would no longer find it ignored.
        if !is_ignored(SIGXFSZ) {
            let _ = register(SIGXFSZ, Arc::default());
        }
    });
}

/// Lets this process wait for its children even if its parent ignores SIGCHLD: otherwise the system would discard
/// their exit status.
///
/// A child starts with the default action, because a caught signal is not inherited.
pub fn see_children_end() -> io::Result<()> {
    register(SIGCHLD, Arc::default()).map(drop)
}

/// Stops this process until it is continued.
///
/// Unlike SIGSTOP, this signal has no effect if no shell can continue the process (an orphaned process group,
/// POSIX), just like Ctrl-Z.
pub fn stop() {
    let _ = raise(SIGTTIN);
}

/// Makes SIGTSTP stop this process while no watch is active.
#[expect(
    unsafe_code,
    reason = "a handler of our own: what it does must be allowed in one"
)]
fn stop_unwatched() -> io::Result<()> {
    let stop_unless_watched = || {
        if UNWATCHED.load(Ordering::SeqCst) {
            stop();
        }
    };
    // SAFETY: it reads an atomic and calls raise(3), which a handler may (signal-safety(7)); it neither
    // panics nor allocates.
    unsafe { low_level::register(SIGTSTP, stop_unless_watched) }.map(drop)
}

/// Whether this process was started with the signal ignored.
#[cfg(target_os = "linux")]
fn is_ignored(signal: i32) -> bool {
    std::fs::read_to_string("/proc/self/status").is_ok_and(|status| ignores(&status, signal))
}

/// Reads a signal's state from `/proc/PID/status` (proc_pid_status(5)).
#[cfg(target_os = "linux")]
fn ignores(status: &str, signal: i32) -> bool {
    let mask = status
        .lines()
        .find_map(|line| line.strip_prefix("SigIgn:"))
        .and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok());
    mask.is_some_and(|mask| mask >> (signal - 1) & 1 == 1)
}

#[cfg(not(target_os = "linux"))]
fn is_ignored(_: i32) -> bool {
    false
}

#[cfg(test)]
mod tests {
    use super::*;
    use rustix::process::{Pid, Signal, WaitId, WaitIdOptions, kill_process, waitid};
    use std::os::unix::process::CommandExt;
    use std::process::{Command, Stdio};
    use std::sync::mpsc;
    use std::time::Duration;

    #[test]
    #[ignore = "stops its process: the tests below start it"]
    fn stops_after_a_watch() {
        drop(Watch::start(|_| {}).unwrap());
        raise(SIGTSTP).unwrap();
    }

    /// Runs the test above in a process of its own; returns whether it stopped before it succeeded.
    fn stops(start: &str, placed: impl FnOnce(&mut Command) -> &mut Command) -> bool {
        let inner = "platform::signals::tests::stops_after_a_watch";
        let mut command = Command::new("sh");
        command
            .args(["-c", &format!("{start} \"$0\" --ignored --exact {inner}")])
            .arg(std::env::current_exe().unwrap())
            .stdout(Stdio::null());
        let mut child = placed(&mut command).spawn().unwrap();
        let id = Pid::from_child(&child);
        let either = WaitIdOptions::EXITED | WaitIdOptions::STOPPED | WaitIdOptions::NOWAIT;
        let stopped = waitid(WaitId::Pid(id), either).unwrap().unwrap().stopped();
        if stopped {
            kill_process(id, Signal::CONT).unwrap();
        }
        assert!(child.wait().unwrap().success());
        stopped
    }

    #[test]
    fn unwatched_it_stops() {
        assert!(stops("exec", |command| command.process_group(0)));
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn without_job_control_nothing_stops_the_process() {
        assert!(!stops("exec setsid", |command| command));
    }

    #[test]
    fn a_watch_hears_the_end_instead_of_the_process_dying() {
        let (teller, heard) = mpsc::channel();
        let watch = Watch::start(move |notice| teller.send(notice).unwrap()).unwrap();
        raise(SIGTERM).unwrap();
        let notice = heard.recv_timeout(Duration::from_secs(5)).unwrap();
        assert_eq!(notice, Notice::End(SIGTERM));
        drop(watch);
        assert!(UNWATCHED.load(Ordering::SeqCst));
        assert!(heard.recv().is_err(), "the listener must have ended");
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_signal_mask_shows_the_ignored_signals() {
        // As `nohup` leaves it: HUP, the first bit, and PIPE, the thirteenth.
        let status = "Name:\tkluis\nSigIgn:\t0000000000001001\nSigCgt:\t0000000000004002\n";
        assert!(ignores(status, SIGHUP));
        assert!(ignores(status, 13));
        assert!(!ignores(status, SIGINT));
        assert!(!ignores(status, SIGTERM));
        assert!(!ignores("", SIGHUP));
    }
}
