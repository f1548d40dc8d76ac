//! Tests `update`.

use crate::sandbox::Sandbox;
use serde_json::Value;
use std::fs;
use std::thread::sleep;
use std::time::Duration;

fn shown(sandbox: &Sandbox, reference: &str) -> Value {
    let shown = sandbox.kluis(["show", reference, "--json"]).run();
    let object = shown.json();
    shown.any_stdout().exits(0);
    object
}

/// The names of the members that differ.
fn changed<'a>(old: &'a Value, new: &Value) -> Vec<&'a str> {
    let members = old.as_object().unwrap().iter();
    members
        .filter(|(member, value)| new[*member] != **value)
        .map(|(member, _)| &**member)
        .collect()
}

#[test]
fn only_the_given_fields_change() {
    let sandbox = Sandbox::with_vault();
    let value = sandbox.secret("value");
    let id = sandbox.create("name", &value);
    for (option, text, member) in [
        ("--description", "new", "description"),
        ("--comment", "newer", "description"),
        ("--description", "", "description"),
        ("--env-key", "NEW_KEY", "env_key"),
        ("--name", "renamed", "name"),
    ] {
        let before = shown(&sandbox, &id);
        sleep(Duration::from_millis(2));
        sandbox.kluis(["update", &id, option, text]).run().exits(0);
        let after = shown(&sandbox, &id);
        assert_eq!(after[member], text);
        assert_eq!(changed(&before, &after), [member, "updated_at"], "{option}");
        assert!(after["updated_at"].as_str() > before["updated_at"].as_str());
    }
    assert_eq!(sandbox.get("renamed"), value.as_bytes());
}

#[test]
fn a_value_is_read_only_when_it_is_asked_for() {
    let sandbox = Sandbox::with_vault();
    let (old, new) = (sandbox.secret("old"), sandbox.secret("new"));
    sandbox.create("name", &old);
    let describe = ["update", "name", "--description", "d"];
    sandbox.kluis(describe).stdin("not a value").run().exits(0);
    assert_eq!(sandbox.get("name"), old.as_bytes());
    let before = shown(&sandbox, "name");
    sandbox
        .kluis(["update", "name", "--value"])
        .stdin(&new)
        .run()
        .exits(0);
    assert_eq!(sandbox.get("name"), new.as_bytes());
    let after = shown(&sandbox, "name");
    assert_eq!(
        changed(&before, &after),
        ["previous_slot", "slots", "updated_at"]
    );
    assert_eq!(after["previous_slot"], 0);
    assert_eq!(
        after["slots"][0]["checksum"],
        before["slots"][0]["checksum"]
    );
    let file = sandbox.given("value", &old);
    let from_file = ["update", "name", "--value-file", file.to_str().unwrap()];
    sandbox.kluis(from_file).run().exits(0);
    assert_eq!(sandbox.get("name"), old.as_bytes());
    sandbox
        .kluis(["update", "name", "--generate", "digits:9"])
        .run()
        .exits(0);
    assert_eq!(sandbox.get("name").len(), 9);
    let raw = sandbox.kluis(["update", "name", "--raw"]).stdin("x").run();
    raw.stderr_has("add --value").exits(2);
}

#[test]
fn equal_fields_change_neither_bytes_nor_time() {
    let sandbox = Sandbox::with_vault();
    let value = sandbox.secret("value");
    sandbox.create("name", &value);
    sandbox
        .kluis(["update", "name", "--description", "d"])
        .run()
        .exits(0);
    let time = || fs::metadata(sandbox.vault()).unwrap().modified().unwrap();
    let (bytes, modified) = (sandbox.bytes(), time());
    for options in [
        &[][..],
        &["--description", "d"],
        &["--name", "name"],
        &["--env-key", "NAME"],
        &["--value"],
        &[
            "--value",
            "--description",
            "d",
            "--name",
            "name",
            "--env-key",
            "NAME",
        ],
    ] {
        let update = ["update", "name"].iter().chain(options);
        let same = sandbox.kluis(update).stdin(&value).run();
        same.stderr("kluis: note: unchanged\n").exits(0);
        assert_eq!(
            (sandbox.bytes(), time()),
            (bytes.clone(), modified),
            "{options:?}"
        );
    }
    sandbox.kluis(["update", "name", "--quiet"]).run().exits(0);
    let json = sandbox.kluis(["update", "name", "--json"]).run();
    assert_eq!(json.json(), shown(&sandbox, "name"));
    json.any_stdout().exits(0);
}

#[test]
fn one_bad_field_changes_nothing() {
    let sandbox = Sandbox::with_vault();
    let value = sandbox.secret("value");
    sandbox.create("name", &value);
    sandbox.create("taken", sandbox.secret("other"));
    let before = sandbox.bytes();
    let good = ["update", "name", "--description", "new", "--value"];
    for (bad, stdin, code) in [
        (["--name", "a b"], "x", 7),
        (["--name", ".."], "x", 7),
        (["--name", "taken"], "x", 6),
        (["--env-key", "1"], "x", 7),
        (["--name", "new"], "", 7),
    ] {
        let update = good.into_iter().chain(bad);
        sandbox
            .kluis(update)
            .stdin(stdin)
            .run()
            .any_stderr()
            .exits(code);
        assert_eq!(sandbox.bytes(), before, "{bad:?}");
    }
    assert_eq!(sandbox.get("name"), value.as_bytes());
}

#[test]
fn a_new_name_frees_the_old_one() {
    let sandbox = Sandbox::with_vault();
    let value = sandbox.secret("value");
    let id = sandbox.create("old", &value);
    sandbox
        .kluis(["update", "old", "--name", "new"])
        .run()
        .exits(0);
    assert_eq!(sandbox.get("new"), value.as_bytes());
    sandbox.kluis(["get", "old"]).run().any_stderr().exits(3);
    assert_ne!(sandbox.create("old", sandbox.secret("another")), id);
    sandbox
        .kluis(["update", "new", "--name", "old"])
        .run()
        .stderr_has("there is already a secret old")
        .exits(6);
    assert_eq!(sandbox.get(&id), value.as_bytes());
}

#[test]
fn update_does_not_create_a_secret() {
    let sandbox = Sandbox::with_vault();
    for missing in ["nope", "nope/name", "sec_00000000000000000000000000"] {
        let update = sandbox.kluis(["update", missing, "--value"]).stdin("x");
        update.run().any_stderr().exits(3);
    }
    sandbox.kluis(["list", "--quiet"]).run().exits(0);
}
