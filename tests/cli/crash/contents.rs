//! Tests crashes of the verbs in no other list: secrets, many at once, apps, workspaces, keys of other kinds, and
//! restoring a kept copy.

use super::scenario::{Scenario, State, of, reader_opens, with_owner, with_values};
use crate::sandbox::{CHEAP_KDF, Invocation, Sandbox};
use serde_json::{Value, json};
use std::fs;

pub const CONTENTS: &[Scenario] = &[
    of(
        "create",
        || with_values("old", "new"),
        |sandbox| {
            let create = sandbox.kluis(["create", "third"]);
            create.stdin_file(sandbox.given_path("new"))
        },
        |sandbox, _| holds_both(sandbox, "third"),
    ),
    of(
        "create --input",
        with_object,
        |sandbox| {
            let create = sandbox.kluis(["create", "--input", "-"]);
            create.stdin_file(sandbox.given_path("object"))
        },
        |sandbox, _| holds_both(sandbox, "third"),
    ),
    of(
        "update",
        || with_values("old", "new"),
        |sandbox| {
            let update = ["update", "name", "--description", "d", "--value"];
            let update = sandbox.kluis(update);
            update.stdin_file(sandbox.given_path("new"))
        },
        updated,
    ),
    of("vault merge", with_fork, merge, |sandbox, _| {
        holds_both(sandbox, "third")
    }),
    of("git merge-file", with_fork, merge_file, |sandbox, _| {
        holds_both(sandbox, "third")
    }),
    of("import", with_many, import, |sandbox, _| {
        let all = ["third", "fourth"].map(|name| holds_both(sandbox, name));
        assert_eq!(all[0], all[1], "a part of what was imported");
        all[0]
    }),
    of(
        "app create",
        || with_values("old", "new"),
        |sandbox| sandbox.kluis(["app", "create", "web"]),
        |sandbox, _| among(sandbox, &["app", "list", "-q"], ["", "default/web\n"]),
    ),
    of(
        "app unlink",
        with_link,
        |sandbox| sandbox.kluis(["app", "unlink", "web", "KEY"]),
        |sandbox, _| links(sandbox, [&["KEY"], &[]]),
    ),
    of(
        "app delete",
        with_link,
        |sandbox| sandbox.kluis(["app", "delete", "web", "--yes"]),
        |sandbox, _| among(sandbox, &["app", "list", "-q"], ["default/web\n", ""]),
    ),
    of(
        "app sync",
        with_project,
        |sandbox| sandbox.kluis(["app", "sync", "--project", "kluis.toml"]),
        |sandbox, _| links(sandbox, [&["KEY"], &["FIRST", "SECOND"]]),
    ),
    of(
        "workspace update",
        with_staging,
        |sandbox| sandbox.kluis(["workspace", "update", "staging", "--name", "preview"]),
        |sandbox, _| workspaces(sandbox, ["staging", "preview"]),
    ),
    of(
        "workspace delete --force",
        with_staging,
        |sandbox| sandbox.kluis(["workspace", "delete", "staging", "--force", "--yes"]),
        |sandbox, _| among(sandbox, &["list", "-q", "--all-workspaces"], BOTH_AND_ONE),
    ),
    of(
        "key add --public-key",
        with_identity,
        |sandbox| {
            let public = String::from_utf8(sandbox.was_given("public")).unwrap();
            let add = ["key", "add", "--full", "--label", "bob", "--public-key"];
            sandbox.kluis(add.into_iter().chain([public.trim_end()]))
        },
        |sandbox, _| admitted(sandbox, "KLUIS_KEY_FILE", "identity"),
    ),
    of(
        "key add --passphrase",
        with_phrase,
        |sandbox| {
            let new = sandbox.given_path("phrase");
            let add = ["key", "add", "--full", "--passphrase", "--kdf", CHEAP_KDF];
            let file = ["--new-passphrase-file", new.to_str().unwrap()];
            sandbox.kluis(add.iter().chain(&file))
        },
        |sandbox, _| admitted(sandbox, "KLUIS_PASSPHRASE_FILE", "phrase"),
    ),
    of(
        "restore of secrets",
        several_deleted,
        |sandbox| sandbox.kluis(["restore", "name", "other"]),
        |sandbox, _| {
            let state = among(sandbox, &["list", "-q"], ["", "name\nother\n"]);
            if state == State::After {
                assert!(sandbox.get("name") == sandbox.was_given("old"));
            }
            state
        },
    ),
    of(
        "restore",
        deleted,
        |sandbox| sandbox.kluis(["vault", "restore", "--yes"]),
        |sandbox, _| among(sandbox, &["list", "-q"], ["other\n", "name\nother\n"]),
    ),
    of(
        "restore that is undone",
        restored,
        |sandbox| sandbox.kluis(["vault", "restore", "--yes"]),
        |sandbox, _| among(sandbox, &["list", "-q"], ["name\nother\n", "other\n"]),
    ),
    of(
        "restore of a copy from before a key's removal",
        key_removed,
        |sandbox| {
            let copy = sandbox.given_path("before");
            let pin = String::from_utf8(sandbox.was_given("pin")).unwrap();
            let restore = ["vault", "restore", copy.to_str().unwrap(), "--yes"];
            // Its key was replaced.
            let meant = ["--accept-older", "--pin", &pin];
            sandbox.kluis(restore.iter().chain(&meant))
        },
        |sandbox, printed| match reader_opens(sandbox, printed) {
            State::Before => State::After,
            _ => State::Before,
        },
    ),
    Scenario {
        settle: |sandbox, state| {
            if state == State::Before {
                prepared(sandbox, &["vault", "restore", "--yes"]);
            }
        },
        ..of(
            "restore of a damaged vault",
            damaged,
            |sandbox| sandbox.kluis(["vault", "restore", "--yes"]),
            repaired,
        )
    },
];

