//! Tests adding, removing and renewing keys: which key opens what afterwards, and which old bytes stay.

use super::apart::Apart;
use super::{Owned, damage, everything, header, keyring, now, open, put, value, write};
use crate::keyring as keys;
use crate::keyring::issue::Credential;
use crate::keyring::renew::Trust;
use crate::keyring::token::Token;
use crate::keyring::{Keyring, Reach};
use crate::sealed::derive::Key as Secret;
use crate::sealed::header::{MAX_KEYS, MAX_PASSPHRASES};
use crate::sealed::history::Ancestors;
use crate::sealed::id::KeyId;
use crate::sealed::kdf::{Kdf, Passphrase};
use crate::sealed::seed::Seed;
use crate::sealed::{Error as Sealed, Part, section};
use crate::store::Previous;
use crate::vault::change::{Change, NewKey, NewLabel, Removed};
use crate::vault::key::{Scope, check_expiry};
use crate::vault::time::Timestamp;
use crate::vault::{Error, Scan, Verified};
use std::collections::HashSet;
use std::time::Duration;

const CHEAP: Kdf = Kdf {
    memory: 8 * 1024,
    passes: 1,
    lanes: 1,
};

fn team() -> Owned {
    Owned::with(&[
        ("default/name", "default value"),
        ("staging/name", "value"),
        ("staging/other", "other"),
        ("third/name", "third value"),
    ])
}

