//! New keys: the line that goes into the header, and what its holder is given.

use super::Error;
use super::master::Master;
use super::token::Token;
use crate::plaintext::Plaintext;
use crate::sealed::grant::Grant;
use crate::sealed::header::{Bond, Key, Lock};
use crate::sealed::id::{KeyId, VaultId};
use crate::sealed::kdf::{Kdf, Passphrase, SALT_BYTES};
use crate::sealed::seed::{Seed, seal_grant};
use crate::sealed::{self, Part, meta, random};

/// A full-access key behind a passphrase. Pays for Argon2id once.
pub fn passphrase(
    master: &Master,
    vault: VaultId,
    id: KeyId,
    passphrase: &Passphrase,
    kdf: Kdf,
    about: &meta::Key,
) -> Result<Key, Error> {
    let salt = random::bytes::<SALT_BYTES>();
    let secret = kdf.seed(passphrase, &salt).map_err(Error::Memory)?;
    let seed = Seed::new(secret, vault, id);
    let bond = bond(master, &seed);
    grant(
        master,
        vault,
        id,
        Lock::Passphrase { kdf, salt, bond },
        &seed,
        about,
        &master.grant(),
    )
}

/// A full-access key behind a new token.
pub fn token(master: &Master, vault: VaultId, about: &meta::Key) -> Result<(Key, Token), Error> {
    let id = KeyId::random();
    let salt = random::bytes::<SALT_BYTES>();
    let token = Token::random(id);
    let seed = Seed::from_token(&token.secret, &salt, vault, id);
    let bond = bond(master, &seed);
    let lock = Lock::Token { salt, bond };
    let key = grant(master, vault, id, lock, &seed, about, &master.grant())?;
    Ok((key, token))
}

pub(super) fn bond(master: &Master, seed: &Seed) -> Bond {
    Bond {
        commit: seed.commitment(),
        anchor: seed.seal_anchor(&master.verify()),
    }
}

/// The line of a key whose holder is granted `content`.
pub(super) fn grant(
    master: &Master,
    vault: VaultId,
    id: KeyId,
    lock: Lock,
    seed: &Seed,
    about: &meta::Key,
    content: &Grant,
) -> Result<Key, Error> {
    let about = master.seal_about(id, &meta::encode(about));
    let mut key = Key {
        id,
        lock,
        public: seed.public(),
        grant: Vec::new(),
        about,
    };
    let content = content.encode();
    let damaged = sealed::Error::Damaged(Part::Key(id));
    let Some(grant) = seal_grant(vault, &key.public, &key.public_part(), content.expose()) else {
        return Err(damaged.into());
    };
    key.grant = grant;
    if opens(&key, seed, &content, master) {
        Ok(key)
    } else {
        Err(damaged.into())
    }
}

/// Whether the seed opens the whole line: it may take the place of one that is known to work.
fn opens(key: &Key, seed: &Seed, content: &Plaintext, master: &Master) -> bool {
    let grant = seed.open_grant(&key.public_part(), &key.grant);
    let anchored = |bond: &Bond| seed.open_anchor(&bond.anchor) == Some(master.verify());
    grant.is_some_and(|grant| grant.same_as(content)) && key.bond().is_none_or(anchored)
}
