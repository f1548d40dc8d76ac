//! Tests a removed key: its holder still knows the old secrets, and no later one.

use super::apart::{Apart, Hostile};
use super::{Owned, damage, everything, header, keyring, value};
use crate::keyring as keys;
use crate::keyring::Keyring;
use crate::sealed::aad_context::AadContext;
use crate::sealed::key::Lock;
use crate::sealed::page::PageIndex;
use crate::sealed::record::{Record, RecordId};
use crate::sealed::{Error as Sealed, Part};
use crate::vault::Error;

#[test]
fn a_removed_key_opens_nothing_new_and_signs_nothing_valid() {
    let owned = Owned::with(&[("default/name", "value"), ("staging/name", "old value")]);
    let token = owned.issue("staging", true);
    let old = owned.bytes();
    let mut removed = keyring(&old, &token).unwrap();

    // Removing a key has three parts: its line goes, the workspace gets other keys, and its records are sealed
    // again.
    let full = owned.keyring();
    let master = full.master().unwrap();
    let mut apart = Apart::of(&old);
    let staging = apart.workspace(1);
    apart.change_header(master, |content| {
        let (verify, wrapped) = master.new_workspace(staging);
        content.keys.retain(|line| line.id != token.key);
        let line = &mut content.workspaces[1];
        (line.verify, line.wrapped) = (verify, wrapped);
        line.about = master
            .workspace(line)
            .unwrap()
            .seal_about(br#"{"name":"staging","description":"","created_at":1,"updated_at":1}"#);
    });
    let full = keyring(apart.header.as_bytes(), &owned.token).unwrap();
    let secret = Hostile::new("name", &[b"new value"]);
    let raw = secret.raw(&full, staging, |entry| entry);
    apart.sections[1].paginate(&full, vec![raw], 64);
    apart.sections[1].advance();
    apart.sections[1].seal.header = apart.header_id();
    apart.sections[1].sign(&full);
    let new = apart.join();
    everything(&new, &owned.token).unwrap();
    assert_eq!(
        value(&new, &owned.token, "staging/name").unwrap(),
        b"new value"
    );

    let answer = value(&new, &token, "name");
    assert!(matches!(
        answer,
        Err(Error::Keyring(keys::Error::WrongToken))
    ));
    let followed = removed.follow(&header(&new));
    assert!(matches!(followed, Err(keys::Error::KeyChanged)));

    // With the keys it kept: the new record does not open.
    let page = &apart.sections[1].pages[0];
    let index = PageIndex::of_intact(page.lines[0].as_bytes(), staging).unwrap();
    let place = AadContext::Index(staging, page.first);
    let sealed = index.sealed(staging).unwrap();
    assert!(removed.open(place, &sealed).is_err());
    let id = RecordId::Secret(secret.id);
    let record = Record::parse(id, page.lines[1].trim_end()).unwrap();
    assert!(
        removed
            .open(
                AadContext::Value(staging, secret.id, 0),
                &record.sealed(0).unwrap()
            )
            .is_err()
    );

    // Its signatures are refused, and so is the content that it once saw.
    let signature = Sealed::Damaged(Part::SectionSignature(staging));
    let mut own = Apart::of(&new);
    own.sections[1].advance();
    own.sections[1].sign(&removed);
    assert_eq!(
        damage(everything(&own.join(), &owned.token), "signed"),
        signature
    );
    let back =
        apart.header.clone() + &apart.sections[0].join() + &Apart::of(&old).sections[1].join();
    assert_eq!(
        damage(everything(back.as_bytes(), &owned.token), "put back"),
        signature
    );

    // The whole older file still opens for it: removing a key does not make its holder forget.
    assert_eq!(value(&old, &token, "name").unwrap(), b"old value");
}

/// A key whose line stays and whose grant is out of date does not sign: every reader would refuse the signature.
#[test]
fn an_old_grant_gives_no_right_to_write() {
    let owned = Owned::with(&[("staging/name", "value")]);
    let token = owned.issue("staging", true);
    let full = owned.keyring();
    let master = full.master().unwrap();
    let mut apart = Apart::of(&owned.bytes());
    let staging = apart.workspace(1);
    apart.change_header(master, |content| {
        let (verify, wrapped) = master.new_workspace(staging);
        (content.workspaces[1].verify, content.workspaces[1].wrapped) = (verify, wrapped);
    });
    let damaged = Sealed::Damaged(Part::Workspace(staging));
    let stale = keyring(apart.header.as_bytes(), &token).unwrap();
    match stale.sign_section(staging, &[0; 32]) {
        Err(keys::Error::Sealed(error)) => assert_eq!(error, damaged),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_keyring_follows_to_its_own_key_alone() {
    let owned = Owned::with(&[("default/name", "value")]);
    let full = owned.keyring();
    let mut apart = Apart::of(&owned.bytes());
    // The same id for another secret, as when a key is issued again.
    apart.change_header(full.master().unwrap(), |content| {
        if let Lock::Token { bond, .. } = &mut content.keys[0].lock {
            bond.commit[0] ^= 1;
        }
    });
    let mut open = owned.keyring();
    let followed = open.follow(&header(apart.header.as_bytes()));
    assert!(matches!(followed, Err(keys::Error::KeyChanged)));
    open.follow(&header(&owned.bytes())).unwrap();
    let another = open.follow(&header(&Owned::new().bytes()));
    assert!(matches!(another, Err(keys::Error::KeyChanged)));
}
