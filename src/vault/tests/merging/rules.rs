//! Tests what a merge makes of two honest copies.

use super::{Owned, Replica, at, kinds, now, reference, refusal, without_key};
use crate::plaintext::Plaintext;
use crate::vault::change::{Fields, SecretUpdate, Values, WorkspaceUpdate};
use crate::vault::description::Description;
use crate::vault::domain::AllowedDomains;
use crate::vault::env_key::EnvKey;
use crate::vault::merge::{Kind, mark_deleted};
use crate::vault::name::{SecretName, WorkspaceName};
use crate::vault::tests::{put, workspace_name};
use crate::vault::{Error, Scan};

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
    // Again nothing happens, in either direction.
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
        merged.unwrap().to_vec()
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
    // The other side takes the result as it is.
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
    // Without a base, nobody can tell who changed what.
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
    theirs.change(|change| change.delete_secret(None, &reference("default/a"), References::Keep));
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
    // Removed here, it is not brought back.
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
            change.move_secret(None, &reference("default/a"), &workspace_name("staging"))
        });
        changing.set("default/a", "3", now());
        ours.merge(&theirs, Some(&base));
        assert_eq!(ours.names(), ["staging/a", "staging/b"]);
        assert_eq!(ours.values("staging/a"), ["1", "3*"]);
    }
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

#[test]
fn links_unite_by_variable() {
    let owned = Owned::with(&[("default/a", "1"), ("default/b", "2"), ("default/c", "3")]);
    let app = crate::vault::app_reference::AppReference::parse("web").unwrap();
    owned.change(|change| {
        change.create_app(None, &app)?;
        change.link_app(None, &app, &env_key("BOTH"), &reference("default/a"))?;
        change.link_app(None, &app, &env_key("GONE"), &reference("default/a"))
    });
    let base = owned.bytes();
    let (ours, theirs) = (Replica::of(&owned), Replica::of(&owned));
    ours.change(|change| {
        change.link_app(None, &app, &env_key("BOTH"), &reference("default/b"))?;
        change.link_app(None, &app, &env_key("OURS"), &reference("default/b"))
    });
    theirs.change(|change| {
        change.link_app(None, &app, &env_key("BOTH"), &reference("default/c"))?;
        change.unlink_app(None, &app, &env_key("GONE"))?;
        change.link_app(None, &app, &env_key("THEIRS"), &reference("default/c"))
    });
    let report = ours.merge(&theirs, Some(&base));
    assert_eq!(
        report,
        [
            "default/web both changed: BOTH of ours kept",
            "default/web gets default/c as THEIRS"
        ]
    );
    let linked = ours.open().apps().unwrap().remove(0).app;
    let id = |path: &str| ours.open().secret(None, &reference(path)).unwrap().id;
    let links = linked.links.iter();
    let links: Vec<_> = links
        .map(|(key, target)| (key.as_str(), target.secret))
        .collect();
    assert_eq!(
        links,
        [
            ("BOTH", id("default/b")),
            ("OURS", id("default/b")),
            ("THEIRS", id("default/c"))
        ]
    );
}

#[test]
fn more_hosts_and_links_are_reported() {
    let owned = Owned::with(&[("default/a", "1"), ("default/b", "2")]);
    let bind = |replica: &Replica<'_>, domains: &[&str]| {
        let domains: Vec<_> = domains.iter().map(|&domain| domain.to_owned()).collect();
        let fields = Fields {
            allowed_domains: Some(AllowedDomains::parse(&domains).unwrap()),
            ..Fields::default()
        };
        replica.update("default/a", fields);
    };
    let first = Replica::of(&owned);
    bind(&first, &["one.example.com"]);
    for (domains, expected) in [
        (
            &["one.example.com", "two.example.com"][..],
            "may go to two.example.com now, too",
        ),
        (&[], "may go to any host now"),
    ] {
        for forked in [false, true] {
            let (ours, theirs) = (first.fork(), first.fork());
            let base = first.bytes();
            bind(&theirs, domains);
            theirs.update(
                "default/a",
                Fields {
                    env_key: Some(env_key("PATH")),
                    ..Fields::default()
                },
            );
            if forked {
                ours.set("default/b", "3", now());
            }
            let report = ours.merge(&theirs, Some(&base));
            assert_eq!(
                report,
                [
                    format!("default/a {expected}"),
                    "default/a is the variable PATH now, was A".to_owned()
                ]
            );
        }
    }
}

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
            change.begin_rotation(None, &reference("default/a"), &value)
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
    // What it cannot write it can take.
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
