//! Runs a masked command at a new terminal, which stands in for yours.
//!
//! All output of the command comes out of that terminal masked. Keys go in as you type them, with the meaning
//! that the command sets: Ctrl-C, Ctrl-Z and others. Your terminal gets its modes back however this ends, except
//! after SIGKILL.

use super::patterns::Patterns;
use super::pump::{Masked, OutputKind, Pumps, write_all};
use crate::deliver::child::Ended;
use crate::platform::orphans;
use crate::platform::process::Hardened;
use crate::platform::pty::{Pty, copy_size};
use crate::platform::session::{Channel, LeaderEvent};
use crate::platform::signals::{self, Notice, Watch};
use crate::platform::terminal::Keyboard;
use rustix::event::{PollFd, PollFlags, poll};
use rustix::io::{read, retry_on_intr};
use rustix::process::{Pid, Signal, kill_current_process_group};
use rustix::stdio::{stderr, stdin, stdout};
use rustix::termios::{OptionalActions, isatty, tcsetattr};
use signal_hook::consts::{SIGCONT, SIGHUP, SIGTSTP, SIGUSR1, SIGUSR2, SIGWINCH};
use std::os::fd::OwnedFd;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use std::{io, thread};
use zeroize::Zeroizing;

/// The interval for noticing that a job is in the foreground again: shells do not tell a running job.
const BACKGROUND: Duration = Duration::from_millis(200);

/// More than you type at once; pasted text comes in pieces.
const KEYS_BYTES: usize = 4096;

/// Runs a leader's command line ([`crate::platform::session`]).
pub fn run(
    mut leader: Command,
    keyboard: Keyboard,
    hardened: Hardened,
    patterns: &Arc<Patterns>,
) -> io::Result<Masked> {
    let Pty {
        controller,
        terminal,
    } = Pty::open()?;
    tcsetattr(&terminal, OptionalActions::Now, keyboard.found())?;
    copy_size(stdin(), &terminal);
    let (mut channel, leaders) = Channel::new()?;
    leader.stdin(leaders);
    let mut pumps = Pumps::new()?;
    let shown = controller.try_clone()?;
    pumps.start(shown, OutputKind::Terminal, stdout(), Arc::clone(patterns))?;
    if isatty(stderr()) {
        leader.stderr(terminal.try_clone()?);
    } else {
        let (ours, theirs) = io::pipe()?;
        leader.stderr(theirs);
        let patterns = Arc::clone(patterns);
        pumps.start(ours.into(), OutputKind::Pipe, stderr(), patterns)?;
    }
    leader.stdout(terminal);

    signals::see_children_end()?;
    let relay = Arc::new(TerminalRelay {
        keyboard,
        controller,
        channel: channel.try_clone()?,
        is_stopped: AtomicBool::new(false),
    });
    let listener = Arc::clone(&relay);
    let _watch = Watch::start_with(&[SIGUSR1, SIGUSR2, SIGWINCH], move |notice| {
        listener.on_signal(notice);
    })?;
    let closing = RestoreGuard(Arc::clone(&relay));
    relay.keyboard.take();
    let mut process = hardened.restore_for_child(|| leader.spawn())?;
    orphans::reap_beside(Pid::from_child(&process));
    // Close our copies of the descriptors that only the command may hold.
    drop(leader);
    let ended = loop {
        match channel.news() {
            Some(LeaderEvent::NotStarted(error)) => break Err(io::Error::from_raw_os_error(error)),
            Some(LeaderEvent::Started) => {
                let typist = Arc::clone(&relay);
                thread::spawn(move || typist.carry_keys());
            }
            Some(LeaderEvent::Exited(code)) => break Ok(Ended::Exited(code)),
            Some(LeaderEvent::Signalled(signal)) => break Ok(Ended::Signalled(signal)),
            None => break Ok(Ended::Unknown),
            Some(LeaderEvent::Stopped) => {
                relay.is_stopped.store(true, Ordering::SeqCst);
                // The whole job of the shell, which may be more than this process.
                let _ = kill_current_process_group(Signal::TSTP);
            }
        }
    };
    let _ = process.wait();
    let unwritten = pumps.drain();
    drop(closing);
    Ok(Masked {
        ended: ended?,
        unwritten,
    })
}

/// The state that the threads share.
struct TerminalRelay {
    keyboard: Keyboard,
    controller: OwnedFd,
    channel: Channel,
    is_stopped: AtomicBool,
}

/// Restores the modes of the real terminal, even in a panic.
struct RestoreGuard(Arc<TerminalRelay>);

impl Drop for RestoreGuard {
    fn drop(&mut self) {
        self.0.keyboard.close();
    }
}

impl TerminalRelay {
    fn on_signal(&self, notice: Notice) {
        match notice {
            Notice::Other(SIGWINCH) => copy_size(stdin(), &self.controller),
            Notice::End(signal) | Notice::Other(signal) => {
                self.channel.send(signal);
                // Like a terminal that disappears: stopped processes must get it too.
                if signal == SIGHUP {
                    self.channel.send(SIGCONT);
                }
            }
            // The command stops first; then this signal arrives again.
            Notice::Stop if !self.is_stopped.swap(false, Ordering::SeqCst) => {
                self.channel.send(SIGTSTP);
            }
            Notice::Stop => {
                self.keyboard.give_back();
                signals::stop();
                self.go_on();
                self.channel.send(SIGCONT);
            }
            Notice::Continued => self.go_on(),
        }
    }

    fn go_on(&self) {
        self.keyboard.take_again();
        copy_size(stdin(), &self.controller);
    }

    /// Runs until the terminal or this process ends.
    fn carry_keys(&self) {
        let mut keys = Zeroizing::new([0; KEYS_BYTES]);
        loop {
            if !self.keyboard.take() {
                thread::sleep(BACKGROUND);
                continue;
            }
            let stdin = stdin();
            let mut waiting = [PollFd::new(&stdin, PollFlags::IN)];
            if retry_on_intr(|| poll(&mut waiting, None)).is_err() {
                return;
            }
            // In the background a read would stop the job.
            if !self.keyboard.take() {
                continue;
            }
            match retry_on_intr(|| read(stdin, &mut keys[..])) {
                Ok(count @ 1..) if write_all(&self.controller, &keys[..count]).is_ok() => {}
                _ => return,
            }
        }
    }
}
