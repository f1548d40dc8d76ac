//! Tests clocks that are wrong by decades: a time at 1970, past 32 bits, or at the end of all times neither wraps
//! nor panics.

use super::{Owned, open_in, reference};
use crate::plaintext::Plaintext;
use crate::store::Previous;
use crate::vault::change::{Begin, Edit, FastClock, NewVersion, Rotated};
use crate::vault::destination::Destination;
use crate::vault::policy::Due;
use crate::vault::slot::Choice;
use crate::vault::time::Timestamp;
use crate::vault::{Error, Scan};
use std::time::Duration;

fn at(second: u64) -> Timestamp {
    Timestamp::from_seconds(second).unwrap()
}

fn rotate(owned: &Owned, clock: Timestamp, value: &str) -> Result<Rotated, Error> {
    add(owned, clock, value, FastClock::Refuse)
}

fn add(owned: &Owned, now: Timestamp, value: &str, clock: FastClock) -> Result<Rotated, Error> {
    let mut vault = open_in(&owned.store, &owned.token, Scan::Lookup).unwrap();
    let value = Plaintext::new(value.into());
    let rotation = NewVersion {
        begin: Begin::Now,
        keep: None,
        expires_at: Edit::Keep,
        clock,
    };
    let changed = vault.change(now, Duration::ZERO, Previous::Keep, |change| {
        change.rotate(None, &reference("name"), &value, rotation)
    });
    changed.map(|changed| changed.result)
}

fn value(owned: &Owned, second: u64) -> Vec<u8> {
    let vault = open_in(&owned.store, &owned.token, Scan::Lookup).unwrap();
    let (name, then) = (reference("name"), Choice::At(at(second)));
    let selected = vault.value(None, &name, then, &Destination::default());
    selected.unwrap().value.expose().to_vec()
}

#[test]
fn a_value_of_any_era_is_effective_from_its_own_second_on() {
    let owned = Owned::with(&[("default/name", "first")]);
    let last = Timestamp::MAX.seconds();
    // 1970, the ends of 31 and 32 bits, 2242, 9999.
    let eras = [1, 1 << 31, (1 << 32) - 1, 1 << 32, 1 << 33, last];
    for (number, second) in eras.into_iter().enumerate() {
        let rotated = rotate(&owned, at(second), &format!("value {number}")).unwrap();
        assert_eq!(rotated.slot, second);
        assert_eq!(rotated.secret.slots.len(), number + 2);
        assert_eq!(rotated.secret.slots[number + 1].slot, second);
    }
    assert_eq!(value(&owned, 0), b"first");
    for (number, second) in eras.into_iter().enumerate() {
        assert_eq!(value(&owned, second), format!("value {number}").as_bytes());
        let before = number.checked_sub(1);
        let before = before.map_or("first".into(), |before| format!("value {before}"));
        assert_eq!(value(&owned, second - 1), before.as_bytes());
    }
}

#[test]
fn only_at_the_end_of_time_is_a_taken_second_a_conflict() {
    let owned = Owned::with(&[("default/name", "first")]);
    assert_eq!(rotate(&owned, at(0), "second").unwrap().slot, 1);
    assert_eq!(value(&owned, 1), b"second");
    rotate(&owned, Timestamp::MAX, "last").unwrap();
    let error = rotate(&owned, Timestamp::MAX, "one more").unwrap_err();
    assert!(matches!(error, Error::Exists { what: "slot", .. }));
}

#[test]
fn a_clock_that_was_set_back_makes_nothing_negative() {
    let owned = Owned::with(&[("default/name", "first")]);
    let late = rotate(&owned, at(1 << 33), "late").unwrap().secret;
    let refused = rotate(&owned, at(5), "early").unwrap_err();
    assert!(refused.to_string().contains("272y ahead"), "{refused}");
    let rotated = add(&owned, at(5), "early", FastClock::Accept).unwrap();
    assert_eq!(rotated.slot, 6);
    assert_eq!(value(&owned, 5), b"late");
    assert_eq!(value(&owned, 1 << 33), b"early");
    let mut secret = rotated.secret;
    // Made and changed later than the clock says, and never changed before it was made.
    assert_eq!(secret.created_at, late.created_at);
    assert!(secret.updated_at >= secret.created_at);
    assert_eq!((secret.age(5), secret.age(0)), (Some(0), Some(0)));
    secret.rotate_every = Some(u64::from(u32::MAX));
    let due = secret.next_due(5).unwrap();
    assert_eq!(due, Due::Rotation(at(5 + u64::from(u32::MAX))));
    assert_eq!(secret.due(6), None);
}
