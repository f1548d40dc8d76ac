//! Tests a key that may read one workspace: it cannot write there, and cannot see another workspace.

use super::apart::{Apart, Hostile};
use super::{Owned, damage, everything, open, open_in, put, value, workspace_name, write};
use crate::keyring::{self, Keyring, Reach};
use crate::sealed::aad_context::AadContext;
use crate::sealed::id::WorkspaceId;
use crate::sealed::page::PageIndex;
use crate::sealed::sign::verify_key;
use crate::sealed::{Error as Sealed, Part, section};
use crate::store::Previous;
use crate::vault::change::WorkspaceUpdate;
use crate::vault::description::Description;
use crate::vault::{Error, Scan};
use std::time::Duration;

fn shared() -> Owned {
    Owned::with(&[("default/name", "default value"), ("staging/name", "value")])
}

#[test]
fn a_scoped_key_reads_its_own_workspace_alone() {
    let owned = shared();
    for may_write in [false, true] {
        let token = owned.issue("staging", may_write);
        let bytes = owned.bytes();
        assert_eq!(value(&bytes, &token, "name").unwrap(), b"value");
        assert_eq!(value(&bytes, &token, "staging/name").unwrap(), b"value");
        everything(&bytes, &token).unwrap();

        let other = value(&bytes, &token, "default/name");
        assert!(matches!(other, Err(Error::OutOfReach { .. })));
        let vault = open(&bytes, &token, Scan::Everything).unwrap();
        assert_eq!(vault.workspaces().len(), 1);

        // Nor if it asks the keyring itself for the content.
        let keyring = super::keyring(&bytes, &token).unwrap();
        let apart = Apart::of(&bytes);
        let (default, staging) = (apart.workspace(0), apart.workspace(1));
        assert_eq!(keyring.reach(default), None);
        assert_eq!(
            keyring.reach(staging),
            Some(if may_write { Reach::Write } else { Reach::Read })
        );
        let page = &apart.sections[0].pages[0];
        let index = PageIndex::of_intact(page.lines[0].as_bytes(), default).unwrap();
        let sealed = index.sealed(default).unwrap();
        let opened = keyring.open(AadContext::Index(default, page.first), &sealed);
        assert!(matches!(opened, Err(keyring::Error::OutOfReach)));
        assert!(
            keyring
                .open(AadContext::Index(staging, page.first), &sealed)
                .is_err()
        );
        let wrapped = &vault.header().content().workspaces[0].wrapped;
        let opened = keyring.open(AadContext::Wrapped(default), wrapped);
        assert!(matches!(opened, Err(keyring::Error::NeedsFullAccess)));
    }
}

#[test]
fn a_scoped_key_changes_neither_keys_nor_workspaces() {
    let owned = shared();
    for may_write in [false, true] {
        let token = owned.issue("staging", may_write);
        let before = owned.bytes();
        let change = |act: &dyn Fn(&mut crate::vault::change::Change<'_>) -> Result<(), Error>| {
            let mut vault = open_in(&owned.store, &token, Scan::Lookup).unwrap();
            let now = super::now();
            let changed = vault.change(now, Duration::ZERO, Previous::Keep, |change| act(change));
            changed.map(|_| ())
        };
        let staging = workspace_name("staging");
        for refused in [
            change(&|change| put(change, "third/name", "value")),
            change(&|change| {
                let update = WorkspaceUpdate {
                    name: Some(workspace_name("mine")),
                    ..WorkspaceUpdate::default()
                };
                change.update_workspace(&staging, update).map(|_| ())
            }),
            change(&|change| {
                let contents = crate::vault::change::Contents::Delete;
                change.delete_workspace(&staging, contents).map(|_| ())
            }),
            change(&|change| {
                let about = Description::default();
                change
                    .create_workspace(workspace_name("mine"), about)
                    .map(|_| ())
            }),
        ] {
            let needs = matches!(
                refused,
                Err(Error::Keyring(keyring::Error::NeedsFullAccess))
            );
            assert!(needs, "{refused:?}");
        }
        let mut keyring = super::keyring(&before, &token).unwrap();
        assert!(keyring.master().is_err());
        assert!(
            keyring
                .sign_header(super::header(&before).content())
                .is_err()
        );
        assert!(keyring.add_workspace(WorkspaceId::random()).is_err());
        assert_eq!(owned.bytes(), before);
    }
}

#[test]
fn a_reading_keys_writes_are_refused() {
    let owned = shared();
    let token = owned.issue("staging", false);
    let refused = write(&owned.bytes(), &token, "staging/new");
    assert!(
        matches!(refused, Err(Error::Keyring(keyring::Error::ReadOnly))),
        "{refused:?}"
    );

    // It can seal a record like any writer, and sign with a seed of its own.
    let keyring = super::keyring(&owned.bytes(), &token).unwrap();
    let mut apart = Apart::of(&owned.bytes());
    let staging = apart.workspace(1);
    let raw = Hostile::new("name", &[b"mine"]).raw(&keyring, staging, |entry| entry);
    apart.sections[1].paginate(&keyring, vec![raw], 64);
    apart.sections[1].advance();
    let vault = super::header(&owned.bytes()).content().vault;
    let seed = [7; 32];
    apart.sections[1].edit_as(
        |head| head,
        |digest| section::signed(vault, staging, |part| part.sign(&seed, digest)),
    );
    let signature = Sealed::Damaged(Part::SectionSignature(staging));
    for reader in [&owned.token, &token] {
        assert_eq!(
            damage(value(&apart.join(), reader, "staging/name"), "seed"),
            signature
        );
    }

    // Or it names that seed in the header, which it cannot sign.
    let own = crate::sealed::line::encode(&verify_key(&seed));
    let ours =
        crate::sealed::line::encode(&super::header(&owned.bytes()).content().workspaces[1].verify);
    apart.header = apart.header.replace(&ours, &own);
    let signature = Sealed::Damaged(Part::HeaderSignature);
    for reader in [&owned.token, &token] {
        assert_eq!(
            damage(value(&apart.join(), reader, "staging/name"), "header"),
            signature
        );
    }
}
