//! Compares slots with a simple map: after every step and at any time, the effective value is that of a map from
//! seconds to values.

use super::{Owned, now, open_in, reference};
use crate::plaintext::Plaintext;
use crate::store::Previous;
use crate::vault::change::{
    Begin, Change, Edit, FastClock, Fields, NewSecret, NewVersion, Pruning, Rotated, SecretUpdate,
    Values,
};
use crate::vault::clock::Clock;
use crate::vault::destination::Destination;
use crate::vault::name::SecretName;
use crate::vault::slot::{CLOCK_TOLERANCE_SECONDS, Choice, MAX_SLOTS, SlotState};
use crate::vault::time::Timestamp;
use crate::vault::{Error, Scan, Written};
use proptest::prelude::*;
use std::cell::Cell;
use std::collections::BTreeMap;
use std::time::Duration;

/// The content of such a map: a value from each second on, and when it was written.
type Model = BTreeMap<u64, Held>;

#[derive(Clone, Copy, PartialEq, Debug)]
struct Held {
    value: u8,
    written: u64,
}

/// Values are few, so that they are often the same; seconds are few, so that they often collide.
#[derive(Clone, Debug)]
enum Step {
    Wait(u64),
    Update(u8),
    Put(u64, u8),
    Remove(u64),
    Replace(Vec<(u64, u8)>),
    Rotate(u8, Option<u64>, Option<usize>),
    RollBack(Option<u64>),
    Prune(usize),
    /// A rotation with a side effect, and its outcome.
    Exec(u8, Side),
}

#[derive(Clone, Copy, Debug)]
enum Side {
    Succeeded,
    Failed,
    /// The command's result is unknown; the rotation is resumed or discarded later.
    Resumed,
    Discarded,
}

const SECONDS: u64 = 24;

fn step() -> impl Strategy<Value = Step> {
    let second = || 0..SECONDS;
    let value = || 0..4_u8;
    let keep = prop::option::of(0..4_usize);
    let side = prop_oneof![
        Just(Side::Succeeded),
        Just(Side::Failed),
        Just(Side::Resumed),
        Just(Side::Discarded),
    ];
    let slots = prop::collection::btree_map(second(), value(), 1..4);
    prop_oneof![
        3 => (0..4_u64).prop_map(Step::Wait),
        2 => value().prop_map(Step::Update),
        3 => (second(), value()).prop_map(|(second, value)| Step::Put(second, value)),
        1 => second().prop_map(Step::Remove),
        1 => slots.prop_map(|slots| Step::Replace(slots.into_iter().collect())),
        5 => (value(), prop::option::weighted(0.4, second()), keep)
            .prop_map(|(value, at, keep)| Step::Rotate(value, at, keep)),
        3 => prop::option::of(second()).prop_map(Step::RollBack),
        1 => (0..3_usize).prop_map(Step::Prune),
        2 => (value(), side).prop_map(|(value, side)| Step::Exec(value, side)),
    ]
}

/// A clock that the test sets.
#[derive(Default)]
struct Hand(Cell<u64>);

impl Hand {
    fn second(&self) -> u64 {
        self.0.get()
    }
}

impl Clock for &Hand {
    fn now(&self) -> Timestamp {
        Timestamp::from_seconds(self.second()).unwrap()
    }
}

/// The effective value at a second, if nothing was written for a later one.
fn at(model: &Model, second: u64) -> Option<(u64, u8)> {
    let last = model.range(..=second).next_back();
    last.map(|(&slot, held)| (slot, held.value))
}

/// What is effective now.
fn effective(model: &Model, now: u64) -> Option<(u64, u8)> {
    let mut latest = model.iter().rev();
    let found = latest.find(|(slot, held)| has_begun(**slot, held.written, now));
    found.map(|(&slot, held)| (slot, held.value))
}

fn has_begun(slot: u64, written: u64, now: u64) -> bool {
    slot <= now || (slot <= written && written <= now + CLOCK_TOLERANCE_SECONDS)
}

/// Puts a value into a slot, unless it is already there. A slot that has begun stays so.
fn put(model: &mut Model, slot: u64, value: u8, written: u64) {
    let held = model.get(&slot);
    if held.is_none_or(|held| held.value != value) {
        let begun = held.is_some_and(|held| has_begun(slot, held.written, written));
        let written = if begun { written.max(slot) } else { written };
        model.insert(slot, Held { value, written });
    }
}

