//! Tests key files: what one opens, which header it follows, and a vault that an attacker made for it.

use super::apart::Apart;
use super::{Owned, granted_to, header, now, open, put};
use crate::keyring::identity::Identity;
use crate::keyring::issue::{Credential, Issuer};
use crate::keyring::local::LocalKeyring;
use crate::keyring::master::Master;
use crate::keyring::renew::Trust;
use crate::keyring::{self, Keyring, Reach, unlock};
use crate::sealed::header::{Content, Header};
use crate::sealed::id::WorkspaceId;
use crate::sealed::{Error as Sealed, meta};
use crate::store::Previous;
use crate::vault::{Error, Scan, Vault};
use std::time::Duration;

fn owned() -> Owned {
    Owned::with(&[("default/name", "value"), ("staging/name", "staging's")])
}

/// The vault's header after the owner changed its content.
fn changed(owned: &Owned, change: impl FnOnce(&mut Content, &Master)) -> Header {
    let keyring = owned.keyring();
    let master = keyring.master().unwrap();
    let mut apart = Apart::of(&owned.bytes());
    apart.change_header(master, |content| change(content, master));
    owned.store.put(Some(&apart.join()));
    header(&owned.bytes())
}

/// Gives the identity full access, or lets it read these workspaces.
fn admit(owned: &Owned, identity: &Identity, reads: &[WorkspaceId]) -> Header {
    let reach = reads.iter().map(|&workspace| meta::Reach {
        workspace,
        write: false,
    });
    let about = meta::Key {
        label: "colleague".into(),
        created_at: 1,
        workspaces: (!reads.is_empty()).then(|| reach.collect()),
    };
    changed(owned, |content, master| {
        let issuer = Issuer {
            master,
            workspaces: &content.workspaces,
        };
        let recipient = Credential::recipient(identity.public());
        let key = issuer.issue(&recipient, &about, None).unwrap();
        content.keys.push(key);
    })
}

/// Unlocks with a known key of the header.
fn unlocked(header: &Header, identity: &Identity) -> Result<LocalKeyring, keyring::Error> {
    unlock::with_identity(header, identity, header.content().verify)
}

fn is_forged<T>(result: &Result<T, keyring::Error>) -> bool {
    matches!(result, Err(keyring::Error::Sealed(Sealed::Forged)))
}

#[test]
fn a_key_file_opens_only_the_vaults_it_was_added_to() {
    let (owned, mine, theirs) = (owned(), Identity::random(), Identity::random());
    let staging = header(&owned.bytes()).content().workspaces[1].id;
    let none = unlocked(&header(&owned.bytes()), &mine);
    assert!(matches!(none, Err(keyring::Error::WrongKeyFile)));
    let header = admit(&owned, &mine, &[staging]);
    let keyring = unlocked(&header, &mine).unwrap();
    assert!(!keyring.has_full_access());
    assert_eq!(keyring.reach(staging), Some(Reach::Read));
    assert_eq!(keyring.reach(header.content().workspaces[0].id), None);
    let none = unlocked(&header, &theirs);
    assert!(matches!(none, Err(keyring::Error::WrongKeyFile)));
}

#[test]
fn of_several_keys_for_one_key_file_the_widest_is_used() {
    let (owned, mine) = (owned(), Identity::random());
    let [first, second] = [0, 1].map(|at| header(&owned.bytes()).content().workspaces[at].id);
    admit(&owned, &mine, &[first]);
    let both = admit(&owned, &mine, &[second]);
    let keyring = unlocked(&both, &mine).unwrap();
    assert_eq!(keyring.reach(first), Some(Reach::Read));
    let wide = admit(&owned, &mine, &[]);
    assert!(unlocked(&wide, &mine).unwrap().has_full_access());
    // A key that does not open is skipped; it is damage if no other opens.
    let at = wide.content().keys.len() - 3;
    let spoilt = changed(&owned, |content, _| {
        content.keys[at].grant[40] ^= 1;
        content.keys.truncate(at + 2);
    });
    let next = unlocked(&spoilt, &mine).unwrap();
    assert_eq!(next.reach(second), Some(Reach::Read));
    let alone = changed(&owned, |content, _| content.keys.truncate(at + 1));
    let none = unlocked(&alone, &mine);
    let damaged = matches!(none, Err(keyring::Error::Sealed(Sealed::Damaged(_))));
    assert!(damaged);
}