const BOTH_AND_ONE: [&str; 2] = [
    "default/name\ndefault/other\nstaging/inner\n",
    "default/name\ndefault/other\n",
];

fn prepared(sandbox: &Sandbox, line: &[&str]) {
    let done = sandbox.kluis(line).stdin(sandbox.secret("more")).run();
    done.any_stdout().any_stderr().exits(0);
}

/// The one of two texts that a command prints.
fn among(sandbox: &Sandbox, line: &[&str], [before, after]: [&str; 2]) -> State {
    let listed = sandbox.kluis(line).run();
    let text = String::from_utf8(listed.stdout.clone()).unwrap();
    listed.any_stdout().any_stderr().exits(0);
    if text == before {
        return State::Before;
    }
    assert_eq!(text, after, "neither of both states");
    State::After
}

/// The earlier value is there; the new secret is there with its whole value, or it is missing.
fn holds_both(sandbox: &Sandbox, new: &str) -> State {
    assert!(sandbox.get("name") == sandbox.was_given("old"));
    let got = sandbox.kluis(["get", new]).run();
    if got.code == 0 {
        got.stdout(sandbox.was_given("new")).exits(0);
        return State::After;
    }
    got.stderr_has("no secret").exits(3);
    State::Before
}

fn given_json(sandbox: &Sandbox, name: &str, object: &Value) {
    sandbox.given(name, object.to_string());
}

fn new_value(sandbox: &Sandbox) -> String {
    String::from_utf8(sandbox.was_given("new")).unwrap()
}

/// The vault, and a copy in which another secret was made since.
fn with_fork() -> Sandbox {
    let sandbox = with_values("old", "new");
    let fork = sandbox.home().join("fork.kluis");
    fs::copy(sandbox.vault(), &fork).unwrap();
    let create = ["create", "third", "--vault", fork.to_str().unwrap()];
    let create = sandbox.kluis(create).stdin_file(sandbox.given_path("new"));
    create.run().any_stdout().any_stderr().exits(0);
    for beside in [".fork.kluis.prev", ".fork.kluis.lock"] {
        fs::remove_file(sandbox.home().join(beside)).unwrap();
    }
    sandbox.create("fourth", sandbox.secret("fourth"));
    sandbox
}

fn merge(sandbox: &Sandbox) -> Invocation<'_> {
    let fork = sandbox.home().join("fork.kluis");
    sandbox.kluis(["vault", "merge", fork.to_str().unwrap()])
}

/// As git starts it: ours is a file of its own, here the vault itself.
fn merge_file(sandbox: &Sandbox) -> Invocation<'_> {
    let (vault, fork) = (sandbox.vault(), sandbox.home().join("fork.kluis"));
    let [vault, fork] = [&vault, &fork].map(|path| path.to_str().unwrap());
    let line = ["git", "merge-file", "none", vault, fork, "--path", vault];
    sandbox.kluis(line)
}

fn with_object() -> Sandbox {
    let sandbox = with_values("old", "new");
    let value = new_value(&sandbox);
    let object = json!({"name": "third", "value": value, "description": "d"});
    given_json(&sandbox, "object", &object);
    sandbox
}

fn with_many() -> Sandbox {
    let sandbox = with_values("old", "new");
    let value = new_value(&sandbox);
    given_json(&sandbox, "many", &json!({"third": value, "fourth": value}));
    sandbox
}

fn import(sandbox: &Sandbox) -> Invocation<'_> {
    let import = sandbox.kluis(["import", "--format", "json"]);
    import.stdin_file(sandbox.given_path("many"))
}

/// The description and the value change together.
fn updated(sandbox: &Sandbox, _printed: &[u8]) -> State {
    let (value, shown) = (sandbox.get("name"), sandbox.show("name"));
    let is_new = value == sandbox.was_given("new");
    assert!(is_new || value == sandbox.was_given("old"));
    assert_eq!(shown["description"] == "d", is_new, "a part of the change");
    if is_new { State::After } else { State::Before }
}

fn with_link() -> Sandbox {
    let sandbox = with_values("old", "new");
    prepared(&sandbox, &["app", "create", "web"]);
    prepared(&sandbox, &["app", "link", "web", "KEY=name"]);
    sandbox
}

