//! Two and three replicas change one vault at random and merge in any order, with clocks off by up to four
//! minutes. Every acknowledged value stays reachable unless a change destroys it: it is a version of a secret, or
//! of a deleted one. An earlier copy, which an attacker can put back, changes nothing.

use super::{Owned, Replica, at, mark_deleted, reference};
use crate::plaintext::Plaintext;
use crate::vault::app_reference::AppReference;
use crate::vault::change::{
    Begin, Change, Deletion, FastClock, Fields, NewPlace, NewSecret, NewVersion, Pruning,
    References, SecretUpdate, Values,
};
use crate::vault::description::Description;
use crate::vault::destination::Destination;
use crate::vault::env_key::EnvKey;
use crate::vault::merge::Copy;
use crate::vault::merge::testing::all_values;
use crate::vault::name::SecretName;
use crate::vault::slot::{Choice, MAX_SLOTS};
use crate::vault::tests::dice::Dice;
use crate::vault::tests::workspace_name;
use crate::vault::{Error, Scan};
use std::collections::BTreeSet;

const FIRST: [(&str, &str); 4] = [
    ("default/a", "first a"),
    ("default/b", "first b"),
    ("staging/b", "another b"),
    ("staging/c", "first c"),
];
const NAMES: [&str; 3] = ["a", "b", "c"];
const WORKSPACES: [&str; 2] = ["default", "staging"];
/// Less than the allowed lead of a clock.
const MOST_SECONDS_OFF: i64 = 240;

#[test]
fn no_value_is_lost_in_a_short_run() {
    let tally = run(1, 80);
    assert!(tally.merges > 60 && tally.forks > 50, "{tally:?}");
    assert!(tally.destroyed > 20, "{tally:?}");
}

/// `KLUIS_TEST_SEED` selects another run, `KLUIS_TEST_SEQUENCES` a shorter one.
#[test]
#[ignore = "takes hours"]
#[expect(clippy::print_stdout, reason = "the figures of tests/PROGRAMME.md")]
fn no_value_is_lost_in_a_long_run() {
    let number =
        |name: &str, usual| std::env::var(name).map_or(usual, |text| text.parse().unwrap());
    let seed = number("KLUIS_TEST_SEED", 1);
    let tally = run(seed, number("KLUIS_TEST_SEQUENCES", 100_000));
    println!("seed {seed}: {tally:?}");
}

#[derive(Default, Debug)]
struct Tally {
    sequences: u64,
    changes: u64,
    merges: u64,
    /// Merges that wrote a section anew.
    forks: u64,
    refused: u64,
    destroyed: u64,
    values: u64,
}

/// A replica with its clock, and the values that it acknowledged or got by a merge.
struct Peer<'o> {
    replica: Replica<'o>,
    seconds_off: i64,
    known: BTreeSet<String>,
    /// Its earlier states.
    past: Vec<Vec<u8>>,
}

fn run(seed: u64, sequences: u64) -> Tally {
    let mut tally = Tally::default();
    let owned = Owned::with(&FIRST);
    for sequence in 0..sequences {
        let mut dice = Dice(seed.wrapping_mul(1_000_003).wrapping_add(sequence));
        let case = format!("seed {seed}, sequence {sequence}");
        one(&owned, &mut dice, &case, &mut tally);
        tally.sequences += 1;
    }
    tally
}

