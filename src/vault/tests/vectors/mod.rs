//! Tests the frozen vaults of `tests/vectors/`, good and broken, against `expected.json`.
//!
//! Every later version must read them as this one does: a file there is never changed.

mod broken;
pub mod good;

use super::apart::Apart;
use super::header;
use crate::keyring::local::LocalKeyring;
use crate::keyring::token::Token;
use crate::keyring::{self, Keyring, Reach, unlock};
use crate::plaintext::Plaintext;
use crate::sealed::aad_context::AadContext;
use crate::sealed::header::Header;
use crate::sealed::kdf::Passphrase;
use crate::sealed::line::{decode, encode};
use crate::sealed::record::{Record, RecordId};
use crate::sealed::seed::Seed;
use crate::sealed::{Error as Sealed, Part, derive, meta};
use crate::store::memory::MemoryStore;
use crate::vault::{Error, Scan, Vault};
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

/// A file, its purpose, and the way to unlock it; the outcome is known.
pub struct Vector {
    name: String,
    about: &'static str,
    bytes: Vec<u8>,
    unlocks: Vec<Value>,
}

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/vectors")
}

fn expected() -> Map<String, Value> {
    let text = fs::read_to_string(folder().join("expected.json")).unwrap();
    let Value::Object(all) = serde_json::from_str(&text).unwrap() else {
        panic!("a map by file name");
    };
    all
}

#[test]
fn every_frozen_vault_gives_its_expected_result() {
    for (name, vector) in expected() {
        let bytes = fs::read(folder().join(&name)).unwrap();
        for opening in vector["openings"].as_array().unwrap() {
            let outcome = outcome(&bytes, &opening["unlock"]);
            assert_eq!(outcome, opening["outcome"], "{name}: {}", vector["about"]);
            assert_eq!(
                outcome.get("error").is_some(),
                name.starts_with("broken-"),
                "{name}"
            );
        }
    }
}

#[test]
fn every_frozen_vault_is_expected_and_there() {
    let files = fs::read_dir(folder())
        .unwrap()
        .map(|entry| entry.unwrap().file_name());
    let files: BTreeSet<_> = files.map(|name| name.into_string().unwrap()).collect();
    let expected = expected();
    let named: BTreeSet<_> = expected
        .keys()
        .map(String::as_str)
        .chain(["expected.json"])
        .collect();
    assert!(files.iter().map(String::as_str).eq(named));
    let broken = expected
        .keys()
        .filter(|name| name.starts_with("broken-"))
        .count();
    assert!(broken >= 25 && expected.len() - broken >= 6);
}

/// Kept to show where the files came from. It overwrites nothing: a new format gets new files, and the
/// descriptions of the old ones stay true.
#[test]
#[ignore = "made tests/vectors, once"]
fn the_frozen_vaults_were_made_by_this() {
    let mut expected = Map::new();
    for vector in good::all().into_iter().chain(broken::all()) {
        let openings: Vec<_> = vector
            .unlocks
            .iter()
            .map(|unlock| json!({"unlock": unlock, "outcome": outcome(&vector.bytes, unlock)}))
            .collect();
        let path = folder().join(&vector.name);
        let mut file = fs::File::create_new(&path).expect("a frozen file is not written again");
        std::io::Write::write_all(&mut file, &vector.bytes).unwrap();
        let vector_says = json!({"about": vector.about, "openings": openings});
        assert!(expected.insert(vector.name, vector_says).is_none());
    }
    let text = serde_json::to_string_pretty(&expected).unwrap() + "\n";
    let mut file = fs::File::create_new(folder().join("expected.json")).expect("written once");
    std::io::Write::write_all(&mut file, text.as_bytes()).unwrap();
}

/// The outcome of opening everything in a vault: its contents, or a word for the fault and its place.
fn outcome(bytes: &[u8], unlock: &Value) -> Value {
    if let Some(secret) = unlock["identity"].as_str() {
        return json!({"grant": identity_grant(bytes, secret)});
    }
    match verified(bytes, unlock) {
        Ok(()) => contents(bytes, &unlocked(&header(bytes), unlock).unwrap()),
        Err(error) => {
            let (word, part) = words(&error);
            match part {
                Some(part) => json!({"error": word, "part": part}),
                None => json!({"error": word}),
            }
        }
    }
}

fn verified(bytes: &[u8], unlock: &Value) -> Result<(), Error> {
    let store = Box::new(MemoryStore::holding(bytes));
    let vault = Vault::open(store, Scan::Everything, |header| {
        let keyring: Box<dyn Keyring> = Box::new(unlocked(header, unlock)?);
        Ok::<_, Error>(keyring)
    })?;
    for workspace in vault.workspaces() {
        vault.list(workspace)?;
    }
    vault.verify().map(|_| ())
}

