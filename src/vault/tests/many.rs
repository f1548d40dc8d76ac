//! Tests that looking up many values at once gives the same values as one by one, with few requests.

use super::{Owned, now, open, put, reference, workspace_name};
use crate::keyring::local::LocalKeyring;
use crate::keyring::{self, Keyring, Reach};
use crate::plaintext::Plaintext;
use crate::sealed::aad_context::AadContext;
use crate::sealed::header::{Content, Header};
use crate::sealed::id::{KeyId, WorkspaceId};
use crate::sealed::index::{Index, RecordKind};
use crate::sealed::sign::{Digest, SignatureBytes, VerifyKey};
use crate::store::Previous;
use crate::store::memory::MemoryStore;
use crate::vault::change::{Change, NewSecret};
use crate::vault::description::Description;
use crate::vault::destination::Destination;
use crate::vault::domain::AllowedDomains;
use crate::vault::name::SecretName;
use crate::vault::slot::Choice;
use crate::vault::{Error, Scan, Selected, Vault, Written};
use proptest::prelude::*;
use std::cell::Cell;
use std::rc::Rc;
use std::time::Duration;

/// Both have the same value, or the same error.
#[track_caller]
pub fn agree(alone: &Result<Selected, Error>, among: &Result<Selected, Error>) {
    let told = |found: &Result<Selected, Error>| match found {
        Ok(found) => {
            let value = found.value.expose().to_vec();
            Ok((found.secret.path(), found.secret.id, found.slot, value))
        }
        Err(error) => Err(error.to_string()),
    };
    assert_eq!(told(alone), told(among));
}

/// `default/bound`, which only goes to one domain, and `default/later`, which begins tomorrow.
pub fn put_withheld(change: &mut Change<'_>) -> Result<(), Error> {
    let new = |name| {
        let value = Plaintext::new(b"value".to_vec());
        NewSecret::with_value(SecretName::parse(name).unwrap(), value)
    };
    let mut bound = new("bound");
    let domains = AllowedDomains::parse(&["api.example.com".to_owned()]);
    bound.fields.allowed_domains = Some(domains.unwrap());
    change.create_secret(None, bound)?;
    let mut later = new("later");
    later.slots[0].0 = now().seconds() + 86_400;
    change.create_secret(None, later).map(|_| ())
}

/// Two workspaces with twenty secrets each, and two that are blocked.
fn owned() -> Owned {
    let owned = Owned::new();
    owned.change(|change| {
        for number in 0..20 {
            put(
                change,
                &format!("default/name{number}"),
                &format!("d{number}"),
            )?;
            put(
                change,
                &format!("staging/name{number}"),
                &format!("s{number}"),
            )?;
        }
        put_withheld(change)
    });
    owned
}

/// References to request: existing secrets by name, by address or by id, and missing ones.
fn paths(owned: &Owned) -> Vec<String> {
    let vault = open(&owned.bytes(), &owned.token, Scan::Lookup).unwrap();
    let mut paths: Vec<String> = [
        "name1",
        "name2",
        "default/name1",
        "staging/name1",
        "staging/name19",
        "kluis://staging/name3?slot=0",
        "kluis://name3?slot=7",
        "bound",
        "later",
        "missing",
        "staging/missing",
        "nowhere/name1",
        "sec_00000000000000000000000000",
        "staging/sec_00000000000000000000000000",
    ]
    .map(str::to_owned)
    .into();
    for path in ["default/name4", "staging/name5", "default/bound"] {
        let id = vault.secret(None, &reference(path)).unwrap().id;
        paths.extend([
            id.to_string(),
            format!("default/{id}"),
            format!("staging/{id}"),
        ]);
    }
    paths
}

proptest! {
    #[test]
    fn many_at_once_equal_each_alone(
        picks in prop::collection::vec(any::<prop::sample::Index>(), 0..12),
        within in prop::sample::select(vec![None, Some("staging"), Some("default"), Some("nowhere")]),
        is_revealed: bool,
        is_scoped: bool,
    ) {
        let owned = owned();
        let paths = paths(&owned);
        let scoped = is_scoped.then(|| owned.issue("staging", false));
        let token = scoped.as_ref().unwrap_or(&owned.token);
        let vault = open(&owned.bytes(), token, Scan::Lookup).unwrap();
        let workspace = within.map(workspace_name);
        let references: Vec<_> = picks.iter().map(|pick| reference(&paths[pick.index(paths.len())])).collect();
        let to = if is_revealed { Destination::anywhere() } else { Destination::default() };
        let at = Choice::At(now());
        let all: Vec<_> = references.iter().collect();
        let found = vault.each_value(workspace.as_ref(), &all, at, &to);
        prop_assert_eq!(found.len(), all.len());
        for (reference, among) in references.iter().zip(&found) {
            agree(&vault.value(workspace.as_ref(), reference, at, &to), among);
        }
    }
}

