//! What `get --clip` leaves running for a while. No verb: kluis alone starts it, and no help names it.

use crate::deliver::clipboard::clearing;
use std::ffi::OsString;

/// The exit code, when these arguments are what `get --clip` starts kluis with.
pub fn run(arguments: &[OsString]) -> Option<u8> {
    let [_, word, rest @ ..] = arguments else {
        return None;
    };
    // Nobody is there to be told of a failure.
    let ran = (word == clearing::WORD).then(|| clearing::run(rest))??;
    Some(u8::from(ran.is_err()))
}
