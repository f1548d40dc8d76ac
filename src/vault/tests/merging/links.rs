//! Tests the apps of a merge, and its reports about hosts and variables.

use super::{Owned, Replica, now, reference};
use crate::vault::change::{Fields, NewPlace};
use crate::vault::domain::AllowedDomains;
use crate::vault::env_key::EnvKey;
use crate::vault::tests::workspace_name;

fn env_key(key: &str) -> EnvKey {
    EnvKey::parse(key).unwrap()
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

fn bind(replica: &Replica<'_>, domains: &[&str]) {
    let domains: Vec<_> = domains.iter().map(|&domain| domain.to_owned()).collect();
    let fields = Fields {
        allowed_domains: Some(AllowedDomains::parse(&domains).unwrap()),
        ..Fields::default()
    };
    replica.update("default/a", fields);
}

/// A colleague moved it out of our key's reach, and we changed it: ours stays, under an id of its own.
#[test]
fn a_link_follows_a_secret_that_got_a_new_id() {
    let owned = Owned::with(&[("default/a", "1"), ("staging/b", "2")]);
    let writer = owned.issue("default", true);
    let app = crate::vault::app_reference::AppReference::parse("web").unwrap();
    owned.change(|change| {
        change.create_app(None, &app)?;
        change.link_app(None, &app, &env_key("A"), &reference("default/a"))
    });
    let theirs = Replica::of(&owned);
    let ours = theirs.with(&writer);
    theirs.change(|change| {
        let to = NewPlace {
            workspace: Some(workspace_name("staging")),
            name: None,
        };
        change.move_secret(None, &reference("default/a"), &to)
    });
    let old = theirs.open().secret(None, &reference("staging/a")).unwrap();
    ours.set("default/a", "3", now());
    ours.merge(&theirs, None);
    let vault = ours.open();
    let kept = vault.secret(None, &reference("default/a")).unwrap();
    assert_ne!(kept.id, old.id);
    let linked = vault.apps().unwrap().remove(0).app;
    let target = linked.links.get(&env_key("A")).unwrap();
    assert_eq!((target.workspace, target.secret), (kept.workspace, kept.id));
    assert_eq!(kept.apps.len(), 1);
}

/// A section that a key only reads is taken unchanged.
#[test]
fn a_key_that_only_reads_reports_hosts_and_links() {
    let owned = Owned::with(&[("default/a", "1"), ("staging/b", "2")]);
    let [reader, other] = ["default", "staging"].map(|name| owned.issue(name, false));
    let first = Replica::of(&owned);
    bind(&first, &["one.example.com"]);
    let theirs = first.fork();
    bind(&theirs, &["one.example.com", "two.example.com"]);
    let app = crate::vault::app_reference::AppReference::parse("web").unwrap();
    theirs.change(|change| {
        change.create_app(None, &app)?;
        change.link_app(None, &app, &env_key("A"), &reference("default/a"))
    });
    let ours = first.with(&reader);
    assert_eq!(
        ours.merge(&theirs, None),
        [
            "default/a may go to two.example.com now, too",
            "default/web gets default/a as A"
        ]
    );
    assert_eq!(ours.bytes(), theirs.bytes());
    // A workspace out of the key's reach is named by its id.
    let ours = first.with(&other);
    let name = workspace_name("default");
    let id = first.open().workspace(Some(&name)).unwrap().id;
    assert_eq!(
        ours.merge(&theirs, None),
        [format!(
            "{id} your key does not open this workspace: kluis could not look for wider hosts and new links"
        )]
    );
    assert_eq!(ours.bytes(), theirs.bytes());
    // The second merge reports nothing new.
    assert!(ours.merge(&theirs, None).is_empty());
}

#[test]
fn more_hosts_and_links_are_reported() {
    let owned = Owned::with(&[("default/a", "1"), ("default/b", "2")]);
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