fn with_project() -> Sandbox {
    let sandbox = with_link();
    let project = "app = \"web\"\n[env]\nFIRST = \"name\"\nSECOND = \"other\"\n";
    fs::write(sandbox.home().join("kluis.toml"), project).unwrap();
    sandbox
}

/// The one of two sets of variables that the app has.
fn links(sandbox: &Sandbox, [before, after]: [&[&str]; 2]) -> State {
    let shown = sandbox.kluis(["app", "show", "web", "--json"]).run();
    let object = shown.json();
    shown.any_stdout().exits(0);
    let links = object["links"].as_array().unwrap().iter();
    let keys: Vec<&str> = links
        .map(|link| link["env_key"].as_str().unwrap())
        .collect();
    if keys == before {
        return State::Before;
    }
    assert_eq!(keys, after, "a part of the links");
    State::After
}

fn with_staging() -> Sandbox {
    let sandbox = with_values("old", "new");
    prepared(&sandbox, &["workspace", "create", "staging"]);
    prepared(&sandbox, &["create", "inner", "-w", "staging"]);
    sandbox
}

/// The one of two names that a workspace has, with its secret in it.
fn workspaces(sandbox: &Sandbox, [before, after]: [&str; 2]) -> State {
    let has = |name: &str| {
        let listed = sandbox.kluis(["list", "-q", "-w", name]).run();
        let is_there = listed.code == 0;
        if is_there {
            listed.stdout("inner\n").exits(0);
        } else {
            listed.any_stderr().exits(3);
        }
        is_there
    };
    match (has(before), has(after)) {
        (true, false) => State::Before,
        (false, true) => State::After,
        both => panic!("of the names, are there: {both:?}"),
    }
}

fn with_identity() -> Sandbox {
    let sandbox = with_values("old", "new");
    let file = sandbox.given_path("identity");
    let made = sandbox.kluis(["key", "new", "-o", file.to_str().unwrap()]);
    let made = made.run();
    sandbox.given("public", &made.stdout);
    made.any_stdout().any_stderr().exits(0);
    let verified = sandbox.kluis(["vault", "verify", "--json"]).run();
    let key = verified.json()["public_key"].as_str().unwrap().to_owned();
    sandbox.given("vault-key", key);
    verified.any_stdout().exits(0);
    sandbox
}

fn with_phrase() -> Sandbox {
    let sandbox = with_identity();
    sandbox.given("phrase", sandbox.secret("a passphrase of this test"));
    sandbox
}

/// Whether the key in a file opens the vault. The token always does.
fn admitted(sandbox: &Sandbox, variable: &str, file: &str) -> State {
    assert!(sandbox.get("name") == sandbox.was_given("old"));
    let pin = String::from_utf8(sandbox.was_given("vault-key")).unwrap();
    let get = sandbox.kluis(["get", "name"]).without("KLUIS_TOKEN");
    let get = get.env("KLUIS_PIN", pin);
    let got = get.env(variable, sandbox.given_path(file)).run();
    if got.code == 0 {
        got.stdout(sandbox.was_given("old")).exits(0);
        return State::After;
    }
    got.any_stderr().exits(4);
    State::Before
}

/// A secret was deleted, and the previous copy has it.
fn deleted() -> Sandbox {
    let sandbox = with_values("old", "new");
    prepared(&sandbox, &["delete", "name", "--forever", "--yes"]);
    sandbox
}

fn several_deleted() -> Sandbox {
    let sandbox = with_values("old", "new");
    prepared(&sandbox, &["delete", "name", "other"]);
    sandbox
}

/// The same, brought back.
fn restored() -> Sandbox {
    let sandbox = deleted();
    prepared(&sandbox, &["vault", "restore", "--yes"]);
    sandbox
}

/// A key with full access was removed; it opens a copy from before that.
fn key_removed() -> Sandbox {
    let sandbox = with_owner();
    let verify = sandbox.kluis(["vault", "verify", "--json"]).run();
    sandbox.given("pin", verify.json()["public_key"].as_str().unwrap());
    verify.any_stdout().exits(0);
    prepared(&sandbox, &["key", "remove", "reader", "--yes"]);
    sandbox
}

/// One bit of the last record is flipped.
fn damaged() -> Sandbox {
    let sandbox = with_values("old", "new");
    let mut bytes = sandbox.bytes();
    let last = bytes.len() - 3;
    bytes[last] ^= 1;
    fs::write(sandbox.vault(), bytes).unwrap();
    sandbox
}

/// Still damaged, or the vault from before the last change.
fn repaired(sandbox: &Sandbox, _printed: &[u8]) -> State {
    // A list reads no values, and does not find the damage.
    let verified = sandbox.kluis(["vault", "verify"]).run();
    if verified.code == 0 {
        verified.any_stdout().any_stderr().exits(0);
        let listed = sandbox.kluis(["list", "-q"]).run();
        listed.stdout("name\n").exits(0);
        return State::After;
    }
    verified
        .stderr_has("`kluis vault restore` brings back")
        .exits(5);
    State::Before
}
