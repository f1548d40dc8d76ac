//! The owner's notes about a key: its label and its reach. They are sealed so that only full
//! access can read them.

use super::{Error, Keyring};
use crate::sealed::aad_context::AadContext;
use crate::sealed::id::KeyId;
use crate::sealed::key::{Key, KeyToCome};
use crate::sealed::{self, Part, meta};

/// The owner's notes about this key. Refused without full access.
pub fn of(keyring: &dyn Keyring, line: &Key) -> Result<meta::Key, Error> {
    opened(keyring, line.id, &line.about)
}

/// The same for a key of a kind to come.
pub fn of_kind_to_come(keyring: &dyn Keyring, line: &KeyToCome) -> Result<meta::Key, Error> {
    opened(keyring, line.id, &line.about)
}

fn opened(keyring: &dyn Keyring, id: KeyId, about: &[u8]) -> Result<meta::Key, Error> {
    let text = keyring.open(AadContext::KeyAbout(id), about)?;
    meta::decode(&text).ok_or_else(|| sealed::Error::Damaged(Part::Key(id)).into())
}
