//! Tests deleted secrets: they keep their versions, their names are free, and they come back unchanged.

use super::apps::{link, links, name, shown};
use super::{Owned, now, open, put, reference, value, workspace_name};
use crate::plaintext::Plaintext;
use crate::vault::change::{
    Deletion, FastClock, NewVersion, Pruning, References, SecretUpdate, Values,
};
use crate::vault::destination::Destination;
use crate::vault::name::SecretName;
use crate::vault::secret::Secret;
use crate::vault::slot::Choice;
use crate::vault::{Error, Scan, Vault};

fn opened(owned: &Owned) -> Vault {
    open(&owned.bytes(), &owned.token, Scan::Everything).unwrap()
}

fn set(owned: &Owned, path: &str, value: &str) -> Secret {
    let values = Values::New(
        Plaintext::new(value.into()),
        NewVersion::now(10, FastClock::Refuse),
    );
    let update = SecretUpdate {
        values,
        ..SecretUpdate::default()
    };
    owned.change(|change| change.update_secret(None, &reference(path), update))
}

fn delete(owned: &Owned, path: &str) -> Secret {
    let (links, deletion) = (References::Unlink, Deletion::Restorable);
    owned.change(|change| change.delete_secret(None, &reference(path), links, deletion))
}

fn restore(owned: &Owned, path: &str, name: Option<&str>) -> Secret {
    let name = name.map(|name| SecretName::parse(name).unwrap());
    owned
        .change(|change| change.restore_secret(None, &reference(path), name))
        .secret
}

fn present(owned: &Owned, path: &str) -> Vec<u8> {
    let now = Choice::Now(now());
    let found = opened(owned).value(None, &reference(path), now, &Destination::default());
    found.unwrap().value.expose().to_vec()
}

fn deleted(owned: &Owned) -> Vec<Secret> {
    let vault = opened(owned);
    vault.deleted(vault.workspace(None).unwrap()).unwrap()
}

#[test]
fn a_deleted_secret_comes_back_with_every_version() {
    let owned = Owned::with(&[("default/name", "first"), ("default/other", "x")]);
    let before = set(&owned, "name", "second");
    let gone = delete(&owned, "name");
    assert_eq!((gone.id, gone.deleted_at), (before.id, Some(now())));
    assert!(matches!(
        value(&owned.bytes(), &owned.token, "name"),
        Err(Error::NotFound { .. })
    ));
    let by_id = reference(&gone.id.to_string());
    let vault = opened(&owned);
    assert!(matches!(
        vault.secret(None, &by_id),
        Err(Error::Deleted { .. })
    ));
    let asked = vault.suggest(None, vault.secret(None, &reference("name")).unwrap_err());
    assert!(
        matches!(asked, Error::Deleted { id, .. } if id == gone.id),
        "{asked}"
    );
    assert_eq!(
        vault.names(vault.workspace(None).unwrap()).unwrap(),
        ["other"]
    );
    assert_eq!(vault.verify().unwrap().values, 3, "it is verified, too");
    assert_eq!(deleted(&owned).len(), 1);

    assert_eq!(
        restore(&owned, "name", None),
        Secret {
            apps: Vec::new(),
            ..before
        }
    );
    assert_eq!(
        value(&owned.bytes(), &owned.token, "name").unwrap(),
        b"second"
    );
    let earlier = opened(&owned).value(
        None,
        &reference("name"),
        Choice::Before(now()),
        &Destination::default(),
    );
    assert_eq!(earlier.unwrap().value.expose(), b"first");
    assert!(deleted(&owned).is_empty());
}

#[test]
fn the_last_deleted_of_a_name_is_restored_unless_it_is_taken() {
    let owned = Owned::with(&[("default/name", "one")]);
    let one = delete(&owned, "name");
    owned.change(|change| put(change, "default/name", "two"));
    let taken = super::apps::change_as(&owned.store, &owned.token, |change| {
        change.restore_secret(None, &reference("name"), None)
    });
    assert!(matches!(taken, Err(Error::InUse { .. })));
    let (links, deletion) = (References::Keep, Deletion::Restorable);
    let two = super::apps::change_as(&owned.store, &owned.token, |change| {
        change.delete_secret(None, &reference("name"), links, deletion)
    });
    let two = two.unwrap().result;
    assert_eq!(
        deleted(&owned),
        [two.clone(), one.clone()],
        "the last one first"
    );
    assert_eq!(restore(&owned, "name", None).id, two.id);
    // Restores the other one by its id, or by its name, which now only it has.
    assert_eq!(restore(&owned, &one.id.to_string(), Some("old")).id, one.id);
    assert_eq!(value(&owned.bytes(), &owned.token, "old").unwrap(), b"one");
    assert_eq!(value(&owned.bytes(), &owned.token, "name").unwrap(), b"two");
}

