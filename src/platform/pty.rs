//! Makes terminals that stand in for a program's real one.

use rustix::fs::{Mode, OFlags, fstat, open};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{isatty, tcgetwinsize, tcsetwinsize};
use std::io;
use std::os::fd::{AsFd, OwnedFd};

/// Both sides of a terminal; no program inherits either one.
pub struct Pty {
    /// Our side: keys go in, and output comes out.
    pub controller: OwnedFd,
    /// The program's side.
    pub terminal: OwnedFd,
}

impl Pty {
    pub fn open() -> io::Result<Self> {
        let flags = OpenptFlags::RDWR | OpenptFlags::NOCTTY;
        #[cfg(target_os = "linux")]
        let flags = flags | OpenptFlags::CLOEXEC;
        let controller = openpt(flags)?;
        #[cfg(not(target_os = "linux"))]
        rustix::io::fcntl_setfd(&controller, rustix::io::FdFlags::CLOEXEC)?;
        grantpt(&controller)?;
        unlockpt(&controller)?;
        let path = ptsname(&controller, Vec::new())?;
        let flags = OFlags::RDWR | OFlags::NOCTTY | OFlags::CLOEXEC;
        let terminal = open(path, flags, Mode::empty())?;
        Ok(Self {
            controller,
            terminal,
        })
    }
}

/// Gives one terminal the size of another; programs there get a signal if it changes.
pub fn copy_size(from: impl AsFd, to: impl AsFd) {
    if let Ok(size) = tcgetwinsize(from) {
        let _ = tcsetwinsize(to, size);
    }
}

/// Whether both are the same terminal, pipe or file, so that output to both stays in order.
pub fn are_one(one: impl AsFd, other: impl AsFd) -> bool {
    let (Ok(first), Ok(second)) = (fstat(&one), fstat(&other)) else {
        return false;
    };
    match (isatty(&one), isatty(&other)) {
        (true, true) => first.st_rdev == second.st_rdev,
        (false, false) => (first.st_dev, first.st_ino) == (second.st_dev, second.st_ino),
        _ => false,
    }
}
