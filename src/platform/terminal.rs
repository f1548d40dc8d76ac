//! What a terminal says of itself. The variable `COLUMNS` is not consulted: shells leave it stale.

use std::os::fd::AsFd;

use rustix::termios::tcgetwinsize;

/// The width in characters; `None` when it is no terminal or does not know.
pub fn columns(stream: impl AsFd) -> Option<u16> {
    let width = tcgetwinsize(stream).ok()?.ws_col;
    (width > 0).then_some(width)
}
