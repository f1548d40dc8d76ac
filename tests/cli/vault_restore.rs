//! Tests `vault restore`: bringing back a kept copy of the whole file.

use crate::sandbox::Sandbox;
use serde_json::json;
use std::fs;
use std::path::PathBuf;

fn previous(sandbox: &Sandbox) -> PathBuf {
    sandbox.vault().with_file_name(".default.kluis.prev")
}

#[test]
fn a_deleted_secret_comes_back_and_a_restore_can_be_undone() {
    let sandbox = Sandbox::with_vault();
    let value = sandbox.secret("value");
    let id = sandbox.create("name", &value);
    let before = sandbox.bytes();
    let delete = ["delete", "name", "--forever", "--yes"];
    sandbox.kluis(delete).run().exits(0);
    let after = sandbox.bytes();

    let shown = sandbox.kluis(["vault", "restore", "--dry-run"]).run();
    shown
        .stdout("returns\tsecret\tdefault/name\n")
        .stderr("kluis: note: nothing was changed\n")
        .exits(0);
    assert_eq!(sandbox.bytes(), after);

    let restored = sandbox.kluis(["vault", "restore", "--yes", "--json"]).run();
    let report = restored.json();
    assert_eq!(report["restored"], true);
    assert_eq!(report["keys"], json!([]));
    assert_eq!(
        report["secrets"],
        json!([{"change": "returns", "id": id, "workspace": "default", "name": "name"}])
    );
    assert_eq!(report["revision"], "1.2");
    assert_eq!(report["replaces_revision"], "1.3");
    restored.any_stdout().exits(0);
    assert_eq!(sandbox.bytes(), before, "byte for byte");
    assert_eq!(sandbox.get("name"), value.as_bytes());
    assert_eq!(fs::read(previous(&sandbox)).unwrap(), after);

    let undone = sandbox.kluis(["vault", "restore", "--yes"]).run();
    undone
        .stdout("lost\tsecret\tdefault/name\n")
        .any_stderr()
        .exits(0);
    assert_eq!(sandbox.bytes(), after);
}

#[test]
fn restore_lists_a_value_that_reverts() {
    let sandbox = Sandbox::with_vault();
    let (old, new) = (sandbox.secret("old"), sandbox.secret("new"));
    sandbox.create("name", &old);
    sandbox.create("other", sandbox.secret("other"));
    let update = sandbox.kluis(["update", "name", "--value-file", "-"]);
    update.stdin(&new).run().exits(0);
    let restored = sandbox.kluis(["vault", "restore", "-y"]).run();
    restored
        .stdout("reverts\tsecret\tdefault/name\n")
        .any_stderr()
        .exits(0);
    assert_eq!(sandbox.get("name"), old.as_bytes());
}

/// The whole file goes back, which `restore` of one secret does not need.
#[test]
fn a_secret_that_can_be_restored_is_listed_as_changed() {
    let sandbox = Sandbox::with_vault();
    let value = sandbox.secret("value");
    sandbox.create("name", &value);
    sandbox.kluis(["delete", "name"]).run().exits(0);
    let restored = sandbox.kluis(["vault", "restore", "--yes"]).run();
    restored
        .stdout("reverts\tsecret\tdefault/name\n")
        .any_stderr()
        .exits(0);
    assert_eq!(sandbox.get("name"), value.as_bytes());
}

#[test]
fn restore_lists_changed_apps_links_and_workspaces() {
    let sandbox = Sandbox::with_vault();
    for name in ["one", "two"] {
        sandbox.create(name, sandbox.secret(name));
    }
    let all = |lines: &[&str]| {
        for line in lines {
            let done = sandbox.kluis(line.split(' ')).run();
            done.any_stdout().any_stderr().exits(0);
        }
    };
    all(&[
        "workspace create staging",
        "app create web",
        "app link web GONE=one",
        "app link web MOVED=one",
        "app create old",
    ]);
    let copy = sandbox.given("copy", sandbox.bytes());
    let copy = copy.to_str().unwrap();
    all(&[
        "workspace update staging --description later",
        "workspace create preview",
        "app unlink web GONE",
        "app unlink web MOVED",
        "app link web MOVED=two",
        "app link web NEW=one",
        "app delete old --yes",
        "app create new",
    ]);
    let shown = sandbox.kluis(["vault", "restore", copy, "--dry-run"]).run();
    shown
        .stdout(concat!(
            "reverts\tworkspace\tstaging\n",
            "lost\tworkspace\tpreview\n",
            "returns\tapp\tdefault/old\n",
            "lost\tapp\tdefault/new\n",
            "returns\tlink\tdefault/web GONE\n",
            "reverts\tlink\tdefault/web MOVED\n",
            "lost\tlink\tdefault/web NEW\n",
        ))
        .any_stderr()
        .exits(0);
    let restored = sandbox
        .kluis(["vault", "restore", copy, "--yes", "--json"])
        .run();
    let report = restored.json();
    restored.any_stdout().exits(0);
    assert_eq!(
        report["workspaces"],
        json!([{"change": "reverts", "name": "staging"}, {"change": "lost", "name": "preview"}])
    );
    assert_eq!(
        report["apps"],
        json!([{"change": "returns", "name": "default/old"}, {"change": "lost", "name": "default/new"}])
    );
    assert_eq!(
        report["links"],
        json!([
            {"change": "returns", "app": "default/web", "env_key": "GONE"},
            {"change": "reverts", "app": "default/web", "env_key": "MOVED"},
            {"change": "lost", "app": "default/web", "env_key": "NEW"},
        ])
    );
}

