//! Tests checking a whole vault.

use crate::sandbox::Sandbox;

#[test]
fn a_pin_before_the_verb_is_not_forgotten() {
    let sandbox = Sandbox::with_vault();
    let pin = sandbox.prints(["vault", "verify", "--pin"], "");
    let other = Sandbox::with_vault();
    let line = ["--pin", pin.trim(), "vault", "verify"];
    sandbox.kluis(line).run().any_stdout().exits(0);
    other.kluis(line).run().any_stderr().exits(5);
    let line = [&line[..], &["--pin"]].concat();
    for sandbox in [&sandbox, &other] {
        let twice = sandbox.kluis(&line).run();
        twice.stderr_has("--pin may be given once").exits(2);
    }
    // With a value it is the global option.
    let line = ["vault", "verify", "--pin", pin.trim()];
    sandbox.kluis(line).run().any_stdout().exits(0);
    other.kluis(line).run().any_stderr().exits(5);
}

#[test]
fn verify_prints_the_counts_and_the_key_to_pin() {
    let sandbox = Sandbox::with_vault();
    sandbox.create("one", sandbox.secret("one"));
    sandbox.create("two", sandbox.secret("two"));
    sandbox
        .kluis(["workspace", "create", "staging"])
        .run()
        .any_stdout()
        .exits(0);
    let verified = sandbox.kluis(["vault", "verify"]).run();
    let text = String::from_utf8(verified.stdout.clone()).unwrap();
    verified.any_stdout().exits(0);
    let [first, revision, last] = text.lines().collect::<Vec<_>>().try_into().unwrap();
    assert_eq!(first, "verified: 2 secrets with 2 values in 2 workspaces");
    // The header has changed once, one section twice, and the other was made.
    assert_eq!(revision, "revision: 2.4");
    let key = last.strip_prefix("public key: ").unwrap();
    assert!(key.starts_with("klv_"), "{key}");

    let verified = sandbox.kluis(["vault", "verify", "--json"]).run();
    let object = verified.json();
    verified.any_stdout().exits(0);
    assert_eq!(object["public_key"], key);
    assert_eq!(object["revision"], "2.4");
    assert_eq!(
        (&object["secrets"], &object["values"]),
        (&2.into(), &2.into())
    );
    assert_eq!(
        (&object["workspaces"], &object["apps"]),
        (&2.into(), &0.into())
    );
    assert!(object["vault"].as_str().unwrap().starts_with("vlt_"));
}

#[test]
fn the_key_stays_the_same_as_the_vault_changes() {
    let sandbox = Sandbox::with_vault();
    let key = || {
        let verified = sandbox.kluis(["vault", "verify", "--json"]).run();
        let key = verified.json()["public_key"].clone();
        verified.any_stdout().exits(0);
        key
    };
    let before = key();
    sandbox.create("one", sandbox.secret("one"));
    sandbox
        .kluis(["workspace", "create", "staging"])
        .run()
        .any_stdout()
        .exits(0);
    assert_eq!(key(), before);
    assert_ne!(before, {
        let other = Sandbox::with_vault();
        let verified = other.kluis(["vault", "verify", "--json"]).run();
        let key = verified.json()["public_key"].clone();
        verified.any_stdout().exits(0);
        key
    });
}

#[test]
fn it_changes_nothing() {
    let sandbox = Sandbox::with_vault();
    sandbox.create("one", sandbox.secret("one"));
    let before = sandbox.bytes();
    sandbox
        .kluis(["vault", "verify"])
        .run()
        .any_stdout()
        .exits(0);
    assert_eq!(sandbox.bytes(), before);
}

#[test]
fn it_fails_where_nothing_could_be_verified() {
    let sandbox = Sandbox::with_vault();
    let scoped = |line: &[&str], token: &str| sandbox.kluis(line).env("KLUIS_TOKEN", token).run();
    let made = sandbox.kluis(["workspace", "create", "staging"]).run();
    made.any_stdout().exits(0);
    let added = sandbox
        .kluis(["key", "add", "--token", "--workspace", "staging"])
        .run();
    sandbox.keep_token(&added.stdout);
    let token = String::from_utf8(added.stdout.clone()).unwrap();
    added.any_stdout().any_stderr().exits(0);
    scoped(&["vault", "verify"], token.trim_end())
        .any_stdout()
        .exits(0);
    let deleted = ["workspace", "delete", "staging", "--yes"];
    sandbox.kluis(deleted).run().any_stderr().exits(0);
    // Its key still opens the vault, and reaches nothing in it.
    let verified = scoped(&["vault", "verify", "--json"], token.trim_end());
    assert_eq!(verified.json_error()["code"], "failed");
    let error = verified.json_error()["error"].to_string();
    assert!(error.contains("nothing was verified"), "{error}");
    verified.any_stderr().exits(1);
}

#[test]
fn an_empty_vault_is_verified_and_says_that_it_is_empty() {
    let sandbox = Sandbox::with_vault();
    let verified = sandbox.kluis(["vault", "verify"]).run();
    let text = String::from_utf8(verified.stdout.clone()).unwrap();
    verified.any_stdout().exits(0);
    let first = "verified: 0 secrets with 0 values in 1 workspace\n";
    assert!(text.starts_with(first), "{text}");
}
