//! Tests `rollback`.

use crate::sandbox::{Sandbox, now};

/// The secret `key` with slots 0 and 100, and their values.
fn replaced() -> (Sandbox, String, String) {
    let sandbox = Sandbox::with_vault();
    let (old, new) = (sandbox.secret("old"), sandbox.secret("new"));
    sandbox.create("key", &old);
    sandbox.prints(["rotate", "key", "--at", "100"], &new);
    (sandbox, old, new)
}

/// Rolls `key` back and gives the number that is printed.
fn rolled(sandbox: &Sandbox, options: &[&str]) -> u64 {
    let line = ["rollback", "key"].iter().chain(options);
    let printed = sandbox.prints(line, "");
    printed.strip_suffix('\n').unwrap().parse().unwrap()
}

#[test]
fn the_value_before_is_effective_again_as_a_new_slot() {
    let (sandbox, old, new) = replaced();
    let before = sandbox.show("key");
    let first = rolled(&sandbox, &[]);
    assert_eq!(sandbox.get("key"), old.as_bytes());
    assert_eq!(sandbox.slots("key"), (vec![0, 100, first], Some(first)));
    let after = sandbox.show("key");
    assert_eq!(
        after["slots"][2]["checksum"],
        before["slots"][0]["checksum"]
    );
    for member in ["id", "created_at", "name"] {
        assert_eq!(after[member], before[member]);
    }
    // And back: the value that was replaced last becomes the one before.
    let second = rolled(&sandbox, &[]);
    assert_eq!(sandbox.get("key"), new.as_bytes());
    assert_eq!(sandbox.slots("key").0, [0, 100, first, second]);
    let replaced = sandbox.kluis(["get", "key", "--previous"]).run();
    replaced.stdout(&old).exits(0);
}

#[test]
fn a_time_selects_the_value_effective_then() {
    let (sandbox, old, new) = replaced();
    let newer = sandbox.secret("newer");
    sandbox.prints(["rotate", "key", "--at", "200"], &newer);
    rolled(&sandbox, &["--to", "99"]);
    assert_eq!(sandbox.get("key"), old.as_bytes());
    rolled(&sandbox, &["--to", "1970-01-01T00:02:00Z"]);
    assert_eq!(sandbox.get("key"), new.as_bytes());
    assert_eq!(sandbox.slots("key").0.len(), 5);
}

#[test]
fn a_value_that_is_effective_already_changes_nothing() {
    let (sandbox, _, new) = replaced();
    let bytes = sandbox.bytes();
    let line = ["rollback", "key", "--to", "100"];
    let same = sandbox.kluis(line).run();
    same.stdout("100\n")
        .stderr("kluis: note: unchanged\n")
        .exits(0);
    let json = sandbox.kluis(line.iter().chain(&["--json"])).run();
    assert_eq!(json.json(), sandbox.show("key"));
    json.any_stdout().exits(0);
    assert_eq!(sandbox.bytes(), bytes);
    assert_eq!(sandbox.get("key"), new.as_bytes());
}

#[test]
fn with_json_it_prints_the_same_as_show() {
    let (sandbox, ..) = replaced();
    let rolled = sandbox.kluis(["rollback", "key", "--json"]).run();
    let object = rolled.json();
    rolled.any_stdout().exits(0);
    assert_eq!(object, sandbox.show("key"));
    assert_eq!(object["slots"][2]["effective"], true);
}

#[test]
fn without_an_older_value_nothing_is_written() {
    let sandbox = Sandbox::with_vault();
    let value = sandbox.secret("value");
    sandbox.prints(["create", "key", "--slot", "100"], &value);
    let bytes = sandbox.bytes();
    for (line, said) in [
        (
            &["key"][..],
            "kluis: error: there is no slot before the effective one of default/key\nkluis: hint: run `kluis history NAME` to see the slots of a secret\n",
        ),
        (
            &["key", "--to", "99"],
            "kluis: error: default/key has no effective value at 1970-01-01T00:01:39.000Z\n\
             kluis: hint: its first value becomes effective at 1970-01-01T00:01:40.000Z\n",
        ),
        (
            &["nope"],
            "kluis: error: there is no secret nope in the workspace default\n\
             kluis: hint: run `kluis list` to see the secrets\n",
        ),
    ] {
        let missing = sandbox.kluis(["rollback"].iter().chain(line)).run();
        missing.stderr(said).exits(3);
    }
    for text in ["-1", "soon", "", "1.5", "99999999999999999999"] {
        let line = ["rollback", "key", "--to", text, "--json"];
        let refused = sandbox.kluis(line).run();
        assert_eq!(refused.json_error()["detail"][0]["loc"][0], "to", "{text}");
        refused.any_stderr().exits(7);
    }
    assert_eq!(sandbox.bytes(), bytes);
    assert_eq!(sandbox.get("key"), value.as_bytes());
}

#[test]
fn a_scheduled_value_is_no_rollback_target() {
    let sandbox = Sandbox::with_vault();
    sandbox.create("key", sandbox.secret("old"));
    let later = (now() + 3_600).to_string();
    sandbox.prints(["rotate", "key", "--at", &later], sandbox.secret("new"));
    let before = sandbox.bytes();
    let refused = sandbox.kluis(["rollback", "key", "--to", &later]).run();
    refused.stderr_has("becomes effective by itself").exits(7);
    let address = format!("kluis://key?slot={later}");
    for verb in ["rollback", "show", "history", "rotate"] {
        let slot = sandbox.kluis([verb, &address]).run();
        slot.stderr_has("this command takes a whole secret")
            .exits(2);
    }
    assert_eq!(sandbox.bytes(), before);
}
