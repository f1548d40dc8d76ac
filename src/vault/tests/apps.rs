//! Tests apps: one per name over all workspaces that a key reaches, changed in one write.

use super::apart::Apart;
use super::{Owned, now, open, open_in, put, reference, workspace_name};
use crate::keyring;
use crate::keyring::token::Token;
use crate::store::Previous;
use crate::store::memory::MemoryStore;
use crate::vault::app::App;
use crate::vault::change::{Change, Contents, References, SecretUpdate, WorkspaceUpdate};
use crate::vault::destination::Destination;
use crate::vault::env_key::EnvKey;
use crate::vault::name::{AppName, SecretName};
use crate::vault::slot::Choice;
use crate::vault::time::Timestamp;
use crate::vault::{Changed, Error, Scan, Written};
use std::time::Duration;

pub fn name(text: &str) -> AppName {
    AppName::parse(text).unwrap()
}

fn key(text: &str) -> EnvKey {
    EnvKey::parse(text).unwrap()
}

pub fn link(change: &mut Change<'_>, app: &str, env_key: &str, path: &str) -> Result<(), Error> {
    change.link_app(&name(app), &key(env_key), None, &reference(path))
}

fn later() -> Timestamp {
    Timestamp::from_milliseconds(now().milliseconds() + 1).unwrap()
}

