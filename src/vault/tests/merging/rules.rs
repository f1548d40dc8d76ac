//! Tests the merge of two honest copies.

use super::mark_deleted;
use super::{Owned, Replica, at, now, reference, without_key};
use crate::vault::change::{Deletion, Fields, NewPlace, SecretUpdate};
use crate::vault::description::Description;
use crate::vault::env_key::EnvKey;
use crate::vault::name::SecretName;
use crate::vault::tests::{put, workspace_name};

fn describe(text: &str) -> Fields {
    Fields {
        description: Some(Description::parse(text).unwrap()),
        ..Fields::default()
    }
}

fn env_key(key: &str) -> EnvKey {
    EnvKey::parse(key).unwrap()
}

#[test]
fn what_one_side_changed_is_taken_byte_for_byte() {
    let owned = Owned::with(&[("default/a", "1"), ("staging/b", "2")]);
    let (ours, theirs) = (Replica::of(&owned), Replica::of(&owned));
    let base = owned.bytes();
    theirs.set("staging/b", "3", now());
    let report = ours.merge(&theirs, Some(&base));
    assert_eq!(ours.bytes(), theirs.bytes());
    assert!(report.is_empty(), "{report:?}");
    // A second merge changes nothing, in either direction.
    assert!(ours.merge(&theirs, None).is_empty());
    assert!(theirs.merge(&ours, None).is_empty());
    assert_eq!(ours.bytes(), theirs.bytes());
}

#[test]
fn each_part_comes_from_the_side_that_changed_it() {
    let owned = Owned::with(&[("default/a", "1"), ("staging/b", "2"), ("third/c", "3")]);
    let (ours, theirs) = (Replica::of(&owned), Replica::of(&owned));
    ours.set("default/a", "ours", now());
    theirs.set("staging/b", "theirs", now());
    theirs.change(|change| put(change, "fourth/d", "4"));
    let sealed = {
        let (ours, theirs) = (ours.copy(), theirs.copy());
        let merged = without_key(&ours, &theirs, None).unwrap();
        merged.unwrap().bytes.to_vec()
    };
    ours.merge(&theirs, None);
    assert_eq!(ours.bytes(), sealed, "no key is needed");
    assert_eq!(ours.values("default/a"), ["1", "ours*"]);
    assert_eq!(ours.values("staging/b"), ["2", "theirs*"]);
    assert_eq!(ours.values("fourth/d"), ["4*"]);
    // It is made from both: neither side is newer than it.
    let before = ours.bytes();
    assert!(ours.merge(&theirs, None).is_empty());
    assert_eq!(ours.bytes(), before);
}

#[test]
fn a_fork_of_one_section_needs_a_key_and_keeps_both_values() {
    let owned = Owned::with(&[("default/a", "1")]);
    let base = owned.bytes();
    let (ours, theirs) = (Replica::of(&owned), Replica::of(&owned));
    ours.set("default/a", "ours", at(-10));
    theirs.set("default/a", "theirs", at(-5));
    assert!(
        without_key(&ours.copy(), &theirs.copy(), None)
            .unwrap()
            .is_none()
    );
    let report = ours.merge(&theirs, Some(&base));
    assert_eq!(ours.values("default/a"), ["1", "ours", "theirs*"]);
    let second = at(-10).seconds();
    assert_eq!(
        report,
        [format!(
            "default/a both changed: theirs is effective; ours is slot {second}"
        )]
    );
    // The other side takes the result unchanged.
    theirs.merge(&ours, None);
    assert_eq!(ours.bytes(), theirs.bytes());
}

#[test]
fn a_revision_is_above_both_sides() {
    let owned = Owned::with(&[("default/a", "1")]);
    let (ours, theirs) = (Replica::of(&owned), Replica::of(&owned));
    for round in 0..3 {
        theirs.set("default/a", &format!("theirs {round}"), at(round));
    }
    ours.set("default/a", "ours", at(5));
    ours.merge(&theirs, None);
    let revision = |replica: &Replica<'_>| replica.open().histories()[1].id.number;
    assert_eq!(revision(&ours), revision(&theirs) + 1);
}

#[test]
fn fields_changed_on_one_side_win_and_on_both_ours() {
    let owned = Owned::with(&[("default/a", "1")]);
    let base = owned.bytes();
    let (ours, theirs) = (Replica::of(&owned), Replica::of(&owned));
    ours.update("default/a", describe("ours"));
    theirs.update(
        "default/a",
        Fields {
            rotate_every: crate::vault::change::Edit::Set(60),
            ..describe("theirs")
        },
    );
    let other = ours.fork();
    let report = ours.merge(&theirs, Some(&base));
    let secret = ours.open().secret(None, &reference("default/a")).unwrap();
    assert_eq!(secret.description.as_str(), "ours");
    assert_eq!(secret.rotate_every, Some(60));
    assert_eq!(report, ["default/a both changed: description of ours kept"]);
    // Without a base, it is unknown who changed what.
    let report = other.merge(&theirs, None);
    let secret = other.open().secret(None, &reference("default/a")).unwrap();
    assert_eq!(secret.rotate_every, None);
    assert_eq!(
        report,
        ["default/a both changed: description, rotation of ours kept"]
    );
}

