//! Tests a second reader of the format, `tests/reader.py`, written from its specification alone: it opens every
//! file that kluis opens and refuses every file that kluis refuses, with the same word and for the same part.
//!
//! It needs a Python with `cryptography` 44 or newer, which has Argon2, found in the same way as the readers of
//! `export`.

use crate::readers::programs::Program;
use crate::sandbox::{CHEAP_KDF, Sandbox};
use crate::snapshots::root;
use data_encoding::BASE64_NOPAD;
use serde_json::{Value, json};
use std::fs;
use std::path::Path;

/// A longer reader would prove less.
const MAX_LINES: usize = 390;

fn reader() -> Option<Program> {
    Program::python("cryptography.hazmat.primitives.kdf.argon2")
}

/// The outcomes of the openings, each with a file and a way to unlock it.
fn outcomes(reader: &Program, openings: &[(&Path, &Value)]) -> Vec<Value> {
    let folder = tempfile::tempdir().unwrap();
    let asked = folder.path().join("asked");
    let lines = openings
        .iter()
        .map(|(file, unlock)| json!({"file": file, "unlock": unlock}).to_string() + "\n");
    fs::write(&asked, lines.collect::<String>()).unwrap();
    let output = reader
        .command()
        .arg(root().join("tests/reader.py"))
        .stdin(fs::File::open(&asked).unwrap())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && said.is_empty(), "{said}");
    let printed = String::from_utf8(output.stdout).unwrap();
    let outcomes: Vec<Value> = printed
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(outcomes.len(), openings.len());
    outcomes
}

#[test]
fn the_specification_gives_the_expected_result_of_every_vault() {
    let Some(reader) = reader() else { return };
    let folder = root().join("tests/vectors");
    let expected: Value =
        serde_json::from_slice(&fs::read(folder.join("expected.json")).unwrap()).unwrap();
    let mut asked = Vec::new();
    for (name, vector) in expected.as_object().unwrap() {
        for opening in vector["openings"].as_array().unwrap() {
            asked.push((folder.join(name), &opening["unlock"], &opening["outcome"]));
        }
    }
    let openings = asked.iter().map(|(file, unlock, _)| (&**file, *unlock));
    let found = outcomes(&reader, &openings.collect::<Vec<_>>());
    for ((file, _, expected), found) in asked.iter().zip(found) {
        assert_eq!(&found, *expected, "{}", file.display());
    }
}

#[test]
fn this_version_writes_as_specified() {
    let Some(reader) = reader() else { return };
    let sandbox = Sandbox::with_vault();
    let long = vec![0xfe; 40_000];
    sandbox.create("binary", &long);
    sandbox.create("rotated", "before");
    sandbox.prints(["rotate", "rotated"], "after");
    sandbox.prints(["workspace", "create", "staging"], "");
    for number in 0..70 {
        let name = format!("many-{number}");
        sandbox.prints(["create", &name, "-w", "staging"], &name);
    }
    sandbox.prints(["app", "create", "web"], "");
    sandbox.prints(["app", "link", "web", "KEY=rotated"], "");

    let vault = sandbox.vault();
    let unlock = json!({"token": sandbox.token()});
    let read = outcomes(&reader, &[(&vault, &unlock)]).remove(0);
    let mut names = Vec::new();
    for workspace in read["workspaces"].as_array().unwrap() {
        for secret in workspace["secrets"].as_array().unwrap() {
            let path = [&workspace["name"], &secret["name"]].map(|name| name.as_str().unwrap());
            let path = path.join("/");
            let newest = secret["slots"].as_array().unwrap().last().unwrap();
            let value = newest["value"].as_str().unwrap().as_bytes();
            assert_eq!(sandbox.get(&path), BASE64_NOPAD.decode(value).unwrap());
            assert_eq!(sandbox.show(&path)["id"], secret["id"]);
            names.push(path);
        }
    }
    assert_eq!(names.len(), 72);
    let app = &read["workspaces"][0]["apps"][0];
    assert_eq!([&app["name"], &app["links"][0]["env_key"]], ["web", "KEY"]);
}

#[test]
fn a_passphrase_that_was_changed_opens_by_the_specification_too() {
    let Some(reader) = reader() else { return };
    let (sandbox, first) = Sandbox::with_passphrase();
    let second = sandbox.secret("second");
    let file = sandbox.given("second", &second);
    let file = file.to_str().unwrap();
    let change = [
        "passphrase",
        "--kdf",
        CHEAP_KDF,
        "--new-passphrase-file",
        file,
    ];
    let changed = sandbox.kluis(change).env("KLUIS_PASSPHRASE_FILE", &first);
    changed.run().any_stderr().exits(0);
    let vault = sandbox.vault();
    let old = json!({"passphrase": String::from_utf8(fs::read(first).unwrap()).unwrap()});
    let new = json!({"passphrase": second});
    let found = outcomes(&reader, &[(&vault, &old), (&vault, &new)]);
    assert_eq!(found[0], json!({"error": "wrong-passphrase"}));
    assert_eq!(found[1]["full_access"], true);
}

#[test]
fn the_second_reader_is_short() {
    let text = fs::read_to_string(root().join("tests/reader.py")).unwrap();
    let lines = text.lines().count();
    assert!(lines <= MAX_LINES, "{lines} lines");
    assert!(text.lines().all(|line| line.chars().count() <= 120));
}
