//! The owner's notes about a key: its label, its reach and its expiry date. They are sealed so that only full
//! access can read them.

use super::{Error, Keyring};
use crate::sealed::aad_context::AadContext;
use crate::sealed::header::{self, Content};
use crate::sealed::{self, Part, meta};

/// The owner's notes about this key. Refused without full access.
pub fn of(keyring: &dyn Keyring, line: &header::Key) -> Result<meta::Key, Error> {
    let text = keyring.open(AadContext::KeyAbout(line.id), &line.about)?;
    meta::decode(&text).ok_or_else(|| sealed::Error::Damaged(Part::Key(line.id)).into())
}

/// The notes about the key that unlocked, with its line; `None` without full access. Only the owner knows
/// when another key expires: its holder cannot read it.
pub fn of_own<'c>(
    keyring: &dyn Keyring,
    content: &'c Content,
) -> Result<Option<(&'c header::Key, meta::Key)>, Error> {
    if !keyring.has_full_access() {
        return Ok(None);
    }
    let line = content.key(keyring.key()).ok_or(Error::KeyChanged)?;
    Ok(Some((line, of(keyring, line)?)))
}