#[test]
fn a_base_that_is_no_ancestor_of_both_does_not_count() {
    let owned = Owned::with(&[("default/a", "1"), ("default/b", "2")]);
    let (ours, theirs) = (Replica::of(&owned), Replica::of(&owned));
    theirs.change(|change| put(change, "default/c", "3"));
    let newer = theirs.bytes();
    theirs.set("default/c", "4", now());
    ours.set("default/a", "5", now());
    // If it counted, `c` would be removed in ours.
    let report = ours.merge(&theirs, Some(&newer));
    assert!(
        report.contains(&"default/c new in theirs".to_owned()),
        "{report:?}"
    );
    assert_eq!(ours.values("default/c"), ["3", "4*"]);
}

#[test]
fn what_one_side_made_is_there_afterwards() {
    let owned = Owned::with(&[("default/a", "1")]);
    let (ours, theirs) = (Replica::of(&owned), Replica::of(&owned));
    let base = owned.bytes();
    ours.change(|change| put(change, "default/ours", "2"));
    theirs.change(|change| put(change, "default/theirs", "3"));
    let report = ours.merge(&theirs, Some(&base));
    assert_eq!(report, ["default/theirs new in theirs"]);
    assert_eq!(
        ours.names(),
        ["default/a", "default/ours", "default/theirs"]
    );
}

#[test]
fn made_on_both_sides_is_one_secret_with_both_versions() {
    let owned = Owned::with(&[("default/a", "1")]);
    let (ours, theirs) = (Replica::of(&owned), Replica::of(&owned));
    let base = owned.bytes();
    for (replica, app) in [(&ours, "our-app"), (&theirs, "their-app")] {
        replica.change(|change| {
            put(change, "default/new", app)?;
            let app = crate::vault::app_reference::AppReference::parse(app).unwrap();
            change.create_app(None, &app)?;
            change.link_app(None, &app, &env_key("NEW"), &reference("default/new"))
        });
    }
    let our_id = ours
        .open()
        .secret(None, &reference("default/new"))
        .unwrap()
        .id;
    let report = ours.merge(&theirs, Some(&base));
    let secret = ours.open().secret(None, &reference("default/new")).unwrap();
    assert_eq!(secret.id, our_id);
    let mut values = ours.values("default/new");
    for value in &mut values {
        *value = value.trim_end_matches('*').to_owned();
    }
    values.sort();
    assert_eq!(values, ["our-app", "their-app"]);
    let made = "default/new made on both sides: one secret, both versions".to_owned();
    assert!(report.contains(&made), "{report:?}");
    // The links of both lead to it.
    let linked = ours.open().apps().unwrap();
    assert_eq!(linked.len(), 2);
    for app in linked {
        assert!(app.app.links.values().all(|target| target.secret == our_id));
        assert!(secret.apps.contains(&app.app.link(&env_key("NEW"))));
    }
}

#[test]
fn deleted_on_one_side_and_changed_on_the_other_is_deleted() {
    for (with_base, deletes_here) in [(true, true), (true, false), (false, true), (false, false)] {
        let owned = Owned::with(&[("default/a", "1")]);
        let base = owned.bytes();
        let (ours, theirs) = (Replica::of(&owned), Replica::of(&owned));
        let (deleting, changing) = if deletes_here {
            (&ours, &theirs)
        } else {
            (&theirs, &ours)
        };
        deleting.delete("default/a");
        changing.set("default/a", "2", now());
        let report = ours.merge(&theirs, with_base.then_some(base.as_slice()));
        assert!(ours.names().is_empty());
        assert_eq!(report.len(), 1, "{report:?}");
        assert!(
            report[0].ends_with("kept as deleted, with both versions"),
            "{report:?}"
        );
        assert_eq!(ours.open().verify().unwrap().values, 2);
        ours.change(|change| mark_deleted(change, "default/a", None));
        assert_eq!(ours.values("default/a"), ["1", "2*"]);
    }
}

