//! Tests `vault merge` and `vault diff`: what they print, and how they end.

use crate::sandbox::Sandbox;
use serde_json::json;
use std::fs;
use std::path::PathBuf;

/// A vault with one secret, and another copy of it in which that secret was changed and a second was made.
fn changed_copy() -> (Sandbox, PathBuf) {
    let sandbox = Sandbox::with_vault();
    sandbox.create("a", sandbox.secret("first"));
    let before = sandbox.bytes();
    rotate(&sandbox, "a");
    sandbox.create("b", sandbox.secret("b"));
    let copy = sandbox.home().join("copy.kluis");
    fs::copy(sandbox.vault(), &copy).unwrap();
    fs::write(sandbox.vault(), before).unwrap();
    // This machine has seen the copy's revisions in the vault's place.
    sandbox.forget();
    (sandbox, copy)
}

fn rotate(sandbox: &Sandbox, name: &str) {
    let rotate = sandbox.kluis(["rotate", name]).stdin(sandbox.secret(name));
    rotate.run().any_stdout().any_stderr().exits(0);
}

#[test]
fn a_newer_copy_is_taken_and_an_older_one_changes_nothing() {
    let (sandbox, copy) = changed_copy();
    let before = sandbox.bytes();
    let merge = |more: &[&str]| {
        let line = ["vault", "merge"].map(std::ffi::OsString::from);
        let more = more.iter().map(std::ffi::OsString::from);
        sandbox.kluis(line.into_iter().chain([copy.clone().into()]).chain(more))
    };
    let rehearsed = merge(&["--dry-run"]).run();
    let rehearsed =
        rehearsed.stdout("default/b  new in ".to_owned() + copy.to_str().unwrap() + "\n");
    rehearsed.stderr_has("nothing was changed").exits(0);
    assert_eq!(sandbox.bytes(), before);
    let merged = merge(&["--json"]).run();
    let report = merged.json();
    assert_eq!(report["changed"], true);
    assert_eq!(report["report"][0]["path"], "default/b");
    assert_eq!(report["report"][0]["change"], "added");
    merged.any_stdout().exits(0);
    assert_eq!(sandbox.bytes(), fs::read(&copy).unwrap());
    merge(&[])
        .run()
        .stderr_has("unchanged: this vault has everything")
        .exits(0);
    fs::write(&copy, before).unwrap();
    let after = sandbox.bytes();
    merge(&[])
        .run()
        .stderr_has("unchanged: this vault has everything")
        .exits(0);
    assert_eq!(sandbox.bytes(), after);
}

#[test]
fn a_fork_keeps_both_values() {
    let (sandbox, copy) = changed_copy();
    rotate(&sandbox, "a");
    let merge = sandbox
        .kluis(["vault".as_ref(), "merge".as_ref(), copy.as_os_str()])
        .run();
    assert!(merge.stdout.starts_with(b"default/a  both changed: "));
    merge.any_stdout().any_stderr().exits(0);
    assert_eq!(sandbox.slots("a").0.len(), 3);
    // The result is remembered: a copy from before is older.
    fs::copy(&copy, sandbox.vault()).unwrap();
    sandbox.kluis(["list"]).run().any_stderr().exits(5);
}

#[test]
fn a_damaged_or_foreign_copy_is_named() {
    let (sandbox, copy) = changed_copy();
    let before = sandbox.bytes();
    let merge = || {
        sandbox
            .kluis(["vault".as_ref(), "merge".as_ref(), copy.as_os_str()])
            .run()
    };
    let mut bytes = fs::read(&copy).unwrap();
    bytes[300] ^= 1;
    fs::write(&copy, bytes).unwrap();
    let damaged = merge();
    assert!(
        damaged.stderr.contains("copy.kluis: the vault is damaged"),
        "{}",
        damaged.stderr
    );
    damaged.stderr_has("hint: get this copy again").exits(5);
    fs::remove_file(&copy).unwrap();
    merge().stderr_has("there is no vault at").exits(3);
    let another = Sandbox::with_vault();
    fs::copy(another.vault(), &copy).unwrap();
    merge().stderr_has("a copy of another vault").exits(6);
    assert_eq!(sandbox.bytes(), before);
}

#[test]
fn two_files_or_two_workspaces_are_compared() {
    let (sandbox, copy) = changed_copy();
    let vault = sandbox.vault();
    let files = [vault.to_str().unwrap(), copy.to_str().unwrap()];
    let diff = |more: &[&str]| sandbox.kluis(["vault", "diff"].iter().chain(more)).run();
    let found = diff(&[files[0], files[1], "--json"]);
    let rows = json!([
        {"name": "default/a", "state": "differs", "fields": ["value", "versions"]},
        {"name": "default/b", "state": "only_b"},
    ]);
    assert_eq!(found.json(), rows);
    found.any_stdout().exits(0);
    let found = diff(&[files[0], files[1], "--exit-code"]);
    found.any_stdout().stderr_has("the two differ").exits(1);
    // A program distinguishes it from a failure by the word.
    for (second, word) in [(files[1], "differs"), ("./missing.kluis", "not_found")] {
        let ran = diff(&[files[0], second, "--exit-code", "--json"]);
        ran.any_stdout()
            .stderr_has(&format!("\"code\":\"{word}\""))
            .ends();
    }
    diff(&[files[0], files[0], "--exit-code"])
        .stderr_has("no difference")
        .exits(0);

    sandbox.prints(["workspace", "create", "staging"], "");
    let create = sandbox.kluis(["create", "only_staging", "-w", "staging"]);
    create
        .stdin(sandbox.secret("staging"))
        .run()
        .any_stdout()
        .exits(0);
    let found = diff(&["default", "staging"]);
    let text = String::from_utf8(found.stdout.clone()).unwrap();
    found.any_stdout().exits(0);
    assert!(
        text.contains("only a") && text.contains("only_staging"),
        "{text}"
    );
    diff(&["default", "stagin"])
        .stderr_has("did you mean staging")
        .exits(3);
    diff(&["default", files[0]])
        .stderr_has("one is a file and the other a workspace")
        .exits(2);
}
