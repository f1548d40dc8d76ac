//! Tests each kind of attacker, and compares the vault with a model. All in memory, with tokens or the cheapest
//! key derivation: no test here waits for Argon2.

mod ages;
pub mod apart;
pub mod apps;
mod clocks;
mod deleted;
mod dice;
mod eras;
mod failing;
mod forged;
mod hostile_apps;
mod hostile_pages;
mod identities;
mod keys;
mod kinds;
mod limits;
mod many;
mod merging;
mod model;
mod passphrase;
mod programme;
mod reader;
mod removed;
mod slots;
mod spoiled;
mod tampering;
mod twice;
mod unfinished;
mod vectors;
mod writer;

use super::destination::Destination;
use super::slot::Choice;

use super::change::{Change, NewKey, NewLabel, NewSecret};
use super::create::{Keys, New};
use super::description::Description;
use super::key::Scope;
use super::name::{SecretName, WorkspaceName};
use super::reference::Reference;
use super::revision::Revision;
use super::time::Timestamp;
use super::{Error, Scan, Vault};
use crate::keyring::issue::{Credential, Issuer};
use crate::keyring::local::LocalKeyring;
use crate::keyring::master::Master;
use crate::keyring::token::Token;
use crate::keyring::{self, Keyring, unlock};
use crate::plaintext::Plaintext;
use crate::sealed::header::Header;
use crate::sealed::key::Key;
use crate::sealed::{self, meta};
use crate::store::Previous;
use crate::store::memory::MemoryStore;
use std::time::Duration;

pub fn now() -> Timestamp {
    Timestamp::from_milliseconds(1_900_000_000_000).unwrap()
}

pub fn workspace_name(name: &str) -> WorkspaceName {
    WorkspaceName::parse(name).unwrap()
}

pub fn reference(path: &str) -> Reference {
    Reference::parse(path).unwrap()
}

/// A vault in memory, and its owner's token.
pub struct Owned {
    pub store: MemoryStore,
    pub token: Token,
}

impl Owned {
    pub fn new() -> Self {
        let store = MemoryStore::default();
        let keys = Keys {
            key_file: None,
            passphrase: None,
            token: Some("owner"),
        };
        let new = New::make(&keys, now()).unwrap();
        new.store_in(&store, Duration::ZERO).unwrap();
        let token = new.token.unwrap();
        Self { store, token }
    }

    /// A vault of these secrets, each `workspace/name` with its value.
    pub fn with(secrets: &[(&str, &str)]) -> Self {
        let owned = Self::new();
        owned.change(|change| {
            for (path, value) in secrets {
                put(change, path, value)?;
            }
            Ok(())
        });
        owned
    }

    pub fn bytes(&self) -> Vec<u8> {
        self.store.bytes().unwrap()
    }

