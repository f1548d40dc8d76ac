//! Tests versions of now under clocks that disagree: no written value is lost, and the next writer comes after.

use super::{Owned, open_in, reference};
use crate::plaintext::Plaintext;
use crate::store::Previous;
use crate::vault::change::{FastClock, NewVersion, Rotated};
use crate::vault::destination::Destination;
use crate::vault::slot::Choice;
use crate::vault::time::Timestamp;
use crate::vault::{Error, Scan};
use std::time::Duration;

const NOW: u64 = 1_900_000_000;

fn at(second: u64) -> Timestamp {
    Timestamp::from_seconds(second).unwrap()
}

fn set(owned: &Owned, second: u64, value: &str, clock: FastClock) -> Result<Rotated, Error> {
    let mut vault = open_in(&owned.store, &owned.token, Scan::Lookup).unwrap();
    let value = Plaintext::new(value.into());
    let version = NewVersion::now(10, clock);
    let changed = vault.change(at(second), Duration::ZERO, Previous::Keep, |change| {
        change.rotate(None, &reference("name"), &value, version)
    });
    changed.map(|changed| changed.result)
}

fn value(owned: &Owned, second: u64) -> Vec<u8> {
    let vault = open_in(&owned.store, &owned.token, Scan::Lookup).unwrap();
    let now = Choice::Now(at(second));
    let selected = vault.value(None, &reference("name"), now, &Destination::default());
    selected.unwrap().value.expose().to_vec()
}

#[test]
fn a_clock_within_five_minutes_is_followed() {
    let owned = Owned::with(&[("default/name", "first")]);
    set(&owned, NOW + 299, "theirs", FastClock::Refuse).unwrap();
    assert_eq!(value(&owned, NOW), b"theirs");
    let ours = set(&owned, NOW, "ours", FastClock::Refuse).unwrap();
    assert_eq!(ours.slot, NOW + 300);
    assert_eq!(value(&owned, NOW), b"ours");
    assert_eq!(value(&owned, NOW + 86_400), b"ours");
}

#[test]
fn a_clock_far_ahead_is_refused_or_accepted_as_now() {
    let owned = Owned::with(&[("default/name", "first")]);
    set(&owned, NOW + 2_400, "theirs", FastClock::Refuse).unwrap();
    assert_eq!(value(&owned, NOW), b"first");
    let before = owned.bytes();
    let Err(Error::InUse { message, .. }) = set(&owned, NOW, "ours", FastClock::Refuse) else {
        panic!("written");
    };
    assert!(message.contains("40m ahead"), "{message}");
    assert_eq!(owned.bytes(), before);
    let ours = set(&owned, NOW, "ours", FastClock::Accept).unwrap();
    for second in [NOW, NOW + 2_400, NOW + 86_400] {
        assert_eq!(value(&owned, second), b"ours", "{second}");
    }
    let values = ours.secret.slots.iter().map(|slot| slot.slot);
    assert_eq!(values.collect::<Vec<_>>(), [0, NOW, NOW + 1]);
    // The value of the fast clock is the version before.
    let vault = open_in(&owned.store, &owned.token, Scan::Lookup).unwrap();
    let before = Choice::Before(at(NOW + 1));
    let theirs = vault.value(None, &reference("name"), before, &Destination::default());
    assert_eq!(theirs.unwrap().value.expose(), b"theirs");
}

#[test]
fn a_scheduled_version_is_no_fast_clock() {
    let owned = Owned::with(&[("default/name", "first")]);
    let mut vault = open_in(&owned.store, &owned.token, Scan::Lookup).unwrap();
    let version = NewVersion {
        begin: crate::vault::change::Begin::At(NOW + 86_400),
        ..NewVersion::now(10, FastClock::Refuse)
    };
    vault
        .change(at(NOW), Duration::ZERO, Previous::Keep, |change| {
            let value = Plaintext::new("later".into());
            change.rotate(None, &reference("name"), &value, version)
        })
        .unwrap();
    set(&owned, NOW + 1, "now", FastClock::Refuse).unwrap();
    assert_eq!(value(&owned, NOW + 1), b"now");
    assert_eq!(value(&owned, NOW + 86_400), b"later");
}

#[test]
fn only_the_newest_past_versions_stay() {
    let owned = Owned::with(&[("default/name", "v0")]);
    for number in 1..=20 {
        set(
            &owned,
            NOW + number,
            &format!("v{number}"),
            FastClock::Refuse,
        )
        .unwrap();
    }
    let vault = open_in(&owned.store, &owned.token, Scan::Lookup).unwrap();
    let secret = vault.secret(None, &reference("name")).unwrap();
    let slots: Vec<_> = secret.slots.iter().map(|slot| slot.slot).collect();
    assert_eq!(slots, (NOW + 10..=NOW + 20).collect::<Vec<_>>());
}

/// Hundreds of changes in a second, and with a colleague whose clock is ahead.
#[test]
fn any_number_of_quick_changes_counts_at_once() {
    let owned = Owned::with(&[("default/name", "first")]);
    set(&owned, NOW + 290, "theirs", FastClock::Refuse).unwrap();
    for number in 0..700 {
        let value_now = format!("v{number}");
        set(&owned, NOW, &value_now, FastClock::Refuse).unwrap();
        assert_eq!(value(&owned, NOW), value_now.as_bytes(), "{number}");
    }
    let vault = open_in(&owned.store, &owned.token, Scan::Lookup).unwrap();
    let secret = vault.secret(None, &reference("name")).unwrap();
    assert_eq!(secret.slots.len(), 11);
    let before = Choice::Before(at(NOW));
    let before = vault.value(None, &reference("name"), before, &Destination::default());
    assert_eq!(before.unwrap().value.expose(), b"v698");
    vault.verify().unwrap();
}
