//! Tests `move`.

use crate::sandbox::{Sandbox, now};
use serde_json::Value;

fn make(sandbox: &Sandbox, line: &[&str]) {
    sandbox.kluis(line).run().any_stdout().exits(0);
}

/// The secret `default/key` with a past, an effective and a scheduled slot, every optional field, and
/// two links of the app `web`; beside it the workspace `staging`.
fn linked() -> (Sandbox, String) {
    let sandbox = Sandbox::with_vault();
    let create = [
        "create",
        "key",
        "--description",
        "d",
        "--env-key",
        "THE_KEY",
        "--allow-domain",
        "api.example.org",
        "--rotate-every",
        "90d",
        "--expires",
        "2100-01-01T00:00:00Z",
    ];
    let id = sandbox.prints(create, sandbox.secret("old"));
    sandbox.prints(["rotate", "key", "--at", "100"], sandbox.secret("new"));
    let later = (now() + 3_600).to_string();
    sandbox.prints(["rotate", "key", "--at", &later], sandbox.secret("later"));
    make(&sandbox, &["workspace", "create", "staging"]);
    make(&sandbox, &["app", "create", "web"]);
    make(&sandbox, &["app", "link", "web", "ONE=key"]);
    make(&sandbox, &["app", "link", "web", "TWO=key"]);
    (sandbox, id.trim_end().to_owned())
}

fn links(sandbox: &Sandbox) -> Value {
    let shown = sandbox.kluis(["app", "show", "web", "--json"]).run();
    let links = shown.json()["links"].clone();
    shown.any_stdout().exits(0);
    links
}

#[test]
fn everything_stays_but_the_workspace() {
    let (sandbox, id) = linked();
    let mut expected = sandbox.show("key");
    let values = |reference: &str| {
        let choices = [&["--previous"][..], &["--slot", "100"], &["--latest"]];
        let get = ["get", reference, "--reveal"];
        choices.map(|choice| sandbox.prints(get.iter().chain(choice), ""))
    };
    let before = values("key");
    let relocate = ["move", "key", "--to-workspace", "staging"];
    sandbox.kluis(relocate).run().exits(0);
    expected["workspace"] = "staging".into();
    assert_eq!(sandbox.show("staging/key"), expected);
    assert_eq!(expected["app_count"], 1);
    assert_eq!(sandbox.show(&id), expected);
    assert_eq!(values("staging/key"), before);
    assert_eq!(values(&id), before);
    let gone = sandbox.kluis(["get", "key"]).run();
    gone.stderr_has("there is no secret key in the workspace default")
        .exits(3);
    sandbox
        .kluis(["vault", "verify"])
        .run()
        .any_stdout()
        .exits(0);
}

#[test]
fn the_links_of_apps_follow() {
    let (sandbox, _) = linked();
    let value = sandbox.prints(["get", "key", "--reveal"], "");
    let mut expected = links(&sandbox);
    let relocate = ["mv", "default/key", "--to-workspace", "staging"];
    sandbox.kluis(relocate).run().exits(0);
    for link in expected.as_array_mut().unwrap() {
        link["secret"]["workspace"] = "staging".into();
    }
    assert_eq!(links(&sandbox), expected);
    let script = "printf '%s|%s' \"$ONE\" \"$TWO\"";
    let host = ["--for", "api.example.org", "--", "sh", "-c", script];
    let ran = sandbox
        .kluis(["run", "--app", "web"].iter().chain(&host))
        .run();
    ran.stdout(format!("{value}|{value}")).exits(0);
    let kept = sandbox.kluis(["delete", "staging/key", "--yes"]).run();
    kept.any_stderr().exits(6);
}

#[test]
fn with_json_it_prints_the_same_as_show() {
    let (sandbox, id) = linked();
    let relocate = ["move", &id, "--to-workspace", "staging", "--json"];
    let moved = sandbox.kluis(relocate).run();
    assert_eq!(moved.json(), sandbox.show("staging/key"));
    moved.any_stdout().exits(0);
}

#[test]
fn moving_to_the_same_workspace_changes_nothing() {
    let (sandbox, _) = linked();
    let bytes = sandbox.bytes();
    let relocate = ["move", "key", "--to-workspace", "default"];
    let same = sandbox.kluis(relocate).run();
    same.stderr("kluis: note: unchanged\n").exits(0);
    assert_eq!(sandbox.bytes(), bytes);
}

#[test]
fn an_impossible_move_changes_nothing() {
    let (sandbox, _) = linked();
    let other = sandbox.secret("other");
    sandbox.prints(["create", "key", "-w", "staging"], &other);
    let bytes = sandbox.bytes();
    for (line, code, said) in [
        (
            &["key", "--to-workspace", "staging"][..],
            6,
            "there is already a secret key in the workspace staging",
        ),
        (
            &["key", "--to-workspace", "nope"],
            3,
            "there is no workspace nope",
        ),
        (
            &["nope", "--to-workspace", "staging"],
            3,
            "there is no secret nope",
        ),
        (
            &["nope/key", "--to-workspace", "staging"],
            3,
            "there is no workspace nope",
        ),
        (&["key"], 2, "--to-workspace"),
    ] {
        let refused = sandbox.kluis(["move"].iter().chain(line)).run();
        refused.stderr_has(said).exits(code);
        assert_eq!(sandbox.bytes(), bytes, "{line:?}");
    }
    for name in ["", "a b", "_", "../x"] {
        let relocate = ["move", "key", "--to-workspace", name, "--json"];
        let refused = sandbox.kluis(relocate).run();
        assert_eq!(refused.json_error()["detail"][0]["loc"][0], "workspace");
        refused.any_stderr().exits(7);
    }
    assert_eq!(sandbox.bytes(), bytes);
    let there = sandbox.kluis(["get", "staging/key"]).run();
    there.stdout(&other).exits(0);
}

