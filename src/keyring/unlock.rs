//! From what a person or a CI step has to a keyring. Nothing here tells how nearly right a guess was.

use super::Error;
use super::local::LocalKeyring;
use super::token::Token;
use crate::sealed::header::{Header, Key, Lock};
use crate::sealed::id::KeyId;
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

/// Unlocks with a passphrase, trying the passphrase keys in their order, but `first` the one that is
/// likely. Each try costs what its key asks for; beyond 4 GiB-passes together it stops.
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

/// The keys that a passphrase could open.
pub fn passphrase_keys(header: &Header) -> impl Iterator<Item = &Key> {
    let keys = header.content().keys.iter();
    keys.filter(|key| matches!(key.lock, Lock::Passphrase { .. }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sealed::header::{Bond, Content};
    use crate::sealed::id::VaultId;
    use crate::sealed::kdf::Kdf;

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
                grant: Vec::new(),
                about: Vec::new(),
            }
        };
        let content = Content {
            vault: VaultId::from_bits(1),
            verify: [0; 32],
            keys: vec![key(1, true), key(2, false), key(3, true), key(4, true)],
            workspaces: Vec::new(),
            revision: 1,
            parents: Vec::new(),
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
