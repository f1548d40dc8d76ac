//! Tests an attacker who knows a public key, which is enough to encrypt to its holder, and makes a vault with it.
//! Also tests key lines that were put together wrongly.

use super::apart::Apart;
use super::{Owned, damage, everything, granted_to, header, now, open, put, value};
use crate::keyring::issue::{Credential, Issuer};
use crate::keyring::master::Master;
use crate::keyring::token::Token;
use crate::keyring::{self, Keyring, unlock};
use crate::plaintext::Plaintext;
use crate::sealed::header::Content;
use crate::sealed::id::{KeyId, VaultId};
use crate::sealed::kdf::{Kdf, Passphrase};
use crate::sealed::key::{Bond, Key, Lock};
use crate::sealed::{Error as Sealed, Part, meta};
use crate::vault::create::{Keys, New};
use crate::vault::{Error, Scan, Vault};
use std::time::{Duration, Instant};

const CHEAP: Kdf = Kdf {
    memory: 8 * 1024,
    passes: 1,
    lanes: 1,
};

fn passphrase() -> Passphrase {
    Passphrase::new(&Plaintext::new(b"correct horse".to_vec())).unwrap()
}

/// A vault with a passphrase, a full token and a scoped one.
fn victim() -> (Owned, Token) {
    let mut owned = Owned::new();
    let store = crate::store::memory::MemoryStore::default();
    let passphrase = passphrase();
    let keys = Keys {
        key_file: None,
        passphrase: Some((&passphrase, CHEAP)),
        token: Some("owner"),
    };
    let new = New::make(&keys, now()).unwrap();
    new.store_in(&store, Duration::ZERO).unwrap();
    (owned.store, owned.token) = (store, new.token.unwrap());
    owned.change(|change| put(change, "default/name", "the victim's"));
    let scoped = owned.issue("default", true);
    (owned, scoped)
}

