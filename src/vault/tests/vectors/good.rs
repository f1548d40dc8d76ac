//! Makes valid vaults that use every member of the format.

use super::super::apart::{Apart, Hostile as Sealed, app};
use super::super::{Owned, now, put, reference};
use super::Vector;
use crate::keyring::Keyring;
use crate::keyring::issue::{Credential, Issuer};
use crate::keyring::renew::Trust;
use crate::keyring::token::Token;
use crate::plaintext::Plaintext;
use crate::sealed::derive::Key;
use crate::sealed::header::Content;
use crate::sealed::history::{Ancestors, RevisionId};
use crate::sealed::id::{AppId, KeyId, SecretId};
use crate::sealed::index::RecordKind;
use crate::sealed::kdf::{Kdf, Passphrase};
use crate::sealed::line::{MAX_NUMBER, encode};
use crate::sealed::seed::Seed;
use crate::sealed::{entry, meta, random};
use crate::store::memory::MemoryStore;
use crate::vault::change::{Deletion, References};
use crate::vault::create::{Keys, New};
use crate::vault::key::Scope;
use serde_json::{Value, json};
use std::time::Duration;

pub const CHEAP: Kdf = Kdf {
    memory: 8 * 1024,
    passes: 1,
    lanes: 1,
};

/// Two characters of it have another form in NFKC.
pub const PASSPHRASE: &str = "correct ho\u{fb03}e battery ｓtaple";

pub fn all() -> Vec<Vector> {
    vec![
        passphrase(),
        token(),
        empty(),
        fields(),
        pages(),
        successions(),
        keys(),
        merged(),
        last_revision(),
    ]
}

fn vector(name: &str, about: &'static str, bytes: Vec<u8>, unlocks: Vec<Value>) -> Vector {
    let name = format!("good-{name}.kluis");
    Vector {
        name,
        about,
        bytes,
        unlocks,
    }
}

/// The way that the owner's token unlocks.
pub fn by_token(token: &Token) -> Value {
    json!({"token": String::from_utf8(token.text().expose().to_vec()).unwrap()})
}

/// A vault with a passphrase and a token.
pub fn both() -> Owned {
    let store = MemoryStore::default();
    let passphrase = Passphrase::new(&Plaintext::new(PASSPHRASE.into())).unwrap();
    let keys = Keys {
        key_file: None,
        passphrase: Some((&passphrase, CHEAP)),
        token: Some("token"),
    };
    let new = New::make(&keys, now()).unwrap();
    new.store_in(&store, Duration::ZERO).unwrap();
    Owned {
        store,
        token: new.token.unwrap(),
    }
}

fn passphrase() -> Vector {
    let owned = both();
    owned.change(|change| put(change, "default/name", "value"));
    let about =
        "a passphrase, typed in another form than it is derived from, and a token beside it";
    let normal = "correct hoffie battery staple";
    let unlocks = [PASSPHRASE, normal].map(|passphrase| json!({"passphrase": passphrase}));
    let unlocks = unlocks
        .into_iter()
        .chain([by_token(&owned.token)])
        .collect();
    vector("passphrase", about, owned.bytes(), unlocks)
}

fn token() -> Vector {
    let owned = Owned::with(&[
        ("default/name", "value"),
        ("default/other", "another value"),
    ]);
    owned.change(|change| {
        change
            .delete_secret(
                None,
                &reference("default/other"),
                References::Keep,
                Deletion::Forever,
            )
            .map(|_| ())
    });
    let unlocks = vec![by_token(&owned.token)];
    vector(
        "token",
        "a token, and one secret left of two",
        owned.bytes(),
        unlocks,
    )
}

fn empty() -> Vector {
    let owned = Owned::new();
    let unlocks = vec![by_token(&owned.token)];
    vector(
        "empty",
        "a new vault: one section without records",
        owned.bytes(),
        unlocks,
    )
}

