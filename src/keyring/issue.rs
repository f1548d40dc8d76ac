//! Makes new keys, and new grants for existing keys: the lines that go into the header. A grant reaches exactly
//! as far as the owner's notes about its key say.

use super::Error;
use super::master::Master;
use super::token::Token;
use crate::plaintext::Plaintext;
use crate::sealed::grant::{Grant, Granted};
use crate::sealed::header;
use crate::sealed::id::{KeyId, VaultId};
use crate::sealed::kdf::{Kdf, Passphrase, SALT_BYTES};
use crate::sealed::key::{Bond, Key, Lock};
use crate::sealed::meta::{self, Milliseconds};
use crate::sealed::seed::{PublicKey, Seed, seal_grant};
use crate::sealed::{self, Part, random};

/// A new passphrase, token or public key for a vault. The slow work is done, but nothing is granted yet: the
/// workspaces to grant are known only under the lock.
pub struct Credential {
    pub id: KeyId,
    public: PublicKey,
    held: Held,
}

enum Held {
    Passphrase {
        kdf: Kdf,
        salt: [u8; SALT_BYTES],
        seed: Seed,
    },
    Token {
        salt: [u8; SALT_BYTES],
        seed: Seed,
    },
    /// The secret stays with its owner, who gave away only the public key.
    Elsewhere,
}

impl Credential {
    /// A passphrase for the key with this id. Runs Argon2id once.
    pub fn passphrase(
        vault: VaultId,
        id: KeyId,
        passphrase: &Passphrase,
        kdf: Kdf,
    ) -> Result<Self, Error> {
        let salt = random::bytes::<SALT_BYTES>();
        let secret = kdf.seed(passphrase, &salt).map_err(Error::Memory)?;
        let seed = Seed::new(secret, vault, id);
        Ok(Self {
            id,
            public: seed.public(),
            held: Held::Passphrase { kdf, salt, seed },
        })
    }

    /// A new token, and its key.
    pub fn token(vault: VaultId) -> (Self, Token) {
        Self::token_of(vault, KeyId::random())
    }

    /// A new token for the key with this id.
    pub fn token_of(vault: VaultId, id: KeyId) -> (Self, Token) {
        let salt = random::bytes::<SALT_BYTES>();
        let token = Token::random(id);
        let seed = Seed::from_token(&token.secret, &salt, vault, id);
        let credential = Self {
            id,
            public: seed.public(),
            held: Held::Token { salt, seed },
        };
        (credential, token)
    }

    /// The key file with this public key.
    pub fn recipient(public: PublicKey) -> Self {
        Self {
            id: KeyId::random(),
            public,
            held: Held::Elsewhere,
        }
    }
}

/// Full access, and the workspaces that can be granted.
pub struct Issuer<'a> {
    pub master: &'a Master,
    pub workspaces: &'a [header::Workspace],
}

impl Issuer<'_> {
    /// The line of a new key. It reaches as far as `about` says, until `not_after`.
    pub fn issue(
        &self,
        credential: &Credential,
        about: &meta::Key,
        not_after: Option<Milliseconds>,
    ) -> Result<Key, Error> {
        let (lock, seed) = match &credential.held {
            Held::Passphrase { kdf, salt, seed } => {
                let (kdf, salt, bond) = (*kdf, *salt, self.bond(seed));
                (Lock::Passphrase { kdf, salt, bond }, Some(seed))
            }
            Held::Token { salt, seed } => {
                let (salt, bond) = (*salt, self.bond(seed));
                (Lock::Token { salt, bond }, Some(seed))
            }
            Held::Elsewhere => (Lock::Identity, None),
        };
        let key = Key {
            id: credential.id,
            lock,
            public: credential.public,
            not_after,
            grant: Vec::new(),
            about: Vec::new(),
        };
        self.grant(key, seed, about)
    }

    /// The line of an existing key with a new grant, encrypted to its public key. With its seed the anchor is
    /// renewed, too; otherwise the anchor stays.
    pub fn renew(&self, old: &Key, seed: Option<&Seed>, about: &meta::Key) -> Result<Key, Error> {
        let mut key = old.clone();
        if let (Some(seed), Lock::Passphrase { bond, .. } | Lock::Token { bond, .. }) =
            (seed, &mut key.lock)
        {
            *bond = self.bond(seed);
        }
        self.grant(key, seed, about)
    }

    fn bond(&self, seed: &Seed) -> Bond {
        Bond {
            commit: seed.commitment(),
            anchor: seed.seal_anchor(&self.master.verify()),
        }
    }

    /// Fills in the sealed members of a line.
    fn grant(&self, mut key: Key, seed: Option<&Seed>, about: &meta::Key) -> Result<Key, Error> {
        let damaged = || Error::from(sealed::Error::Damaged(Part::Key(key.id)));
        let content = self.content(about)?.encode();
        let line = key.public_part();
        let grant = seal_grant(self.master.vault(), &key.public, &line, content.expose());
        let grant = grant.ok_or_else(damaged)?;
        (key.grant, key.about) = (grant, self.master.seal_about(key.id, &meta::encode(about)));
        if seed.is_none_or(|seed| opens(&key, seed, &content, self.master)) {
            Ok(key)
        } else {
            Err(sealed::Error::Damaged(Part::Key(key.id)).into())
        }
    }

    fn content(&self, about: &meta::Key) -> Result<Grant, Error> {
        let Some(reach) = &about.workspaces else {
            return Ok(self.master.grant());
        };
        let mut granted = Vec::with_capacity(reach.len());
        for reach in reach {
            // A workspace that was deleted meanwhile has no keys to grant.
            let line = self
                .workspaces
                .iter()
                .find(|line| line.id == reach.workspace);
            let Some(line) = line else { continue };
            let (read, sign) = self.master.unwrapped(line)?;
            granted.push(Granted {
                workspace: reach.workspace,
                read,
                sign: reach.write.then_some(sign),
            });
        }
        Ok(Grant::Workspaces(granted))
    }
}

/// Whether the seed opens the whole line, so that the new line may replace a working one.
fn opens(key: &Key, seed: &Seed, content: &Plaintext, master: &Master) -> bool {
    let grant = seed.open_grant(&key.public_part(), &key.grant);
    let anchored = |bond: &Bond| seed.open_anchor(&bond.anchor) == Some(master.verify());
    grant.is_some_and(|grant| grant.same_as(content)) && key.bond().is_none_or(anchored)
}
