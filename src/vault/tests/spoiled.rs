//! Tests that the owner can still work after a removed key's holder spoiled notes of keys, or a workspace.

use super::apart::{Apart, Hostile, Section};
use super::apps::change_as;
use super::{Owned, now, open, open_in, value, workspace_name};
use crate::keyring::about::UNREADABLE;
use crate::keyring::local::LocalKeyring;
use crate::keyring::renew::Trust;
use crate::sealed::id::KeyId;
use crate::sealed::meta;
use crate::store::Previous;
use crate::vault::change::{Contents, Removed, Wholeness};
use crate::vault::{Error, Scan};
use std::time::Duration;

/// A vault with two more keys, the notes of one spoiled; its id and the other's.
fn with_spoiled_notes(spoil: impl Fn(&Owned, KeyId) -> Vec<u8>) -> (Owned, KeyId, KeyId) {
    let owned = Owned::with(&[("default/name", "value"), ("staging/name", "staged")]);
    let spoiled = owned.issue("staging", true).key;
    let other = owned.issue("staging", true).key;
    let keyring = owned.keyring();
    let mut apart = Apart::of(&owned.bytes());
    let about = spoil(&owned, spoiled);
    apart.change_header(keyring.master().unwrap(), |content| {
        let mut keys = content.keys.iter_mut();
        keys.find(|key| key.id == spoiled).unwrap().about = about;
    });
    owned.store.put(Some(&apart.join()));
    (owned, spoiled, other)
}

fn garbage(_: &Owned, _: KeyId) -> Vec<u8> {
    vec![7; 120]
}

/// Correctly sealed, with a label that breaks its rule.
fn bad_label(owned: &Owned, id: KeyId) -> Vec<u8> {
    let about = meta::Key {
        label: "\u{1b}[2J".into(),
        created_at: 1,
        workspaces: Some(Vec::new()),
    };
    let keyring = owned.keyring();
    let master = keyring.master().unwrap();
    master.seal_about(id, &meta::encode(&about))
}

fn remove(owned: &Owned, id: KeyId) -> Result<Removed, Error> {
    let mut owner = owned.keyring();
    let removed = change_as(&owned.store, &owned.token, |change| {
        change.remove_key(&mut owner, id, Trust::Passes)
    });
    removed.map(|changed| changed.result)
}

#[test]
fn a_key_with_spoiled_notes_can_be_removed() {
    for spoil in [garbage, bad_label] {
        let (owned, spoiled, other) = with_spoiled_notes(spoil);
        let vault = open(&owned.bytes(), &owned.token, Scan::Everything).unwrap();
        let keys = vault.keys().unwrap();
        let key = keys.iter().find(|key| key.id == spoiled).unwrap();
        // It may reach anything.
        assert_eq!(key.label, UNREADABLE);
        assert!(key.has_full_access());
        let removed = remove(&owned, spoiled).unwrap();
        assert_eq!(removed.key.id, spoiled);
        let vault = open(&owned.bytes(), &owned.token, Scan::Everything).unwrap();
        assert!(vault.keys().unwrap().iter().any(|key| key.id == other));
        vault.verify().unwrap();
        assert_eq!(
            value(&owned.bytes(), &owned.token, "name").unwrap(),
            b"value"
        );
    }
}

#[test]
fn a_key_with_spoiled_notes_is_never_granted_anew() {
    let (owned, spoiled, other) = with_spoiled_notes(garbage);
    let vault = open(&owned.bytes(), &owned.token, Scan::Everything).unwrap();
    let damaged = vault.verify().unwrap_err();
    assert!(
        matches!(&damaged, Error::Keyring(_) | Error::Sealed(_)),
        "{damaged}"
    );
    remove(&owned, other).unwrap();
    let vault = open(&owned.bytes(), &owned.token, Scan::Everything).unwrap();
    let keys = vault.keys().unwrap();
    assert!(keys.iter().all(|key| key.id != spoiled), "it was dropped");
    vault.verify().unwrap();
}

/// Every way for a writer of one workspace to spoil it without touching the structure of the file.
#[test]
fn a_spoiled_workspace_can_be_deleted_by_force() {
    let spoil: [fn(&LocalKeyring, &mut Section); 3] = [
        // Wrongly sorted.
        |keyring, section| {
            let mut records = section.records(keyring);
            records.reverse();
            section.set(keyring, &[records]);
        },
        // An entry that breaks a rule.
        |keyring, section| {
            let home = section.seal.workspace;
            let bad = Hostile::new("bad", &[b"value"]);
            let raw = bad.raw(keyring, home, |entry| {
                entry.replace("\"bad\"", "\"../bad\"")
            });
            section.set(keyring, &[vec![raw]]);
        },
        // Lines of records that do not match the index.
        |_, section| {
            let line = &mut section.pages[0].lines[1];
            *line = line.chars().rev().collect();
        },
    ];
    for (case, spoil) in spoil.into_iter().enumerate() {
        let owned = Owned::with(&[
            ("default/name", "value"),
            ("staging/one", "1"),
            ("staging/two", "2"),
        ]);
        let mut apart = Apart::of(&owned.bytes());
        let keyring = owned.keyring();
        let section = &mut apart.sections[1];
        section.advance();
        spoil(&keyring, section);
        section.sign(&keyring);
        owned.store.put(Some(&apart.join()));
        let mut vault = open_in(&owned.store, &owned.token, Scan::Lookup).unwrap();
        let deleted = vault.change_whole(
            Wholeness::Whatever,
            now(),
            Duration::ZERO,
            Previous::Keep,
            |change| change.delete_workspace(&workspace_name("staging"), Contents::Delete),
        );
        deleted.unwrap_or_else(|error: Error| panic!("case {case}: {error}"));
        assert_eq!(
            value(&owned.bytes(), &owned.token, "name").unwrap(),
            b"value"
        );
        let vault = open(&owned.bytes(), &owned.token, Scan::Everything).unwrap();
        vault.verify().unwrap();
    }
}