fn fields() -> Vector {
    let owned = Owned::with(&[
        ("default/plain", "value"),
        ("staging/plain", "value"),
        ("third/plain", "value"),
    ]);
    let keyring = owned.keyring();
    let mut apart = Apart::of(&owned.bytes());
    let (default, staging) = (apart.workspace(0), apart.workspace(1));

    let mut slots = Sealed::new("slots", &[b"past", b"present", b"next year", b"pending"]);
    let seconds = [0, 1_700_000_000, 4_000_000_000, MAX_NUMBER];
    for (slot, second) in slots.entry.slots.iter_mut().zip(seconds) {
        slot.slot = second;
    }
    slots.entry.slots[3].pending = true;
    slots.entry.rotate_every = Some(2_592_000);
    slots.entry.expires_at = Some(253_402_300_799_999);

    let mut bound = Sealed::new("bound", &[b"bound to two hosts"]);
    bound.entry.allowed_domains = vec!["*.example.org".into(), "api.example.com".into()];

    let mut text = Sealed::new("A-z_0+9=@#$.", &[b"\n"]);
    text.entry.description =
        "quotes \" and \\, lines\nand\ttabs, \u{7f}, é, 金庫, 🔐, \u{2028}".into();
    text.entry.env_key = Some("_ANY_1".into());

    let all_bytes: Vec<u8> = (0..=255).collect();
    let long: Vec<u8> = (0..3_000_u32).map(|n| n.to_be_bytes()[3]).collect();
    let binary = Sealed::new("binary", &[&all_bytes[..], &long, &[0]]);
    let lengths: Vec<Vec<u8>> = [1, 60, 61, 1_020, 1_021]
        .map(|size| vec![b'x'; size])
        .into();
    let sizes = Sealed::new(
        "sizes",
        &lengths.iter().map(Vec::as_slice).collect::<Vec<_>>(),
    );

    let web = AppId::random();
    let again_id = SecretId::random();
    let named = |env_key: &str| entry::AppLink {
        app: web,
        workspace: default,
        env_key: env_key.to_owned().into(),
    };
    slots.entry.apps = vec![named("AGAIN"), named("DATABASE_URL")];
    bound.entry.apps = vec![named("KEY")];
    let mut usual = Sealed::new("usual.name", &[b"value"]);
    usual.entry.env_key = None;
    usual.entry.updated_at = usual.entry.created_at;
    let mut gone = Sealed::new("slots", &[b"of a deleted secret"]);
    gone.entry.deleted_at = Some(3);
    gone.entry.apps = vec![named("GONE")];

    let secrets = [&slots, &bound, &text, &binary, &sizes, &usual, &gone];
    let raw = |secret: &&Sealed<'_>| secret.raw(&keyring, default, |entry| entry);
    let mut records: Vec<_> = secrets.iter().map(raw).collect();
    let deleted = records.last_mut().unwrap();
    let id = deleted.id.to_string();
    deleted.index = keyring.index(default, RecordKind::Deleted, &id).unwrap();
    records.extend(apart.sections[0].records(&keyring));
    let links = [
        ("AGAIN", default, slots.id),
        ("DATABASE_URL", default, slots.id),
        ("KEY", default, bound.id),
        ("STAGING", staging, again_id),
    ];
    records.push(app(&keyring, default, web, "web", &links));
    records.push(app(&keyring, default, AppId::random(), "slots", &[]));
    apart.sections[0].paginate(&keyring, records, 64);
    apart.sections[0].advance();
    apart.sections[0].sign(&keyring);

    // An app and a secret of the same names in another workspace, and the secret of a link from here.
    let mut again = Sealed::new("slots", &[b"of staging"]);
    again.id = again_id;
    again.entry.apps = vec![named("STAGING")];
    let mut records = apart.sections[1].records(&keyring);
    records.push(again.raw(&keyring, staging, |entry| entry));
    let links = [("DATABASE_URL", staging, again.id)];
    records.push(app(&keyring, staging, AppId::random(), "web", &links));
    apart.sections[1].paginate(&keyring, records, 64);
    apart.sections[1].advance();
    apart.sections[1].sign(&keyring);

    let about = "three workspaces; slots past, to come and pending; every optional member; a deleted secret; apps with links";
    vector("fields", about, apart.join(), vec![by_token(&owned.token)])
}

fn pages() -> Vector {
    let secrets: Vec<_> = (0..150)
        .map(|n| (format!("default/name-{n}"), format!("value {n}")))
        .collect();
    let secrets = secrets.iter().map(|(path, value)| (&**path, &**value));
    let owned = Owned::with(&secrets.collect::<Vec<_>>());
    let about = "150 secrets in more than two pages, and an empty section behind them";
    owned.change(|change| {
        let name = super::super::workspace_name("empty");
        change.create_workspace(name, crate::vault::description::Description::default())
    });
    vector("pages", about, owned.bytes(), vec![by_token(&owned.token)])
}

fn successions() -> Vector {
    let owned = both();
    owned.change(|change| put(change, "default/name", "value"));
    owned.change(|change| put(change, "staging/name", "staging's value"));
    let old = owned.add_token(Scope::Full);
    let reads = owned.issue("staging", false);
    for _ in 0..2 {
        let mut owner = owned.keyring();
        owned.change(|change| change.rekey(&mut owner, Trust::Passes));
    }
    let about =
        "a header whose key was changed twice, for the token that changed it and two from before";
    vector(
        "successions",
        about,
        owned.bytes(),
        [&owned.token, &old, &reads].map(by_token).into(),
    )
}

