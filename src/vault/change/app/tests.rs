//! Tests changes of apps and their links.

use super::*;
use crate::vault::Scan;
use crate::vault::tests::{Owned, open, reference, workspace_name};

fn name(text: &str) -> AppName {
    AppName::parse(text).unwrap()
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
            change.create_app(None, name(app))?;
        }
        for (app, key, path) in [
            ("web", "ONE", "default/name"),
            ("web", "TWO", "default/name"),
            ("web", "OTHER", "staging/other"),
            ("job", "JOB", "default/name"),
        ] {
            let key = EnvKey::parse(key).unwrap();
            change.link_app(&name(app), &key, None, &reference(path))?;
        }
        Ok(())
    });
    owned
}

fn links(owned: &Owned, app: &str) -> Vec<String> {
    let vault = open(&owned.bytes(), &owned.token, Scan::Everything).unwrap();
    let links = vault.app(&name(app)).unwrap().links;
    let shown = links
        .iter()
        .map(|link| format!("{} {}", link.env_key, link.workspace));
    shown.collect()
}

#[test]
fn links_follow_a_secret_to_another_workspace() {
    let owned = linked();
    let before = {
        let vault = open(&owned.bytes(), &owned.token, Scan::Lookup).unwrap();
        ["web", "job"].map(|app| vault.app(&name(app)).unwrap())
    };
    owned.change(|change| {
        let [from, to] =
            ["default", "staging"].map(|home| change.workspace(Some(&workspace_name(home))));
        let (from, to) = (from?, to?);
        let secret = change.look_up(None, &reference("default/name"))?.unwrap();
        change.move_links(secret.id, &from, &from)?;
        change.move_links(secret.id, &from, &to)?;
        assert_eq!(change.apps_in(&from)?, [], "no record is left behind");
        Ok(())
    });
    assert_eq!(
        links(&owned, "web"),
        ["ONE staging", "OTHER staging", "TWO staging"]
    );
    assert_eq!(links(&owned, "job"), ["JOB staging"]);
    let vault = open(&owned.bytes(), &owned.token, Scan::Lookup).unwrap();
    for old in before {
        let new = vault.app(&old.name).unwrap();
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
    owned.change(|change| {
        let default = change.workspace(None)?;
        let apps = change.apps_in(&default)?;
        assert!(
            apps.iter().all(|app| app.name != name("new")),
            "no empty record"
        );
        Ok(())
    });
}

/// Two writers who cannot see each other's workspaces can cause this.
#[test]
fn a_moved_secret_never_replaces_another() {
    let owned = linked();
    let before = owned.bytes();
    let (staging, third) = owned.change(|change| {
        let staging = change.workspace(Some(&workspace_name("staging")))?;
        let third = change.look_up(None, &reference("staging/third"))?;
        Ok((staging, third.unwrap().id))
    });
    owned.change(|change| {
        let mut records = change.records_of(&name("web"))?;
        let (home, record) = records.pop().unwrap();
        assert_eq!(home.id, staging.id);
        let mut record = record;
        record.links.insert(EnvKey::parse("ONE").unwrap(), third);
        change.write_app(&home, &record)?;
        let from = change.workspace(Some(&workspace_name("default")))?;
        let secret = change.look_up(None, &reference("default/name"))?.unwrap();
        let moved = change.move_links(secret.id, &from, &staging);
        let Err(Error::InUse { ids, .. }) = moved else {
            panic!("moved");
        };
        assert_eq!(ids, [record.id.to_string()]);
        Ok(())
    });
    assert_ne!(owned.bytes(), before);
    assert_eq!(
        links(&owned, "web"),
        ["ONE default", "ONE staging", "OTHER staging", "TWO default"]
    );
}