    pub fn change<T>(&self, act: impl FnOnce(&mut Change<'_>) -> Result<T, Error>) -> T {
        let mut vault = open_in(&self.store, &self.token, Scan::Everything).unwrap();
        let changed = vault.change(now(), Duration::ZERO, Previous::Keep, act);
        changed.unwrap().result
    }

    pub fn revision(&self) -> Revision {
        open(&self.bytes(), &self.token, Scan::Lookup)
            .unwrap()
            .revision()
    }

    pub fn keyring(&self) -> LocalKeyring {
        keyring(&self.bytes(), &self.token).unwrap()
    }

    /// Issues a token for one workspace.
    pub fn issue(&self, workspace: &str, write: bool) -> Token {
        self.issue_reaching(&[workspace], write)
    }

    /// Issues a token that reads and writes these workspaces.
    pub fn issue_for(&self, workspaces: &[&str]) -> Token {
        self.issue_reaching(workspaces, true)
    }

    fn issue_reaching(&self, workspaces: &[&str], write: bool) -> Token {
        let names = workspaces.iter().map(|name| workspace_name(name));
        self.add_token(Scope::Workspaces {
            names: names.collect(),
            write,
        })
    }

    /// Issues a token with this reach.
    pub fn add_token(&self, scope: Scope) -> Token {
        let (credential, token) = Credential::token(header(&self.bytes()).content().vault);
        self.add_key(&credential, scope, None);
        token
    }

    pub fn add_key(&self, credential: &Credential, scope: Scope, not_after: Option<Timestamp>) {
        let mut owner = self.keyring();
        let new = NewKey {
            label: NewLabel::Default("label"),
            scope,
            not_after,
        };
        self.change(|change| change.add_key(&mut owner, credential, &new));
    }
}

/// A line that anyone can make of another's: the same, granted full access to a vault of their own.
pub fn granted_to(master: &Master, line: &Key) -> Key {
    let issuer = Issuer {
        master,
        workspaces: &[],
    };
    let about = meta::Key {
        label: "key".into(),
        created_at: 1,
        workspaces: None,
    };
    issuer.renew(line, None, &about).unwrap()
}

/// Creates a secret, and its workspace if there is none.
pub fn put(change: &mut Change<'_>, path: &str, value: &str) -> Result<(), Error> {
    let (workspace, name) = path.split_once('/').unwrap();
    let workspace = workspace_name(workspace);
    if change.workspace(Some(&workspace)).is_err() {
        change.create_workspace(workspace.clone(), Description::default())?;
    }
    let new = NewSecret::with_value(
        SecretName::parse(name).unwrap(),
        Plaintext::new(value.into()),
    );
    change.create_secret(Some(&workspace), new).map(|_| ())
}

pub fn header(bytes: &[u8]) -> Header {
    Header::parse(bytes).unwrap().unwrap()
}

pub fn keyring(bytes: &[u8], token: &Token) -> Result<LocalKeyring, Error> {
    Ok(unlock::with_token(&header(bytes), token)?)
}

pub fn open(bytes: &[u8], token: &Token, scan: Scan) -> Result<Vault, Error> {
    open_in(&MemoryStore::holding(bytes), token, scan)
}

pub fn open_in(store: &MemoryStore, token: &Token, scan: Scan) -> Result<Vault, Error> {
    Vault::open(Box::new(store.clone()), scan, |header| {
        let keyring: Box<dyn Keyring> = Box::new(unlock::with_token(header, token)?);
        Ok(keyring)
    })
}

/// The damage of the bytes, if that is the error; a keyring reports it in its own error.
#[track_caller]
pub fn damage<T>(answer: Result<T, Error>, case: &str) -> sealed::Error {
    match answer {
        Err(Error::Sealed(error) | Error::Keyring(keyring::Error::Sealed(error))) => error,
        Err(other) => panic!("{case}: {other}"),
        Ok(_) => panic!("{case}: taken"),
    }
}

/// Does the same as `get`.
pub fn value(bytes: &[u8], token: &Token, path: &str) -> Result<Vec<u8>, Error> {
    let vault = open(bytes, token, Scan::Lookup)?;
    let (reference, now, anywhere) = (reference(path), Choice::At(now()), Destination::default());
    let alone = vault.value(None, &reference, now, &anywhere);
    let among = vault.each_value(None, &[&reference, &reference], now, &anywhere);
    for among in &among {
        many::agree(&alone, among);
    }
    Ok(alone?.value.expose().to_vec())
}

/// Does the same as `list` and `verify`, one after the other.
pub fn everything(bytes: &[u8], token: &Token) -> Result<(), Error> {
    let vault = open(bytes, token, Scan::Everything)?;
    for workspace in vault.workspaces() {
        vault.list(workspace)?;
    }
    vault.verify()?;
    Ok(())
}

/// Does the same as every writing command, with a change of one secret.
pub fn write(bytes: &[u8], token: &Token, path: &str) -> Result<Vec<u8>, Error> {
    let store = MemoryStore::holding(bytes);
    let mut vault = open_in(&store, token, Scan::Lookup)?;
    vault.change(now(), Duration::ZERO, Previous::Keep, |change| {
        put(change, path, "written")
    })?;
    Ok(store.bytes().unwrap())
}
