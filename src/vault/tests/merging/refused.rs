//! Tests the merges that a person must decide, and those that need another key.

use super::{Owned, Replica, at, kinds, now, reference, refusal, without_key};
use crate::plaintext::Plaintext;
use crate::vault::change::{FastClock, SecretUpdate, Values, WorkspaceUpdate};
use crate::vault::description::Description;
use crate::vault::merge::Kind;
use crate::vault::name::WorkspaceName;
use crate::vault::tests::workspace_name;
use crate::vault::{Error, Scan};

#[test]
fn keys_changed_on_both_sides_are_refused() {
    let owned = Owned::with(&[("default/a", "1")]);
    let (ours, theirs) = (Replica::of(&owned), Replica::of(&owned));
    for (replica, name) in [(&ours, "one"), (&theirs, "two")] {
        let create = |name: &str| WorkspaceName::parse(name).unwrap();
        replica.change(|change| change.create_workspace(create(name), Description::default()));
    }
    let before = ours.bytes();
    let refused = refusal(ours.try_merge(&theirs, None));
    assert!(
        refused.starts_with("both sides changed the keys or the workspaces"),
        "{refused}"
    );
    assert_eq!(ours.bytes(), before);
    assert!(without_key(&ours.copy(), &theirs.copy(), None).is_err());
}

#[test]
fn a_header_and_a_section_may_come_from_two_sides() {
    let owned = Owned::with(&[("default/a", "1"), ("staging/b", "2")]);
    let (ours, theirs) = (Replica::of(&owned), Replica::of(&owned));
    let update = WorkspaceUpdate {
        name: Some(workspace_name("third")),
        ..WorkspaceUpdate::default()
    };
    theirs.change(|change| change.update_workspace(&workspace_name("staging"), update));
    theirs.set("default/a", "theirs", at(-1));
    ours.set("default/a", "ours", at(-2));
    ours.merge(&theirs, None);
    assert_eq!(ours.names(), ["default/a", "third/b"]);
    assert_eq!(ours.values("default/a"), ["1", "ours", "theirs*"]);
}

#[test]
fn a_workspace_that_was_deleted_and_changed_is_refused() {
    use crate::vault::change::Contents;
    let owned = Owned::with(&[("default/a", "1"), ("staging/b", "2")]);
    let delete = |replica: &Replica<'_>| {
        replica
            .change(|change| change.delete_workspace(&workspace_name("staging"), Contents::Delete));
    };
    for is_reversed in [false, true] {
        let (ours, theirs) = (Replica::of(&owned), Replica::of(&owned));
        let (deleting, changing) = if is_reversed {
            (&theirs, &ours)
        } else {
            (&ours, &theirs)
        };
        delete(deleting);
        changing.set("default/a", "3", now());
        let unchanged = (ours.fork(), theirs.fork());
        changing.set("staging/b", "3", now());
        let refused = refusal(ours.try_merge(&theirs, None));
        assert!(
            refused.contains("deleted on one side and changed on the other"),
            "{refused}"
        );
        // Unchanged, it is gone.
        unchanged.0.merge(&unchanged.1, Some(&owned.bytes()));
        assert_eq!(unchanged.0.names(), ["default/a"]);
    }
}

#[test]
fn two_unfinished_rotations_conflict() {
    let owned = Owned::with(&[("default/a", "1")]);
    let (ours, theirs) = (Replica::of(&owned), Replica::of(&owned));
    for (replica, second) in [(&ours, -9), (&theirs, -8)] {
        replica.change_at(at(second), |change| {
            let value = Plaintext::new(second.to_string().into());
            change.begin_rotation(None, &reference("default/a"), &value, FastClock::Refuse)
        });
    }
    let before = ours.bytes();
    let refused = refusal(ours.try_merge(&theirs, None));
    assert_eq!(
        refused,
        "both sides have an unfinished rotation of default/a"
    );
    assert_eq!(ours.bytes(), before);
}

#[test]
fn more_than_a_hundred_versions_conflict() {
    let owned = Owned::with(&[("default/a", "1")]);
    let (ours, theirs) = (Replica::of(&owned), Replica::of(&owned));
    for (replica, first) in [(&ours, 1_000_u64), (&theirs, 2_000)] {
        replica.change(|change| {
            let slots =
                (0..60).map(|n| (first + n, Plaintext::new((first + n).to_string().into())));
            let update = SecretUpdate {
                values: Values::Merge(slots.collect()),
                ..SecretUpdate::default()
            };
            change.update_secret(None, &reference("default/a"), update)
        });
    }
    let refused = refusal(ours.try_merge(&theirs, None));
    assert_eq!(
        refused,
        "default/a would have 121 versions, and 100 is the most"
    );
}

#[test]
fn a_fork_takes_a_key_that_may_write_it() {
    let owned = Owned::with(&[("default/a", "1"), ("staging/b", "2")]);
    let reader = owned.issue("staging", false);
    let stranger = owned.issue("default", true);
    let (ours, theirs) = (Replica::of(&owned), Replica::of(&owned));
    ours.set("staging/b", "3", now());
    theirs.set("staging/b", "4", now());
    let before = ours.bytes();
    for token in [&reader, &stranger] {
        let limited = ours.with(token);
        let refused = limited.try_merge(&theirs.with(token), None);
        let is_denied = matches!(
            refused,
            Err(Error::Keyring(crate::keyring::Error::ReadOnly) | Error::OutOfReach { .. })
        );
        assert!(is_denied);
        assert_eq!(limited.bytes(), before);
    }
    // It can take a section that it cannot write.
    let (ours, theirs) = (Replica::of(&owned), Replica::of(&owned));
    theirs.set("staging/b", "4", now());
    theirs.set("default/a", "5", at(1));
    ours.set("default/a", "6", at(2));
    let limited = ours.with(&stranger);
    limited.merge(&theirs.with(&stranger), None);
    assert_eq!(limited.with(&owned.token).values("staging/b"), ["2", "4*"]);
    assert_eq!(
        limited.with(&owned.token).values("default/a"),
        ["1", "5", "6*"]
    );
}

#[test]
fn another_vault_is_refused() {
    let (owned, other) = (Owned::with(&[("default/a", "1")]), Owned::new());
    let refused = refusal(Replica::of(&owned).try_merge(&Replica::of(&other), None));
    assert_eq!(refused, "the other file is a copy of another vault");
}

#[test]
fn a_merge_that_is_discarded_writes_nothing() {
    let owned = Owned::with(&[("default/a", "1")]);
    let (ours, theirs) = (Replica::of(&owned), Replica::of(&owned));
    ours.set("default/a", "2", at(-2));
    theirs.set("default/a", "3", at(-1));
    let before = ours.bytes();
    let theirs = theirs.copy();
    let labels = crate::vault::merge::Labels {
        ours: "ours".into(),
        theirs: "theirs".into(),
    };
    let outcome = ours.change(|change| {
        let outcome = crate::vault::merge::merge(change, &theirs, None, &labels);
        change.discard();
        outcome
    });
    assert_eq!(kinds(&outcome), [Kind::BothChanged]);
    assert_eq!(ours.bytes(), before);
    assert!(super::open_in(&ours.store, ours.token, Scan::Everything).is_ok());
}
