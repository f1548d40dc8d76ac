//! Tests changing a passphrase.

use crate::sandbox::{CHEAP_KDF, Invocation, Sandbox};
use std::path::Path;

fn change<'s>(sandbox: &'s Sandbox, new: &Path) -> Invocation<'s> {
    let path = new.to_str().unwrap();
    sandbox.kluis([
        "passphrase",
        "--kdf",
        CHEAP_KDF,
        "--new-passphrase-file",
        path,
    ])
}

#[test]
fn afterwards_the_new_one_opens_and_the_old_one_does_not() {
    let (sandbox, old) = Sandbox::with_passphrase();
    let new = sandbox.given("new", sandbox.secret("new"));
    let value = sandbox.secret("value");
    let made = sandbox
        .kluis(["create", "name"])
        .env("KLUIS_PASSPHRASE_FILE", &old);
    let made = made.stdin(&value).run();
    made.any_stdout().exits(0);
    let previous = sandbox.vault().with_file_name(".default.kluis.prev");
    assert!(previous.exists());

    let changed = change(&sandbox, &new)
        .env("KLUIS_PASSPHRASE_FILE", &old)
        .run();
    changed
        .stderr_has(
            "The old one still opens older copies, and a person who has both can read later ones",
        )
        .exits(0);
    let get = || sandbox.kluis(["get", "name"]);
    get()
        .env("KLUIS_PASSPHRASE_FILE", &new)
        .run()
        .stdout(&value)
        .exits(0);
    let refused = get().env("KLUIS_PASSPHRASE_FILE", &old).run();
    refused
        .stderr_has("wrong passphrase for this vault")
        .exits(4);
    assert!(!previous.exists(), "it would open with the old passphrase");
}

#[test]
fn secrets_ids_and_dates_stay_as_they_are() {
    let (sandbox, old) = Sandbox::with_passphrase();
    let new = sandbox.given("new", sandbox.secret("new"));
    let create = sandbox.kluis(["create", "name", "--generate", "12"]);
    create
        .env("KLUIS_PASSPHRASE_FILE", &old)
        .run()
        .any_stdout()
        .exits(0);
    let shown = |key: &Path| {
        let show = sandbox.kluis(["show", "name", "--json"]);
        let shown = show.env("KLUIS_PASSPHRASE_FILE", key).run();
        let object = shown.json();
        shown.any_stdout().exits(0);
        object
    };
    let before = shown(&old);
    change(&sandbox, &new)
        .env("KLUIS_PASSPHRASE_FILE", &old)
        .run()
        .any_stderr()
        .exits(0);
    assert_eq!(shown(&new), before);
}

#[test]
fn a_recovery_token_opens_and_replaces_a_forgotten_one() {
    let sandbox = Sandbox::empty();
    let forgotten = sandbox.given("forgotten", sandbox.secret("forgotten"));
    let init = sandbox.kluis(["init", "--recovery", "--kdf", CHEAP_KDF]);
    let made = init.env("KLUIS_PASSPHRASE_FILE", &forgotten).run();
    let token = String::from_utf8(made.stdout.clone()).unwrap();
    made.any_stdout().any_stderr().exits(0);
    let token = token.trim_end();
    sandbox.keep(token.as_bytes());
    let value = sandbox.secret("value");
    let create = sandbox.kluis(["create", "name"]).env("KLUIS_TOKEN", token);
    create.stdin(&value).run().any_stdout().exits(0);

    let new = sandbox.given("new", sandbox.secret("new"));
    change(&sandbox, &new)
        .env("KLUIS_TOKEN", token)
        .run()
        .any_stderr()
        .exits(0);
    let get = || sandbox.kluis(["get", "name"]);
    get()
        .env("KLUIS_PASSPHRASE_FILE", &new)
        .run()
        .stdout(&value)
        .exits(0);
    get()
        .env("KLUIS_TOKEN", token)
        .run()
        .stdout(&value)
        .exits(0);
    get()
        .env("KLUIS_PASSPHRASE_FILE", &forgotten)
        .run()
        .any_stderr()
        .exits(4);
}