#[test]
fn a_vault_that_is_damaged_or_gone_is_brought_back() {
    let sandbox = Sandbox::with_vault();
    let value = sandbox.secret("value");
    sandbox.create("name", &value);
    sandbox.create("later", sandbox.secret("later"));
    let whole = sandbox.bytes();
    for present in [
        Some(&whole[..whole.len() / 2]),
        Some(b"noise"),
        Some(b""),
        None,
    ] {
        let spoilt = sandbox.copy();
        match present {
            Some(bytes) => fs::write(spoilt.vault(), bytes).unwrap(),
            None => fs::remove_file(spoilt.vault()).unwrap(),
        }
        let named = spoilt.kluis(["get", "name"]).run();
        let hint = if present.is_some() {
            "`kluis vault restore` brings back"
        } else {
            ""
        };
        named
            .stderr_has(hint)
            .exits(if present.is_some() { 5 } else { 3 });
        let restored = spoilt.kluis(["vault", "restore", "--yes", "--json"]).run();
        let report = restored.json();
        assert_eq!(report["restored"], true);
        assert_eq!(report["replaces_unopened"].is_string(), present.is_some());
        restored
            .any_stdout()
            .stderr_has("older than the vault that was seen on this machine")
            .exits(0);
        assert_eq!(spoilt.get("name"), value.as_bytes());
        assert_eq!(
            fs::read(previous(&spoilt)).ok().as_deref(),
            present.or(fs::read(previous(&sandbox)).ok().as_deref())
        );
    }
}

#[test]
fn a_copy_is_checked_against_this_machines_memory() {
    let sandbox = Sandbox::with_vault();
    sandbox.create("name", "old");
    let old = sandbox.bytes();
    sandbox.create("later", "new");
    // The vault from before the last change: a warning reports that it is older.
    let told = "the copy is older than the vault that was seen on this machine";
    fs::write(sandbox.vault(), "noise").unwrap();
    fs::write(previous(&sandbox), &old).unwrap();
    let restore = sandbox.kluis(["vault", "restore", "--yes"]).run();
    restore.stderr_has(told).exits(0);
    assert_eq!(sandbox.get("name"), b"old");
}

#[test]
fn a_vault_that_was_made_huge_is_replaced_unread() {
    let sandbox = Sandbox::with_vault();
    let value = sandbox.secret("value");
    sandbox.create("name", &value);
    sandbox.create("later", sandbox.secret("later"));
    let bytes = 1 << 43;
    let vault = fs::OpenOptions::new().write(true).open(sandbox.vault());
    vault.unwrap().set_len(bytes).unwrap();
    let restored = sandbox.kluis(["vault", "restore", "--yes", "--json"]).run();
    let report = restored.json();
    assert_eq!(report["restored"], true);
    assert!(report["replaces_unopened"].is_string());
    restored
        .any_stdout()
        .stderr_has("older than the vault that was seen on this machine")
        .exits(0);
    assert_eq!(sandbox.get("name"), value.as_bytes());
    assert_eq!(fs::metadata(previous(&sandbox)).unwrap().len(), bytes);
    // Nothing that the sandbox searches at its end.
    fs::remove_file(previous(&sandbox)).unwrap();
}

#[test]
fn a_damaged_missing_or_foreign_copy_replaces_nothing() {
    let sandbox = Sandbox::with_vault();
    sandbox.create("name", sandbox.secret("value"));
    let before = sandbox.bytes();
    let copy = sandbox.home().join("copy");
    let restore = || {
        sandbox.kluis([
            "vault".as_ref(),
            "restore".as_ref(),
            copy.as_os_str(),
            "-y".as_ref(),
        ])
    };

    restore().run().stderr_has("there is no vault at").exits(3);
    fs::write(&copy, &before[..before.len() - 1]).unwrap();
    restore().run().any_stderr().exits(5);
    let other = Sandbox::with_vault();
    fs::write(&copy, other.bytes()).unwrap();
    restore().run().any_stderr().exits(4);
    let token = other.token();
    other.keep(token.as_bytes());
    restore()
        .env("KLUIS_TOKEN", token)
        .run()
        .stderr_has("the copy belongs to another vault")
        .exits(2);
    assert_eq!(sandbox.bytes(), before);
}