/// A change a moment later, with any key.
pub fn change_as<T>(
    store: &MemoryStore,
    token: &Token,
    act: impl FnOnce(&mut Change<'_>) -> Result<T, Error>,
) -> Result<Changed<T>, Error> {
    let mut vault = open_in(store, token, Scan::Lookup)?;
    vault.change(later(), Duration::ZERO, Previous::Keep, act)
}

pub fn shown(bytes: &[u8], token: &Token, app: &str) -> App {
    let vault = open(bytes, token, Scan::Everything).unwrap();
    let by_name = vault.app(&name(app)).unwrap();
    let all = vault.apps().unwrap();
    assert!(all.contains(&by_name), "looked up and listed are the same");
    by_name
}

/// What a change does, one of several.
type Act<'a> = &'a dyn Fn(&mut Change<'_>) -> Result<(), Error>;

/// Each link as `KEY workspace/name`.
pub fn links(app: &App) -> Vec<String> {
    let links = app.links.iter().map(|link| {
        let secret = link
            .secret_name
            .as_ref()
            .map_or("gone", |name| name.as_str());
        format!("{} {}/{secret}", link.env_key, link.workspace)
    });
    links.collect()
}

/// How many apps have a record in each workspace.
fn records(owned: &Owned) -> Vec<usize> {
    let apart = Apart::of(&owned.bytes());
    let sections = apart.sections.iter().map(|section| {
        let lines = section.pages.iter().flatten();
        lines.filter(|line| line.starts_with("{\"app\":")).count()
    });
    sections.collect()
}

/// `web` links `default/name` under ONE and `staging/name` under TWO.
fn linked() -> Owned {
    let owned = Owned::with(&[
        ("default/name", "value"),
        ("default/other", "other"),
        ("staging/name", "staged"),
    ]);
    owned.change(|change| {
        change.create_app(None, name("web"))?;
        link(change, "web", "ONE", "default/name")?;
        link(change, "web", "TWO", "staging/name")
    });
    owned
}

#[test]
fn an_app_is_one_over_all_workspaces() {
    let owned = linked();
    let app = shown(&owned.bytes(), &owned.token, "web");
    assert_eq!(links(&app), ["ONE default/name", "TWO staging/name"]);
    assert_eq!((app.created_at, app.updated_at), (now(), now()));
    assert_eq!(records(&owned), [1, 1]);
    let apart = Apart::of(&owned.bytes());
    for section in &apart.sections {
        assert!(
            section
                .join()
                .contains(&format!("{{\"app\":\"{}\"", app.id))
        );
    }
    let vault = open(&owned.bytes(), &owned.token, Scan::Lookup).unwrap();
    let values = vault.links(&name("web")).unwrap().into_iter();
    let values = values.map(|(key, reference)| {
        let selected = vault
            .value(None, &reference, Choice::At(now()), &Destination::default())
            .unwrap();
        (key.to_string(), selected.value.expose().to_vec())
    });
    assert_eq!(
        values.collect::<Vec<_>>(),
        [
            ("ONE".to_owned(), b"value".to_vec()),
            ("TWO".to_owned(), b"staged".to_vec())
        ]
    );
}

#[test]
fn an_app_name_in_another_workspace_counts_as_used() {
    let owned = linked();
    let before = owned.bytes();
    let taken = change_as(&owned.store, &owned.token, |change| {
        change.create_app(Some(&workspace_name("staging")), name("web"))
    });
    assert!(matches!(taken, Err(Error::Exists { what: "app", .. })));
    assert_eq!(owned.bytes(), before);
}

#[test]
fn a_key_that_is_linked_again_moves_in_one_write() {
    let owned = linked();
    let before = owned.bytes();
    change_as(&owned.store, &owned.token, |change| {
        link(change, "web", "TWO", "default/other")
    })
    .unwrap();
    assert_eq!(owned.store.previous().as_ref(), Some(&before), "one write");
    let app = shown(&owned.bytes(), &owned.token, "web");
    assert_eq!(links(&app), ["ONE default/name", "TWO default/other"]);
    assert_eq!((app.created_at, app.updated_at), (now(), later()));
    assert_eq!(records(&owned), [1, 0], "the empty record went");
    let revisions = |bytes: &[u8]| -> Vec<u64> {
        let sections = Apart::of(bytes).sections;
        sections.iter().map(|section| section.id.number).collect()
    };
    let expected: Vec<u64> = revisions(&before).iter().map(|old| old + 1).collect();
    assert_eq!(revisions(&owned.bytes()), expected);
}

#[test]
fn the_same_link_again_changes_nothing() {
    let owned = linked();
    let before = owned.bytes();
    let again = change_as(&owned.store, &owned.token, |change| {
        link(change, "web", "TWO", "staging/name")
    });
    assert_eq!(again.unwrap().written, Written::Unchanged);
    assert_eq!(owned.bytes(), before);
}

#[test]
fn a_missing_app_or_link_is_named() {
    let owned = linked();
    let before = owned.bytes();
    let missing = |act: Act<'_>| match change_as(&owned.store, &owned.token, |change| act(change)) {
        Err(Error::NotFound { what, .. }) => what,
        Err(other) => panic!("{other}"),
        Ok(_) => panic!("found"),
    };
    assert_eq!(missing(&|change| link(change, "job", "A", "name")), "app");
    assert_eq!(
        missing(&|change| link(change, "web", "A", "nope")),
        "secret"
    );
    assert_eq!(
        missing(&|change| link(change, "web", "A", "nope/name")),
        "workspace"
    );
    assert_eq!(
        missing(&|change| change.unlink_app(&name("job"), &key("ONE"))),
        "app"
    );
    assert_eq!(
        missing(&|change| change.unlink_app(&name("web"), &key("THREE"))),
        "link"
    );
    assert_eq!(missing(&|change| change.delete_app(&name("job"))), "app");
    assert_eq!(owned.bytes(), before);
}

#[test]
fn an_unlinked_app_keeps_its_record_and_the_time_of_change() {
    let owned = linked();
    let id = shown(&owned.bytes(), &owned.token, "web").id;
    let unlink = |env_key: &str| {
        change_as(&owned.store, &owned.token, |change| {
            change.unlink_app(&name("web"), &key(env_key))
        })
        .unwrap();
        shown(&owned.bytes(), &owned.token, "web")
    };
    let app = unlink("TWO");
    assert_eq!((records(&owned), app.updated_at), (vec![1, 0], later()));
    let app = unlink("ONE");
    assert_eq!((records(&owned), app.id), (vec![1, 0], id));
    assert_eq!((links(&app).len(), app.created_at), (0, now()));
}

#[test]
fn two_keys_of_one_app_count_once() {
    let owned = linked();
    owned.change(|change| {
        change.create_app(None, name("job"))?;
        link(change, "job", "A", "default/name")?;
        link(change, "job", "B", "default/name")
    });
    let vault = open(&owned.bytes(), &owned.token, Scan::Everything).unwrap();
    for (path, expected) in [
        ("default/name", 2),
        ("default/other", 0),
        ("staging/name", 1),
    ] {
        let secret = vault.secret(None, &reference(path)).unwrap();
        assert_eq!(vault.app_count(&secret).unwrap(), expected, "{path}");
        let home = vault.workspace(reference(path).workspace.as_ref()).unwrap();
        let listed = vault.list(home).unwrap();
        let listed = listed.iter().find(|listed| listed.secret.id == secret.id);
        assert_eq!(listed.unwrap().app_count, expected, "{path}");
    }
    assert_eq!(vault.verify().unwrap().apps, 2);
}

#[test]
fn links_stay_when_secrets_and_workspaces_are_renamed() {
    let owned = linked();
    owned.change(|change| {
        let update = SecretUpdate {
            name: Some(SecretName::parse("renamed").unwrap()),
            ..SecretUpdate::default()
        };
        change.update_secret(None, &reference("staging/name"), update)?;
        let update = WorkspaceUpdate {
            name: Some(workspace_name("preview")),
            ..WorkspaceUpdate::default()
        };
        change.update_workspace(&workspace_name("staging"), update)
    });
    let app = shown(&owned.bytes(), &owned.token, "web");
    assert_eq!(links(&app), ["ONE default/name", "TWO preview/renamed"]);
}

#[test]
fn a_linked_secret_is_deleted_with_its_links_or_not_at_all() {
    let owned = linked();
    owned.change(|change| {
        change.create_app(None, name("job"))?;
        link(change, "job", "A", "default/name")?;
        link(change, "web", "SAME", "default/name")
    });
    let before = owned.bytes();
    let delete = |references| {
        change_as(&owned.store, &owned.token, |change| {
            change.delete_secret(None, &reference("name"), references)
        })
    };
    let Err(Error::InUse { message, ids, .. }) = delete(References::Keep) else {
        panic!("deleted");
    };
    assert_eq!(message, "default/name is linked by the apps job, web");
    let apps = ["job", "web"].map(|app| shown(&before, &owned.token, app));
    assert_eq!(ids, apps.map(|app| app.id.to_string()));
    assert_eq!(owned.bytes(), before);

    delete(References::Unlink).unwrap();
    assert_eq!(owned.store.previous(), Some(before), "one write");
    let web = shown(&owned.bytes(), &owned.token, "web");
    assert_eq!(links(&web), ["TWO staging/name"]);
    assert!(shown(&owned.bytes(), &owned.token, "job").links.is_empty());
    assert_eq!(
        records(&owned),
        [1, 1],
        "one of them is the last of its app"
    );
}

#[test]
fn a_workspace_counts_its_secrets_and_names_its_apps() {
    let owned = linked();
    owned.change(|change| {
        put(change, "used/name", "value")?;
        link(change, "web", "USED", "used/name")?;
        put(change, "full/name", "value")?;
        put(change, "apps/name", "value")?;
        change.delete_secret(None, &reference("apps/name"), References::Keep)?;
        change.create_app(Some(&workspace_name("apps")), name("job"))?;
        change.create_app(Some(&workspace_name("apps")), name("idle"))
    });
    let delete = |workspace: &str, contents| {
        change_as(&owned.store, &owned.token, |change| {
            change.delete_workspace(&workspace_name(workspace), contents)
        })
    };
    let before = owned.bytes();
    let [web, job, idle] =
        ["web", "job", "idle"].map(|app| shown(&before, &owned.token, app).id.to_string());
    for (workspace, said, expected) in [
        (
            "used",
            "still contains 1 secret, and is used by the app web",
            vec![web],
        ),
        ("full", "still contains 1 secret", vec![]),
        ("apps", "is used by the apps idle, job", vec![idle, job]),
    ] {
        let Err(Error::InUse { message, ids, .. }) = delete(workspace, Contents::Keep) else {
            panic!("{workspace} is deleted");
        };
        assert_eq!(message, format!("the workspace {workspace} {said}"));
        assert_eq!(ids, expected, "{workspace}");
        assert_eq!(owned.bytes(), before);
        delete(workspace, Contents::Delete).unwrap();
        owned.store.put(Some(&before));
    }
    delete("used", Contents::Delete).unwrap();
    let web = shown(&owned.bytes(), &owned.token, "web");
    assert_eq!(links(&web), ["ONE default/name", "TWO staging/name"]);
    delete("apps", Contents::Delete).unwrap();
    let vault = open(&owned.bytes(), &owned.token, Scan::Lookup).unwrap();
    assert!(matches!(
        vault.app(&name("job")),
        Err(Error::NotFound { what: "app", .. })
    ));
}

#[test]
fn deleting_an_app_leaves_no_record_and_every_secret() {
    let owned = linked();
    let before = owned.bytes();
    change_as(&owned.store, &owned.token, |change| {
        change.delete_app(&name("web"))
    })
    .unwrap();
    assert_eq!(owned.store.previous(), Some(before), "one write");
    assert_eq!(records(&owned), [0, 0]);
    let vault = open(&owned.bytes(), &owned.token, Scan::Everything).unwrap();
    assert_eq!(vault.apps().unwrap(), []);
    assert_eq!(vault.verify().unwrap().secrets, 3);
}

/// Two writers, each with a workspace of their own, make the same app: to who sees both it is one.
#[test]
fn a_scoped_key_has_the_part_of_an_app_that_it_reaches() {
    let owned = linked();
    let token = owned.issue("staging", true);
    let app = shown(&owned.bytes(), &token, "web");
    assert_eq!(links(&app), ["TWO staging/name"]);
    change_as(&owned.store, &token, |change| {
        link(change, "web", "ONE", "name")?;
        change.unlink_app(&name("web"), &key("TWO"))?;
        change.create_app(None, name("job"))?;
        link(change, "job", "A", "name")
    })
    .unwrap();
    let web = shown(&owned.bytes(), &owned.token, "web");
    assert_eq!(links(&web), ["ONE default/name", "ONE staging/name"]);
    let outside = change_as(&owned.store, &token, |change| {
        link(change, "web", "A", "default/name")
    });
    assert!(matches!(outside, Err(Error::OutOfReach { .. })));

    let other = owned.issue("default", true);
    change_as(&owned.store, &other, |change| {
        change.create_app(None, name("job"))?;
        link(change, "job", "B", "name")
    })
    .unwrap();
    let id = shown(&owned.bytes(), &other, "job").id;
    assert_ne!(shown(&owned.bytes(), &token, "job").id, id);
    let job = shown(&owned.bytes(), &owned.token, "job");
    assert_eq!(job.id, id, "that of the first workspace");
    assert_eq!(links(&job), ["A staging/name", "B default/name"]);

    // Linking and unlinking a key mean all that is under it.
    owned.change(|change| link(change, "web", "ONE", "default/other"));
    let web = shown(&owned.bytes(), &owned.token, "web");
    assert_eq!(links(&web), ["ONE default/other"]);
    change_as(&owned.store, &owned.token, |change| {
        change.delete_app(&name("job"))
    })
    .unwrap();
    assert_eq!(records(&owned), [1, 0]);
}

#[test]
fn a_key_that_only_reads_changes_no_app() {
    let owned = linked();
    let token = owned.issue("staging", false);
    let before = owned.bytes();
    let acts: [Act<'_>; 4] = [
        &|change| change.create_app(None, name("job")).map(drop),
        &|change| link(change, "web", "A", "name"),
        &|change| change.unlink_app(&name("web"), &key("TWO")),
        &|change| change.delete_app(&name("web")),
    ];
    for act in acts {
        let refused = change_as(&owned.store, &token, |change| act(change));
        let read_only = matches!(refused, Err(Error::Keyring(keyring::Error::ReadOnly)));
        assert!(read_only, "{:?}", refused.err());
    }
    assert_eq!(owned.bytes(), before);
    assert_eq!(links(&shown(&before, &token, "web")), ["TWO staging/name"]);
}
