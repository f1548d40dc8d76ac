//! The terminal that this process was started at. It ignores the variable `COLUMNS`, which shells leave stale.

use std::os::fd::AsFd;
use std::sync::{Mutex, MutexGuard, PoisonError};

use rustix::process::getpgrp;
use rustix::stdio::stdin;
use rustix::termios::{OptionalActions, Termios, tcgetattr, tcgetpgrp, tcgetwinsize, tcsetattr};

/// The width in characters; `None` when it is no terminal or does not know.
pub fn columns(stream: impl AsFd) -> Option<u16> {
    let width = tcgetwinsize(stream).ok()?.ws_col;
    (width > 0).then_some(width)
}

/// The height in lines; `None` when it is no terminal or does not know.
pub fn lines(stream: impl AsFd) -> Option<u16> {
    let height = tcgetwinsize(stream).ok()?.ws_row;
    (height > 0).then_some(height)
}

/// Whether this process's job has the terminal, rather than the shell or another job.
pub fn in_foreground(terminal: impl AsFd) -> bool {
    tcgetpgrp(terminal).is_ok_and(|foreground| foreground == getpgrp())
}

/// stdin, when it is the terminal that controls this process: each key as it is typed, nothing echoed,
/// no signals from keys.
///
/// In the background it is the shell's, and is left alone.
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
    /// `None` when stdin is something else.
    pub fn new() -> Option<Self> {
        tcgetpgrp(stdin()).ok()?;
        Some(Self {
            found: tcgetattr(stdin()).ok()?,
            held: Mutex::new(Held::No),
        })
    }

    /// The modes as they were found.
    pub fn found(&self) -> &Termios {
        &self.found
    }

    /// Takes the keys when this process is in the foreground; whether it has them.
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

    /// Takes the keys after a stop, when somebody else may have set the modes.
    pub fn take_again(&self) -> bool {
        let mut held = self.held();
        if *held == Held::Yes {
            *held = Held::No;
        }
        drop(held);
        self.take()
    }

    /// Puts the modes back, to be taken again.
    pub fn give_back(&self) {
        self.release(Held::No);
    }

    /// Puts the modes back for good.
    pub fn close(&self) {
        self.release(Held::NeverAgain);
    }

    fn release(&self, next: Held) {
        let mut held = self.held();
        // In the background, setting them would stop this process.
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