/// The same vault id and public key, but a header key and a root key of the attacker.
#[test]
fn a_vault_that_an_attacker_made_for_a_key_file_is_forged() {
    let (owned, mine) = (owned(), Identity::random());
    let real = admit(&owned, &mine, &[]);
    let content = real.content();
    let attacker = Master::random(content.vault);
    let mut apart = Apart::of(&owned.bytes());
    apart.change_header(&attacker, |forged| {
        forged.verify = attacker.verify();
        for key in &mut forged.keys {
            *key = granted_to(&attacker, key);
        }
        // A workspace that the attacker's own root key opens.
        for workspace in &mut forged.workspaces {
            (workspace.verify, workspace.wrapped) = attacker.new_workspace(workspace.id);
        }
    });
    let forged = header(&apart.join());
    let expected = content.verify;
    assert!(is_forged(&unlock::with_identity(&forged, &mine, expected)));
    // It opens only with the attacker's own header key: the grant is good, and proves nothing.
    let deceived = unlock::with_identity(&forged, &mine, attacker.verify()).unwrap();
    assert!(deceived.has_full_access());
    // Nor does an open keyring follow to it.
    let mut open = unlocked(&real, &mine).unwrap();
    assert!(is_forged(&open.follow(&forged)));
}

#[test]
fn an_open_identity_follows_to_its_own_key_alone() {
    let (owned, mine) = (owned(), Identity::random());
    let real = admit(&owned, &mine, &[]);
    let mut open = unlocked(&real, &mine).unwrap();
    let id = open.key();
    let later = changed(&owned, |_, _| {});
    open.follow(&later).unwrap();
    let gone = |open: &mut LocalKeyring, header: &Header| {
        let followed = open.follow(header);
        assert!(matches!(followed, Err(keyring::Error::KeyChanged)));
    };
    let token = owned.keyring();
    let token = later.content().key(token.key()).unwrap().lock.clone();
    let line = |content: &mut Content| content.keys.iter().position(|key| key.id == id).unwrap();
    let other = changed(&owned, |content, _| {
        let at = line(content);
        content.keys[at].public = Identity::random().public();
    });
    gone(&mut open, &other);
    let kind = changed(&owned, |content, _| {
        let at = line(content);
        content.keys[at].public = mine.public();
        content.keys[at].lock = token;
    });
    gone(&mut open, &kind);
    let removed = changed(&owned, |content, _| content.keys.retain(|key| key.id != id));
    gone(&mut open, &removed);
}

/// The header gets another key. The key file that made the change knows it; other pins must be renewed.
#[test]
fn a_key_file_still_works_after_it_removes_full_access() {
    let (owned, mine) = (owned(), Identity::random());
    let before = admit(&owned, &mine, &[]);
    let mut owner = unlocked(&before, &mine).unwrap();
    let keyring = Box::new(owner.clone());
    let store = Box::new(owned.store.clone());
    let mut vault = Vault::open(store, Scan::Everything, |_| Ok::<_, Error>(keyring as _)).unwrap();
    let removed = vault.change(now(), Duration::ZERO, Previous::Remove, |change| {
        change.remove_key(&mut owner, owned.token.key, Trust::Ends)
    });
    assert_eq!(removed.unwrap().result.key.id, owned.token.key);
    let after = header(&owned.bytes());
    assert_ne!(after.content().verify, before.content().verify);
    assert!(unlocked(&after, &mine).unwrap().has_full_access());
    assert!(is_forged(&unlock::with_identity(
        &after,
        &mine,
        before.content().verify
    )));
    assert!(open(&owned.bytes(), &owned.token, Scan::Lookup).is_err());
    // An open keyring stays usable.
    vault
        .change(now(), Duration::ZERO, Previous::Keep, |change| {
            put(change, "default/other", "value")
        })
        .unwrap();
}
