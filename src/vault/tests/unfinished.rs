//! Tests an unfinished rotation: other commands meanwhile, and that its value is not lost.

use super::slots::rotation;
use super::{Owned, now, open_in, reference};
use crate::plaintext::Plaintext;
use crate::store::Previous;
use crate::vault::change::{Begin, Change, FastClock, NewVersion, SecretUpdate, Values};
use crate::vault::destination::Destination;
use crate::vault::slot::Choice;
use crate::vault::time::Timestamp;
use crate::vault::{Error, Scan};
use std::time::Duration;

type Act<'a> = dyn Fn(&mut Change<'_>) -> Result<(), Error> + 'a;

#[test]
fn while_a_rotation_is_pending_no_other_changes_values() {
    let owned = Owned::with(&[("default/name", "old")]);
    let secret = reference("name");
    let new = || Plaintext::new(b"new".to_vec());
    owned.change(|change| change.begin_rotation(None, &secret, &new(), FastClock::Refuse));
    let vault = open_in(&owned.store, &owned.token, Scan::Lookup).unwrap();
    let pending = vault.secret(None, &secret).unwrap();
    let number = pending.slots[pending.pending().unwrap()].slot;
    for choice in [Choice::Number(number), Choice::Before(now())] {
        assert!(matches!(
            vault.value(None, &secret, choice, &Destination::default()),
            Err(Error::NotFound { what: "slot", .. })
        ));
    }
    for choice in [Choice::At(now()), Choice::Latest] {
        let selected = vault
            .value(None, &secret, choice, &Destination::default())
            .unwrap();
        assert_eq!(selected.value.expose(), b"old");
    }
    let before = owned.bytes();
    let refused: [&Act; 4] = [
        &|change| {
            change
                .begin_rotation(None, &secret, &new(), FastClock::Refuse)
                .map(|_| ())
        },
        &|change| {
            let now = rotation(Begin::Now, None);
            change.rotate(None, &secret, &new(), now).map(|_| ())
        },
        &|change| {
            change
                .roll_back(
                    None,
                    &secret,
                    Some(now()),
                    NewVersion::now(10, FastClock::Refuse),
                )
                .map(|_| ())
        },
        &|change| {
            let update = SecretUpdate {
                values: Values::Effective(new()),
                ..SecretUpdate::default()
            };
            change.update_secret(None, &secret, update).map(|_| ())
        },
    ];
    for (case, act) in refused.iter().enumerate() {
        let mut vault = open_in(&owned.store, &owned.token, Scan::Lookup).unwrap();
        let changed = vault.change(now(), Duration::ZERO, Previous::Keep, act);
        let error = changed.err().unwrap();
        assert!(matches!(error, Error::InUse { .. }), "case {case}: {error}");
        assert_eq!(owned.bytes(), before, "case {case}");
    }
}

#[test]
fn a_finished_rotation_survives_a_concurrent_discard() {
    let owned = Owned::with(&[("default/name", "old")]);
    let secret = reference("name");
    let new = Plaintext::new(b"new".to_vec());
    owned.change(|change| change.begin_rotation(None, &secret, &new, FastClock::Refuse));
    assert!(owned.change(|change| change.discard_rotation(None, &secret, None)));
    assert!(!owned.change(|change| change.discard_rotation(None, &secret, None)));
    let now = rotation(Begin::Now, None);
    owned.change(|change| change.finish_rotation(None, &secret, &new, now));
    assert_eq!(
        super::value(&owned.bytes(), &owned.token, "name").unwrap(),
        b"new"
    );
}

#[test]
fn a_finished_rotation_survives_another_that_began_meanwhile() {
    let owned = Owned::with(&[("default/name", "old")]);
    let secret = reference("name");
    let [one, other] = [b"one", b"two"].map(|value| Plaintext::new(value.to_vec()));
    owned.change(|change| change.begin_rotation(None, &secret, &one, FastClock::Refuse));
    owned.change(|change| change.discard_rotation(None, &secret, None));
    owned.change(|change| change.begin_rotation(None, &secret, &other, FastClock::Refuse));
    let mut vault = open_in(&owned.store, &owned.token, Scan::Lookup).unwrap();
    let later = Timestamp::from_seconds(now().seconds() + 1).unwrap();
    let finished = vault.change(later, Duration::ZERO, Previous::Keep, |change| {
        let now = rotation(Begin::Now, None);
        change.finish_rotation(None, &secret, &one, now)
    });
    let secret = finished.unwrap().result.secret;
    assert!(secret.pending().is_some());
    let value = vault.value(
        None,
        &reference("name"),
        Choice::At(later),
        &Destination::default(),
    );
    assert_eq!(value.unwrap().value.expose(), b"one");
}

#[test]
fn an_id_needs_no_workspace() {
    let owned = Owned::with(&[("default/a", "1"), ("one/name", "old"), ("two/b", "2")]);
    let vault = open_in(&owned.store, &owned.token, Scan::Lookup).unwrap();
    let id = vault.secret(None, &reference("one/name")).unwrap().id;
    let by_id = reference(&id.to_string());
    let token = owned.issue_for(&["one", "two"]);
    let mut vault = open_in(&owned.store, &token, Scan::Lookup).unwrap();
    assert_eq!(vault.secret(None, &by_id).unwrap().id, id);
    let new = Plaintext::new(b"new".to_vec());
    let changed = vault.change(now(), Duration::ZERO, Previous::Keep, |change| {
        change.begin_rotation(None, &by_id, &new, FastClock::Refuse)
    });
    assert!(changed.unwrap().result.is_some());
    let absent = reference("sec_00000000000000000000000000");
    let error = vault.secret(None, &absent).unwrap_err();
    assert!(matches!(error, Error::NotFound { what: "secret", .. }));
}