#[test]
fn the_variable_follows_the_name_unless_it_was_set() {
    let sandbox = Sandbox::with_vault();
    sandbox.create("old", "v");
    sandbox.create("other", "v");
    let set = sandbox.kluis(["update", "other", "--env-key", "MINE"]);
    set.run().any_stdout().any_stderr().exits(0);
    for line in [
        &["move", "old", "new"][..],
        &["update", "other", "--name", "second"],
    ] {
        let moved = sandbox.kluis(line).run();
        moved.any_stdout().any_stderr().exits(0);
    }
    sandbox.create("old", "w");
    let script = "echo $OLD $NEW $MINE $SECOND.";
    let run = sandbox.kluis(["run", "--all", "--", "sh", "-c", script]);
    run.run().stdout("w v v .\n").exits(0);
}

#[test]
fn a_secret_is_renamed_or_moved_under_a_new_name() {
    let sandbox = Sandbox::with_vault();
    let value = sandbox.secret("value");
    sandbox.create("old", &value);
    let kluis = |line: &[&str]| sandbox.kluis(line).run();
    kluis(&["workspace", "create", "staging"])
        .any_stdout()
        .exits(0);
    kluis(&["move", "old", "new"]).exits(0);
    kluis(&["get", "new"]).stdout(&value).exits(0);
    kluis(&["get", "old"]).any_stderr().exits(3);
    kluis(&["move", "new", "staging/newer"]).exits(0);
    kluis(&["get", "staging/newer"]).stdout(&value).exits(0);
    let before = sandbox.bytes();
    // The same place is no change.
    kluis(&["move", "staging/newer", "staging/newer"])
        .stderr("kluis: note: unchanged\n")
        .exits(0);
    sandbox.create("taken", "x");
    let taken = sandbox.bytes();
    assert_ne!(before, taken);
    for (line, code) in [
        (&["move", "staging/newer", "default/taken"][..], 6),
        (&["move", "staging/newer", "nowhere/name"], 3),
        (&["move", "staging/newer", "bad name"], 7),
        (&["move", "missing", "new"], 3),
        (&["move", "staging/newer"], 2),
        (&["move", "a", "b", "c"], 2),
    ] {
        kluis(line).any_stderr().exits(code);
        assert_eq!(sandbox.bytes(), taken, "{line:?}");
    }
}

#[test]
fn several_secrets_move_all_or_none() {
    let sandbox = Sandbox::with_vault();
    for name in ["one", "two", "three"] {
        sandbox.create(name, name);
    }
    let kluis = |line: &[&str]| sandbox.kluis(line).run();
    kluis(&["workspace", "create", "staging"])
        .any_stdout()
        .exits(0);
    let before = sandbox.bytes();
    let line = ["move", "one", "missing", "two", "--to-workspace", "staging"];
    kluis(&line)
        .stderr_has("there is no secret missing")
        .exits(3);
    assert_eq!(sandbox.bytes(), before);
    let line = ["move", "one", "two", "--to-workspace", "staging", "--json"];
    let moved = kluis(&line);
    let names: Vec<_> = moved.json()["moved"]
        .as_array()
        .unwrap()
        .iter()
        .map(|secret| format!("{}/{}", secret["workspace"], secret["name"]))
        .collect();
    assert_eq!(names, [r#""staging"/"one""#, r#""staging"/"two""#]);
    moved.any_stdout().exits(0);
    kluis(&["list", "-q"]).stdout("three\n").exits(0);
}

#[test]
fn a_secret_that_is_named_twice_moves_once() {
    let sandbox = Sandbox::with_vault();
    let id = sandbox.create("one", "one");
    sandbox.create("two", "two");
    let made = sandbox.kluis(["workspace", "create", "staging"]).run();
    made.any_stdout().exits(0);
    let line = ["move", "one", "two", &id, "one", "--to-workspace"];
    let line = line.iter().chain(&["staging", "--json"]);
    let moved = sandbox.kluis(line).run();
    assert_eq!(moved.json()["moved"].as_array().unwrap().len(), 2);
    moved.any_stdout().exits(0);
    let listed = sandbox.kluis(["list", "-q", "-w", "staging"]).run();
    listed.stdout("one\ntwo\n").exits(0);
}

#[test]
fn a_copy_is_a_secret_of_its_own() {
    let sandbox = Sandbox::with_vault();
    let value = sandbox.secret("value");
    let create = ["create", "key", "--allow-domain", "api.example.com"];
    sandbox
        .kluis(create)
        .stdin(&value)
        .run()
        .any_stdout()
        .exits(0);
    let kluis = |line: &[&str]| sandbox.kluis(line).run();
    let id = kluis(&["copy", "key", "copied"]);
    let printed = String::from_utf8(id.stdout.clone()).unwrap();
    assert!(printed.starts_with("sec_"), "{printed}");
    id.any_stdout().exits(0);
    // It is bound to the same hosts as the first one.
    kluis(&["get", "copied"]).any_stderr().exits(8);
    let get = ["get", "copied", "--for", "https://api.example.com"];
    kluis(&get).stdout(&value).exits(0);
    let shown = kluis(&["show", "copied", "--json"]);
    assert_eq!(shown.json()["env_key"], "COPIED");
    shown.any_stdout().exits(0);
    sandbox
        .kluis(["set", "key"])
        .stdin("other")
        .run()
        .any_stdout()
        .exits(0);
    kluis(&get).stdout(&value).exits(0);
    kluis(&["copy", "key", "copied"]).any_stderr().exits(6);
    kluis(&["copy", "missing", "x"]).any_stderr().exits(3);
    kluis(&["copy", "key", "nowhere/x"]).any_stderr().exits(3);
}