#[test]
fn a_secret_that_was_restored_on_one_side_is_back() {
    let owned = Owned::with(&[("default/a", "1"), ("default/b", "2")]);
    let (ours, theirs) = (Replica::of(&owned), Replica::of(&owned));
    ours.delete("default/a");
    theirs.merge(&ours, None);
    let base = ours.bytes();
    theirs.change(|change| mark_deleted(change, "default/a", None));
    ours.set("default/b", "3", now());
    let report = ours.merge(&theirs, Some(&base));
    assert_eq!(report, ["default/a restored in theirs"]);
    assert_eq!(ours.values("default/a"), ["1*"]);
}

/// A value of ours is never dropped, whatever the other side removed for good.
#[test]
fn deleted_for_good_in_theirs_stays_restorable() {
    use crate::vault::change::References;
    let owned = Owned::with(&[("default/a", "1"), ("default/b", "2")]);
    let base = owned.bytes();
    let (ours, theirs) = (Replica::of(&owned), Replica::of(&owned));
    ours.set("default/b", "3", now());
    theirs.change(|change| {
        change.delete_secret(
            None,
            &reference("default/a"),
            References::Keep,
            Deletion::Forever,
        )
    });
    let other = ours.fork();
    let report = ours.merge(&theirs, Some(&base));
    assert_eq!(
        report,
        ["default/a deleted for good in theirs: kept as deleted"]
    );
    assert_eq!(ours.names(), ["default/b"]);
    ours.change(|change| mark_deleted(change, "default/a", None));
    assert_eq!(ours.values("default/a"), ["1*"]);
    // Without a base it stays.
    let report = other.merge(&theirs, None);
    assert_eq!(report, ["default/a only in ours: kept"]);
    assert_eq!(other.names(), ["default/a", "default/b"]);
    // If ours removed it, the merge does not bring it back.
    let third = Replica::of(&owned);
    third.set("default/b", "4", now());
    theirs.merge(&third, Some(&base));
    assert_eq!(theirs.names(), ["default/b"]);
}

#[test]
fn a_secret_that_was_moved_keeps_the_other_sides_change() {
    let owned = Owned::with(&[("default/a", "1"), ("staging/b", "2")]);
    let base = owned.bytes();
    let (ours, theirs) = (Replica::of(&owned), Replica::of(&owned));
    for is_reversed in [false, true] {
        let (ours, theirs) = (ours.fork(), theirs.fork());
        let (moving, changing) = if is_reversed {
            (&theirs, &ours)
        } else {
            (&ours, &theirs)
        };
        moving.change(|change| {
            let to = NewPlace {
                workspace: Some(workspace_name("staging")),
                name: None,
            };
            change.move_secret(None, &reference("default/a"), &to)
        });
        changing.set("default/a", "3", now());
        ours.merge(&theirs, Some(&base));
        assert_eq!(ours.names(), ["staging/a", "staging/b"]);
        assert_eq!(ours.values("staging/a"), ["1", "3*"]);
    }
}

#[test]
fn what_is_new_and_deleted_is_reported_as_both() {
    let owned = Owned::with(&[("default/a", "1")]);
    let (ours, theirs) = (Replica::of(&owned), Replica::of(&owned));
    theirs.change(|change| put(change, "default/b", "2"));
    theirs.delete("default/b");
    let report = ours.merge(&theirs, None);
    assert_eq!(report, ["default/b deleted, new in theirs"]);
}

#[test]
fn two_secrets_of_one_name_are_told_apart() {
    let owned = Owned::with(&[("default/a", "1"), ("default/b", "2")]);
    let base = owned.bytes();
    let (ours, theirs) = (Replica::of(&owned), Replica::of(&owned));
    let rename = |replica: &Replica<'_>, from: &str, to: &str| {
        replica.change(|change| {
            let update = SecretUpdate {
                name: Some(SecretName::parse(to).unwrap()),
                ..SecretUpdate::default()
            };
            change.update_secret(None, &reference(from), update)
        });
    };
    rename(&ours, "default/a", "c");
    rename(&theirs, "default/b", "c");
    theirs.change(|change| put(change, "default/d", "3"));
    let report = ours.merge(&theirs, Some(&base));
    assert_eq!(ours.names(), ["default/b", "default/c", "default/d"]);
    assert_eq!(ours.values("default/c"), ["1*"]);
    assert!(
        report
            .iter()
            .any(|line| line.ends_with("it is called b now")),
        "{report:?}"
    );
    // A name that the other side gave to a new secret.
    let base = ours.bytes();
    let theirs = ours.fork();
    rename(&ours, "default/d", "e");
    theirs.change(|change| put(change, "default/e", "4"));
    ours.merge(&theirs, Some(&base));
    assert_eq!(ours.values("default/e"), ["3*"]);
    assert_eq!(ours.values("default/e-2"), ["4*"]);
}
