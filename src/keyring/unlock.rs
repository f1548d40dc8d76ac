//! Turns a passphrase, token or key file into a keyring. Failures never show how close a guess was. A key opens
//! only headers that it was made for.

use super::identity::Identity;
use super::local::LocalKeyring;
use super::token::Token;
use super::{Error, Keyring};
use crate::sealed::header::Header;
use crate::sealed::id::KeyId;
use crate::sealed::kdf::{MAX_TOTAL_WORK_KIB, Passphrase};
use crate::sealed::key::{Key, Lock};
use crate::sealed::seed::{PublicKey, Seed};
use crate::sealed::sign::VerifyKey;
use crate::sealed::{self, derive};

/// Unlocks with a token.
pub fn with_token(header: &Header, token: &Token) -> Result<LocalKeyring, Error> {
    let content = header.content();
    let key = content.key(token.key).ok_or(Error::WrongToken)?;
    let Lock::Token { salt, bond } = &key.lock else {
        return Err(Error::RefusedToken);
    };
    let seed = Seed::from_token(&token.secret, salt, content.vault, key.id);
    if !seed.commits_to(&bond.commit) {
        return Err(Error::RefusedToken);
    }
    LocalKeyring::new(header, key.id, seed)
}

/// Unlocks with a passphrase. Tries the key `first`, then the others in order. Each try costs as much as its
/// key's parameters say; it stops at 4 GiB-passes in total.
pub fn with_passphrase(
    header: &Header,
    passphrase: &Passphrase,
    first: Option<KeyId>,
) -> Result<LocalKeyring, Error> {
    let content = header.content();
    let mut work = 0;
    for key in likely_first(header, first) {
        let Lock::Passphrase { kdf, salt, bond } = &key.lock else {
            continue;
        };
        work += kdf.work();
        if work > MAX_TOTAL_WORK_KIB {
            return Err(Error::TooMuchWork);
        }
        let secret = kdf.seed(passphrase, salt).map_err(Error::Memory)?;
        let seed = Seed::new(secret, content.vault, key.id);
        if seed.commits_to(&bond.commit) {
            return LocalKeyring::new(header, key.id, seed);
        }
    }
    Err(if work == 0 {
        Error::NoPassphraseKey
    } else {
        Error::WrongPassphrase
    })
}

fn likely_first(header: &Header, first: Option<KeyId>) -> Vec<&Key> {
    let mut keys: Vec<_> = passphrase_keys(header).collect();
    keys.sort_by_key(|key| Some(key.id) != first);
    keys
}

/// Unlocks with a key file, if `expected` signed the header. Anyone can encrypt a grant to a public key, so
/// opening one does not prove who made the vault.
///
/// Of several keys for one key file it uses the first with full access, else the first that opens.
pub fn with_identity(
    header: &Header,
    identity: &Identity,
    expected: VerifyKey,
) -> Result<LocalKeyring, Error> {
    let content = header.content();
    if !content.is_trusted_by(&expected) {
        return Err(sealed::Error::Forged.into());
    }
    let public = identity.public();
    let (mut narrower, mut failed) = (None, None);
    for key in identity_keys(header, &public) {
        let seed = identity.seed(content.vault, key.id);
        match LocalKeyring::pinned(header, key.id, seed, expected) {
            Ok(keyring) if keyring.has_full_access() => return Ok(keyring),
            Ok(keyring) => narrower = narrower.or(Some(keyring)),
            Err(error) => failed = failed.or(Some(error)),
        }
    }
    narrower.ok_or(failed.unwrap_or(Error::WrongKeyFile))
}

/// Whether the header has a key for a key file.
pub fn admits_identities(header: &Header) -> bool {
    let mut keys = header.content().keys.iter();
    keys.any(|key| key.lock == Lock::Identity)
}

/// The keys with this public key.
pub fn identity_keys<'h>(
    header: &'h Header,
    public: &'h PublicKey,
) -> impl Iterator<Item = &'h Key> {
    let keys = header.content().keys.iter();
    keys.filter(move |key| key.lock == Lock::Identity && key.public == *public)
}

/// Unlocks with the seed of a key. A missing or changed line is [`Error::KeyChanged`]. A key file's line cannot
/// reveal a forged header: the caller passes a header only if it is signed by the key that was pinned when the
/// seed was given.
pub fn with_seed(header: &Header, key: KeyId, secret: derive::Key) -> Result<LocalKeyring, Error> {
    let content = header.content();
    let seed = Seed::new(secret, content.vault, key);
    let line = content.key(key).ok_or(Error::KeyChanged)?;
    match line.bond() {
        Some(bond) if seed.commits_to(&bond.commit) => LocalKeyring::new(header, key, seed),
        None if seed.public() == line.public => {
            LocalKeyring::pinned(header, key, seed, content.verify)
        }
        _ => Err(Error::KeyChanged),
    }
}

/// The passphrase keys of this header.
pub fn passphrase_keys(header: &Header) -> impl Iterator<Item = &Key> {
    let keys = header.content().keys.iter();
    keys.filter(|key| matches!(key.lock, Lock::Passphrase { .. }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sealed::header::Content;
    use crate::sealed::history::Ancestors;
    use crate::sealed::id::VaultId;
    use crate::sealed::kdf::Kdf;
    use crate::sealed::key::Bond;

    #[test]
    fn the_likely_key_is_tried_first_and_the_others_in_their_order() {
        let key = |number: u128, is_passphrase: bool| {
            let bond = Bond {
                commit: [0; 32],
                anchor: Vec::new(),
            };
            let salt = [0; 16];
            let lock = if is_passphrase {
                let kdf = Kdf::checked(8 * 1024, 1, 1).unwrap();
                Lock::Passphrase { kdf, salt, bond }
            } else {
                Lock::Token { salt, bond }
            };
            Key {
                id: KeyId::from_bits(number),
                lock,
                public: [0; 32],
                not_after: None,
                grant: Vec::new(),
                about: Vec::new(),
            }
        };
        let content = Content {
            keys_to_come: Vec::new(),
            vault: VaultId::from_bits(1),
            verify: [0; 32],
            keys: vec![key(1, true), key(2, false), key(3, true), key(4, true)],
            workspaces: Vec::new(),
            successions: Vec::new(),
            ancestors: Ancestors::default(),
        };
        let header = content.signed([0; 64]).unwrap();
        let order = |first: Option<u128>| {
            let keys = likely_first(&header, first.map(KeyId::from_bits));
            let ids = keys.into_iter().map(|key| key.id.bits());
            ids.collect::<Vec<_>>()
        };
        assert_eq!(order(Some(4)), [4, 1, 3]);
        for unknown in [None, Some(2), Some(9)] {
            assert_eq!(order(unknown), [1, 3, 4]);
        }
    }
}
