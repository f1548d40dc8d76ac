//! The owner's notes about a key: its label and its reach. They are sealed so that only full
//! access can read them.

use super::{Error, Keyring};
use crate::sealed::aad_context::AadContext;
use crate::sealed::id::KeyId;
use crate::sealed::key::{Key, KeyToCome};
use crate::sealed::{self, Part, meta};

/// The label of a key whose notes cannot be read. A former holder of full access may have spoiled them.
pub const UNREADABLE: &str = "unreadable notes";

/// The owner's notes about this key, or `None` if they cannot be read. Such a key may reach anything, so it is
/// never granted anew. Needs full access.
pub fn readable(keyring: &dyn Keyring, line: &Key) -> Result<Option<meta::Key>, Error> {
    or_none(of(keyring, line))
}

/// The same for a key of a kind that only a later version knows.
pub fn readable_to_come(
    keyring: &dyn Keyring,
    line: &KeyToCome,
) -> Result<Option<meta::Key>, Error> {
    or_none(opened(keyring, line.id, &line.about))
}

fn or_none(about: Result<meta::Key, Error>) -> Result<Option<meta::Key>, Error> {
    match about {
        Err(Error::Sealed(sealed::Error::Damaged(_) | sealed::Error::Forged)) => Ok(None),
        about => about.map(Some),
    }
}

/// Notes that replace unreadable ones: the key may reach everything.
pub fn unreadable() -> meta::Key {
    meta::Key {
        label: UNREADABLE.to_owned(),
        created_at: 0,
        workspaces: None,
    }
}

/// The owner's notes about this key. Needs full access.
pub fn of(keyring: &dyn Keyring, line: &Key) -> Result<meta::Key, Error> {
    opened(keyring, line.id, &line.about)
}

fn opened(keyring: &dyn Keyring, id: KeyId, about: &[u8]) -> Result<meta::Key, Error> {
    let text = keyring.open(AadContext::KeyAbout(id), about)?;
    meta::decode(&text).ok_or_else(|| sealed::Error::Damaged(Part::Key(id)).into())
}