fn try_change<T>(
    owned: &Owned,
    act: impl FnOnce(&mut Change<'_>) -> Result<T, Error>,
) -> Result<T, Error> {
    let mut vault = super::open_in(&owned.store, &owned.token, Scan::Everything)?;
    let changed = vault.change(now(), Duration::ZERO, Previous::Remove, act)?;
    // The keyring opens the header that it was moved to.
    vault.verify()?;
    Ok(changed.result)
}

fn remove(owned: &Owned, key: KeyId) -> Result<Removed, Error> {
    let mut owner = owned.keyring();
    try_change(owned, |change| {
        change.remove_key(&mut owner, key, Trust::Ends)
    })
}

fn rekey(owned: &Owned) -> Verified {
    let mut owner = owned.keyring();
    try_change(owned, |change| change.rekey(&mut owner, Trust::Passes))
        .unwrap()
        .done
}

fn full_token(owned: &Owned) -> Token {
    owned.add_token(Scope::Full)
}

/// Every ciphertext and grant in a vault, as text.
fn ciphertexts(bytes: &[u8]) -> HashSet<String> {
    let text = String::from_utf8(bytes.to_vec()).unwrap();
    let long = text.split('"').filter(|part| part.len() > 100);
    long.map(str::to_owned).collect()
}

fn section_of(bytes: &[u8], position: usize) -> String {
    Apart::of(bytes).sections[position].join()
}

#[test]
fn a_rekey_leaves_no_ciphertext_and_every_key_opens() {
    let owned = team();
    let tokens = [
        full_token(&owned),
        owned.issue("staging", false),
        owned.issue("staging", true),
        owned.add_token(Scope::ReadAll),
    ];
    let before = owned.bytes();
    let done = rekey(&owned);
    assert_eq!((done.workspaces, done.secrets, done.values), (3, 4, 4));
    let after = owned.bytes();

    let (old, new) = (header(&before), header(&after));
    assert_ne!(old.content().verify, new.content().verify);
    assert!(
        new.content().is_trusted_by(&old.content().verify),
        "anchors hold"
    );
    assert_eq!(new.id().number, old.id().number + 1);
    let shared: Vec<_> = ciphertexts(&before)
        .intersection(&ciphertexts(&after))
        .cloned()
        .collect();
    // An anchor contains the header's verify key, which stays.
    let anchors = new.content().keys.iter().filter_map(|key| key.bond());
    let anchors: Vec<_> = anchors
        .map(|bond| crate::sealed::line::encode(&bond.anchor))
        .collect();
    let lost: Vec<_> = shared
        .iter()
        .filter(|text| !anchors.contains(text))
        .collect();
    assert!(lost.is_empty(), "{lost:?}");
    for (old, new) in old
        .content()
        .workspaces
        .iter()
        .zip(&new.content().workspaces)
    {
        assert_eq!(old.id, new.id);
        assert_ne!(old.verify, new.verify);
    }

    for token in tokens.iter().chain([&owned.token]) {
        everything(&after, token).unwrap();
        assert_eq!(value(&after, token, "staging/name").unwrap(), b"value");
    }
    let reach = |token| {
        let keyring = keyring(&after, token).unwrap();
        let lines = &new.content().workspaces;
        let reach = lines.iter().map(|line| keyring.reach(line.id));
        reach.collect::<Vec<_>>()
    };
    assert_eq!(reach(&tokens[0]), [Some(Reach::Write); 3]);
    assert_eq!(reach(&tokens[1]), [None, Some(Reach::Read), None]);
    assert_eq!(reach(&tokens[2]), [None, Some(Reach::Write), None]);
    assert_eq!(reach(&tokens[3]), [Some(Reach::Read); 3]);
    write(&after, &tokens[2], "staging/new").unwrap();
    write(&after, &tokens[0], "fourth/new").unwrap();
    // An older section under the new header is not signed by its key.
    let mut mixed = Apart::of(&after);
    mixed.sections[1].head = Apart::of(&before).sections[1].head.clone();
    mixed.sections[1].pages = Apart::of(&before).sections[1].pages.clone();
    let signature = Sealed::Damaged(Part::SectionSignature(mixed.workspace(1)));
    assert_eq!(
        damage(everything(&mixed.join(), &owned.token), "old"),
        signature
    );
}

#[test]
fn a_removed_writer_opens_nothing_new_and_signs_nothing_valid() {
    let owned = team();
    let writer = owned.issue("staging", true);
    let (reader, elsewhere) = (owned.issue("staging", false), owned.issue("third", true));
    let before = owned.bytes();
    let mut kept = keyring(&before, &writer).unwrap();
    let removed = remove(&owned, writer.key).unwrap();
    assert!(removed.others.dropped.is_empty() && removed.others.to_pin.is_empty());
    let after = owned.bytes();

    let answer = value(&after, &writer, "name");
    assert!(matches!(
        answer,
        Err(Error::Keyring(keys::Error::WrongToken))
    ));
    assert!(matches!(
        kept.follow(&header(&after)),
        Err(keys::Error::KeyChanged)
    ));
    assert!(
        ciphertexts(&section_of(&before, 1).into_bytes())
            .is_disjoint(&ciphertexts(&section_of(&after, 1).into_bytes()))
    );
    // Workspaces out of the key's reach keep their bytes.
    assert_eq!(section_of(&before, 0), section_of(&after, 0));
    assert_eq!(section_of(&before, 2), section_of(&after, 2));
    for (token, path) in [(&owned.token, "staging/name"), (&reader, "name")] {
        everything(&after, token).unwrap();
        assert_eq!(value(&after, token, path).unwrap(), b"value");
    }
    assert_eq!(value(&after, &elsewhere, "name").unwrap(), b"third value");
    write(&after, &elsewhere, "third/new").unwrap();

    let staging = Apart::of(&after).workspace(1);
    let signature = Sealed::Damaged(Part::SectionSignature(staging));
    let refused = |apart: &Apart, case: &str| {
        for token in [&owned.token, &reader] {
            assert_eq!(damage(everything(&apart.join(), token), case), signature);
        }
    };
    // With the keys it kept: its own seal on the present content, and on the content that it knew, one revision
    // later.
    let mut own = Apart::of(&after);
    own.sections[1].advance();
    own.sections[1].sign(&kept);
    refused(&own, "its own seal");
    own.sections[1].pages = Apart::of(&before).sections[1].pages.clone();
    own.sections[1].sign(&kept);
    refused(&own, "its own seal on what it knew");
    let mut replayed = Apart::of(&after);
    replayed.sections[1] = Apart::of(&before).sections.remove(1);
    refused(&replayed, "the section as it was");
    // The new records do not open for it.
    let vault = open(&after, &owned.token, Scan::Everything).unwrap();
    let secret = vault
        .secret(None, &super::reference("staging/name"))
        .unwrap();
    let raw = Apart::of(&after).sections[1].records(&owned.keyring());
    let id = crate::sealed::record::RecordId::Secret(secret.id);
    let raw = raw.into_iter().find(|raw| raw.id == id).unwrap();
    let record = crate::sealed::record::Record::parse(id, raw.line.trim_end()).unwrap();
    let place = crate::sealed::aad_context::AadContext::Value(staging, secret.id, 0);
    assert!(kept.open(place, &record.sealed(0).unwrap()).is_err());
    // The header that knew it is of another age.
    let back = Apart::of(&before).header + &Apart::of(&after).join_sections();
    assert!(everything(back.as_bytes(), &writer).is_err());
}

#[test]
fn removing_full_access_changes_the_header_key_and_anchors() {
    let owned = team();
    let (full, scoped) = (full_token(&owned), owned.issue("staging", true));
    let vault = header(&owned.bytes()).content().vault;
    let secret = Secret::new([3; 32]);
    let seed = Seed::new(secret, vault, KeyId::from_bits(0));
    let identity = Credential::recipient(seed.public());
    owned.add_key(&identity, Scope::Full, None);
    let before = owned.bytes();

    let removed = remove(&owned, full.key).unwrap();
    let ids = |keys: &[crate::vault::key::Key]| keys.iter().map(|key| key.id).collect::<Vec<_>>();
    assert_eq!(ids(&removed.others.dropped), [scoped.key]);
    assert_eq!(ids(&removed.others.to_pin), [identity.id]);
    let after = owned.bytes();
    assert_ne!(
        header(&before).content().verify,
        header(&after).content().verify
    );
    assert!(ciphertexts(&before).is_disjoint(&ciphertexts(&after)));
    everything(&after, &owned.token).unwrap();
    for token in [&full, &scoped] {
        let answer = value(&after, token, "staging/name");
        assert!(matches!(
            answer,
            Err(Error::Keyring(keys::Error::WrongToken))
        ));
    }
    // The grant to the identity is the new one.
    let header = header(&after);
    let line = header.content().key(identity.id).unwrap();
    let seed = Seed::new(Secret::new([3; 32]), vault, identity.id);
    assert!(seed.open_grant(&line.public_part(), &line.grant).is_some());
    // For the remaining keys, a header that the removed key signs is forged.
    let old = keyring(&before, &full).unwrap();
    let mut own = Apart::of(&after);
    own.change_header(old.master().unwrap(), |content| {
        content.verify = old.master().unwrap().verify();
    });
    assert_eq!(
        damage(everything(&own.join(), &owned.token), "header"),
        Sealed::Forged
    );
}

#[test]
fn full_access_is_never_the_last_to_go() {
    let owned = team();
    let own = owned.token.key;
    let refused = |owned: &Owned, key, said: &str| {
        let before = owned.bytes();
        match remove(owned, key) {
            Err(Error::InUse { message, .. }) => assert!(message.contains(said), "{message}"),
            Err(other) => panic!("{other}"),
            Ok(_) => panic!("removed"),
        }
        assert_eq!(owned.bytes(), before);
    };
    owned.issue("staging", true);
    refused(
        &owned,
        own,
        "the last key with full access cannot be removed",
    );
    let mut owned = owned;
    let full = full_token(&owned);
    refused(
        &owned,
        own,
        "the key that unlocked the vault cannot be removed",
    );
    // With a key that expires, full access would end.
    let vault = header(&owned.bytes()).content().vault;
    let (credential, passing) = Credential::token(vault);
    let end = Timestamp::from_milliseconds(now().milliseconds() + 1);
    owned.add_key(&credential, Scope::Full, end);
    owned.token = passing;
    refused(&owned, full.key, "that does not expire cannot be removed");
    let unknown = remove(&owned, KeyId::random()).err();
    assert!(matches!(unknown, Some(Error::NotFound { what: "key", .. })));
}

#[test]
fn a_scoped_key_changes_no_keys() {
    let owned = team();
    let scoped = owned.issue("staging", true);
    let mut vault = super::open_in(&owned.store, &scoped, Scan::Everything).unwrap();
    let keyring = keyring(&owned.bytes(), &scoped).unwrap();
    assert!(vault.keys().is_err());
    let before = owned.bytes();
    let act = |change: &mut Change<'_>| {
        change
            .rekey(&mut keyring.clone(), Trust::Passes)
            .map(|_| ())
    };
    let rekeyed = vault.change(now(), Duration::ZERO, Previous::Keep, act);
    let remove = |change: &mut Change<'_>| {
        let id = owned.token.key;
        change
            .remove_key(&mut keyring.clone(), id, Trust::Ends)
            .map(|_| ())
    };
    let removed = vault.change(now(), Duration::ZERO, Previous::Keep, remove);
    for refused in [rekeyed, removed] {
        let refused = refused.map(|_| ());
        assert!(matches!(
            refused,
            Err(Error::Keyring(keys::Error::NeedsFullAccess))
        ));
    }
    assert_eq!(owned.bytes(), before);
}