fn one(owned: &Owned, dice: &mut Dice, case: &str, tally: &mut Tally) {
    let base = owned.bytes();
    let peers = 2 + dice.below(2);
    let mut peers: Vec<Peer<'_>> = (0..peers)
        .map(|_| Peer {
            replica: Replica::of(owned),
            seconds_off: i64::try_from(dice.below(481)).unwrap() - MOST_SECONDS_OFF,
            known: FIRST.iter().map(|(_, value)| (*value).to_owned()).collect(),
            past: vec![base.clone()],
        })
        .collect();
    let mut history = vec![base];
    for second in 0..i64::try_from(8 + dice.below(12)).unwrap() {
        let who = dice.below(peers.len());
        if dice.below(4) == 0 {
            let other = (who + 1 + dice.below(peers.len() - 1)) % peers.len();
            let base = match dice.below(3) {
                0 => None,
                _ => Some(history[dice.below(history.len())].clone()),
            };
            take_over(&mut peers, who, other, base.as_deref(), second, case, tally);
        } else {
            let value = format!("{case}: {who} at {second}");
            let peer = &mut peers[who];
            let step = dice.below(FIRST_DESTROYING + 4);
            let before = values(&peer.replica);
            if change(peer, dice, step, &value, second) {
                peer.known.insert(value);
            }
            if step >= FIRST_DESTROYING {
                let after = values(&peer.replica);
                tally.destroyed += before.difference(&after).count() as u64;
                for peer in &mut peers {
                    peer.known
                        .retain(|value| after.contains(value) || !before.contains(value));
                }
            }
            tally.changes += 1;
        }
        history.push(peers[who].replica.bytes());
        check(&peers[who], case);
        let peer = &mut peers[who];
        let older = Replica::of(owned);
        older
            .store
            .put(Some(&peer.past[dice.below(peer.past.len())]));
        let base = (dice.below(2) == 0).then(|| older.bytes());
        let now = peer.replica.bytes();
        let clock = at(second + peer.seconds_off);
        let done = peer.replica.merge_at(clock, &older, base.as_deref());
        let outcome = done.unwrap_or_else(|error| panic!("{case}: {error}"));
        assert!(
            peer.replica.bytes() == now,
            "{case}: an older copy: {:?}",
            outcome.report
        );
        peer.past.push(now);
    }
    // All merge in the end.
    for other in 1..peers.len() {
        take_over(&mut peers, 0, other, None, 100, case, tally);
        check(&peers[0], case);
    }
    tally.values += peers[0].known.len() as u64;
}

