//! Tests `key`.

use crate::crash::trace;
use crate::sandbox::{CHEAP_KDF, Invocation, Sandbox};
use crate::screen::Screen;
use serde_json::Value;

/// A vault with `default/name` and `staging/name`.
fn shared() -> Sandbox {
    let sandbox = Sandbox::with_vault();
    sandbox.create("name", sandbox.secret("default"));
    let staging = ["workspace", "create", "staging"];
    sandbox.kluis(staging).run().any_stdout().exits(0);
    let create = sandbox.kluis(["create", "name", "-w", "staging"]);
    let value = sandbox.secret("staging");
    create.stdin(value).run().any_stdout().exits(0);
    sandbox
}

/// `key add` with these options, for the whole vault if they name no workspace.
fn add(options: &[&'static str]) -> Vec<&'static str> {
    let full = (!options
        .iter()
        .any(|option| ["-w", "--workspace"].contains(option)))
    .then_some("--full");
    let line = ["key", "add"].into_iter().chain(full);
    line.chain(options.iter().copied()).collect()
}

/// A new token with these options.
fn token(sandbox: &Sandbox, options: &[&'static str]) -> String {
    let added = sandbox.kluis(add(&[&["--token"], options].concat())).run();
    sandbox.keep_token(&added.stdout);
    let token = String::from_utf8(added.stdout.clone()).unwrap();
    added
        .any_stdout()
        .stderr_has("this token is shown once")
        .exits(0);
    token.trim_end().to_owned()
}

fn keys(sandbox: &Sandbox) -> Vec<Value> {
    let listed = sandbox.kluis(["key", "list", "--json"]).run();
    let keys = listed.json()["keys"].as_array().unwrap().clone();
    listed.any_stdout().exits(0);
    keys
}

fn by<'s>(sandbox: &'s Sandbox, token: &str, line: &[&str]) -> Invocation<'s> {
    sandbox.kluis(line).env("KLUIS_TOKEN", token)
}

#[test]
fn key_add_makes_no_token_when_stdout_is_closed() {
    let sandbox = shared();
    let before = sandbox.bytes();
    let add = sandbox.kluis(["key", "add", "--full", "--token"]);
    let lost = add.prepared("exec > /dev/null").run();
    lost.stderr_has("the token is printed only once").exits(2);
    assert_eq!(sandbox.bytes(), before);
}

#[test]
fn key_add_prints_the_token_even_if_not_durable() {
    if !trace::is_possible() {
        return;
    }
    let mut unsure = 0;
    for when in 1..=8 {
        let sandbox = shared();
        let before = sandbox.bytes();
        let add = sandbox.kluis(["key", "add", "--full", "--token"]);
        let added = add.under(trace::failing_to_sync(when)).run();
        sandbox.keep_token(&added.stdout);
        let (code, token) = (added.code, added.stdout.clone());
        added.any_stdout().any_stderr().ends();
        let is_there = sandbox.bytes() != before;
        assert_eq!(is_there, !token.is_empty(), "{when}");
        if is_there {
            unsure += usize::from(code == 1);
            let token = String::from_utf8(token).unwrap();
            let get = by(&sandbox, token.trim_end(), &["get", "name"]);
            get.run().any_stdout().exits(0);
        }
    }
    assert!(unsure > 0, "no fsync came after the key");
}

#[test]
fn a_read_only_token_is_refused_before_a_value_is_read() {
    let sandbox = shared();
    let ci = token(&sandbox, &["-w", "staging", "--read-only", "--label", "ci"]);
    by(&sandbox, &ci, &["get", "name"])
        .run()
        .any_stdout()
        .exits(0);
    by(&sandbox, &ci, &["get", "default/name"])
        .run()
        .stderr_has("has no access to the workspace default")
        .exits(8);
    let before = sandbox.bytes();
    // A file that cannot be read would be 1.
    for line in [
        &["create", "new", "--value-file", "/nowhere"][..],
        &["set", "name", "--value-file", "/nowhere"],
        &["update", "name", "--value-file", "/nowhere"],
        &["rotate", "name", "--value-file", "/nowhere"],
        &["delete", "name"],
        &["key", "list"],
        &["key", "add", "--full", "--token"],
        &["key", "remove", "ci"],
        &["vault", "rekey"],
    ] {
        by(&sandbox, &ci, line).run().any_stderr().exits(8);
    }
    assert_eq!(sandbox.bytes(), before);
}

#[test]
fn the_list_shows_keys_and_nothing_that_unlocks() {
    let sandbox = shared();
    let ci = token(
        &sandbox,
        &[
            "-w",
            "staging",
            "-w",
            "default",
            "--read-only",
            "--label",
            "ci",
        ],
    );
    token(
        &sandbox,
        &[
            "--workspace",
            "staging",
            "--expires",
            "2090-01-01T00:00:00Z",
        ],
    );
    token(&sandbox, &["--read-only", "--label", "all"]);
    let keys = keys(&sandbox);
    let told: Vec<_> = keys
        .iter()
        .map(|key| {
            let field = |name| key[name].as_str().unwrap();
            (
                field("kind"),
                field("label"),
                field("access"),
                key["read_only"] == true,
            )
        })
        .collect();
    assert_eq!(
        told,
        [
            ("token", "token", "full", false),
            ("token", "ci", "workspaces", true),
            ("token", "token 2", "workspaces", false),
            ("token", "all", "workspaces", true),
        ]
    );
    assert_eq!(keys[0]["workspaces"], serde_json::json!([]));
    assert_eq!(
        keys[1]["workspaces"],
        serde_json::json!(["staging", "default"])
    );
    assert_eq!(keys[2]["not_after"], "2090-01-01T00:00:00.000Z");
    assert!(keys[3]["not_after"].is_null());
    let table = sandbox.kluis(["key", "list"]).run();
    let text = String::from_utf8(table.stdout.clone()).unwrap();
    assert!(
        text.contains("read staging, read default") && !text.contains(&ci),
        "{text}"
    );
    table.any_stdout().exits(0);
}

#[test]
fn several_passphrases_open_and_each_is_changed_by_name() {
    let sandbox = shared();
    let file = |name: &str| sandbox.given(name, sandbox.secret("a passphrase of this test"));
    let (alice, bob, new) = (file("alice"), file("bob"), file("new"));
    for (label, path) in [("alice", &alice), ("bob", &bob)] {
        let path = path.to_str().unwrap();
        let add = [
            "key",
            "add",
            "--full",
            "--passphrase",
            "--label",
            label,
            "--kdf",
            CHEAP_KDF,
        ];
        let file = ["--new-passphrase-file", path];
        let added = sandbox.kluis(add.iter().chain(&file)).run();
        added.any_stderr().exits(0);
    }
    let get = |path| {
        let get = sandbox.kluis(["get", "name"]).without("KLUIS_TOKEN");
        get.env("KLUIS_PASSPHRASE_FILE", path)
            .run()
            .any_stdout()
            .any_stderr()
    };
    get(&alice).exits(0);
    get(&bob).exits(0);
    let new_path = new.to_str().unwrap();
    let change = [
        "passphrase",
        "--kdf",
        CHEAP_KDF,
        "--new-passphrase-file",
        new_path,
    ];
    let which = sandbox.kluis(change).run();
    which.stderr_has("name it with --key").exits(2);
    let named = sandbox.kluis(change.iter().chain(&["--key", "bob"])).run();
    named.any_stderr().exits(0);
    get(&alice).exits(0);
    get(&new).exits(0);
    get(&bob).exits(4);
    let token = sandbox
        .kluis(change.iter().chain(&["--key", "token"]))
        .run();
    token.stderr_has("is not a passphrase").exits(2);
}

#[test]
fn a_removed_key_opens_nothing_and_its_secrets_are_listed() {
    let sandbox = shared();
    let ci = token(&sandbox, &["-w", "staging", "--label", "ci"]);
    let previous = sandbox.vault().with_file_name(".default.kluis.prev");
    assert!(previous.exists());
    let asked = sandbox.kluis(["key", "remove", "ci"]).run();
    asked.stderr_has("--yes").exits(2);
    let removed = sandbox
        .kluis(["key", "remove", "ci", "--yes", "--json"])
        .run();
    let object = removed.json();
    removed.any_stdout().exits(0);
    assert_eq!(object["removed"]["label"], "ci");
    assert_eq!(object["issue_again"], serde_json::json!([]));
    let change = object["change"].as_array().unwrap();
    assert_eq!(
        (change.len(), &change[0]["workspace"]),
        (1, &"staging".into())
    );
    assert!(change[0]["id"].as_str().unwrap().starts_with("sec_"));
    assert!(!previous.exists(), "it would open with the removed key");
    let refused = by(&sandbox, &ci, &["get", "name"]).run();
    refused.stderr_has("does not open this vault").exits(4);
    let again = sandbox.kluis(["key", "remove", "ci", "--yes"]).run();
    again.stderr_has("no key ci").exits(3);
    sandbox
        .kluis(["vault", "verify"])
        .run()
        .any_stdout()
        .exits(0);
}

#[test]
fn removing_full_access_names_the_keys_to_issue_again() {
    let sandbox = shared();
    token(&sandbox, &["--label", "full"]);
    let ci = token(&sandbox, &["-w", "staging", "--label", "ci"]);
    let line = ["key", "remove", "full", "--leaked", "--yes"];
    let removed = sandbox.kluis(line).run();
    assert!(
        removed
            .stderr
            .contains("the vault has a new public key to pin: klv_")
    );
    removed
        .stdout("default/name\nstaging/name\n")
        .stderr_has("also removed: token ci (")
        .exits(0);
    by(&sandbox, &ci, &["list"]).run().any_stderr().exits(4);
    let left = keys(&sandbox);
    assert_eq!(left.len(), 1);
    let last = left[0]["id"].as_str().unwrap();
    let refused = sandbox.kluis(["key", "remove", last, "--yes"]).run();
    refused
        .stderr_has("the last key with full access cannot be removed")
        .exits(6);
}

#[test]
fn every_other_key_goes_on_when_full_access_is_removed() {
    let sandbox = shared();
    token(&sandbox, &["--label", "full"]);
    let ci = token(&sandbox, &["-w", "staging", "--label", "ci"]);
    let recovery = token(&sandbox, &["--label", "recovery"]);
    let removed = sandbox.kluis(["key", "remove", "full", "--yes"]).run();
    assert!(
        removed
            .stderr
            .contains("the vault has a new public key to pin: klv_")
    );
    assert!(!removed.stderr.contains("also removed"));
    removed
        .stdout("default/name\nstaging/name\n")
        .stderr_has("these keys still trust the old public key, so an attacker with the old key or passphrase could make a false vault that opens with them: token ci (")
        .exits(0);
    for token in [&ci, &recovery] {
        by(&sandbox, token, &["list", "-w", "staging"])
            .run()
            .any_stdout()
            .exits(0);
    }
    assert_eq!(keys(&sandbox).len(), 3);
    // And again: each later key vouches for the next.
    sandbox
        .kluis(["vault", "rekey"])
        .run()
        .any_stdout()
        .any_stderr()
        .exits(0);
    by(&sandbox, &ci, &["list", "-w", "staging"])
        .run()
        .any_stdout()
        .exits(0);
    sandbox
        .kluis(["vault", "rekey", "--leaked"])
        .run()
        .stderr_has("--yes")
        .exits(2);
    let leaked = sandbox.kluis(["vault", "rekey", "--leaked", "--yes"]).run();
    leaked
        .any_stdout()
        .stderr_has("also removed: token ci (")
        .exits(0);
    by(&sandbox, &ci, &["list", "-w", "staging"])
        .run()
        .any_stderr()
        .exits(4);
    assert_eq!(keys(&sandbox).len(), 1);
}

#[test]
fn no_two_keys_have_one_label() {
    let sandbox = shared();
    token(&sandbox, &["-w", "staging", "--label", "ci"]);
    let before = sandbox.bytes();
    let again = add(&["--token", "-w", "default", "--label", "ci", "--json"]);
    let refused = sandbox.kluis(again).run();
    let error = refused.json_error();
    assert!(error["hint"].as_str().unwrap().contains("kluis key renew"));
    assert_eq!(error["conflicting_ids"].as_array().unwrap().len(), 1);
    refused.any_stderr().exits(6);
    assert_eq!(sandbox.bytes(), before);
    // Without a chosen label, each gets one of its own.
    for _ in 0..2 {
        token(&sandbox, &["-w", "staging"]);
    }
    let list = sandbox.kluis(["key", "list", "--json"]).run();
    let keys = list.json()["keys"].take();
    let labels = keys.as_array().unwrap().iter();
    let labels: Vec<&str> = labels.map(|key| key["label"].as_str().unwrap()).collect();
    assert!(
        labels.contains(&"token 2") && labels.contains(&"token 3"),
        "{labels:?}"
    );
    list.any_stdout().exits(0);
    sandbox
        .kluis(["key", "remove", "token 2", "--yes"])
        .run()
        .any_stdout()
        .any_stderr()
        .exits(0);
}

#[test]
fn full_reach_must_be_meant() {
    let sandbox = shared();
    let before = sandbox.bytes();
    for what in [
        &["--token"][..],
        &["--token", "--read-only"],
        &["--token", "--yes"],
    ] {
        let line = [&["key", "add"], what].concat();
        // A workspace in a variable limits nothing.
        let refused = sandbox.kluis(line).env("KLUIS_WORKSPACE", "staging").run();
        refused
            .stderr_has("it is not clear how far the new key reaches")
            .stderr_has("--full")
            .exits(2);
    }
    let both = ["key", "add", "--token", "--full", "-w", "staging"];
    sandbox.kluis(both).run().any_stderr().exits(2);
    assert_eq!(sandbox.bytes(), before);
    for (answer, code) in [("n\n", 130), ("y\n", 0)] {
        let command = sandbox
            .kluis(["key", "add", "--token"])
            .command_at_terminal();
        let mut screen = Screen::start(command, 200);
        screen.shows("it reads and changes every secret, adds keys and removes yours.");
        screen.shows("[y/N] ");
        screen.types(answer);
        let (shown, ended) = screen.ends();
        assert_eq!(ended, code);
        if let Some((_, token)) = shown.split_once("kls_") {
            sandbox.keep(format!("kls_{}", token.trim_end()).as_bytes());
        }
    }
    assert_ne!(sandbox.bytes(), before);
}

#[test]
fn a_new_key_is_told_how_many_earlier_values_it_reads() {
    let sandbox = shared();
    sandbox.create("rotated", "one");
    for value in ["two", "three"] {
        std::thread::sleep(std::time::Duration::from_millis(1100));
        let rotate = sandbox.kluis(["rotate", "rotated"]).stdin(value).run();
        rotate.any_stdout().any_stderr().exits(0);
    }
    let add = |scope: &[&str]| {
        let added = sandbox
            .kluis([&["key", "add", "--token"], scope].concat())
            .run();
        sandbox.keep_token(&added.stdout);
        added.any_stdout()
    };
    add(&["--full"])
        .stderr_has("it also reads 2 past versions")
        .exits(0);
    let limited = add(&["-w", "staging"]);
    assert!(
        !limited.stderr.contains("earlier value"),
        "{}",
        limited.stderr
    );
    limited.any_stderr().exits(0);
}

#[test]
fn with_forget_a_new_key_reads_no_earlier_value() {
    let sandbox = shared();
    let (old, new) = (sandbox.secret("old"), sandbox.secret("new"));
    for name in ["rotated", "staging/rotated"] {
        sandbox.create(name, &old);
        sandbox.prints(["set", name], &new);
    }
    for name in ["gone", "staging/gone"] {
        sandbox.create(name, &old);
        sandbox.kluis(["delete", name]).run().exits(0);
    }
    let before = sandbox.bytes();
    let add = |options: &[&str]| {
        let line = ["key", "add", "--token", "--forget"].iter().chain(options);
        sandbox.kluis(line)
    };
    let refused = add(&["--full"]).run();
    refused.stderr_has("needs your yes").exits(2);
    assert_eq!(sandbox.bytes(), before);
    let command = add(&["--full"]).command_at_terminal();
    let mut screen = Screen::start(command, 100);
    screen.shows("Drop 2 past versions and 2 deleted secrets for ever? [y/N] ");
    screen.types("n\r");
    assert_eq!(screen.ends().1, 130);
    assert_eq!(sandbox.bytes(), before);

    // As far as the key reaches, and in the same write.
    let limited = add(&["-w", "staging", "--yes"]).run();
    sandbox.keep_token(&limited.stdout);
    let token = String::from_utf8(limited.stdout.clone()).unwrap();
    assert!(
        !limited.stderr.contains("it also reads"),
        "{}",
        limited.stderr
    );
    limited.any_stdout().any_stderr().exits(0);
    let previous = sandbox.vault().with_file_name(".default.kluis.prev");
    // The new token would also open it.
    assert!(!previous.exists());
    let by = |line: &[&str]| by(&sandbox, token.trim_end(), line).run();
    by(&["get", "staging/rotated"]).stdout(&new).exits(0);
    by(&["get", "staging/rotated", "--previous"])
        .any_stderr()
        .exits(3);
    by(&["list", "--deleted", "-q"]).exits(0);
    assert_eq!(sandbox.prints(["get", "rotated", "--previous"], ""), old);
    assert!(sandbox.prints(["list", "--deleted"], "").contains("gone"));
    let full = add(&["--full", "--yes"]).run();
    sandbox.keep_token(&full.stdout);
    full.any_stdout().any_stderr().exits(0);
    assert_eq!(sandbox.slots("rotated").0.len(), 1);
    assert_eq!(sandbox.prints(["list", "--deleted", "-q"], ""), "");
    // If there is nothing to forget, nothing is asked.
    let again = add(&["--full"]).run();
    sandbox.keep_token(&again.stdout);
    again.any_stdout().any_stderr().exits(0);
}

#[test]
fn a_renewed_token_keeps_its_id_label_and_reach() {
    let sandbox = shared();
    let old = token(
        &sandbox,
        &[
            "-w",
            "staging",
            "--read-only",
            "--label",
            "ci",
            "--expires",
            "1d",
        ],
    );
    let key = || {
        let list = sandbox.kluis(["key", "list", "--json"]).run();
        let keys = list.json()["keys"].take();
        list.any_stdout().exits(0);
        let mut keys = keys.as_array().unwrap().iter();
        keys.find(|key| key["label"] == "ci").unwrap().clone()
    };
    let before = key();
    let renewed = sandbox.kluis(["key", "renew", "ci"]).run();
    sandbox.keep_token(&renewed.stdout);
    let new = String::from_utf8(renewed.stdout.clone()).unwrap();
    renewed.any_stdout().stderr_has("renewed ci (key_").exits(0);
    assert_eq!(key(), before);
    let list = |token: &str| {
        let list = sandbox.kluis(["list", "-q", "-w", "staging"]);
        list.env("KLUIS_TOKEN", token).run()
    };
    list(new.trim_end()).any_stdout().exits(0);
    list(&old).any_stderr().exits(4);
    // The bytes from before open with the old one.
    assert!(
        !sandbox
            .vault()
            .with_file_name(".default.kluis.prev")
            .exists()
    );
    let later = sandbox
        .kluis(["key", "renew", "ci", "--expires", "90d", "--json"])
        .run();
    let object = later.json();
    sandbox.keep(object["token"].as_str().unwrap().as_bytes());
    assert_eq!(object["key"]["id"], before["id"]);
    assert_ne!(object["key"]["not_after"], before["not_after"]);
    later.any_stdout().exits(0);
    let bytes = sandbox.bytes();
    let discarded =
        sandbox
            .kluis(["key", "renew", "ci"])
            .under(["sh", "-c", "\"$@\" > /dev/null", "sh"]);
    discarded
        .run()
        .stderr_has("the token is printed only once")
        .exits(2);
    for (line, code) in [
        (&["key", "renew", "absent"][..], 3),
        (&["key", "renew", "ci", "--expires", "2001-01-01"], 7),
        (&["key", "renew", "ci", "--kdf", CHEAP_KDF], 2),
    ] {
        sandbox.kluis(line).run().any_stderr().exits(code);
    }
    assert_eq!(sandbox.bytes(), bytes);
}

#[test]
fn a_renewed_key_is_never_expired_and_locks_nobody_out() {
    let sandbox = Sandbox::with_vault();
    let renew = |more: &[&str]| {
        let renewed = sandbox.kluis([&["key", "renew"], more].concat()).run();
        sandbox.keep_token(&renewed.stdout);
        renewed.any_stdout()
    };
    let only = "the last key with full access that does not expire cannot get a date";
    renew(&["token", "--expires", "90d"])
        .stderr_has(only)
        .exits(6);
    let soon = token(
        &sandbox,
        &["-w", "default", "--label", "soon", "--expires", "1s"],
    );
    std::thread::sleep(std::time::Duration::from_millis(1100));
    let expired = "the key has expired, and would be expired again";
    renew(&["soon"]).stderr_has(expired).exits(6);
    renew(&["soon", "--expires", "1d"]).any_stderr().exits(0);
    sandbox
        .kluis(["list", "-q"])
        .env("KLUIS_TOKEN", soon)
        .run()
        .any_stderr()
        .exits(4);
    token(&sandbox, &["--label", "other"]);
    renew(&["other", "--expires", "90d"]).any_stderr().exits(0);
    // The other one expires, too, so this one is the last again.
    renew(&["token", "--expires", "90d"])
        .stderr_has(only)
        .exits(6);
}

#[test]
fn a_taken_label_and_a_key_file_say_what_to_do() {
    let sandbox = Sandbox::with_vault();
    let made = sandbox.kluis(["key", "new"]).run();
    let public = String::from_utf8(made.stdout.clone()).unwrap();
    made.any_stdout().any_stderr().exits(0);
    let add = [
        "key",
        "add",
        "--full",
        "--label",
        "bob",
        "--public-key",
        public.trim_end(),
    ];
    sandbox.kluis(add).run().any_stderr().exits(0);
    let again = ["key", "add", "--token", "--full", "--label", "bob"];
    let again = sandbox.kluis(again).run();
    again
        .stderr_has("or for a key file `kluis key remove` first")
        .exits(6);
    let renew = sandbox.kluis(["key", "renew", "bob"]).run();
    renew
        .stderr_has("remove this key, then add that one with `kluis key add --public-key`")
        .exits(2);
}

#[test]
fn a_renewed_passphrase_replaces_the_old_one() {
    let sandbox = shared();
    let [old, new] =
        ["old", "new"].map(|name| sandbox.given(name, format!("a passphrase that is {name}")));
    let add = [
        "key",
        "add",
        "--passphrase",
        "--full",
        "--kdf",
        CHEAP_KDF,
        "--new-passphrase-file",
    ];
    let added = sandbox
        .kluis(add.into_iter().chain([old.to_str().unwrap()]))
        .run();
    added.any_stderr().exits(0);
    let renew = [
        "key",
        "renew",
        "passphrase",
        "--kdf",
        CHEAP_KDF,
        "--new-passphrase-file",
    ];
    let renewed = sandbox
        .kluis(renew.into_iter().chain([new.to_str().unwrap()]))
        .run();
    renewed.any_stderr().exits(0);
    for (file, code) in [(&old, 4), (&new, 0)] {
        let list = sandbox.kluis(["list"]).without("KLUIS_TOKEN");
        let list = list.env("KLUIS_PASSPHRASE_FILE", file).run();
        list.any_stdout().any_stderr().exits(code);
    }
    let recipient = "klp_0A2lM44FqEUtIOJvF0RbsFnHuNzHV6xal3w8FcZBYP9vqQ5CS";
    let bob = [
        "key",
        "add",
        "--public-key",
        recipient,
        "--full",
        "--label",
        "bob",
    ];
    sandbox.kluis(bob).run().any_stderr().exits(0);
    let refused = sandbox.kluis(["key", "renew", "bob"]).run();
    refused
        .stderr_has("bob is a key file, which only its owner can make anew")
        .exits(2);
}

#[test]
fn a_token_in_the_place_of_a_key_is_not_repeated() {
    let sandbox = shared();
    // Not its own, which must not be among a test's arguments.
    let token = format!("kls_{}", "0".repeat(70));
    let refused = sandbox.kluis(["key", "remove", &token, "--yes"]).run();
    assert!(!refused.stderr.contains(&token), "{}", refused.stderr);
    refused
        .stderr_has("neither the id nor the label of a key")
        .exits(2);
}

#[test]
fn a_public_key_is_added_once() {
    let sandbox = shared();
    // 32 bytes of 9, which is a point like any other.
    let recipient = "klp_0A2lM44FqEUtIOJvF0RbsFnHuNzHV6xal3w8FcZBYP9vqQ5CS";
    let add = [
        "key",
        "add",
        "--full",
        "--public-key",
        recipient,
        "--label",
        "bob",
        "--json",
    ];
    let added = sandbox.kluis(add).run();
    let object = added.json();
    added.any_stdout().exits(0);
    assert!(object.get("token").is_none(), "{object}");
    assert_eq!(object["key"]["kind"], "key_file");
    assert_eq!(keys(&sandbox)[1], object["key"]);
    assert_eq!(object["key"]["public_key"], recipient);
    let again = sandbox.kluis(add).run();
    let error = again.json_error();
    again.any_stderr().exits(6);
    assert_eq!(error["conflicting_ids"][0], object["key"]["id"]);
    // They stay when a key with full access is removed, and need the vault's new key.
    token(&sandbox, &["--label", "full"]);
    let line = ["key", "remove", "full", "--leaked", "--yes"];
    let removed = sandbox.kluis(line).run();
    assert!(removed.stderr.contains("must use the new pin: klv_"));
    removed.any_stdout().any_stderr().exits(0);
    let left = keys(&sandbox);
    assert_eq!((left.len(), &left[1]["label"]), (2, &"bob".into()));
}

#[test]
fn a_mistyped_public_key_is_reported() {
    let sandbox = shared();
    let mistyped = sandbox
        .kluis(["key", "add", "--full", "--public-key", "klp_"])
        .run();
    mistyped.stderr_has("the public key has a typo").exits(7);
}

#[test]
fn mistakes_in_a_new_key_are_reported_before_any_write() {
    let sandbox = shared();
    let before = sandbox.bytes();
    for (options, code) in [
        (&[][..], 2),
        (&["--token", "--passphrase"], 2),
        (&["--token", "--kdf", CHEAP_KDF], 2),
        (&["--token", "--expires", "2001-01-01T00:00:00Z"], 7),
        (&["--token", "--expires", "soon"], 7),
        (&["--token", "--label", ""], 7),
        (&["--token", "-w", "a b"], 7),
        (&["--token", "-w", "nope"], 3),
        (&["--passphrase", "-w", "nope"], 3),
        (&["--passphrase"], 4),
    ] {
        let add = sandbox.kluis(add(options)).run();
        add.any_stderr().exits(code);
        assert_eq!(sandbox.bytes(), before, "{options:?}");
    }
}

#[test]
fn an_expired_key_is_refused_however_far_it_reaches() {
    let sandbox = shared();
    let reaches: [&[&'static str]; 4] = [
        &["--label", "passing"],
        &["--label", "scoped", "-w", "staging"],
        &["--label", "reader", "-w", "staging", "--read-only"],
        &["--label", "all", "--read-only"],
    ];
    let expiring: Vec<_> = reaches
        .iter()
        .map(|reach| token(&sandbox, &[*reach, &["--expires", "2s"]].concat()))
        .collect();
    for token in &expiring {
        by(&sandbox, token, &["list", "-w", "staging"])
            .run()
            .any_stdout()
            .exits(0);
    }
    std::thread::sleep(std::time::Duration::from_millis(2_100));
    for token in &expiring {
        for line in [
            &["list", "-w", "staging"][..],
            &["get", "name", "-w", "staging"],
            &["set", "name", "-w", "staging", "--generate", "8"],
        ] {
            let refused = by(&sandbox, token, line).run();
            refused.stderr_has("this key expired at ").exits(4);
        }
        let run = ["run", "-w", "staging", "-e", "A=name", "--", "true"];
        by(&sandbox, token, &run).run().any_stderr().exits(125);
    }
    let listed = sandbox.kluis(["key", "list"]).run();
    listed.any_stdout().stderr_has("passing").exits(0);
    // With a new date the same key works again.
    let renew = ["key", "renew", "reader", "--expires", "1d"];
    let renewed = sandbox.kluis(renew).run();
    sandbox.keep_token(&renewed.stdout);
    let new = String::from_utf8(renewed.stdout.clone()).unwrap();
    renewed.any_stdout().any_stderr().exits(0);
    by(&sandbox, new.trim_end(), &["list", "-w", "staging"])
        .run()
        .any_stdout()
        .exits(0);
}
