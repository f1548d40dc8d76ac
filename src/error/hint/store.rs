//! Hints for a vault's file that cannot be read or written.

use crate::store::Error;

pub fn hint(error: &Error) -> Option<&'static str> {
    match error {
        Error::NotFound { .. } => {
            Some("make one with `kluis init`, or name another with --vault or KLUIS_VAULT")
        }
        Error::Exists { .. } => Some("name another place with --vault; nothing was written"),
        Error::Busy { .. } => Some("try again, or wait longer, such as with --lock-timeout 1m"),
        Error::ChangedUnderneath { .. } => Some("run the command again"),
        Error::NotStored { .. } => Some("check the disk, then run the command again"),
        Error::NotDurable { .. } => Some("check the disk, then run `kluis vault verify`"),
        Error::Displaced { .. } => Some(
            "find the program that replaced it; `kluis vault restore` brings back the copy before your change",
        ),
        Error::NotKept { .. } => {
            Some("the change itself is complete: `kluis vault verify` checks it")
        }
        Error::Refused { .. } | Error::Io { .. } | Error::NotWritten { .. } => None,
    }
}
