//! Tests an id that two secrets claim: neither is found by it.

use super::apart::Hostile;
use super::many::put_withheld;
use super::writer::scene;
use super::{damage, everything, now, open, open_in, reference, value};
use crate::sealed::{self, Part};
use crate::store::Previous;
use crate::store::memory::MemoryStore;
use crate::vault::Scan;
use crate::vault::change::{Deletion, References};
use std::time::Duration;

/// Two secrets with one id, in one workspace or in two: only opening everything finds both.
#[test]
fn an_id_that_is_there_twice_is_damage() {
    let scene = scene();
    let hostile = Hostile::new("name", &[b"value"]);
    let again = Hostile {
        id: hostile.id,
        ..Hostile::new("other", &[b"value"])
    };
    let raw = |hostile: &Hostile<'_>| hostile.raw(&scene.keyring, scene.staging, |entry| entry);
    let mut both = vec![raw(&hostile), raw(&again)];
    both.sort_by_key(|raw| raw.index);
    let part = Part::Record(hostile.id.to_string());
    scene.refuse(&scene.holding(both), &part, "twice in one workspace");

    let vault = open(&scene.owned.bytes(), &scene.owned.token, Scan::Lookup).unwrap();
    let theirs = vault.secret(None, &reference("default/name")).unwrap();
    let hostile = Hostile {
        id: theirs.id,
        ..Hostile::new("name", &[b"mine"])
    };
    let bytes = scene.holding(vec![raw(&hostile)]);
    let twice = sealed::Error::Damaged(Part::Record(theirs.id.to_string()));
    let error = damage(everything(&bytes, &scene.owned.token), "everything");
    assert_eq!(error, twice);
    // By its id the one in `default` is not found as the other's, nor in the workspace that has the other.
    let id = theirs.id.to_string();
    assert_eq!(
        damage(value(&bytes, &scene.owned.token, &id), "read"),
        twice
    );
    let store = MemoryStore::holding(&bytes);
    let mut vault = open_in(&store, &scene.owned.token, Scan::Lookup).unwrap();
    let deleted = vault.change(now(), Duration::ZERO, Previous::Keep, |change| {
        change.delete_secret(None, &reference(&id), References::Keep, Deletion::Forever)
    });
    assert_eq!(damage(deleted, "deleted"), twice);
    let path = format!("default/{id}");
    let found = value(&bytes, &scene.owned.token, &path).unwrap();
    assert_eq!(found, b"default value");
}

/// If the true secret is blocked, the other is not given in its place.
#[test]
fn a_doubled_id_finds_nothing_even_if_one_secret_is_blocked() {
    let scene = scene();
    scene.owned.change(put_withheld);
    for path in ["default/bound", "default/later"] {
        let vault = open(&scene.owned.bytes(), &scene.owned.token, Scan::Lookup).unwrap();
        let theirs = vault.secret(None, &reference(path)).unwrap();
        let hostile = Hostile {
            id: theirs.id,
            ..Hostile::new("name", &[b"mine"])
        };
        let raw = hostile.raw(&scene.keyring, scene.staging, |entry| entry);
        let bytes = scene.holding(vec![raw]);
        let id = theirs.id.to_string();
        assert!(value(&bytes, &scene.owned.token, &id).is_err(), "{path}");
    }
}