/// Adds a value from now on, after everything that has begun.
fn add(model: &mut Model, now: u64, value: u8) {
    let begun = effective(model, now);
    if begun.is_some_and(|(_, old)| old == value) {
        return;
    }
    let mut slot = begun.map_or(now, |(slot, _)| now.max(slot + 1));
    while model.contains_key(&slot) {
        slot += 1;
    }
    put(model, slot, value, slot.max(now));
}

fn prune(model: &mut Model, second: u64, keep: usize) {
    let Some((effective, _)) = effective(model, second) else {
        return;
    };
    let superseded: Vec<u64> = model.range(..effective).map(|(&slot, _)| slot).collect();
    for slot in superseded.iter().rev().skip(keep) {
        model.remove(slot);
    }
}

/// Whether a clock far ahead wrote a slot for its present second.
fn is_ahead(model: &Model, now: u64) -> bool {
    let far = now + CLOCK_TOLERANCE_SECONDS;
    let mut slots = model.iter();
    slots.any(|(&slot, held)| now < slot && slot <= held.written && far < held.written)
}

/// Does the step in the model; returns whether it is allowed.
fn expect(model: &mut Model, hand: u64, step: &Step) -> bool {
    let now = effective(model, hand);
    let adds = matches!(
        step,
        Step::Rotate(_, None, _) | Step::RollBack(_) | Step::Exec(..)
    );
    if adds && is_ahead(model, hand) {
        return false;
    }
    match step {
        Step::Wait(_) => {}
        Step::Update(value) => put(model, now.map_or(0, |(slot, _)| slot), *value, hand),
        Step::Put(second, value) => put(model, *second, *value, hand),
        Step::Remove(second) => {
            if !model.contains_key(second) || model.len() == 1 {
                return false;
            }
            model.remove(second);
        }
        Step::Replace(slots) => {
            model.retain(|slot, _| slots.iter().any(|(kept, _)| kept == slot));
            for (slot, value) in slots {
                put(model, *slot, *value, hand);
            }
        }
        Step::Rotate(value, None, keep) => {
            let same = now.is_some_and(|(_, old)| old == *value);
            add(model, hand, *value);
            if let (Some(keep), false) = (keep, same) {
                prune(model, hand, *keep);
            }
        }
        Step::Rotate(value, Some(second), keep) => {
            if effective(model, *second).is_some_and(|(_, old)| old == *value) {
                return true;
            }
            if model.contains_key(second) || now.is_some_and(|(slot, _)| *second < slot) {
                return false;
            }
            put(model, *second, *value, hand);
            if let Some(keep) = keep {
                prune(model, hand, *keep);
            }
        }
        Step::RollBack(to) => {
            let target = match (to, now) {
                (Some(to), _) if *to > hand => None,
                (Some(to), _) => at(model, *to),
                (None, Some((slot, _))) if slot > 0 => at(model, slot - 1),
                (None, _) => None,
            };
            let Some((_, value)) = target else {
                return false;
            };
            add(model, hand, value);
        }
        Step::Prune(keep) => prune(model, hand, *keep),
        Step::Exec(value, side) => {
            let Some((_, old)) = now else {
                return false;
            };
            if old != *value && matches!(side, Side::Succeeded | Side::Resumed) {
                add(model, hand, *value);
            }
        }
    }
    true
}

fn plain(value: u8) -> Plaintext {
    Plaintext::new(vec![b'a' + value])
}

pub fn rotation(begin: Begin, keep: Option<usize>) -> NewVersion {
    NewVersion {
        begin,
        keep,
        expires_at: Edit::Keep,
        clock: FastClock::Refuse,
    }
}