fn unlocked(header: &Header, unlock: &Value) -> Result<LocalKeyring, keyring::Error> {
    let text = |name: &str| {
        unlock[name]
            .as_str()
            .map(|text| Plaintext::new(text.into()))
    };
    if let Some(token) = text("token") {
        return unlock::with_token(header, &Token::parse(&token)?);
    }
    let passphrase = text("passphrase").and_then(|text| Passphrase::new(&text).ok());
    unlock::with_passphrase(header, &passphrase.unwrap(), None)
}

/// The content of an identity's grant, in the clear; the keys are for these tests alone.
fn identity_grant(bytes: &[u8], secret: &str) -> String {
    let header = header(bytes);
    let content = header.content();
    let line = content
        .keys
        .iter()
        .find(|key| key.bond().is_none())
        .unwrap();
    let secret = derive::Key::new(decode(secret).unwrap().try_into().unwrap());
    let seed = Seed::new(secret, content.vault, line.id);
    assert_eq!(seed.public(), line.public);
    let grant = seed.open_grant(&line.public_part(), &line.grant).unwrap();
    String::from_utf8(grant.expose().to_vec()).unwrap()
}

/// Everything that a keyring opens, with the metadata's names, and each slot's value.
fn contents(bytes: &[u8], keyring: &LocalKeyring) -> Value {
    let header = header(bytes);
    let lines = header
        .content()
        .workspaces
        .iter()
        .zip(Apart::of(bytes).sections);
    let workspaces = lines.filter_map(|(line, section)| {
        let reach = keyring.reach(line.id)?;
        let about = keyring
            .open(AadContext::WorkspaceAbout(line.id), &line.about)
            .unwrap();
        let mut workspace = json!(meta::decode::<meta::Workspace>(&about).unwrap());
        let (mut secrets, mut apps) = (Vec::new(), Vec::new());
        for raw in section.records(keyring) {
            let record = Record::parse(raw.id, raw.line.trim_end()).unwrap();
            let open = |place, at| keyring.open(place, &record.sealed(at).unwrap()).unwrap();
            let mut entry: Value = serde_json::from_str(&raw.entry).unwrap();
            entry["id"] = json!(raw.id.to_string());
            match raw.id {
                RecordId::Secret(id) => {
                    for position in 0..record.count() {
                        let slot = &mut entry["slots"][position];
                        let number = slot["slot"].as_u64().unwrap();
                        let value = open(AadContext::Value(line.id, id, number), position);
                        slot["value"] = json!(encode(value.expose()));
                    }
                    secrets.push(entry);
                }
                RecordId::App(id) => {
                    let links = open(AadContext::Links(line.id, id), 0);
                    entry["links"] = serde_json::from_slice(links.expose()).unwrap();
                    apps.push(entry);
                }
            }
        }
        workspace["id"] = json!(line.id);
        workspace["reach"] = json!(match reach {
            Reach::Read => "read",
            Reach::Write => "write",
        });
        workspace["revision"] = json!(section.id.number);
        workspace["secrets"] = json!(secrets);
        workspace["apps"] = json!(apps);
        Some(workspace)
    });
    json!({
        "full_access": keyring.has_full_access(),
        "revision": header.id().number,
        "workspaces": workspaces.collect::<Vec<_>>(),
    })
}

/// The error's word, and the part's.
fn words(error: &Error) -> (&'static str, Option<String>) {
    match error {
        Error::Sealed(error) | Error::Keyring(keyring::Error::Sealed(error)) => match error {
            Sealed::Damaged(part) => ("damaged", Some(part_words(part))),
            Sealed::Forged => ("forged", None),
            Sealed::Kdf { .. } => ("kdf", None),
            Sealed::Unsupported(_) => ("unsupported", None),
            Sealed::Full { .. } => panic!("nothing is written here"),
        },
        Error::Keyring(keyring::Error::WrongToken | keyring::Error::RefusedToken) => {
            ("wrong-token", None)
        }
        Error::Keyring(keyring::Error::WrongPassphrase) => ("wrong-passphrase", None),
        other => panic!("{other}"),
    }
}

fn part_words(part: &Part) -> String {
    match part {
        Part::FirstLine => "first-line".into(),
        Part::Header => "header".into(),
        Part::HeaderSignature => "header-signature".into(),
        Part::Key(id) => format!("key {id}"),
        Part::Workspace(id) => format!("workspace {id}"),
        Part::Section(id) => format!("section {id}"),
        Part::SectionSignature(id) => format!("section-signature {id}"),
        Part::SectionAge(id) => format!("section-age {id}"),
        Part::Page(id) => format!("page {id}"),
        Part::Record(id) => format!("record {id}"),
        Part::End => "end".into(),
        Part::Mixed(part) | Part::LineEnds(part) => part_words(part),
    }
}
