//! From what a person or a CI step has to a keyring. Nothing here tells how nearly right a guess was.

use super::Error;
use super::local::LocalKeyring;
use super::token::Token;
use crate::sealed::header::{Header, Key, Lock};
use crate::sealed::kdf::{MAX_TOTAL_WORK_KIB, Passphrase};
use crate::sealed::seed::Seed;

/// Unlocks with a token.
pub fn with_token(header: &Header, token: &Token) -> Result<LocalKeyring, Error> {
    let content = header.content();
    let key = content.key(token.key).ok_or(Error::WrongToken)?;
    let Lock::Token { salt, bond } = &key.lock else {
        return Err(Error::WrongToken);
    };
    let seed = Seed::from_token(&token.secret, salt, content.vault, key.id);
    if !seed.commits_to(&bond.commit) {
        return Err(Error::WrongToken);
    }
    LocalKeyring::new(header, key.id, seed)
}

/// Unlocks with a passphrase, trying the passphrase keys in their order. Each try costs what its key
/// asks for; beyond 4 GiB-passes together it stops.
pub fn with_passphrase(header: &Header, passphrase: &Passphrase) -> Result<LocalKeyring, Error> {
    let content = header.content();
    let mut work = 0;
    for key in passphrase_keys(header) {
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

/// The keys that a passphrase could open.
pub fn passphrase_keys(header: &Header) -> impl Iterator<Item = &Key> {
    let keys = header.content().keys.iter();
    keys.filter(|key| matches!(key.lock, Lock::Passphrase { .. }))
}
