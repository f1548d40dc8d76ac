//! Runs a masked command in this session, in a pipeline or without a terminal.
//!
//! The command has our stdin. Its output goes through a pipe, or through a terminal of the same size if it had
//! one, so that it prints in colour. The real terminal stays untouched: a program that opens `/dev/tty` writes to
//! it unmasked.

use super::patterns::Patterns;
use super::pump::{Masked, OutputKind, Pumps};
use crate::deliver::child::{Relay, attend};
use crate::platform::process::Hardened;
use crate::platform::pty::{Pty, are_one, copy_size};
use rustix::stdio::{stderr, stdout};
use rustix::termios::{OptionalActions, isatty, tcgetattr, tcsetattr};
use std::io;
use std::os::fd::{BorrowedFd, OwnedFd};
use std::process::Command;
use std::sync::Arc;

pub fn run(
    mut command: Command,
    hardened: Hardened,
    patterns: &Arc<Patterns>,
) -> io::Result<Masked> {
    let mut terminals = Vec::new();
    let mut pumps = Pumps::new()?;
    let mut outlet = |to| {
        let outlet = Outlet::towards(to)?;
        if outlet.kind == OutputKind::Terminal {
            terminals.push((to, outlet.ours.try_clone()?));
        }
        pumps.start(outlet.ours, outlet.kind, to, Arc::clone(patterns))?;
        Ok::<_, io::Error>(outlet.theirs)
    };
    let out = outlet(stdout())?;
    let err = if are_one(stdout(), stderr()) {
        out.try_clone()?
    } else {
        outlet(stderr())?
    };
    command.stdout(out).stderr(err);
    let resize = move || {
        for (outer, inner) in &terminals {
            copy_size(outer, inner);
        }
    };
    let relay = Relay {
        before: Some(Box::new(resize)),
        ..Relay::of_all()
    };
    let ended = attend(command, hardened, relay)?;
    Ok(Masked {
        ended,
        unwritten: pumps.drain(),
    })
}

/// Replaces one of our streams.
struct Outlet {
    ours: OwnedFd,
    theirs: OwnedFd,
    kind: OutputKind,
}

impl Outlet {
    fn towards(stream: BorrowedFd<'static>) -> io::Result<Self> {
        if !isatty(stream) {
            let (ours, theirs) = io::pipe()?;
            return Ok(Self {
                ours: ours.into(),
                theirs: theirs.into(),
                kind: OutputKind::Pipe,
            });
        }
        let pty = Pty::open()?;
        let mut modes = tcgetattr(&pty.terminal)?;
        // The real terminal does the output processing.
        modes.make_raw();
        tcsetattr(&pty.terminal, OptionalActions::Now, &modes)?;
        copy_size(stream, &pty.terminal);
        Ok(Self {
            ours: pty.controller,
            theirs: pty.terminal,
            kind: OutputKind::Terminal,
        })
    }
}