#[test]
fn a_hundred_take_as_many_questions_as_two() {
    let owned = owned();
    let asked = |paths: &[String]| {
        let count = Rc::new(Cell::new(0));
        let vault = owned.open_counting(&count);
        let references: Vec<_> = paths.iter().map(|path| reference(path)).collect();
        count.set(0);
        let all: Vec<_> = references.iter().collect();
        let found = vault.each_value(None, &all, Choice::At(now()), &Destination::default());
        assert!(found.iter().all(Result::is_ok));
        count.get()
    };
    let two = ["default/name0", "staging/name0"].map(str::to_owned);
    let hundred: Vec<_> = (0..100)
        .map(|at| format!("{}/name{}", ["default", "staging"][at % 2], at % 20))
        .collect();
    assert_eq!(asked(&hundred), asked(&two));
    assert!(asked(&two) <= 8);
}

#[test]
fn ten_workspaces_take_as_many_questions_as_two() {
    let owned = owned();
    let asked = || {
        let count = Rc::new(Cell::new(0));
        let mut vault = owned.open_counting(&count);
        let opening = count.replace(0);
        let put = |change: &mut Change<'_>| put(change, "staging/other", "value");
        let changed = vault.change(now(), Duration::ZERO, Previous::Keep, put);
        assert_eq!(changed.unwrap().written, Written::Replaced);
        (opening, count.get())
    };
    let two = asked();
    owned.change(|change| {
        for number in 0..8 {
            let name = workspace_name(&format!("more{number}"));
            change.create_workspace(name, Description::default())?;
        }
        Ok(())
    });
    assert_eq!(asked(), two);
    assert_eq!(two.0, 1);
}

impl Owned {
    /// Opens a copy that counts the requests to its keyring.
    fn open_counting(&self, count: &Rc<Cell<usize>>) -> Vault {
        let counting = Counting {
            keyring: self.keyring(),
            count: Rc::clone(count),
        };
        let store = Box::new(MemoryStore::holding(&self.bytes()));
        let vault = Vault::open(store, Scan::Lookup, |_| {
            Ok::<Box<dyn Keyring>, Error>(Box::new(counting))
        });
        vault.unwrap()
    }
}

/// A keyring that counts its requests.
struct Counting {
    keyring: LocalKeyring,
    count: Rc<Cell<usize>>,
}

impl Counting {
    fn counted(&self) -> &LocalKeyring {
        self.count.set(self.count.get() + 1);
        &self.keyring
    }
}

impl Keyring for Counting {
    fn key(&self) -> KeyId {
        self.keyring.key()
    }

    fn has_full_access(&self) -> bool {
        self.keyring.has_full_access()
    }

    fn reach(&self, workspace: WorkspaceId) -> Option<Reach> {
        self.keyring.reach(workspace)
    }

    fn index(
        &self,
        at: WorkspaceId,
        kind: RecordKind,
        name: &str,
    ) -> Result<Index, keyring::Error> {
        self.counted().index(at, kind, name)
    }

    fn index_all(
        &self,
        at: WorkspaceId,
        names: &[(RecordKind, &str)],
    ) -> Result<Vec<Index>, keyring::Error> {
        self.counted().index_all(at, names)
    }

    fn open(&self, place: AadContext, sealed: &[u8]) -> Result<Plaintext, keyring::Error> {
        self.counted().open(place, sealed)
    }

    fn open_all(&self, sealed: &[(AadContext, Vec<u8>)]) -> Result<Vec<Plaintext>, keyring::Error> {
        self.counted().open_all(sealed)
    }

    fn seal(&self, place: AadContext, content: &[u8]) -> Result<Vec<u8>, keyring::Error> {
        self.counted().seal(place, content)
    }

    fn sign_section(
        &self,
        workspace: WorkspaceId,
        digest: &Digest,
    ) -> Result<SignatureBytes, keyring::Error> {
        self.counted().sign_section(workspace, digest)
    }

    fn sign_header(&self, content: &Content) -> Result<SignatureBytes, keyring::Error> {
        self.counted().sign_header(content)
    }

    fn add_workspace(
        &mut self,
        workspace: WorkspaceId,
    ) -> Result<(VerifyKey, Vec<u8>), keyring::Error> {
        self.keyring.add_workspace(workspace)
    }

    fn follow(&mut self, header: &Header) -> Result<(), keyring::Error> {
        self.keyring.follow(header)
    }
}
