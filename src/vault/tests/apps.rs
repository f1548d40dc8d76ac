//! Tests apps: one for each name over all workspaces that a key reaches, changed in one write.

use super::{Owned, now, open, open_in, put, reference, workspace_name};
use crate::keyring;
use crate::keyring::token::Token;
use crate::store::Previous;
use crate::store::memory::MemoryStore;
use crate::vault::app_reference::AppReference;
use crate::vault::change::{
    Change, Contents, Deletion, NewPlace, References, SecretUpdate, WorkspaceUpdate,
};
use crate::vault::destination::Destination;
use crate::vault::env_key::EnvKey;
use crate::vault::name::SecretName;
use crate::vault::slot::Choice;
use crate::vault::time::Timestamp;
use crate::vault::{Changed, Error, LinkedApp, LinkedSecret, Scan, Written};
use std::time::Duration;

pub fn name(text: &str) -> AppReference {
    AppReference::parse(text).unwrap()
}

fn key(text: &str) -> EnvKey {
    EnvKey::parse(text).unwrap()
}

pub fn link(change: &mut Change<'_>, app: &str, env_key: &str, path: &str) -> Result<(), Error> {
    change.link_app(None, &name(app), &key(env_key), &reference(path))
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

pub fn shown(bytes: &[u8], token: &Token, app: &str) -> LinkedApp {
    let vault = open(bytes, token, Scan::Everything).unwrap();
    let by_name = vault.app(None, &name(app)).unwrap();
    let all = vault.apps().unwrap();
    assert!(all.contains(&by_name), "looked up and listed are the same");
    by_name
}

/// What a change does, one of several.
type Act<'a> = &'a dyn Fn(&mut Change<'_>) -> Result<(), Error>;

/// Each link as `KEY workspace/name`.
pub fn links(app: &LinkedApp) -> Vec<String> {
    let links = app.links.iter().map(|link| {
        let workspace = link.workspace.as_ref().map_or("out", |name| name.as_str());
        let secret = match &link.secret {
            LinkedSecret::Counts(name) => name.to_string(),
            LinkedSecret::OneSided(name) => format!("{name} does not name it"),
            LinkedSecret::Missing => "gone".to_owned(),
            LinkedSecret::OutOfReach => "of reach".to_owned(),
        };
        format!("{} {workspace}/{secret}", link.env_key)
    });
    links.collect()
}

/// `web` links `default/name` under ONE and `staging/name` under TWO.
fn linked() -> Owned {
    let owned = Owned::with(&[
        ("default/name", "value"),
        ("default/other", "other"),
        ("staging/name", "staged"),
    ]);
    owned.change(|change| {
        change.create_app(None, &name("web"))?;
        link(change, "web", "ONE", "default/name")?;
        link(change, "web", "TWO", "staging/name")
    });
    owned
}

#[test]
fn an_app_links_secrets_of_any_workspace() {
    let owned = linked();
    let shown = shown(&owned.bytes(), &owned.token, "web");
    assert_eq!(links(&shown), ["ONE default/name", "TWO staging/name"]);
    assert_eq!((shown.app.created_at, shown.app.updated_at), (now(), now()));
    let vault = open(&owned.bytes(), &owned.token, Scan::Lookup).unwrap();
    let values = vault.links(None, &name("web")).unwrap().into_iter();
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
fn an_app_is_searched_in_one_workspace() {
    let owned = linked();
    let taken = change_as(&owned.store, &owned.token, |change| {
        change.create_app(None, &name("web"))
    });
    assert!(matches!(taken, Err(Error::Exists { what: "app", .. })));
    let staging = workspace_name("staging");
    let vault = open(&owned.bytes(), &owned.token, Scan::Lookup).unwrap();
    for (workspace, app) in [(None, "staging/web"), (Some(&staging), "web")] {
        let found = vault.app(workspace, &name(app));
        assert!(matches!(found, Err(Error::NotFound { what: "app", .. })));
    }
    // Another app of the same name.
    owned.change(|change| change.create_app(Some(&staging), &name("web")));
    let vault = open(&owned.bytes(), &owned.token, Scan::Lookup).unwrap();
    let (here, there) = (
        vault.app(None, &name("web")).unwrap(),
        vault.app(Some(&staging), &name("web")).unwrap(),
    );
    assert_ne!(here.app.id, there.app.id);
    assert_eq!((here.links.len(), there.links.len()), (2, 0));
    assert_eq!(vault.verify().unwrap().apps, 2);
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
    let shown = shown(&owned.bytes(), &owned.token, "web");
    assert_eq!(links(&shown), ["ONE default/name", "TWO default/other"]);
    assert_eq!(
        (shown.app.created_at, shown.app.updated_at),
        (now(), later())
    );
    let vault = open(&owned.bytes(), &owned.token, Scan::Lookup).unwrap();
    for (path, expected) in [("staging/name", 0), ("default/other", 1)] {
        let secret = vault.secret(None, &reference(path)).unwrap();
        assert_eq!(secret.apps.len(), expected, "{path}");
        assert_eq!((secret.created_at, secret.updated_at), (now(), now()));
    }
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
        missing(&|change| change.unlink_app(None, &name("job"), &key("ONE"))),
        "app"
    );
    assert_eq!(
        missing(&|change| change.unlink_app(None, &name("web"), &key("THREE"))),
        "link"
    );
    assert_eq!(
        missing(&|change| change.delete_app(None, &name("job"))),
        "app"
    );
    assert_eq!(owned.bytes(), before);
}

#[test]
fn an_app_without_links_stays() {
    let owned = linked();
    let id = shown(&owned.bytes(), &owned.token, "web").app.id;
    for env_key in ["TWO", "ONE"] {
        change_as(&owned.store, &owned.token, |change| {
            change.unlink_app(None, &name("web"), &key(env_key))
        })
        .unwrap();
    }
    let web = shown(&owned.bytes(), &owned.token, "web");
    assert_eq!((web.app.id, web.links.len()), (id, 0));
    assert_eq!((web.app.created_at, web.app.updated_at), (now(), later()));
}

#[test]
fn two_keys_of_one_app_count_once() {
    let owned = linked();
    owned.change(|change| {
        change.create_app(None, &name("job"))?;
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
        change.create_app(None, &name("job"))?;
        link(change, "job", "A", "default/name")?;
        link(change, "web", "SAME", "default/name")
    });
    let before = owned.bytes();
    let delete = |references| {
        change_as(&owned.store, &owned.token, |change| {
            change.delete_secret(None, &reference("name"), references, Deletion::Forever)
        })
    };
    let Err(Error::InUse { message, ids, .. }) = delete(References::Keep) else {
        panic!("deleted");
    };
    assert_eq!(message, "default/name is linked by the apps job, web");
    let apps = ["job", "web"].map(|app| shown(&before, &owned.token, app));
    assert_eq!(ids, apps.map(|one| one.app.id.to_string()));
    assert_eq!(owned.bytes(), before);

    delete(References::Unlink).unwrap();
    assert_eq!(owned.store.previous(), Some(before), "one write");
    let web = shown(&owned.bytes(), &owned.token, "web");
    assert_eq!(links(&web), ["TWO staging/name"]);
    assert!(shown(&owned.bytes(), &owned.token, "job").links.is_empty());
}

#[test]
fn a_workspace_counts_its_secrets_and_names_its_apps() {
    let owned = linked();
    let own = owned.change(|change| {
        put(change, "used/name", "value")?;
        link(change, "web", "USED", "used/name")?;
        put(change, "apps/name", "value")?;
        change.delete_secret(
            None,
            &reference("apps/name"),
            References::Keep,
            Deletion::Forever,
        )?;
        change.create_app(Some(&workspace_name("apps")), &name("job"))?;
        change.create_app(None, &name("apps/idle"))?;
        put(change, "both/name", "value")?;
        let own = change.create_app(None, &name("both/own"))?;
        link(change, "both/own", "A", "default/name")?;
        Ok(own)
    });
    let delete = |workspace: &str, contents| {
        change_as(&owned.store, &owned.token, |change| {
            change.delete_workspace(&workspace_name(workspace), contents)
        })
    };
    let before = owned.bytes();
    let [web, job, idle] = ["web", "apps/job", "apps/idle"]
        .map(|app| shown(&before, &owned.token, app).app.id.to_string());
    for (workspace, contained, expected) in [
        (
            "used",
            "1 secret, and is used by the app default/web",
            vec![web],
        ),
        ("apps", "the apps idle, job", vec![idle, job]),
        ("both", "1 secret and the app own", vec![own.id.to_string()]),
    ] {
        let Err(Error::InUse { message, ids, .. }) = delete(workspace, Contents::Keep) else {
            panic!("{workspace} is deleted");
        };
        let said = format!("the workspace {workspace} still contains {contained}");
        assert_eq!(message, said);
        assert_eq!(ids, expected, "{workspace}");
        assert_eq!(owned.bytes(), before);
    }
    delete("used", Contents::Delete).unwrap();
    let web = shown(&owned.bytes(), &owned.token, "web");
    assert_eq!(links(&web), ["ONE default/name", "TWO staging/name"]);
    delete("apps", Contents::Delete).unwrap();
    delete("both", Contents::Delete).unwrap();
    let vault = open(&owned.bytes(), &owned.token, Scan::Everything).unwrap();
    let secret = vault.secret(None, &reference("default/name")).unwrap();
    assert_eq!(secret.apps.len(), 1, "the link of a deleted app is gone");
    assert_eq!(vault.apps().unwrap().len(), 1);
}

#[test]
fn deleting_an_app_leaves_every_secret() {
    let owned = linked();
    let before = owned.bytes();
    change_as(&owned.store, &owned.token, |change| {
        change.delete_app(None, &name("web"))
    })
    .unwrap();
    assert_eq!(owned.store.previous(), Some(before), "one write");
    let vault = open(&owned.bytes(), &owned.token, Scan::Everything).unwrap();
    assert_eq!(vault.apps().unwrap(), []);
    assert_eq!(vault.verify().unwrap().secrets, 3);
    for path in ["default/name", "staging/name"] {
        let secret = vault.secret(None, &reference(path)).unwrap();
        assert_eq!(secret.apps, [], "{path}");
    }
}

#[test]
fn a_scoped_key_changes_the_apps_of_its_workspace() {
    let owned = linked();
    let token = owned.issue("staging", true);
    let vault = open(&owned.bytes(), &token, Scan::Lookup).unwrap();
    assert_eq!(vault.apps().unwrap(), []);
    change_as(&owned.store, &token, |change| {
        change.create_app(None, &name("job"))?;
        link(change, "job", "A", "name")
    })
    .unwrap();
    for (app, path) in [("job", "default/name"), ("default/web", "name")] {
        let outside = change_as(&owned.store, &token, |change| link(change, app, "A", path));
        assert!(matches!(outside, Err(Error::OutOfReach { .. })), "{app}");
    }
    // No app gets anything by a link that this key cannot see.
    owned.change(|change| link(change, "staging/job", "B", "default/name"));
    let job = shown(&owned.bytes(), &token, "job");
    assert_eq!(links(&job), ["A staging/name", "B out/of reach"]);
    let vault = open(&owned.bytes(), &token, Scan::Lookup).unwrap();
    assert!(matches!(
        vault.links(None, &name("job")),
        Err(Error::OutOfReach { .. })
    ));
    // It unlinks an app that it cannot see, whose record keeps a link that gives nothing.
    change_as(&owned.store, &token, |change| {
        change.unlink_app(None, &name("job"), &key("B"))
    })
    .unwrap();
    let vault = open(&owned.bytes(), &owned.token, Scan::Lookup).unwrap();
    let secret = vault.secret(None, &reference("default/name")).unwrap();
    assert_eq!(secret.apps.len(), 2);
    assert_eq!(vault.app_count(&secret).unwrap(), 1);
    // Moving a secret would leave a link behind in an app that it does not open.
    let wide = {
        let both = [("staging", true), ("third", true)];
        owned.change(|change| put(change, "third/other", "value"));
        super::vectors::good::issue(&owned, &both)
    };
    let moved = change_as(&owned.store, &wide, |change| {
        let to = NewPlace {
            workspace: Some(workspace_name("third")),
            name: None,
        };
        change.move_secret(None, &reference("staging/name"), &to)
    });
    assert!(matches!(moved, Err(Error::InUse { .. })));
}

#[test]
fn a_key_that_only_reads_changes_no_app() {
    let owned = linked();
    owned.change(|change| {
        change.create_app(None, &name("staging/job"))?;
        link(change, "staging/job", "A", "staging/name")
    });
    let token = owned.issue("staging", false);
    let before = owned.bytes();
    let acts: [Act<'_>; 4] = [
        &|change| change.create_app(None, &name("new")).map(drop),
        &|change| link(change, "job", "B", "name"),
        &|change| change.unlink_app(None, &name("job"), &key("A")),
        &|change| change.delete_app(None, &name("job")),
    ];
    for act in acts {
        let refused = change_as(&owned.store, &token, |change| act(change));
        let read_only = matches!(refused, Err(Error::Keyring(keyring::Error::ReadOnly)));
        assert!(read_only, "{:?}", refused.err());
    }
    assert_eq!(owned.bytes(), before);
    assert_eq!(links(&shown(&before, &token, "job")), ["A staging/name"]);
}