/// Two owners at once: the second works on the result of the first.
#[test]
fn an_owner_follows_to_the_header_that_is_there_under_the_lock() {
    let owned = team();
    let mut vault = super::open_in(&owned.store, &owned.token, Scan::Everything).unwrap();
    let mut owner = owned.keyring();
    rekey(&owned);
    owned.change(|change| put(change, "fourth/name", "made meanwhile"));
    let (credential, token) = Credential::token(header(&owned.bytes()).content().vault);
    let new = NewKey {
        label: NewLabel::Default("late"),
        scope: Scope::ReadAll,
        not_after: None,
    };
    let act = |change: &mut Change<'_>| change.add_key(&mut owner, &credential, &new);
    vault
        .change(now(), Duration::ZERO, Previous::Keep, act)
        .unwrap();
    let got = value(&owned.bytes(), &token, "fourth/name").unwrap();
    assert_eq!(got, b"made meanwhile");
}

#[test]
fn a_vault_holds_so_many_keys_and_no_more() {
    let owned = team();
    let vault = header(&owned.bytes()).content().vault;
    let full = |answer: Result<(), Error>, limit: &str| match answer {
        Err(Error::Sealed(Sealed::Full { limit: said })) => assert_eq!(said, limit),
        other => panic!("{other:?}"),
    };
    let new = NewKey {
        label: NewLabel::Default("one more"),
        scope: Scope::Full,
        not_after: None,
    };
    let add = |credential: &Credential| {
        let mut owner = owned.keyring();
        let before = owned.bytes();
        let added = try_change(&owned, |change| {
            change.add_key(&mut owner, credential, &new)
        });
        assert!(added.is_ok() || owned.bytes() == before);
        added.map(|_| ())
    };
    let passphrase = Passphrase::new(&crate::plaintext::Plaintext::new(b"one".to_vec())).unwrap();
    let credential = || Credential::passphrase(vault, KeyId::random(), &passphrase, CHEAP).unwrap();
    for _ in 0..MAX_PASSPHRASES {
        add(&credential()).unwrap();
    }
    full(add(&credential()), "8 passphrases");
    let mut owner = owned.keyring();
    owned.change(|change| {
        for _ in change.content().keys.len()..MAX_KEYS {
            change.add_key(&mut owner, &Credential::token(vault).0, &new)?;
        }
        Ok(())
    });
    full(add(&Credential::token(vault).0), "256 keys");
}