fn keys() -> Vector {
    let owned = both();
    owned.change(|change| put(change, "default/name", "value"));
    owned.change(|change| put(change, "staging/name", "staging's value"));
    owned.change(|change| put(change, "third/name", "third's value"));
    let reads = owned.issue("staging", false);
    let writes = owned.issue("staging", true);
    let mixed = issue(&owned, &[("default", false), ("third", true)]);

    let secret = Key::new(random::bytes());
    let keyring = owned.keyring();
    let master = keyring.master().unwrap();
    let mut apart = Apart::of(&owned.bytes());
    let about = about(None);
    let not_after = Some(4_102_444_800_000);
    apart.change_header(master, |content| {
        let seed = Seed::new(secret.clone(), content.vault, KeyId::from_bits(0));
        let issuer = Issuer {
            master,
            workspaces: &content.workspaces,
        };
        let recipient = Credential::recipient(seed.public());
        let key = issuer.issue(&recipient, &about, not_after).unwrap();
        content.keys.push(key);
        let line = super::super::kinds::line(master, "ssh-ed25519", Some(vec![]));
        content.keys_to_come.push(line);
    });
    let identity = json!({"identity": encode(secret.as_slice())});
    let mut unlocks = vec![json!({"passphrase": PASSPHRASE})];
    unlocks.extend([&owned.token, &reads, &writes, &mixed].map(by_token));
    unlocks.push(identity);
    let about = "keys of every kind: passphrase, token, tokens that read, write and do either, an identity, one to come";
    vector("keys", about, apart.join(), unlocks)
}

fn about(workspaces: Option<Vec<meta::Reach>>) -> meta::Key {
    meta::Key {
        label: "label".into(),
        created_at: 1,
        workspaces,
    }
}

pub fn issue(owned: &Owned, reach: &[(&str, bool)]) -> Token {
    let keyring = owned.keyring();
    let vault =
        super::super::open(&owned.bytes(), &owned.token, crate::vault::Scan::Lookup).unwrap();
    let reach = reach.iter().map(|&(name, write)| {
        let workspace = vault
            .workspace(Some(&super::super::workspace_name(name)))
            .unwrap()
            .id;
        meta::Reach { workspace, write }
    });
    let about = about(Some(reach.collect()));
    let master = keyring.master().unwrap();
    let (credential, token) = Credential::token(vault.header().content().vault);
    let issuer = Issuer {
        master,
        workspaces: &vault.header().content().workspaces,
    };
    let key = issuer
        .issue(&credential, &about, Some(4_102_444_800_001))
        .unwrap();
    let mut apart = Apart::of(&owned.bytes());
    apart.change_header(master, |content| content.keys.push(key));
    owned.store.put(Some(&apart.join()));
    token
}

fn merged() -> Vector {
    let owned = Owned::with(&[("default/name", "value")]);
    let keyring = owned.keyring();
    let mut apart = Apart::of(&owned.bytes());
    let fork = |id: RevisionId| {
        Ancestors::before(id.number).with(RevisionId {
            digest: [1; 20],
            ..id
        })
    };
    let section = &mut apart.sections[0];
    section.advance();
    section.seal.ancestors = section.seal.ancestors.merged(&fork(section.id));
    let (section, id) = (section.next_id(), apart.header_id());
    apart.change_header(keyring.master().unwrap(), |content: &mut Content| {
        content.ancestors = content.ancestors.merged(&fork(id));
        content.workspaces[0].section = section;
    });
    apart.sections[0].seal.header = apart.header_id();
    apart.sections[0].sign(&keyring);
    let about = "a header and a section of two lines of ancestors, as a merge leaves them";
    vector("merged", about, apart.join(), vec![by_token(&owned.token)])
}

fn last_revision() -> Vector {
    let owned = Owned::with(&[("default/name", "value")]);
    let keyring = owned.keyring();
    let mut apart = Apart::of(&owned.bytes());
    apart.sections[0].seal.ancestors = Ancestors::before(MAX_NUMBER);
    let section = apart.sections[0].next_id();
    apart.change_header(keyring.master().unwrap(), |content: &mut Content| {
        content.ancestors = Ancestors::before(MAX_NUMBER);
        content.workspaces[0].section = section;
    });
    apart.sections[0].seal.header = apart.header_id();
    apart.sections[0].sign(&keyring);
    let about = "the greatest revisions there are";
    vector(
        "last-revision",
        about,
        apart.join(),
        vec![by_token(&owned.token)],
    )
}
