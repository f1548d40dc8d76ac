//! Tests a hostile copy: none brings back an older state or adds a forged one.

use super::mark_deleted;
use super::{Owned, Replica, at, now, reference, refusal};
use crate::keyring::issue::Credential;
use crate::keyring::renew::Trust;
use crate::plaintext::Plaintext;
use crate::sealed;
use crate::vault::Error;
use crate::vault::app_reference::AppReference;
use crate::vault::change::{
    Deletion, FastClock, Fields, NewKey, NewLabel, References, SecretUpdate, Values,
};
use crate::vault::description::Description;
use crate::vault::env_key::EnvKey;
use crate::vault::key::Scope;
use crate::vault::merge::Kind;
use crate::vault::tests::apart::Apart;
use crate::vault::tests::{damage, put};

fn remove(replica: &Replica<'_>, key: sealed::id::KeyId, trust: Trust) {
    let mut owner = super::keyring(&replica.bytes(), replica.token).unwrap();
    replica.change(|change| change.remove_key(&mut owner, key, trust).map(drop));
}

fn add_key(replica: &Replica<'_>) {
    let vault = crate::vault::tests::header(&replica.bytes())
        .content()
        .vault;
    let (credential, _) = Credential::token(vault);
    let mut owner = super::keyring(&replica.bytes(), replica.token).unwrap();
    let new = NewKey {
        label: NewLabel::Default("label"),
        scope: Scope::Full,
        not_after: None,
    };
    replica.change(|change| change.add_key(&mut owner, &credential, &new));
}

/// An attacker without a key can put back any older copy, as a whole.
#[test]
fn an_older_copy_changes_nothing() {
    let owned = Owned::with(&[("default/a", "1"), ("staging/b", "2")]);
    let (ours, older) = (Replica::of(&owned), Replica::of(&owned));
    ours.delete("staging/b");
    for round in 0..60 {
        ours.set("default/a", &round.to_string(), at(round));
        let before = ours.bytes();
        let report = ours.merge(&older, Some(&older.bytes()));
        assert!(report.is_empty(), "{report:?}");
        assert_eq!(ours.bytes(), before);
    }
    assert_eq!(ours.names(), ["default/a"]);
}

/// If the copies are further apart than a part lists its ancestors, an older copy may as well be a fork. It adds
/// only versions and restorable secrets.
#[test]
fn a_copy_far_behind_brings_nothing_back() {
    let owned = Owned::with(&[("default/a", "1"), ("default/b", "2"), ("default/c", "3")]);
    let (ours, older) = (Replica::of(&owned), Replica::of(&owned));
    ours.change(|change| {
        change.delete_secret(
            None,
            &reference("default/b"),
            References::Keep,
            Deletion::Forever,
        )?;
        mark_deleted(change, "default/c", Some(now()))
    });
    for round in 0..70 {
        // In place, and so without a second that separates the values.
        ours.change(|change| {
            let value = Plaintext::new(round.to_string().into());
            let update = SecretUpdate {
                values: Values::Merge(vec![(0, value)]),
                ..SecretUpdate::default()
            };
            change.update_secret(None, &reference("default/a"), update)
        });
    }
    ours.merge(&older, Some(&older.bytes()));
    assert_eq!(ours.values("default/a"), ["1", "69*"]);
    assert_eq!(ours.names(), ["default/a"]);
    ours.change(|change| mark_deleted(change, "default/b", None));
    assert_eq!(ours.values("default/b"), ["2*"]);
}

/// Changes the vault so often that an earlier copy cannot be recognised as older.
fn go_far(replica: &Replica<'_>) {
    for round in 0..70 {
        replica.update(
            "default/z",
            Fields {
                description: Some(Description::parse(&round.to_string()).unwrap()),
                ..Fields::default()
            },
        );
    }
}

fn put_slot(replica: &Replica<'_>, path: &str, number: u64, value: &str) {
    replica.change(|change| {
        let update = SecretUpdate {
            values: Values::Merge(vec![(number, Plaintext::new(value.into()))]),
            ..SecretUpdate::default()
        };
        change.update_secret(None, &reference(path), update)
    });
}

fn remove_slot(replica: &Replica<'_>, path: &str, number: u64) {
    replica.change(|change| {
        let update = SecretUpdate {
            remove: vec![number],
            ..SecretUpdate::default()
        };
        change.update_secret(None, &reference(path), update)
    });
}

#[test]
fn a_copy_far_behind_brings_no_dropped_version_into_use() {
    let owned = Owned::with(&[("default/a", "good"), ("default/z", "0")]);
    let scheduled = now().seconds() + 3_600;
    for (number, value) in [(100, "leaked"), (scheduled, "taken back")] {
        let ours = Replica::of(&owned);
        put_slot(&ours, "default/a", number, value);
        let older = ours.fork();
        remove_slot(&ours, "default/a", number);
        go_far(&ours);
        let report = ours.merge(&older, Some(&older.bytes()));
        // Nothing is lost, and the report names it.
        assert_eq!(ours.values("default/a"), [value, "good*"]);
        let expected =
            format!("default/a slot {number} of theirs may be old: kept below the value of ours");
        assert!(report.contains(&expected), "{report:?}");
        let later = at(7_200).seconds();
        let secret = ours.open().secret(None, &reference("default/a")).unwrap();
        assert_eq!(secret.effective(later), secret.effective(now().seconds()));
    }
}

