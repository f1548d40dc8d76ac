//! The terminal that this process was started at. It ignores the variable `COLUMNS`, which may be out of date.

use std::os::fd::AsFd;
use std::sync::{Mutex, MutexGuard, PoisonError};

// rustix has no value for a group with the number 0.
use nix::unistd::{getpgrp, tcgetpgrp};
use rustix::stdio::stdin;
use rustix::termios::{OptionalActions, Termios, tcgetattr, tcgetwinsize, tcsetattr};

/// The width in characters; `None` if it is no terminal or has no size.
pub fn columns(stream: impl AsFd) -> Option<u16> {
    let width = tcgetwinsize(stream).ok()?.ws_col;
    (width > 0).then_some(width)
}

/// The height in lines; `None` if it is no terminal or has no size.
pub fn lines(stream: impl AsFd) -> Option<u16> {
    let height = tcgetwinsize(stream).ok()?.ws_row;
    (height > 0).then_some(height)
}

/// Whether this process's job has the terminal, not the shell or another job.
///
/// In a PID namespace (bwrap, firejail, a container) both may be a group outside of it, which has the number 0
/// there: that is not the background.
pub fn in_foreground(terminal: impl AsFd) -> bool {
    tcgetpgrp(terminal).is_ok_and(|foreground| foreground == getpgrp())
}

/// Reads each key as it is typed from stdin, if that is the controlling terminal: without echo, and without
/// signals from keys.
///
/// In the background the terminal belongs to the shell, and stays unchanged.
pub struct Keyboard {
    found: Termios,
    held: Mutex<Held>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Held {
    No,
    Yes,
    NeverAgain,
}

impl Keyboard {
    /// `None` if stdin is something else.
    pub fn new() -> Option<Self> {
        tcgetpgrp(stdin()).ok()?;
        Some(Self {
            found: tcgetattr(stdin()).ok()?,
            held: Mutex::new(Held::No),
        })
    }

    /// The original modes.
    pub fn found(&self) -> &Termios {
        &self.found
    }

    /// Takes the keys if this process is in the foreground; returns whether it has them.
    pub fn take(&self) -> bool {
        let mut held = self.held();
        if *held == Held::NeverAgain || !in_foreground(stdin()) {
            return false;
        }
        if *held == Held::No {
            let mut raw = self.found.clone();
            raw.make_raw();
            if tcsetattr(stdin(), OptionalActions::Now, &raw).is_err() {
                return false;
            }
            *held = Held::Yes;
        }
        true
    }

    /// Takes the keys after a stop, when another program may have changed the modes.
    pub fn take_again(&self) -> bool {
        let mut held = self.held();
        if *held == Held::Yes {
            *held = Held::No;
        }
        drop(held);
        self.take()
    }

    /// Restores the modes until the keys are taken again.
    pub fn give_back(&self) {
        self.release(Held::No);
    }

    /// Restores the modes for good.
    pub fn close(&self) {
        self.release(Held::NeverAgain);
    }

    fn release(&self, next: Held) {
        let mut held = self.held();
        // In the background, changing them would stop this process.
        if *held == Held::Yes && in_foreground(stdin()) {
            let _ = tcsetattr(stdin(), OptionalActions::Now, &self.found);
        }
        if *held != Held::NeverAgain {
            *held = next;
        }
    }

    fn held(&self) -> MutexGuard<'_, Held> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
