//! Tests changes of apps and their links.

use super::*;
use crate::vault::change::NewPlace;
use crate::vault::tests::{Owned, open, reference, workspace_name};
use crate::vault::{LinkedSecret, Scan};

fn name(text: &str) -> AppReference {
    AppReference::parse(text).unwrap()
}

/// Two apps: `web` links `default/name` twice and `staging/other`, `job` links `default/name`.
fn linked() -> Owned {
    let owned = Owned::with(&[
        ("default/name", "value"),
        ("staging/other", "other"),
        ("staging/third", "third"),
    ]);
    owned.change(|change| {
        for app in ["web", "job"] {
            change.create_app(None, &name(app))?;
        }
        for (app, key, path) in [
            ("web", "ONE", "default/name"),
            ("web", "TWO", "default/name"),
            ("web", "OTHER", "staging/other"),
            ("job", "JOB", "default/name"),
        ] {
            let key = EnvKey::parse(key).unwrap();
            change.link_app(None, &name(app), &key, &reference(path))?;
        }
        Ok(())
    });
    owned
}

fn links(owned: &Owned, app: &str) -> Vec<String> {
    let vault = open(&owned.bytes(), &owned.token, Scan::Everything).unwrap();
    let links = vault.app(None, &name(app)).unwrap().links;
    let shown = links.iter().map(|link| {
        let counts = matches!(link.secret, LinkedSecret::Counts(_));
        let workspace = link.workspace.as_ref().filter(|_| counts).unwrap();
        format!("{} {workspace}", link.env_key)
    });
    shown.collect()
}

#[test]
fn links_follow_a_secret_to_another_workspace() {
    let owned = linked();
    let before = {
        let vault = open(&owned.bytes(), &owned.token, Scan::Lookup).unwrap();
        ["web", "job"].map(|app| vault.app(None, &name(app)).unwrap().app)
    };
    owned.change(|change| {
        let to = NewPlace {
            workspace: Some(workspace_name("staging")),
            name: None,
        };
        change.move_secret(None, &reference("default/name"), &to)
    });
    assert_eq!(
        links(&owned, "web"),
        ["ONE staging", "OTHER staging", "TWO staging"]
    );
    assert_eq!(links(&owned, "job"), ["JOB staging"]);
    let vault = open(&owned.bytes(), &owned.token, Scan::Lookup).unwrap();
    for old in before {
        let new = vault.app(None, &name(old.name.as_str())).unwrap().app;
        assert_eq!((new.id, new.created_at), (old.id, old.created_at));
    }
}

fn sync(owned: &Owned, app: &str, wanted: &[(&str, &str)]) -> Synced {
    let link = |&(key, path): &(&str, &str)| (EnvKey::parse(key).unwrap(), reference(path));
    let wanted: Vec<_> = wanted.iter().map(link).collect();
    owned.change(|change| change.sync_app(None, &name(app), &wanted))
}

#[test]
fn syncing_leaves_exactly_the_links_that_are_named() {
    let owned = linked();
    let wanted = [
        ("ONE", "default/name"),
        ("OTHER", "staging/third"),
        ("NEW", "name"),
    ];
    let synced = sync(&owned, "web", &wanted);
    let keys = |keys: &[EnvKey]| keys.iter().map(ToString::to_string).collect::<Vec<_>>();
    assert!(!synced.is_new);
    assert_eq!(keys(&synced.linked), ["NEW", "OTHER"]);
    assert_eq!(keys(&synced.unlinked), ["TWO"]);
    assert_eq!(
        links(&owned, "web"),
        ["NEW default", "ONE default", "OTHER staging"]
    );
    assert_eq!(
        links(&owned, "job"),
        ["JOB default"],
        "another app is left alone"
    );

    let before = owned.bytes();
    let synced = sync(&owned, "web", &wanted);
    assert!(synced.linked.is_empty() && synced.unlinked.is_empty());
    assert_eq!(
        owned.bytes(),
        before,
        "nothing to change is nothing written"
    );

    let synced = sync(&owned, "web", &[("ONLY", "staging/other")]);
    assert_eq!(keys(&synced.unlinked), ["NEW", "ONE", "OTHER"]);
    assert_eq!(links(&owned, "web"), ["ONLY staging"]);
}

#[test]
fn syncing_makes_an_app_that_is_not_there() {
    let owned = linked();
    let synced = sync(
        &owned,
        "new",
        &[("A", "staging/other"), ("B", "staging/third")],
    );
    assert!(synced.is_new);
    assert_eq!(synced.linked.len(), 2);
    assert_eq!(links(&owned, "new"), ["A staging", "B staging"]);
}

#[test]
fn syncing_confirms_a_link_again() {
    let owned = linked();
    // As if a key that does not reach the app had changed the secret.
    owned.change(|change| {
        let mut found = change.find(None, &reference("staging/other"))?;
        found.secret.apps.clear();
        change.write(&found)
    });
    let wanted = [
        ("ONE", "default/name"),
        ("OTHER", "staging/other"),
        ("TWO", "name"),
    ];
    let synced = sync(&owned, "web", &wanted);
    assert_eq!(synced.linked, [EnvKey::parse("OTHER").unwrap()]);
    assert_eq!(
        links(&owned, "web"),
        ["ONE default", "OTHER staging", "TWO default"]
    );
}