#[test]
fn a_copy_far_behind_starts_no_rotation() {
    let owned = Owned::with(&[("default/a", "good"), ("default/z", "0")]);
    let ours = Replica::of(&owned);
    ours.change(|change| {
        let value = Plaintext::new("pending".into());
        change.begin_rotation(None, &reference("default/a"), &value, FastClock::Accept)
    });
    let older = ours.fork();
    ours.change(|change| change.discard_rotation(None, &reference("default/a"), None));
    go_far(&ours);
    ours.merge(&older, None);
    let secret = ours.open().secret(None, &reference("default/a")).unwrap();
    assert!(secret.slots.iter().all(|slot| !slot.pending));
    assert_eq!(ours.values("default/a"), ["pending", "good*"]);
}

/// Without a value in use, another value cannot be put below it.
#[test]
fn a_copy_far_behind_starts_no_scheduled_secret() {
    let owned = Owned::with(&[("default/a", "leaked"), ("default/z", "0")]);
    let (ours, older) = (Replica::of(&owned), Replica::of(&owned));
    put_slot(&ours, "default/a", now().seconds() + 3_600, "planned");
    remove_slot(&ours, "default/a", 0);
    go_far(&ours);
    let report = ours.merge(&older, None);
    assert_eq!(ours.values("default/a"), ["planned"]);
    let expected = "default/a slot 0 of theirs may be old: left out".to_owned();
    assert!(report.contains(&expected), "{report:?}");
}

#[test]
fn a_copy_far_behind_links_nothing() {
    let owned = Owned::with(&[("default/a", "1"), ("default/z", "0")]);
    let key = EnvKey::parse("A").unwrap();
    let app = |name: &str| AppReference::parse(name).unwrap();
    owned.change(|change| {
        for name in ["web", "gone", "renewed"] {
            change.create_app(None, &app(name))?;
            change.link_app(None, &app(name), &key, &reference("default/a"))?;
        }
        Ok(())
    });
    let (ours, older) = (Replica::of(&owned), Replica::of(&owned));
    ours.change(|change| {
        change.unlink_app(None, &app("web"), &key)?;
        change.delete_app(None, &app("gone"))?;
        change.delete_app(None, &app("renewed"))?;
        change.create_app(None, &app("renewed"))
    });
    go_far(&ours);
    let report = ours.merge(&older, Some(&older.bytes()));
    let vault = ours.open();
    let apps = vault.apps().unwrap();
    let names: Vec<_> = apps.iter().map(|one| one.app.name.to_string()).collect();
    assert_eq!(names, ["renewed", "web"]);
    assert!(apps.iter().all(|one| one.app.links.is_empty()));
    let secret = vault.secret(None, &reference("default/a")).unwrap();
    assert_eq!(secret.apps, []);
    for expected in [
        "default/web the link A of theirs is left out: ours may have removed it",
        "default/a the link A of theirs is left out: ours may have removed it",
        "default/gone app, only in theirs: left out, ours may have deleted it",
    ] {
        assert!(report.iter().any(|line| line == expected), "{report:?}");
    }
}

#[test]
fn a_removed_owner_adds_no_key() {
    let owned = Owned::with(&[("default/a", "1"), ("staging/b", "2")]);
    let former = owned.add_token(Scope::Full);
    for trust in [Trust::Passes, Trust::Ends] {
        let (ours, theirs) = (Replica::of(&owned), Replica::of(&owned).with(&former));
        add_key(&theirs);
        remove(&ours, former.key, trust);
        let before = ours.bytes();
        // Without a succession, nothing shows which of the two keys is the vault's.
        match (trust, ours.try_merge(&theirs, None)) {
            (Trust::Passes, Ok(outcome)) => {
                let kinds = super::kinds(&outcome);
                assert_eq!(kinds, [Kind::LeftOut]);
            }
            (Trust::Ends, Err(Error::InUse { .. })) => {}
            (_, Ok(_)) => panic!("taken"),
            (_, Err(error)) => panic!("{error}"),
        }
        assert_eq!(ours.bytes(), before);
        // A branch with changed secrets is refused by name.
        theirs.set("staging/b", "3", now());
        if trust == Trust::Passes {
            let refused = refusal(ours.try_merge(&theirs, None));
            assert_eq!(
                refused,
                "their changes of the workspace staging are signed by a key that the vault no longer has"
            );
        }
        assert_eq!(ours.bytes(), before);
    }
}

