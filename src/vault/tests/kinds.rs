//! Tests keys of kinds that only a later version knows: they are kept, and never granted anew.

use super::apart::Apart;
use super::{Owned, everything, now, open, put, workspace_name};
use crate::keyring as keys;
use crate::keyring::issue::Credential;
use crate::keyring::master::Master;
use crate::keyring::renew::Trust;
use crate::sealed::id::KeyId;
use crate::sealed::key::KeyToCome;
use crate::sealed::line::encode;
use crate::sealed::meta;
use crate::store::Previous;
use crate::vault::change::{Change, NewKey, NewLabel};
use crate::vault::description::Description;
use crate::vault::key::{KeyKind, Scope};
use crate::vault::{Error, Scan};
use std::time::Duration;

/// A key of a kind that only a later version knows, with the owner's notes about it.
pub fn line(master: &Master, kind: &str, reach: Option<Vec<meta::Reach>>) -> KeyToCome {
    let id = KeyId::random();
    let about = meta::Key {
        label: "later".into(),
        created_at: 1,
        workspaces: reach,
    };
    let about = encode(&master.seal_about(id, &meta::encode(&about)));
    let text = format!(
        "{{\"key\":\"{id}\",\"kind\":\"{kind}\",\"card\":[1,{{\"é\":null}}],\"about\":\"{about}\"}}"
    );
    KeyToCome::parse(&text).unwrap().unwrap()
}

/// A vault with such a key, and the text of its line. It reaches `staging`, or everything.
fn with_key(full: bool) -> (Owned, KeyId, String) {
    let owned = Owned::with(&[("default/name", "value"), ("staging/name", "staged")]);
    let keyring = owned.keyring();
    let master = keyring.master().unwrap();
    let mut apart = Apart::of(&owned.bytes());
    let reach = meta::Reach {
        workspace: apart.workspace(1),
        write: true,
    };
    let key = line(master, "fido2", (!full).then(|| vec![reach]));
    let id = key.id;
    apart.change_header(master, |content| content.keys_to_come.push(key));
    owned.store.put(Some(&apart.join()));
    let text = text_of(&owned, id).unwrap();
    (owned, id, text)
}

fn text_of(owned: &Owned, id: KeyId) -> Option<String> {
    let apart = Apart::of(&owned.bytes());
    let begin = format!("{{\"key\":\"{id}\"");
    let found = apart.header.lines().find(|line| line.starts_with(&begin));
    found.map(str::to_owned)
}

fn change<T>(
    owned: &Owned,
    act: impl FnOnce(&mut Change<'_>) -> Result<T, Error>,
) -> Result<T, Error> {
    let mut vault = super::open_in(&owned.store, &owned.token, Scan::Everything)?;
    let changed = vault.change(now(), Duration::ZERO, Previous::Keep, act)?;
    Ok(changed.result)
}

#[test]
fn a_key_of_a_kind_to_come_is_carried_and_listed() {
    let (owned, id, text) = with_key(false);
    everything(&owned.bytes(), &owned.token).unwrap();
    let mut owner = owned.keyring();
    change(&owned, |change| {
        put(change, "third/name", "so that the header changes")?;
        let new = NewKey {
            label: NewLabel::Default("token"),
            scope: Scope::Full,
            not_after: None,
        };
        let vault = change.content().vault;
        change.add_key(&mut owner, &Credential::token(vault).0, &new)
    })
    .unwrap();
    change(&owned, |change| {
        let name = workspace_name("new");
        change.create_workspace(name, Description::default())
    })
    .unwrap();
    assert_eq!(text_of(&owned, id), Some(text));
    let vault = open(&owned.bytes(), &owned.token, Scan::Everything).unwrap();
    let keys = vault.keys().unwrap();
    let key = keys.iter().find(|key| key.id == id).unwrap();
    assert_eq!((key.kind, key.label.as_str()), (KeyKind::ToCome, "later"));
    assert_eq!(keys.last().unwrap().id, id, "behind the others");
}

#[test]
fn a_key_of_a_kind_to_come_is_not_granted_anew() {
    for full in [false, true] {
        let (owned, id, text) = with_key(full);
        let (staging, third) = (owned.issue("staging", false), owned.issue("default", true));
        let before = owned.bytes();
        let refused = |act: &dyn Fn(&mut Change<'_>) -> Result<(), Error>| {
            let refused = change(&owned, |change| act(change));
            let error = refused.unwrap_err();
            let to_come = matches!(error, Error::Keyring(keys::Error::KindToCome(of)) if of == id);
            assert!(to_come, "{error}");
            assert_eq!(owned.bytes(), before);
        };
        refused(&|change| change.rekey(&mut owned.keyring(), Trust::Passes).map(drop));
        let remove = |change: &mut Change<'_>, key| {
            let removed = change.remove_key(&mut owned.keyring(), key, Trust::Passes);
            removed.map(drop)
        };
        if full {
            // Its grant is of the root key, which stays.
            change(&owned, |change| remove(change, staging.key)).unwrap();
        } else {
            refused(&|change| remove(change, staging.key));
        }
        change(&owned, |change| remove(change, third.key)).unwrap();
        assert_eq!(text_of(&owned, id), Some(text));
        change(&owned, |change| remove(change, id)).unwrap();
        assert_eq!(text_of(&owned, id), None);
        everything(&owned.bytes(), &owned.token).unwrap();
        change(&owned, |change| {
            change.rekey(&mut owned.keyring(), Trust::Passes).map(drop)
        })
        .unwrap();
    }
}

/// It opens nothing here, so it does not count as a key with full access.
#[test]
fn the_last_known_key_with_full_access_stays() {
    let (owned, ..) = with_key(true);
    let own = owned.token.key;
    let removed = change(&owned, |change| {
        let removed = change.remove_key(&mut owned.keyring(), own, Trust::Passes);
        removed.map(drop)
    });
    let Err(Error::InUse { message, .. }) = removed else {
        panic!("removed");
    };
    assert_eq!(message, "the last key with full access cannot be removed");
}

/// Otherwise two of them would prevent each other's removal.
#[test]
fn after_a_leak_keys_of_kinds_to_come_are_dropped() {
    let (owned, id, _) = with_key(true);
    let keyring = owned.keyring();
    let master = keyring.master().unwrap();
    let mut apart = Apart::of(&owned.bytes());
    let other = line(master, "fido3", None);
    apart.change_header(master, |content| content.keys_to_come.push(other));
    owned.store.put(Some(&apart.join()));
    let remove = |change: &mut Change<'_>, trust| {
        change
            .remove_key(&mut owned.keyring(), id, trust)
            .map(|removed| removed.others.dropped.len())
    };
    let refused = change(&owned, |change| remove(change, Trust::Passes));
    assert!(matches!(
        refused,
        Err(Error::Keyring(keys::Error::KindToCome(_)))
    ));
    assert_eq!(
        change(&owned, |change| remove(change, Trust::Ends)).unwrap(),
        1
    );
    let content = super::header(&owned.bytes());
    assert!(content.content().keys_to_come.is_empty());
    everything(&owned.bytes(), &owned.token).unwrap();
}