/// A whole vault under the attacker's keys, with these key lines.
fn forged(vault: VaultId, master: &Master, keys: Vec<Key>) -> Vec<u8> {
    let (credential, token) = Credential::token(vault);
    let issuer = Issuer {
        master,
        workspaces: &[],
    };
    let attacker = (issuer.issue(&credential, &label(), None).unwrap(), token);
    let own = Owned::new();
    let mut apart = Apart::of(&own.bytes());
    let (verify, wrapped) = master.new_workspace(apart.workspace(0));
    let mut content = header(&own.bytes()).content().clone();
    content.vault = vault;
    content.verify = master.verify();
    content.keys = keys;
    content.keys.push(attacker.0);
    content.workspaces[0].verify = verify;
    content.workspaces[0].wrapped = wrapped;
    let keys = master.workspace(&content.workspaces[0]).unwrap();
    content.workspaces[0].about =
        keys.seal_about(br#"{"name":"default","description":"","created_at":1,"updated_at":1}"#);
    let signature = master.sign(&content).unwrap();
    apart.header = content.signed(signature).unwrap().text().to_owned();
    apart.sections[0].seal.header = apart.header_id();
    apart.sections[0].edit_as(|head| head, |digest| keys.sign(digest).unwrap());
    // For the attacker it is a vault like any other.
    let bytes = apart.join();
    everything(&bytes, &attacker.1).unwrap();
    bytes
}

fn label() -> meta::Key {
    meta::Key {
        label: "key".into(),
        created_at: 1,
        workspaces: None,
    }
}

fn with_passphrase(bytes: &[u8]) -> Result<Vault, Error> {
    let store = crate::store::memory::MemoryStore::holding(bytes);
    Vault::open(Box::new(store), Scan::Everything, |header| {
        let keyring: Box<dyn Keyring> =
            Box::new(unlock::with_passphrase(header, &passphrase(), None)?);
        Ok(keyring)
    })
}

#[test]
fn a_vault_made_to_a_public_key_is_forged() {
    let (owned, scoped) = victim();
    let content = header(&owned.bytes()).content().clone();
    let attacker = Master::random(content.vault);
    let lines = content.keys.iter().map(|line| granted_to(&attacker, line));
    let bytes = forged(content.vault, &attacker, lines.collect());
    for token in [&owned.token, &scoped] {
        assert_eq!(
            damage(value(&bytes, token, "name"), "lookup"),
            Sealed::Forged
        );
        assert_eq!(
            damage(everything(&bytes, token), "everything"),
            Sealed::Forged
        );
    }
    assert_eq!(
        damage(with_passphrase(&bytes), "passphrase"),
        Sealed::Forged
    );
    // Nor does an open keyring follow to it.
    let mut open = owned.keyring();
    let followed = open.follow(&header(&bytes));
    assert!(matches!(
        followed,
        Err(keyring::Error::Sealed(Sealed::Forged))
    ));
}

/// The real header and the real records, under a header key of the attacker.
#[test]
fn a_header_signed_anew_is_forged() {
    let (owned, scoped) = victim();
    let mut apart = Apart::of(&owned.bytes());
    let attacker = Master::random(header(&owned.bytes()).content().vault);
    apart.change_header(&attacker, |content| content.verify = attacker.verify());
    for token in [&owned.token, &scoped] {
        assert_eq!(
            damage(value(&apart.join(), token, "name"), "header"),
            Sealed::Forged
        );
    }
    assert_eq!(
        damage(with_passphrase(&apart.join()), "header"),
        Sealed::Forged
    );
}

#[test]
fn a_forged_vault_of_another_id_knows_no_token() {
    let (owned, _) = victim();
    let content = header(&owned.bytes()).content().clone();
    let vault = VaultId::random();
    let attacker = Master::random(vault);
    let lines = content.keys.iter().map(|line| granted_to(&attacker, line));
    let bytes = forged(vault, &attacker, lines.collect());
    let answer = value(&bytes, &owned.token, "name");
    assert!(matches!(
        answer,
        Err(Error::Keyring(keyring::Error::RefusedToken))
    ));
    let answer = with_passphrase(&bytes).err();
    assert!(matches!(
        answer,
        Some(Error::Keyring(keyring::Error::WrongPassphrase))
    ));
}

/// As the owner's header would have it, so that only the lines themselves can be refused.
fn owner_signs(owned: &Owned, change: impl FnOnce(&mut Content)) -> Vec<u8> {
    let keyring = owned.keyring();
    let mut apart = Apart::of(&owned.bytes());
    apart.change_header(keyring.master().unwrap(), change);
    apart.join()
}

fn bond(key: &mut Key) -> &mut Bond {
    match &mut key.lock {
        Lock::Passphrase { bond, .. } | Lock::Token { bond, .. } => bond,
        Lock::Identity => panic!("an identity has none"),
    }
}

fn position(owned: &Owned, key: KeyId) -> usize {
    let header = header(&owned.bytes());
    header
        .content()
        .keys
        .iter()
        .position(|line| line.id == key)
        .unwrap()
}

#[test]
fn a_grant_belongs_to_its_line() {
    let (owned, scoped) = victim();
    let (full, less) = (
        position(&owned, owned.token.key),
        position(&owned, scoped.key),
    );
    let grant = |content: &Content, at: usize| content.keys[at].grant.clone();
    let moved = owner_signs(&owned, |content| {
        content.keys[less].grant = grant(content, full);
    });
    let damaged = Sealed::Damaged(Part::Key(scoped.key));
    assert_eq!(damage(value(&moved, &scoped, "name"), "moved"), damaged);

    // Every public member of the line is bound, so that a grant is valid only for its own line.
    let damaged = Sealed::Damaged(Part::Key(owned.token.key));
    let public = owner_signs(&owned, |content| {
        content.keys[full].public = content.keys[less].public;
    });
    assert_eq!(
        damage(value(&public, &owned.token, "name"), "public"),
        damaged
    );
    let none = owner_signs(&owned, |content| content.keys[full].grant.clear());
    assert_eq!(damage(value(&none, &owned.token, "name"), "empty"), damaged);
}

#[test]
fn an_anchor_belongs_to_its_key() {
    let (owned, scoped) = victim();
    let (one, other) = (
        position(&owned, owned.token.key),
        position(&owned, scoped.key),
    );
    let swapped = owner_signs(&owned, |content| {
        let anchors = [one, other].map(|at| bond(&mut content.keys[at]).anchor.clone());
        bond(&mut content.keys[one]).anchor.clone_from(&anchors[1]);
        bond(&mut content.keys[other])
            .anchor
            .clone_from(&anchors[0]);
    });
    for token in [&owned.token, &scoped] {
        let damaged = Sealed::Damaged(Part::Key(token.key));
        assert_eq!(damage(value(&swapped, token, "name"), "swapped"), damaged);
    }
}

#[test]
fn a_key_of_one_kind_does_not_open_as_another() {
    let (owned, _) = victim();
    let full = position(&owned, owned.token.key);
    let as_passphrase = owner_signs(&owned, |content| {
        let Lock::Token { salt, bond } = content.keys[full].lock.clone() else {
            panic!("a token");
        };
        content.keys[full].lock = Lock::Passphrase {
            kdf: CHEAP,
            salt,
            bond,
        };
    });
    let wrong = |bytes: &[u8]| {
        let answer = value(bytes, &owned.token, "name");
        matches!(answer, Err(Error::Keyring(keyring::Error::RefusedToken)))
    };
    assert!(wrong(&as_passphrase));
    // The passphrase's own key is the first and opens as before.
    assert!(with_passphrase(&as_passphrase).is_ok());

    let as_identity = owner_signs(&owned, |content| content.keys[full].lock = Lock::Identity);
    assert!(wrong(&as_identity));

    let as_tokens = owner_signs(&owned, |content| {
        for key in &mut content.keys {
            if let Lock::Passphrase { salt, bond, .. } = key.lock.clone() {
                key.lock = Lock::Token { salt, bond };
            }
        }
    });
    let answer = with_passphrase(&as_tokens).err();
    assert!(matches!(
        answer,
        Some(Error::Keyring(keyring::Error::NoPassphraseKey))
    ));
}

/// Salt, commitment and parameters: each of them alone makes the secret the wrong one.
#[test]
fn a_seed_is_compared_before_anything_is_opened() {
    let (owned, _) = victim();
    let full = position(&owned, owned.token.key);
    for change in [
        &|key: &mut Key| bond(key).commit[0] ^= 1,
        &|key: &mut Key| match &mut key.lock {
            Lock::Token { salt, .. } | Lock::Passphrase { salt, .. } => salt[0] ^= 1,
            Lock::Identity => {}
        },
        &|key: &mut Key| key.id = KeyId::from_bits(key.id.bits() ^ 1),
    ] as [&dyn Fn(&mut Key); 3]
    {
        let bytes = owner_signs(&owned, |content| change(&mut content.keys[full]));
        let answer = value(&bytes, &owned.token, "name");
        assert!(matches!(
            answer,
            Err(Error::Keyring(
                keyring::Error::WrongToken | keyring::Error::RefusedToken
            ))
        ));
        let bytes = owner_signs(&owned, |content| change(&mut content.keys[0]));
        let answer = with_passphrase(&bytes).err();
        assert!(matches!(
            answer,
            Some(Error::Keyring(keyring::Error::WrongPassphrase))
        ));
    }
    let cheaper = owner_signs(&owned, |content| {
        if let Lock::Passphrase { kdf, .. } = &mut content.keys[0].lock {
            kdf.memory += 1;
        }
    });
    let answer = with_passphrase(&cheaper).err();
    assert!(matches!(
        answer,
        Some(Error::Keyring(keyring::Error::WrongPassphrase))
    ));
}

#[test]
fn parameters_out_of_bounds_cost_nothing() {
    let (owned, _) = victim();
    let keyring = owned.keyring();
    let good = "{\"m\":8192,\"t\":1,\"p\":1}";
    for (m, t, p) in [
        (0_u64, 1_u64, 1),
        (8_191, 1, 1),
        (1_048_577, 1, 1),
        (4_294_967_296, 1, 1),
        (9_007_199_254_740_991, 1, 1),
        (8_192, 0, 1),
        (8_192, 17, 1),
        (8_192, 4_294_967_297, 1),
        (8_192, 1, 0),
        (8_192, 1, 17),
        (1_048_576, 3, 1),
        (1_048_576, 16, 16),
    ] {
        let mut apart = Apart::of(&owned.bytes());
        let parameters = format!("{{\"m\":{m},\"t\":{t},\"p\":{p}}}");
        apart.edit_header(keyring.master().unwrap(), |text| {
            assert!(text.contains(good));
            text.replace(good, &parameters)
        });
        let bytes = apart.join();
        let began = Instant::now();
        let error = damage(with_passphrase(&bytes), &parameters);
        assert!(
            began.elapsed() < Duration::from_millis(10),
            "{parameters}: {:?}",
            began.elapsed()
        );
        assert!(matches!(error, Sealed::Kdf { .. }), "{parameters}: {error}");
        // Nor for readers who would not spend the work: the file is not of this format.
        assert!(matches!(
            damage(value(&bytes, &owned.token, "name"), "token"),
            Sealed::Kdf { .. }
        ));
    }
}

#[test]
fn a_workspaces_keys_and_name_belong_to_it() {
    let owned = Owned::with(&[("default/name", "value"), ("staging/name", "value")]);
    let workspace =
        |at: usize| Sealed::Damaged(Part::Workspace(Apart::of(&owned.bytes()).workspace(at)));
    let wrapped = owner_signs(&owned, |content| {
        content.workspaces[1].wrapped = content.workspaces[0].wrapped.clone();
    });
    assert_eq!(
        damage(everything(&wrapped, &owned.token), "wrapped"),
        workspace(1)
    );
    let about = owner_signs(&owned, |content| {
        content.workspaces[1].about = content.workspaces[0].about.clone();
    });
    assert_eq!(
        damage(everything(&about, &owned.token), "about"),
        workspace(1)
    );
    let twice = owner_signs(&owned, |content| {
        let keyring = owned.keyring();
        let keys = keyring
            .master()
            .unwrap()
            .workspace(&content.workspaces[1])
            .unwrap();
        content.workspaces[1].about = keys
            .seal_about(br#"{"name":"default","description":"","created_at":1,"updated_at":1}"#);
    });
    assert_eq!(
        damage(everything(&twice, &owned.token), "twice"),
        workspace(1)
    );
    assert!(open(&twice, &owned.token, Scan::Lookup).is_err());
}