fn act(change: &mut Change<'_>, step: &Step) -> Result<(), Error> {
    let secret = reference("name");
    let mut update = |values, remove| {
        let update = SecretUpdate {
            values,
            remove,
            ..SecretUpdate::default()
        };
        change.update_secret(None, &secret, update).map(|_| ())
    };
    let plain_slots = |slots: &[(u64, u8)]| {
        let slots = slots.iter().map(|&(slot, value)| (slot, plain(value)));
        slots.collect()
    };
    match step {
        Step::Wait(_) => Ok(()),
        Step::Update(value) => update(Values::Effective(plain(*value)), Vec::new()),
        Step::Put(second, value) => {
            update(Values::Merge(vec![(*second, plain(*value))]), Vec::new())
        }
        Step::Remove(second) => update(Values::Keep, vec![*second]),
        Step::Replace(slots) => update(Values::Replace(plain_slots(slots)), Vec::new()),
        Step::Rotate(value, at, keep) => {
            let begin = at.map_or(Begin::Now, Begin::At);
            let rotation = rotation(begin, *keep);
            let rotated = change.rotate(None, &secret, &plain(*value), rotation);
            rotated.map(|_| ())
        }
        Step::RollBack(to) => {
            let to = to.and_then(Timestamp::from_seconds);
            let version = rotation(Begin::Now, None);
            change.roll_back(None, &secret, to, version).map(|_| ())
        }
        Step::Prune(keep) => {
            let home = change.workspace(None)?;
            let pruning = Pruning {
                superseded: true,
                keep: *keep,
                ..Pruning::default()
            };
            change.prune(&home, &pruning, |_| true).map(|_| ())
        }
        Step::Exec(value, side) => {
            let value = plain(*value);
            let Some(begun) = change.begin_rotation(None, &secret, &value, FastClock::Refuse)?
            else {
                return Ok(());
            };
            let pending = begun.pending().unwrap();
            let checksum = begun.slots[pending].checksum;
            let now = rotation(Begin::Now, None);
            match side {
                Side::Succeeded => change
                    .finish_rotation(None, &secret, &value, now)
                    .map(|_| ()),
                Side::Resumed => change.resume_rotation(None, &secret, now).map(|_| ()),
                Side::Failed => change
                    .discard_rotation(None, &secret, Some(checksum))
                    .map(|dropped| assert!(dropped)),
                Side::Discarded => change
                    .discard_rotation(None, &secret, None)
                    .map(|dropped| assert!(dropped)),
            }
        }
    }
}