/// A header names its own ancestors, so anyone can claim them.
#[test]
fn a_header_that_claims_our_history_is_refused() {
    let owned = Owned::with(&[("default/a", "1")]);
    let former = owned.add_token(Scope::Full);
    let old = super::keyring(&owned.bytes(), &former).unwrap();
    let ours = Replica::of(&owned);
    remove(&ours, former.key, Trust::Passes);
    let ours_header = crate::vault::tests::header(&ours.bytes());
    let mut apart = Apart::of(&owned.bytes());
    apart.change_header(old.master().unwrap(), |content| {
        content.ancestors = ours_header.content().ancestors.with(ours_header.id());
    });
    let theirs = Replica::of(&owned);
    theirs.store.put(Some(&apart.join()));
    let before = ours.bytes();
    let error = damage(ours.try_merge(&theirs, None), "claimed");
    assert_eq!(error, sealed::Error::Forged);
    assert_eq!(ours.bytes(), before);
}

/// A removed key for one workspace signs later changes with the seed that it knew.
#[test]
fn a_removed_writer_is_refused_by_name() {
    let owned = Owned::with(&[("default/a", "1"), ("staging/b", "2")]);
    let writer = owned.issue("staging", true);
    let (ours, theirs) = (Replica::of(&owned), Replica::of(&owned).with(&writer));
    remove(&ours, writer.key, Trust::Passes);
    let unchanged = theirs.fork();
    theirs.set("staging/b", "later", at(200));
    let before = ours.bytes();
    let refused = refusal(ours.try_merge(&theirs, None));
    assert_eq!(
        refused,
        "their changes of the workspace staging are signed by a key that the vault no longer has"
    );
    assert_eq!(ours.bytes(), before);
    // The same without a key.
    assert!(super::without_key(&ours.copy(), &theirs.copy(), None).is_err());
    // Secrets that the writer did not change after the removal are only old.
    assert!(ours.merge(&unchanged, None).is_empty());
    assert_eq!(ours.bytes(), before);
}

/// Our own changes are not lost when a colleague replaced the keys meanwhile.
#[test]
fn our_changes_under_replaced_keys_are_refused_by_name() {
    let owned = Owned::with(&[("default/a", "1")]);
    let writer = owned.issue("default", true);
    let (ours, theirs) = (Replica::of(&owned), Replica::of(&owned));
    remove(&theirs, writer.key, Trust::Passes);
    let unchanged = ours.fork();
    ours.set("default/a", "2", now());
    let before = ours.bytes();
    let refused = refusal(ours.try_merge(&theirs, None));
    assert!(
        refused.starts_with("our changes of the workspace default"),
        "{refused}"
    );
    assert_eq!(ours.bytes(), before);
    unchanged.merge(&theirs, None);
    assert_eq!(unchanged.bytes(), theirs.bytes());
}

#[test]
fn a_deleted_secret_does_not_come_back() {
    let owned = Owned::with(&[("default/a", "1"), ("default/b", "2")]);
    let base = owned.bytes();
    for with_base in [true, false] {
        let (ours, theirs) = (Replica::of(&owned), Replica::of(&owned));
        ours.delete("default/a");
        // Their branch is from before, and continues.
        theirs.set("default/b", "3", now());
        theirs.set("default/a", "again", at(100));
        ours.merge(&theirs, with_base.then_some(base.as_slice()));
        assert_eq!(ours.names(), ["default/b"]);
        // A second secret of the name is another one.
        ours.change(|change| put(change, "default/a", "new"));
        ours.merge(&theirs, with_base.then_some(base.as_slice()));
        assert_eq!(ours.values("default/a"), ["new*"]);
        let there = mark_deleted_fails(&ours);
        assert!(there, "the name is taken");
    }
}

/// Whether the deleted secret is still there, under its own id.
fn mark_deleted_fails(replica: &Replica<'_>) -> bool {
    let mut vault = replica.open();
    let restored = vault.change(
        now(),
        std::time::Duration::ZERO,
        crate::store::Previous::Keep,
        |change| mark_deleted(change, "default/a", None),
    );
    restored.is_err()
}

/// A damaged copy is named before any of it is used.
#[test]
fn a_damaged_copy_is_refused() {
    let owned = Owned::with(&[("default/a", "1"), ("staging/b", "2")]);
    let (ours, theirs) = (Replica::of(&owned), Replica::of(&owned));
    theirs.set("staging/b", "3", now());
    let whole = theirs.bytes();
    let before = ours.bytes();
    for at in (0..whole.len()).step_by(97) {
        let mut flipped = whole.clone();
        flipped[at] ^= 1;
        theirs.store.put(Some(&flipped));
        assert!(ours.try_merge(&theirs, None).is_err(), "byte {at}");
        assert_eq!(ours.bytes(), before);
    }
    theirs.store.put(Some(&whole));
    ours.merge(&theirs, None);
    assert!(ours.open().secret(None, &reference("staging/b")).is_ok());
}
