//! Tests encrypting a vault under new keys.

use crate::sandbox::{CHEAP_KDF, Sandbox};
use std::fs;
use std::path::Path;

#[test]
fn a_rekey_keeps_all_content_and_every_key_opens() {
    let sandbox = Sandbox::with_vault();
    let value = sandbox.secret("value");
    sandbox.create("name", &value);
    let rotated = sandbox.kluis(["rotate", "name", "--generate", "12"]).run();
    rotated.any_stdout().exits(0);
    for line in [&["create", "web"][..], &["link", "web", "KEY=name"]] {
        let app = sandbox.kluis(["app"].iter().chain(line)).run();
        app.any_stdout().exits(0);
    }
    let added = sandbox
        .kluis(["key", "add", "--full", "--token", "--read-only"])
        .run();
    sandbox.keep_token(&added.stdout);
    let reader = String::from_utf8(added.stdout.clone()).unwrap();
    added.any_stdout().any_stderr().exits(0);

    let told = || {
        let lines = [
            &["show", "name", "--json"][..],
            &["app", "show", "web", "--json"],
            &["key", "list", "--json"],
            &["workspace", "list", "--json"],
        ];
        lines.map(|line| sandbox.prints(line, ""))
    };
    let (before, bytes) = (told(), sandbox.bytes());
    let done = sandbox.kluis(["vault", "rekey", "--json"]).run();
    let report = done.json();
    done.any_stdout().exits(0);
    assert_eq!(
        (&report["secrets"], &report["values"]),
        (&1.into(), &2.into())
    );
    assert_eq!((&report["keys"], &report["apps"]), (&2.into(), &1.into()));
    assert_eq!(told(), before);
    assert_ne!(sandbox.bytes(), bytes);
    let previous = sandbox.vault().with_file_name(".default.kluis.prev");
    assert!(!previous.exists(), "it would open with the old keys");
    let get = sandbox.kluis(["get", "name", "--slot", "0"]);
    let got = get.env("KLUIS_TOKEN", reader.trim_end()).run();
    got.stdout(value).exits(0);
}

#[test]
fn a_damaged_vault_is_not_carried_on() {
    let sandbox = Sandbox::with_vault();
    sandbox.create("name", sandbox.secret("value"));
    let mut bytes = sandbox.bytes();
    let last = bytes.len() - 20;
    bytes[last] = if bytes[last] == b'A' { b'B' } else { b'A' };
    fs::write(sandbox.vault(), &bytes).unwrap();
    sandbox
        .kluis(["vault", "rekey"])
        .run()
        .any_stderr()
        .exits(5);
    assert_eq!(sandbox.bytes(), bytes);
}

/// A thief of an old copy and the old passphrase knows the seed that signed the header then.
#[test]
fn a_leaked_passphrase_signs_nothing_after_a_rekey() {
    a_thief_is_refused_after(&[&["vault", "rekey"]]);
}

#[test]
fn an_old_passphrase_signs_nothing_after_its_change() {
    a_thief_is_refused_after(&[]);
}

/// The passphrase is changed, and then the vault.
fn a_thief_is_refused_after(changes: &[&[&str]]) {
    let (sandbox, passphrase) = Sandbox::with_passphrase();
    let by = |sandbox: &Sandbox, passphrase: &Path, line: &[&str]| {
        let line = sandbox.kluis(line).stdin("value");
        line.env("KLUIS_PASSPHRASE_FILE", passphrase).run()
    };
    let done = |line: &[&str], passphrase: &Path| {
        by(&sandbox, passphrase, line)
            .any_stdout()
            .any_stderr()
            .exits(0);
    };
    done(&["create", "name"], &passphrase);
    let leaked = sandbox.bytes();
    let new = sandbox.given("new", "another one that nobody knows");
    let change = [
        "key",
        "passphrase",
        "--kdf",
        CHEAP_KDF,
        "--new-passphrase-file",
    ];
    done(
        &[&change[..], &[new.to_str().unwrap()]].concat(),
        &passphrase,
    );
    for change in changes {
        done(change, &new);
    }
    let verify = by(&sandbox, &new, &["vault", "verify", "--json"]);
    let pin = verify.json()["public_key"].as_str().unwrap().to_owned();
    verify.any_stdout().exits(0);

    let thief = Sandbox::empty();
    fs::create_dir_all(thief.vault().parent().unwrap()).unwrap();
    fs::write(thief.vault(), &leaked).unwrap();
    for line in [
        &["create", "more"][..],
        &["workspace", "create", "another"],
        &["set", "name"],
        &["vault", "rekey"],
        &["workspace", "create", "third"],
    ] {
        by(&thief, &passphrase, line)
            .any_stdout()
            .any_stderr()
            .exits(0);
    }
    fs::write(sandbox.vault(), thief.bytes()).unwrap();
    // The owner's machine, one with the new pin, and one that only has the new passphrase.
    by(&sandbox, &passphrase, &["get", "name"])
        .stderr_has("is signed by another key than before")
        .exits(5);
    sandbox.forget();
    by(&sandbox, &passphrase, &["get", "name", "--pin", &pin])
        .stderr_has("another vault than the one you pinned")
        .exits(5);
    by(&sandbox, &new, &["get", "name"]).any_stderr().exits(4);
}
