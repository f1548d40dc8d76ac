//! Keys that no command issues yet, for tests: a token that reaches some workspaces, an identity.

use super::Error;
use super::identity::Identity;
use super::issue::{bond, grant};
use super::master::Master;
use super::token::Token;
use crate::sealed::derive;
use crate::sealed::grant::{Grant, Granted};
use crate::sealed::header::{Content, Key, Lock};
use crate::sealed::id::{KeyId, VaultId};
use crate::sealed::seed::{Seed, seal_grant};
use crate::sealed::{meta, random};

/// A new token's key, for the workspaces that `about` names.
pub fn token(master: &Master, content: &Content, about: &meta::Key) -> Result<(Key, Token), Error> {
    let (vault, id, salt) = (content.vault, KeyId::random(), random::bytes());
    let token = Token::random(id);
    let seed = Seed::from_token(&token.secret, &salt, vault, id);
    let bond = bond(master, &seed);
    let granted = reach(master, content, about)?;
    let lock = Lock::Token { salt, bond };
    let key = grant(master, vault, id, lock, &seed, about, &granted)?;
    Ok((key, token))
}

/// What `about` says that a key reaches.
fn reach(master: &Master, content: &Content, about: &meta::Key) -> Result<Grant, Error> {
    let Some(reach) = &about.workspaces else {
        return Ok(master.grant());
    };
    let granted = reach.iter().map(|reach| {
        let line = content.workspace(reach.workspace);
        let (read, sign) = master.unwrapped(line.ok_or(Error::OutOfReach)?)?;
        Ok(Granted {
            workspace: reach.workspace,
            read,
            sign: reach.write.then_some(sign),
        })
    });
    Ok(Grant::Workspaces(granted.collect::<Result<_, Error>>()?))
}

/// A key for somebody's identity, that reaches what `about` says.
pub fn admitted(
    master: &Master,
    content: &Content,
    identity: &Identity,
    about: &meta::Key,
) -> Result<Key, Error> {
    let (vault, id) = (content.vault, KeyId::random());
    let seed = identity.seed(vault, id);
    let granted = reach(master, content, about)?;
    grant(master, vault, id, Lock::Identity, &seed, about, &granted)
}

/// A full-access key whose seed its owner keeps.
pub fn identity(
    master: &Master,
    vault: VaultId,
    secret: derive::Key,
    about: &meta::Key,
) -> Result<Key, Error> {
    let id = KeyId::random();
    let seed = Seed::new(secret, vault, id);
    let granted = master.grant();
    grant(master, vault, id, Lock::Identity, &seed, about, &granted)
}

/// What anyone can make of another's line: the same, granted full access of a vault of their own.
pub fn granted_to(master: &Master, vault: VaultId, line: &Key) -> Option<Key> {
    let content = master.grant().encode();
    let mut line = line.clone();
    line.grant = seal_grant(vault, &line.public, &line.public_part(), content.expose())?;
    Some(line)
}