#[test]
fn a_failure_keeps_the_old_passphrase() {
    let (sandbox, old) = Sandbox::with_passphrase();
    let before = sandbox.bytes();
    let new = sandbox.given("new", sandbox.secret("new"));
    let empty = sandbox.given("empty", "");
    let missing = sandbox.home().join("missing");
    for (unlocked_by, chosen, code) in [
        (&old, &empty, 4),
        (&old, &missing, 1),
        (&new, &new, 4),
        (&missing, &new, 4),
    ] {
        let changed = change(&sandbox, chosen).env("KLUIS_PASSPHRASE_FILE", unlocked_by);
        changed.run().any_stderr().exits(code);
        assert_eq!(sandbox.bytes(), before);
    }
    let asked = sandbox
        .kluis(["key", "passphrase"])
        .env("KLUIS_PASSPHRASE_FILE", &old);
    asked.run().stderr_has("terminal").exits(4);
}

#[test]
fn a_vault_without_a_passphrase_is_not_given_one() {
    let sandbox = Sandbox::with_vault();
    let before = sandbox.bytes();
    let new = sandbox.given("new", sandbox.secret("new"));
    let refused = change(&sandbox, &new).run();
    refused.stderr_has("this vault has no passphrase").exits(4);
    assert_eq!(sandbox.bytes(), before);
}

#[test]
fn both_passphrases_do_not_fit_through_one_stdin() {
    let (sandbox, old) = Sandbox::with_passphrase();
    let before = sandbox.bytes();
    let both = change(&sandbox, Path::new("-")).env("KLUIS_PASSPHRASE_FILE", "-");
    both.stdin("one\n")
        .run()
        .stderr_has("cannot both come from stdin")
        .exits(2);
    assert_eq!(sandbox.bytes(), before);
    let new = sandbox.secret("new");
    let changed = change(&sandbox, Path::new("-")).env("KLUIS_PASSPHRASE_FILE", old);
    changed
        .stdin(format!("{new}\n"))
        .run()
        .any_stderr()
        .exits(0);
    let list = sandbox.kluis(["list", "-q", "--passphrase-file", "-"]);
    list.stdin(new).run().exits(0);
}

#[test]
fn other_keys_go_on_or_are_removed_after_a_leak() {
    for leaked in [false, true] {
        let (sandbox, old) = Sandbox::with_passphrase();
        let new = sandbox.given("new", sandbox.secret("new"));
        let create = sandbox.kluis(["create", "name", "--generate", "12"]);
        let create = create.env("KLUIS_PASSPHRASE_FILE", &old).run();
        create.any_stdout().exits(0);
        let add = sandbox.kluis(["key", "add", "--token", "--full", "--label", "recovery"]);
        let added = add.env("KLUIS_PASSPHRASE_FILE", &old).run();
        let token = String::from_utf8(added.stdout.clone()).unwrap();
        added.any_stdout().any_stderr().exits(0);
        let path = new.to_str().unwrap();
        let change = ["key", "passphrase", "--kdf", CHEAP_KDF];
        let change = [&change[..], &["--new-passphrase-file", path]].concat();
        let options: &[&str] = if leaked { &["--leaked", "--yes"] } else { &[] };
        let change = sandbox.kluis(change.iter().chain(options));
        let changed = change.env("KLUIS_PASSPHRASE_FILE", &old).run();
        let told = if leaked {
            "also removed: token recovery"
        } else {
            "these keys still trust the old public key, so an attacker with the old key or passphrase"
        };
        changed
            .stderr_has("the vault has a new public key to pin: klv_")
            .stderr_has(told)
            .exits(0);
        let get = sandbox.kluis(["get", "name"]);
        let by_token = get.env("KLUIS_TOKEN", token.trim()).run();
        by_token
            .any_stdout()
            .any_stderr()
            .exits(if leaked { 4 } else { 0 });
    }
}