#[test]
fn of_several_deleted_at_once_the_first_listed_is_restored() {
    let owned = Owned::with(&[("default/name", "0")]);
    for number in ["1", "2", "3"] {
        delete(&owned, "name");
        owned.change(|change| put(change, "default/name", number));
    }
    delete(&owned, "name");
    let listed = deleted(&owned);
    assert_eq!(listed.len(), 4);
    assert!(listed.iter().all(|one| one.deleted_at == Some(now())));
    for one in listed {
        assert_eq!(restore(&owned, "name", None).id, one.id);
        let update = SecretUpdate {
            name: Some(SecretName::parse(&format!("name_{}", one.id)).unwrap()),
            ..SecretUpdate::default()
        };
        owned.change(|change| change.update_secret(None, &reference("name"), update));
    }
}

#[test]
fn links_are_removed_told_and_not_made_again() {
    let owned = Owned::with(&[("default/name", "value")]);
    owned.change(|change| {
        change.create_app(None, &name("web"))?;
        link(change, "web", "A", "default/name")?;
        link(change, "web", "B", "default/name")
    });
    let refused = super::apps::change_as(&owned.store, &owned.token, |change| {
        let (links, deletion) = (References::Keep, Deletion::Restorable);
        change.delete_secret(None, &reference("name"), links, deletion)
    });
    assert!(matches!(refused, Err(Error::InUse { .. })));
    assert_eq!(delete(&owned, "name").apps.len(), 2);
    assert!(shown(&owned.bytes(), &owned.token, "web").links.is_empty());
    let restored = owned.change(|change| change.restore_secret(None, &reference("name"), None));
    assert_eq!(restored.removed_links.len(), 2);
    assert!(restored.secret.apps.is_empty());
    let web = shown(&owned.bytes(), &owned.token, "web");
    assert!(links(&web).is_empty());
}

#[test]
fn what_is_deleted_for_ever_is_gone() {
    let owned = Owned::with(&[("default/name", "one"), ("default/other", "two")]);
    delete(&owned, "name");
    for path in ["name", "other"] {
        let (links, deletion) = (References::Keep, Deletion::Forever);
        owned.change(|change| change.delete_secret(None, &reference(path), links, deletion));
    }
    assert!(deleted(&owned).is_empty());
    assert_eq!(opened(&owned).verify().unwrap().values, 0);
}

#[test]
fn deleted_secrets_count_as_the_content_of_a_workspace() {
    let owned = Owned::with(&[("staging/name", "one")]);
    delete(&owned, "staging/name");
    let refused = super::apps::change_as(&owned.store, &owned.token, |change| {
        change.delete_workspace(
            &workspace_name("staging"),
            crate::vault::change::Contents::Keep,
        )
    });
    let Err(Error::InUse { message, .. }) = refused else {
        panic!("deleted");
    };
    assert!(message.contains("1 secret (1 of them deleted"), "{message}");
}

#[test]
fn pruning_drops_what_it_says_and_nothing_else() {
    let owned = Owned::with(&[
        ("default/name", "0"),
        ("default/gone", "x"),
        ("default/kept", "y"),
    ]);
    for text in ["1", "2", "3"] {
        set(&owned, "name", text);
    }
    delete(&owned, "gone");
    let prune = |pruning: Pruning, only: &str| {
        let only = SecretName::parse(only).unwrap();
        owned.change(|change| {
            let home = change.workspace(None)?;
            change.prune(&home, &pruning, |secret| secret.name == only)
        })
    };
    let superseded = |keep| Pruning {
        superseded: true,
        keep,
        ..Pruning::default()
    };
    assert!(prune(superseded(3), "name").is_empty());
    let old = Pruning {
        before: Some(now()),
        ..Pruning::ALL
    };
    // Superseded and deleted in this millisecond.
    assert!(prune(old, "gone").is_empty());
    let pruned = prune(superseded(1), "name");
    assert_eq!(pruned.version_count(), 2);
    assert_eq!(present(&owned, "name"), b"3");
    assert_eq!(prune(Pruning::ALL, "name").version_count(), 1);
    assert!(prune(superseded(0), "gone").is_empty());
    assert_eq!(prune(Pruning::ALL, "gone").secrets.len(), 1);
    assert_eq!(opened(&owned).verify().unwrap().values, 2);
}