fn take_over(
    peers: &mut [Peer<'_>],
    who: usize,
    other: usize,
    base: Option<&[u8]>,
    second: i64,
    case: &str,
    tally: &mut Tally,
) {
    let theirs = peers[other].known.clone();
    let (ours, their) = (&peers[who], &peers[other].replica);
    let before = ours.replica.bytes();
    let is_fork = {
        let (our_copy, their_copy) = (ours.replica.copy(), their.copy());
        !matches!(
            super::without_key(&our_copy, &their_copy, None),
            Ok(Some(_))
        )
    };
    let clock = at(second + ours.seconds_off);
    match ours.replica.merge_at(clock, their, base) {
        Ok(_) => {
            tally.merges += 1;
            tally.forks += u64::from(is_fork);
            peers[who].known.extend(theirs);
        }
        // Two rotations are pending: a person decides.
        Err(Error::InUse { message, .. }) if message.contains("unfinished rotation") => {
            assert_eq!(ours.replica.bytes(), before);
            tally.refused += 1;
        }
        Err(error) => panic!("{case}: {error}"),
    }
}

/// Every value in a replica, also of deleted secrets.
fn values(replica: &Replica<'_>) -> BTreeSet<String> {
    let vault = replica.open();
    let copy = Copy::read(&replica.store).unwrap();
    let of = |home| all_values(&copy, vault.keyring.as_ref(), home).unwrap();
    let all = vault.workspaces().iter().flat_map(of);
    all.map(|value| String::from_utf8(value).unwrap()).collect()
}

/// Checks that every known value is there, and that nothing is damaged.
fn check(peer: &Peer<'_>, case: &str) {
    let vault = peer.replica.open();
    vault
        .verify()
        .unwrap_or_else(|error| panic!("{case}: {error}"));
    let there = values(&peer.replica);
    for home in vault.workspaces() {
        // Each name leads to one secret, with a value in effect or scheduled.
        vault.list(home).unwrap();
        let now = at(peer.seconds_off + 100);
        let now = Choice::Now(now);
        vault
            .values(home, now, &Destination::anywhere(), |_| true)
            .unwrap();
    }
    let lost: Vec<_> = peer.known.difference(&there).collect();
    assert!(lost.is_empty(), "{case}: {lost:?} of {there:?}");
}

/// From this step on a change destroys values; the earlier steps keep all.
const FIRST_DESTROYING: usize = 12;

/// Returns whether the value was stored.
fn change(peer: &Peer<'_>, dice: &mut Dice, step: usize, value: &str, second: i64) -> bool {
    let path = format!("{}/{}", dice.of(&WORKSPACES), dice.of(&NAMES));
    let other = *dice.of(&NAMES);
    let to = *dice.of(&WORKSPACES);
    let clock = at(second + peer.seconds_off);
    let mut vault = super::open_in(&peer.replica.store, peer.replica.token, Scan::Lookup).unwrap();
    let secret = vault.secret(None, &reference(&path)).ok();
    let slots = secret.map_or(0, |secret| secret.slots.len());
    if slots + 5 > MAX_SLOTS {
        return false;
    }
    let done = vault.change(
        clock,
        std::time::Duration::ZERO,
        crate::store::Previous::Keep,
        |change| act(change, step, &path, value, other, to),
    );
    matches!(done, Ok(changed) if changed.result)
}

#[expect(clippy::too_many_lines, reason = "a line for each step")]
fn act(
    change: &mut Change<'_>,
    step: usize,
    path: &str,
    value: &str,
    other: &str,
    to: &str,
) -> Result<bool, Error> {
    let (workspace, name) = path.split_once('/').unwrap();
    let target = reference(path);
    let plain = || Plaintext::new(value.into());
    let rotation = |begin| NewVersion {
        begin,
        keep: None,
        ..NewVersion::now(0, FastClock::Refuse)
    };
    let second = change.now().seconds();
    match step {
        0 | 1 => {
            let new = NewSecret::with_value(SecretName::parse(name).unwrap(), plain());
            change.create_secret(Some(&workspace_name(workspace)), new)?;
        }
        2..=4 => drop(change.rotate(None, &target, &plain(), rotation(Begin::Now))?),
        5 => {
            // A slot of its own, in the past or in the future: seconds are few, so that they often collide.
            let number = second - 3 + (value.len() as u64 + other.len() as u64) % 6;
            let there = change.look_up(None, &target)?;
            if there.is_some_and(|there| there.slots.iter().any(|slot| slot.slot == number)) {
                return Ok(false);
            }
            let update = SecretUpdate {
                values: Values::Merge(vec![(number, plain())]),
                ..SecretUpdate::default()
            };
            change.update_secret(None, &target, update)?;
        }
        6 => {
            return Ok(change
                .begin_rotation(None, &target, &plain(), FastClock::Refuse)?
                .is_some());
        }
        7 => {
            change.resume_rotation(None, &target, rotation(Begin::Now))?;
            return Ok(false);
        }
        8 => {
            mark_deleted(change, path, Some(change.now()))?;
            return Ok(false);
        }
        9 => {
            mark_deleted(change, path, None)?;
            return Ok(false);
        }
        10 => {
            let to = NewPlace {
                workspace: Some(workspace_name(to)),
                name: None,
            };
            change.move_secret(None, &target, &to)?;
            return Ok(false);
        }
        FIRST_DESTROYING => {
            let there = change.look_up(None, &target)?;
            let slots = there.map(|there| there.slots).unwrap_or_default();
            // Mostly the oldest, sometimes the one in use or a scheduled one.
            let position = value.len() % slots.len().max(1);
            let update = SecretUpdate {
                remove: slots
                    .get(position)
                    .map(|slot| slot.slot)
                    .into_iter()
                    .collect(),
                ..SecretUpdate::default()
            };
            change.update_secret(None, &target, update)?;
            return Ok(false);
        }
        13 => {
            let home = change.workspaces()[value.len() % 2].clone();
            change.prune(&home, &Pruning::ALL, |_| true)?;
            return Ok(false);
        }
        14 => {
            change.delete_secret(None, &target, References::Unlink, Deletion::Forever)?;
            return Ok(false);
        }
        15 => {
            let app = AppReference::parse("web").unwrap();
            let key = EnvKey::from_name(&SecretName::parse(name).unwrap());
            change.unlink_app(None, &app, &key)?;
            return Ok(false);
        }
        _ => {
            let update = SecretUpdate {
                name: Some(SecretName::parse(other).unwrap()),
                fields: Fields {
                    description: Some(Description::parse(other).unwrap()),
                    ..Fields::default()
                },
                ..SecretUpdate::default()
            };
            let secret = change.update_secret(None, &target, update)?;
            let app = AppReference::parse("web").unwrap();
            // It may be there already.
            let _ = change.create_app(None, &app);
            let key = EnvKey::from_name(&secret.name);
            let moved = reference(&format!("{workspace}/{}", secret.name));
            change.link_app(None, &app, &key, &moved)?;
            return Ok(false);
        }
    }
    Ok(true)
}