/// Checks that the vault and the map agree at every second that matters.
fn check(owned: &Owned, model: &Model) {
    let vault = open_in(&owned.store, &owned.token, Scan::Lookup).unwrap();
    let secret = vault.secret(None, &reference("name")).unwrap();
    assert!(
        secret
            .slots
            .iter()
            .map(|slot| slot.slot)
            .eq(model.keys().copied())
    );
    for second in (0..SECONDS + 60).chain([u64::MAX / 1_000_000_000]) {
        let time = Timestamp::from_seconds(second).unwrap();
        let choices = [
            (Choice::Now(time), effective(model, second)),
            (Choice::At(time), at(model, second)),
        ];
        for (choice, expected) in choices {
            let found = vault.value(None, &reference("name"), choice, &Destination::default());
            match (expected, found) {
                (Some((slot, value)), Ok(selected)) => {
                    assert_eq!(
                        (slot, [b'a' + value].as_slice()),
                        (selected.slot, selected.value.expose())
                    );
                }
                (None, Err(Error::NotEffective { first, .. })) => {
                    assert_eq!(first.map(Timestamp::seconds), model.keys().next().copied());
                }
                (expected, found) => panic!("{choice:?}: {expected:?}, {:?}", found.err()),
            }
        }
        let states = (0..secret.slots.len()).map(|position| secret.state(position, second));
        let count = states
            .filter(|state| *state == SlotState::Effective)
            .count();
        assert_eq!(count, usize::from(effective(model, second).is_some()));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_effective_value_is_that_of_a_map(
        first in prop::collection::btree_map(0..SECONDS, 0..4_u8, 1..4),
        written in prop_oneof![4 => Just(0), 1 => Just(now().seconds())],
        steps in prop::collection::vec(step(), 1..24),
    ) {
        let owned = Owned::new();
        let hand = Hand::default();
        let held = |(&slot, &value): (&u64, &u8)| (slot, Held { value, written });
        let mut model: Model = first.iter().map(held).collect();
        let mut vault = open_in(&owned.store, &owned.token, Scan::Lookup).unwrap();
        let first_clock = Timestamp::from_seconds(written).unwrap();
        vault.change(first_clock, Duration::ZERO, Previous::Keep, |change| {
            let name = SecretName::parse("name").unwrap();
            let slots = first.iter().map(|(&slot, &value)| (slot, plain(value))).collect();
            let new = NewSecret { name, fields: Fields::default(), slots };
            change.create_secret(None, new)
        }).unwrap();
        for step in steps {
            let mut expected = model.clone();
            let possible = expect(&mut expected, hand.second(), &step);
            if let Step::Wait(seconds) = step {
                hand.0.set(hand.second() + seconds);
                continue;
            }
            let before = owned.bytes();
            let mut vault = open_in(&owned.store, &owned.token, Scan::Lookup).unwrap();
            let changed = vault.change(&hand, Duration::ZERO, Previous::Keep, |change| act(change, &step));
            match changed {
                Ok(changed) => {
                    prop_assert!(possible, "{:?} of {:?}", step, model);
                    let written = changed.written == Written::Replaced;
                    // A rotation that was begun and discarded in one change leaves another date.
                    if !matches!(step, Step::Exec(..)) {
                        prop_assert_eq!(written, expected != model, "{:?} of {:?}", step, model);
                    }
                    model = expected;
                }
                Err(error) => {
                    prop_assert!(!possible, "{:?} of {:?}: {}", step, model, error);
                    prop_assert_eq!(before, owned.bytes());
                }
            }
            check(&owned, &model);
        }
    }
}

fn rotate(owned: &Owned, value: &str, rotation: NewVersion) -> Result<Rotated, Error> {
    let mut vault = open_in(&owned.store, &owned.token, Scan::Lookup).unwrap();
    let value = Plaintext::new(value.into());
    let changed = vault.change(now(), Duration::ZERO, Previous::Keep, |change| {
        change.rotate(None, &reference("name"), &value, rotation)
    });
    changed.map(|changed| changed.result)
}

#[test]
fn the_hundred_and_first_slot_is_refused_until_others_go() {
    let owned = Owned::with(&[("default/name", "0")]);
    let start = now().seconds();
    let full = MAX_SLOTS as u64 - 1;
    for number in 1..=full {
        let at = Begin::At(start + number);
        rotate(&owned, &format!("{number}"), rotation(at, None)).unwrap();
    }
    let at = Begin::At(start + full + 1);
    let error = rotate(&owned, "one more", rotation(at, None)).unwrap_err();
    assert!(matches!(error, Error::InUse { .. }));
    // All but the first are in the future: nothing is superseded.
    assert!(rotate(&owned, "one more", rotation(at, Some(0))).is_err());
    let (first, kept) = (start + 1, rotation(Begin::At(start + 1), Some(0)));
    let error = rotate(&owned, "other", kept).unwrap_err();
    assert_eq!(
        error.to_string(),
        format!("there is already a slot {first} of default/name")
    );
}

#[test]
fn values_of_one_second_follow_each_other() {
    let owned = Owned::with(&[("default/name", "0")]);
    let start = now().seconds();
    for number in 0..3 {
        let rotated = rotate(
            &owned,
            &format!("{}", number + 1),
            rotation(Begin::Now, None),
        );
        assert_eq!(rotated.unwrap().slot, start + number);
        let vault = open_in(&owned.store, &owned.token, Scan::Lookup).unwrap();
        let choice = Choice::Now(now());
        let found = vault.value(None, &reference("name"), choice, &Destination::default());
        let expected = format!("{}", number + 1);
        assert_eq!(found.unwrap().value.expose(), expected.as_bytes());
    }
}

#[test]
fn superseded_values_take_so_much_and_no_more() {
    let owned = Owned::with(&[("default/name", "0")]);
    let large = "x".repeat(20_000);
    for number in 1..=5 {
        let value = format!("{number}{large}");
        rotate(&owned, &value, rotation(Begin::Now, None)).unwrap();
    }
    let slots = || {
        let vault = open_in(&owned.store, &owned.token, Scan::Lookup).unwrap();
        vault.secret(None, &reference("name")).unwrap().slots.len()
    };
    // The effective one, and three superseded ones of some 20 KiB.
    assert_eq!(slots(), 4);
    let largest = "y".repeat(65_536);
    for value in [&largest, "small", "smaller"] {
        rotate(&owned, value, rotation(Begin::Now, None)).unwrap();
    }
    // The newest superseded one stays, however long; the one before it does not.
    assert_eq!(slots(), 2);
}