#[test]
fn equal_bytes_change_nothing_and_no_terminal_is_an_error() {
    let sandbox = Sandbox::with_vault();
    sandbox.create("name", sandbox.secret("value"));
    let copy = sandbox.home().join("copy");
    fs::write(&copy, sandbox.bytes()).unwrap();
    let same = sandbox
        .kluis(["vault".as_ref(), "restore".as_ref(), copy.as_os_str()])
        .run();
    same.stderr("kluis: note: unchanged: the vault is the same as this copy\n")
        .exits(0);
    let before = sandbox.bytes();
    sandbox
        .kluis(["vault", "restore"])
        .run()
        .any_stdout()
        .stderr_has(
            "this replaces the vault and needs your yes, but there is no terminal to ask at",
        )
        .exits(2);
    assert_eq!(sandbox.bytes(), before);
}

/// Ways for a disk to damage a file: bits that flip, blocks of zeros or of other data, a missing end.
fn rotten(bytes: &[u8], place: usize) -> Vec<(&'static str, Vec<u8>)> {
    const BLOCK_BYTES: usize = 512;
    let flipped = |bit: usize| {
        let mut flipped = bytes.to_vec();
        flipped[place] ^= 1 << bit;
        flipped
    };
    let block = |byte: u8| {
        let mut block = bytes.to_vec();
        let end = (place + BLOCK_BYTES).min(bytes.len());
        block[place..end].fill(byte);
        block
    };
    vec![
        ("a bit", flipped(place % 8)),
        ("the highest bit", flipped(7)),
        ("a block of zeros", block(0)),
        ("a block of ones", block(0xff)),
        ("cut", bytes[..place].to_vec()),
    ]
}

/// Each damage is named before `kluis` asks for a key; the hint names `restore`, which brings back everything.
fn drill(step_bytes: usize) {
    let sandbox = Sandbox::with_vault();
    let values: Vec<(String, String)> = (0..5)
        .map(|count| (format!("NAME_{count}"), sandbox.secret("value")))
        .collect();
    for (name, value) in &values {
        sandbox.create(name, value);
    }
    sandbox.create("LATER", sandbox.secret("later"));
    let (whole, kept) = (sandbox.bytes(), fs::read(previous(&sandbox)).unwrap());
    let mut restored = 0;
    for place in (0..whole.len()).step_by(step_bytes) {
        for (what, bytes) in rotten(&whole, place) {
            fs::write(sandbox.vault(), &bytes).unwrap();
            fs::write(previous(&sandbox), &kept).unwrap();
            let named = sandbox
                .kluis(["vault", "verify"])
                .without("KLUIS_TOKEN")
                .run();
            assert_eq!(named.code, 5, "{what} at {place}: {}", named.stderr);
            named
                .stderr_has("`kluis vault restore` brings back")
                .exits(5);
            // A lookup of one value reads no other page: it returns the right value, or fails.
            let got = sandbox.kluis(["get", "NAME_0"]).run();
            let is_right = got.code == 0 && got.stdout == values[0].1.as_bytes();
            assert!(
                is_right || got.code == 5 && got.stdout.is_empty(),
                "{what} at {place}"
            );
            got.any_stdout().any_stderr().ends();
            let brought = sandbox.kluis(["vault", "restore", "--yes"]).run();
            assert_eq!(brought.code, 0, "{what} at {place}: {}", brought.stderr);
            brought.any_stdout().any_stderr().ends();
            let exported = sandbox.kluis(["export", "--format", "json", "--all"]).run();
            let found = exported.json();
            exported.any_stdout().exits(0);
            let same = values.iter().all(|(name, value)| found[name] == *value);
            assert!(
                same,
                "{what} at {place}: {:?}",
                found.as_object().map(serde_json::Map::len)
            );
            // The damaged file is kept, for a person who can use it.
            assert!(fs::read(previous(&sandbox)).unwrap() == bytes);
            restored += 1;
        }
    }
    eprintln!("{restored} of {restored} restored");
}

#[test]
fn whatever_rots_is_named_and_brought_back() {
    drill(701);
}

/// The figures of tests/PROGRAMME.md.
#[test]
#[ignore = "takes minutes"]
fn whatever_rots_is_named_and_brought_back_every_seventh_byte() {
    drill(7);
}
