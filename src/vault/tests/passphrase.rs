//! Tests that no key from before a changed passphrase can sign, and that every other key continues to work.

use super::vectors::good::{CHEAP, PASSPHRASE, both};
use super::{Owned, everything, header, now, open_in};
use crate::keyring::issue::Credential;
use crate::keyring::local::LocalKeyring;
use crate::keyring::renew::Trust;
use crate::keyring::{Keyring, unlock};
use crate::plaintext::Plaintext;
use crate::sealed::id::KeyId;
use crate::sealed::kdf::Passphrase;
use crate::sealed::key::Lock;
use crate::store::Previous;
use crate::vault::Scan;
use crate::vault::change::OtherSigner;
use crate::vault::key::{Key, Scope};
use std::time::Duration;

fn typed(text: &str) -> Passphrase {
    Passphrase::new(&Plaintext::new(text.into())).unwrap()
}

fn passphrase_key(owned: &Owned) -> KeyId {
    let header = header(&owned.bytes());
    let keys = &header.content().keys;
    let is_passphrase =
        |key: &&crate::sealed::key::Key| matches!(key.lock, Lock::Passphrase { .. });
    keys.iter().find(is_passphrase).unwrap().id
}

fn by_passphrase(owned: &Owned, text: &str) -> Option<LocalKeyring> {
    unlock::with_passphrase(&header(&owned.bytes()), &typed(text), None).ok()
}

fn change(owned: &Owned, owner: &mut LocalKeyring, trust: Trust) -> OtherSigner {
    let bytes = owned.bytes();
    let (vault, id) = (header(&bytes).content().vault, passphrase_key(owned));
    let credential = Credential::passphrase(vault, id, &typed("another"), CHEAP).unwrap();
    let mut opened = open_in(&owned.store, &owned.token, Scan::Everything).unwrap();
    let changed = opened.change(now(), Duration::ZERO, Previous::Remove, |change| {
        change.change_passphrase(owner, &credential, trust)
    });
    changed.unwrap().result
}

fn ids(keys: &[Key]) -> Vec<KeyId> {
    keys.iter().map(|key| key.id).collect()
}

#[test]
fn the_old_passphrase_signs_no_header_and_others_go_on() {
    let owned = both();
    owned.change(|change| super::put(change, "staging/name", "value"));
    let (full, reads) = (owned.add_token(Scope::Full), owned.issue("staging", false));
    let before = header(&owned.bytes());
    let thief = by_passphrase(&owned, PASSPHRASE).unwrap();
    let others = change(&owned, &mut owned.keyring(), Trust::Passes);
    assert!(others.dropped.is_empty() && others.to_pin.is_empty());
    assert_eq!(ids(&others.trusting_old), [full.key, reads.key]);

    let after = header(&owned.bytes());
    assert_ne!(after.content().verify, before.content().verify);
    assert!(after.content().is_trusted_by(&before.content().verify));
    assert_ne!(thief.master().unwrap().verify(), after.content().verify);
    for token in [&owned.token, &full, &reads] {
        everything(&owned.bytes(), token).unwrap();
    }
    assert!(by_passphrase(&owned, PASSPHRASE).is_none());
    let holder = by_passphrase(&owned, "another").unwrap();
    assert_eq!(holder.master().unwrap().verify(), after.content().verify);
    // Nothing was encrypted again.
    let sections = |header: &crate::sealed::header::Header| {
        let lines = header.content().workspaces.iter();
        lines
            .map(|line| (line.verify, line.wrapped.clone()))
            .collect::<Vec<_>>()
    };
    assert_eq!(sections(&before), sections(&after));
}

#[test]
fn after_a_leak_no_key_trusts_the_old_signer() {
    let owned = both();
    owned.change(|change| super::put(change, "staging/name", "value"));
    let reads = owned.issue("staging", false);
    let before = header(&owned.bytes());
    let others = change(&owned, &mut owned.keyring(), Trust::Ends);
    assert_eq!(ids(&others.dropped), [reads.key]);
    assert!(others.trusting_old.is_empty());
    let after = header(&owned.bytes());
    assert!(!after.content().is_trusted_by(&before.content().verify));
    everything(&owned.bytes(), &owned.token).unwrap();
    assert!(everything(&owned.bytes(), &reads).is_err());
    assert!(by_passphrase(&owned, "another").is_some());
}

/// You change your own passphrase, and continue with everything that the old one opened.
#[test]
fn the_own_passphrase_is_changed_too() {
    for trust in [Trust::Passes, Trust::Ends] {
        let owned = both();
        let mut owner = by_passphrase(&owned, PASSPHRASE).unwrap();
        change(&owned, &mut owner, trust);
        assert!(by_passphrase(&owned, "another").is_some());
        assert_eq!(
            everything(&owned.bytes(), &owned.token).is_ok(),
            trust == Trust::Passes
        );
    }
}

/// With an older copy and the leaked passphrase, the thief knows the root key and so every workspace's.
#[test]
fn after_a_leak_the_thief_opens_nothing_new() {
    for full in [true, false] {
        let owned = both();
        if !full {
            let mut owner = owned.keyring();
            let id = KeyId::random();
            let vault = header(&owned.bytes()).content().vault;
            let credential = Credential::passphrase(vault, id, &typed("hers"), CHEAP).unwrap();
            owned.change(|change| super::put(change, "staging/name", "value"));
            let old = passphrase_key(&owned);
            owned.change(|change| change.remove_key(&mut owner, old, Trust::Passes));
            let names = vec![super::workspace_name("staging")];
            let scope = Scope::Workspaces { names, write: true };
            owned.add_key(&credential, scope, None);
        }
        let thief = by_passphrase(&owned, if full { PASSPHRASE } else { "hers" }).unwrap();
        let before = header(&owned.bytes());
        change(&owned, &mut owned.keyring(), Trust::Ends);
        let after = header(&owned.bytes());
        let lines = before.content().workspaces.iter();
        for (old, new) in lines.zip(&after.content().workspaces) {
            assert_ne!(old.verify, new.verify, "it could sign");
            if let Ok(master) = thief.master() {
                assert!(master.workspace(old).is_ok() && master.workspace(new).is_err());
            }
        }
        assert!(thief.clone().follow(&after).is_err());
        assert!(by_passphrase(&owned, "another").is_some());
        everything(&owned.bytes(), &owned.token).unwrap();
    }
}