#[test]
fn a_key_expires_however_far_it_reaches() {
    let owned = team();
    let bytes = owned.bytes();
    let vault = header(&bytes).content().vault;
    let end = Timestamp::from_milliseconds(now().milliseconds() + 1_000);
    let staging = Scope::Workspaces {
        names: vec![super::workspace_name("staging")],
        write: false,
    };
    for scope in [Scope::Full, staging] {
        let (credential, token) = Credential::token(vault);
        owned.add_key(&credential, scope, end);
        let bytes = owned.bytes();
        let keyring = keyring(&bytes, &token).unwrap();
        check_expiry(keyring.key(), &header(&bytes), now()).unwrap();
        let answer = check_expiry(keyring.key(), &header(&bytes), end.unwrap());
        assert!(matches!(answer, Err(Error::Expired { at }) if Some(at) == end));
        // It stays through a change of every grant, and through a new token for the same key.
        rekey(&owned);
        let line = header(&owned.bytes())
            .content()
            .key(token.key)
            .unwrap()
            .clone();
        assert_eq!(line.not_after, end.map(Timestamp::milliseconds));
    }
}

/// No key that a reader can sign with is the workspace's seed.
#[test]
fn a_reader_forges_no_section_in_any_way_the_format_allows() {
    let owned = team();
    let (reader, writer) = (owned.issue("staging", false), owned.issue("third", true));
    let old = Apart::of(&owned.bytes());
    owned.change(|change| {
        put(change, "staging/newer", "newer")?;
        put(change, "fourth/name", "so that the header is newer too")
    });
    let now = owned.bytes();
    let staging = Apart::of(&now).workspace(1);
    let signature = Sealed::Damaged(Part::SectionSignature(staging));
    let refused = |apart: &Apart, expected: &Sealed, case: &str| {
        for token in [&owned.token, &reader] {
            assert_eq!(
                &damage(everything(&apart.join(), token), case),
                expected,
                "{case}"
            );
        }
    };
    // The old seal on old records, and on new ones.
    let mut apart = Apart::of(&now);
    apart.sections[1].head.clone_from(&old.sections[1].head);
    assert!(everything(&apart.join(), &reader).is_err());
    apart.sections[1].pages.clone_from(&old.sections[1].pages);
    refused(
        &apart,
        &Sealed::Damaged(Part::SectionAge(staging)),
        "the old section",
    );
    // The old signature under a higher revision, and the newest under another.
    for (from, case) in [(&old, "old"), (&Apart::of(&now), "newest")] {
        let mut apart = Apart::of(&now);
        let head = &from.sections[1].head;
        let revision = from.sections[1].id.number;
        let raised = head.replace(
            &format!("{{\"seal\":{revision},"),
            &format!("{{\"seal\":{},", revision + 9),
        );
        assert_ne!(*head, raised);
        apart.sections[1].head.clone_from(&raised);
        apart.sections[1].pages.clone_from(&from.sections[1].pages);
        refused(&apart, &Sealed::Damaged(Part::Section(staging)), case);
        // With ancestors that fit that revision.
        let ancestors = from.sections[1].seal.ancestors.to_string();
        let more = Ancestors::before(revision + 9).to_string();
        apart.sections[1].head = raised.replace(&ancestors, &more);
        refused(&apart, &signature, case);
    }
    // The seal of another workspace's writer, over the names of this one.
    let accomplice = keyring(&now, &writer).unwrap();
    let third = Apart::of(&now).workspace(2);
    let mut apart = Apart::of(&now);
    apart.sections[1].advance();
    apart.sections[1].edit_as(
        |head| head,
        |digest| accomplice.sign_section(third, digest).unwrap(),
    );
    refused(&apart, &signature, "the seal of another workspace");
    // A seed made from a reader's keys is not the workspace's.
    let vault = header(&now).content().vault;
    apart.sections[1].edit_as(
        |head| head,
        |digest| section::signed(vault, staging, |part| part.sign(&[7; 32], digest)),
    );
    refused(&apart, &signature, "a seed of its own");
    let reading = keyring(&now, &reader).unwrap();
    assert!(matches!(
        reading.sign_section(staging, &[0; 32]),
        Err(keys::Error::ReadOnly)
    ));
}
