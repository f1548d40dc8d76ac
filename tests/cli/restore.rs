//! `restore`

use crate::sandbox::Sandbox;
use serde_json::json;
use std::fs;
use std::path::PathBuf;

fn previous(sandbox: &Sandbox) -> PathBuf {
    sandbox.vault().with_file_name(".default.kluis.prev")
}

#[test]
fn what_was_deleted_by_mistake_comes_back_and_the_restore_can_be_undone() {
    let sandbox = Sandbox::with_vault();
    let value = sandbox.secret("value");
    let id = sandbox.create("name", &value);
    let before = sandbox.bytes();
    sandbox.kluis(["delete", "name", "--yes"]).run().exits(0);
    let after = sandbox.bytes();

    let shown = sandbox.kluis(["restore", "--dry-run"]).run();
    shown
        .stdout("returns\tsecret\tdefault/name\n")
        .stderr("kluis: note: nothing was changed\n")
        .exits(0);
    assert_eq!(sandbox.bytes(), after);

    let restored = sandbox.kluis(["restore", "--yes", "--json"]).run();
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

    let undone = sandbox.kluis(["restore", "--yes"]).run();
    undone
        .stdout("lost\tsecret\tdefault/name\n")
        .any_stderr()
        .exits(0);
    assert_eq!(sandbox.bytes(), after);
}

#[test]
fn an_older_value_is_told_as_one_that_reverts() {
    let sandbox = Sandbox::with_vault();
    let (old, new) = (sandbox.secret("old"), sandbox.secret("new"));
    sandbox.create("name", &old);
    sandbox.create("other", sandbox.secret("other"));
    let update = sandbox.kluis(["update", "name", "--value-file", "-"]);
    update.stdin(&new).run().exits(0);
    let restored = sandbox.kluis(["restore", "-y"]).run();
    restored
        .stdout("reverts\tsecret\tdefault/name\n")
        .any_stderr()
        .exits(0);
    assert_eq!(sandbox.get("name"), old.as_bytes());
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
            "`kluis restore` brings back"
        } else {
            ""
        };
        named
            .stderr_has(hint)
            .exits(if present.is_some() { 5 } else { 3 });
        let restored = spoilt.kluis(["restore", "--yes", "--json"]).run();
        let report = restored.json();
        assert_eq!(report["restored"], true);
        assert_eq!(report["replaces_unopened"].is_string(), present.is_some());
        restored.any_stdout().exits(0);
        assert_eq!(spoilt.get("name"), value.as_bytes());
        assert_eq!(
            fs::read(previous(&spoilt)).ok().as_deref(),
            present.or(fs::read(previous(&sandbox)).ok().as_deref())
        );
    }
}

#[test]
fn nothing_is_replaced_by_a_copy_that_is_damaged_missing_or_another_vaults() {
    let sandbox = Sandbox::with_vault();
    sandbox.create("name", sandbox.secret("value"));
    let before = sandbox.bytes();
    let copy = sandbox.home().join("copy");
    let restore = || sandbox.kluis(["restore".as_ref(), copy.as_os_str(), "-y".as_ref()]);

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
        .stderr_has("the copy is of another vault")
        .exits(2);
    assert_eq!(sandbox.bytes(), before);
}

#[test]
fn the_same_bytes_are_left_alone_and_nobody_to_ask_is_an_error() {
    let sandbox = Sandbox::with_vault();
    sandbox.create("name", sandbox.secret("value"));
    let copy = sandbox.home().join("copy");
    fs::write(&copy, sandbox.bytes()).unwrap();
    let same = sandbox.kluis(["restore".as_ref(), copy.as_os_str()]).run();
    same.stderr("kluis: note: unchanged: the vault is this copy already\n")
        .exits(0);
    let before = sandbox.bytes();
    sandbox
        .kluis(["restore"])
        .run()
        .any_stdout()
        .stderr_has("nobody is there to be asked; nothing was changed")
        .exits(2);
    assert_eq!(sandbox.bytes(), before);
}
