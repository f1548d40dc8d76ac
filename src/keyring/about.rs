//! The owner's notes about a key: its label and its reach. They are sealed so that only full
//! access can read them.

use super::{Error, Keyring};
use crate::sealed::aad_context::AadContext;
use crate::sealed::header;
use crate::sealed::{self, Part, meta};

/// The owner's notes about this key. Refused without full access.
pub fn of(keyring: &dyn Keyring, line: &header::Key) -> Result<meta::Key, Error> {
    let text = keyring.open(AadContext::KeyAbout(line.id), &line.about)?;
    meta::decode(&text).ok_or_else(|| sealed::Error::Damaged(Part::Key(line.id)).into())
}
