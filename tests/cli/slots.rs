//! Tests slots in `create`, `set`, `update` and `get`: when each value becomes effective, and which one a command
//! uses.

use crate::sandbox::{Sandbox, now};
use serde_json::{Value, json};

/// The secret `key` with these slots, and a value for each.
fn with_slots(numbers: &[u64]) -> (Sandbox, Vec<String>) {
    let sandbox = Sandbox::with_vault();
    let values: Vec<_> = numbers.iter().map(|_| sandbox.secret("value")).collect();
    for (number, value) in numbers.iter().zip(&values) {
        let set = ["set", "key", "--slot", &number.to_string()];
        sandbox.prints(set, value);
    }
    (sandbox, values)
}

fn reads(sandbox: &Sandbox, options: &[&str], value: &str) {
    let line = ["get", "key"].iter().chain(options);
    sandbox.kluis(line).run().stdout(value).exits(0);
}

#[test]
fn the_greatest_slot_that_has_begun_is_effective() {
    let (sandbox, values) = with_slots(&[0, 5]);
    for (at, value) in [("0", 0), ("3", 0), ("4", 0), ("5", 1), ("7", 1)] {
        reads(&sandbox, &["--at", at], &values[value]);
    }
    reads(&sandbox, &[], &values[1]);
    let (sandbox, values) = with_slots(&[0, 1_741_790_697]);
    for (at, value) in [
        ("1741790696", 0),
        ("1741790697", 1),
        ("2025-03-12T14:44:56.999Z", 0),
        ("2025-03-12T14:44:57Z", 1),
        ("2025-03-12T15:44:57+01:00", 1),
        ("253402300799", 1),
    ] {
        reads(&sandbox, &["--at", at], &values[value]);
    }
}

#[test]
fn a_slot_can_be_chosen_by_number_order_or_address() {
    let later = now() + 3_600;
    let (sandbox, values) = with_slots(&[0, 5, later]);
    let number = later.to_string();
    for (options, value) in [
        (&[][..], 1),
        (&["--slot", "0"], 0),
        (&["--slot", "5"], 1),
        (&["--slot", "1970-01-01T00:00:05Z"], 1),
        (&["--slot", &number], 2),
        (&["--latest"], 2),
        (&["--previous"], 0),
        (&["--at", &number], 2),
    ] {
        reads(&sandbox, options, &values[value]);
    }
    for (slot, value) in [("0", 0), ("5", 1), (&*number, 2)] {
        let address = format!("kluis://default/key?slot={slot}");
        let got = sandbox.kluis(["get", &address, "--json"]).run();
        let slot: u64 = slot.parse().unwrap();
        let expected = json!({
            "workspace": "default", "name": "key", "slot": slot, "value": values[value],
        });
        assert_eq!(got.json(), expected);
        got.any_stdout().exits(0);
        let pair = format!("V=kluis://key?slot={slot}");
        let run = ["run", "-e", &pair, "--", "sh", "-c", "printf %s \"$V\""];
        sandbox.kluis(run).run().stdout(&values[value]).exits(0);
    }
}

#[test]
fn a_missing_slot_is_not_found_and_two_choices_conflict() {
    let (sandbox, _) = with_slots(&[0, 5]);
    let missing = "kluis: error: there is no slot 3 of default/key\nkluis: hint: run `kluis history NAME` to see the slots of a secret\n";
    for line in [&["key", "--slot", "3"][..], &["kluis://key?slot=3"]] {
        let got = sandbox.kluis(["get"].iter().chain(line)).run();
        got.stderr(missing).exits(3);
    }
    for line in [
        &["key", "--at", "5", "--slot", "5"][..],
        &["key", "--latest", "--previous"],
        &["key", "--at", "5", "--latest"],
        &["kluis://key?slot=5", "--at", "5"],
        &["kluis://key?slot=5", "--latest"],
    ] {
        let got = sandbox.kluis(["get"].iter().chain(line)).run();
        got.any_stderr().exits(2);
    }
}

#[test]
fn before_the_first_slot_the_error_says_when_it_begins() {
    let sandbox = Sandbox::with_vault();
    let (first, second) = (sandbox.secret("first"), sandbox.secret("second"));
    for (at, value) in [("2100-01-01T00:00:00Z", &first), ("4102444801", &second)] {
        sandbox.prints(["set", "key", "--slot", at], value);
    }
    let hint = "its first value becomes effective at 2100-01-01T00:00:00.000Z";
    let got = sandbox.kluis(["get", "key", "--at", "1704067200"]).run();
    got.stderr(&format!(
        "kluis: error: default/key has no effective value at 2024-01-01T00:00:00.000Z\nkluis: hint: {hint}\n"
    ))
    .exits(3);
    for (line, code) in [
        (&["get", "key"][..], 3),
        (&["get", "key", "--previous"], 3),
        (&["run", "-e", "V=key", "--", "true"], 125),
        (&["run", "--all", "--", "true"], 125),
    ] {
        let none = sandbox.kluis(["--json"].iter().chain(line)).run();
        let object = none.json_error();
        assert_eq!(object["code"], "not_found");
        assert_eq!(object["hint"], hint);
        let message = object["error"].as_str().unwrap();
        let start = "default/key has no effective value at 20";
        assert!(message.starts_with(start), "{message}");
        none.any_stderr().exits(code);
    }
    reads(&sandbox, &["--latest"], &second);
    reads(&sandbox, &["--at", "4102444800"], &first);
    let listed = sandbox.kluis(["list", "--json"]).run();
    let row = listed.json()["secrets"][0].clone();
    listed.any_stdout().exits(0);
    assert_eq!(row["effective_slot"], Value::Null);
    assert_eq!(row["slot_count"], 2);
    assert_eq!(sandbox.slots("key").1, None);
}

#[test]
fn a_new_secret_can_begin_at_a_time() {
    let sandbox = Sandbox::with_vault();
    let value = sandbox.secret("value");
    let create = ["create", "key", "--slot", "2024-01-01T00:00:00Z"];
    sandbox.prints(create, &value);
    assert_eq!(
        sandbox.slots("key"),
        (vec![1_704_067_200], Some(1_704_067_200))
    );
    reads(&sandbox, &[], &value);
    let early = sandbox.kluis(["get", "key", "--at", "1704067199"]).run();
    early.any_stderr().exits(3);
    let first = now() + 604_800;
    let create = ["create", "later", "--slot", "7d", "--generate", "12"];
    sandbox.prints(create, "");
    let slot = sandbox.slots("later").0[0];
    assert!((first..=now() + 604_800).contains(&slot), "{slot}");
}

#[test]
fn set_puts_a_slot_beside_the_others_once() {
    let (sandbox, values) = with_slots(&[0, 5]);
    let before = sandbox.show("key");
    let (bytes, set) = (sandbox.bytes(), ["set", "key", "--slot", "5"]);
    let same = sandbox.kluis(set).stdin(&values[1]).run();
    same.any_stdout()
        .stderr("kluis: note: unchanged\n")
        .exits(0);
    assert_eq!(sandbox.bytes(), bytes);
    let new = sandbox.secret("new");
    sandbox.prints(set, &new);
    reads(&sandbox, &["--slot", "5"], &new);
    reads(&sandbox, &["--slot", "0"], &values[0]);
    let after = sandbox.show("key");
    assert_eq!(after["slots"][0], before["slots"][0]);
    assert_ne!(after["slots"][1], before["slots"][1]);
}

#[test]
fn update_adds_a_version_or_replaces_the_named_slot() {
    let later = now() + 3_600;
    let (sandbox, values) = with_slots(&[0, 5, later]);
    let number = later.to_string();
    let (new, kept) = (sandbox.secret("new"), sandbox.secret("kept"));
    // In place: the version in use has another value, and there is no further version.
    let in_place = ["update", "key", "--value", "--slot", "effective"];
    sandbox.prints(in_place, &kept);
    assert_eq!(sandbox.slots("key"), (vec![0, 5, later], Some(5)));
    for (slot, value) in [("0", &values[0]), ("5", &kept), (&*number, &values[2])] {
        reads(&sandbox, &["--slot", slot], value);
    }
    let begun = now();
    sandbox.prints(["update", "key", "--value"], &new);
    let current = sandbox.slots("key").1.unwrap();
    assert!((begun..=now()).contains(&current), "{current}");
    for (slot, value) in [
        ("0", &values[0]),
        ("5", &kept),
        (&*current.to_string(), &new),
        (&*number, &values[2]),
    ] {
        reads(&sandbox, &["--slot", slot], value);
    }
    let other = sandbox.secret("other");
    for slot in ["0", "3", &number] {
        let update = ["update", "key", "--value", "--slot", slot];
        sandbox.prints(update, &other);
        reads(&sandbox, &["--slot", slot], &other);
        let bytes = sandbox.bytes();
        let same = sandbox.kluis(update).stdin(&other).run();
        same.stderr("kluis: note: unchanged\n").exits(0);
        assert_eq!(sandbox.bytes(), bytes);
    }
    reads(&sandbox, &[], &new);
    assert_eq!(
        sandbox.slots("key"),
        (vec![0, 3, 5, current, later], Some(current))
    );
    let bytes = sandbox.bytes();
    let same = sandbox.kluis(in_place).stdin(&new).run();
    same.stderr("kluis: note: unchanged\n").exits(0);
    assert_eq!(sandbox.bytes(), bytes);
}

#[test]
fn with_no_effective_slot_a_value_begins_now_or_at_slot_0() {
    let later = now() + 3_600;
    for (options, begins) in [(&[][..], now()), (&["--slot", "effective"], 0)] {
        let (sandbox, values) = with_slots(&[later]);
        let new = sandbox.secret("new");
        let update = ["update", "key", "--value"];
        sandbox.prints(update.iter().chain(options), &new);
        let (slots, effective) = sandbox.slots("key");
        assert_eq!((slots.len(), slots[1]), (2, later), "{options:?}");
        assert_eq!(effective, Some(slots[0]), "{options:?}");
        let until = if begins == 0 { 0 } else { now() };
        assert!((begins..=until).contains(&slots[0]), "{slots:?}");
        reads(&sandbox, &[], &new);
        reads(&sandbox, &["--latest"], &values[0]);
    }
}

#[test]
fn a_slot_is_dropped_and_never_the_last() {
    let (sandbox, values) = with_slots(&[0, 5, 100, 200]);
    let drop = |slots: &[&str]| {
        let options = slots.iter().flat_map(|slot| ["--remove-slot", slot]);
        sandbox
            .kluis(["update", "key"].into_iter().chain(options))
            .run()
    };
    drop(&["200"]).exits(0);
    reads(&sandbox, &[], &values[2]);
    drop(&["5", "1970-01-01T00:01:40Z", "5"]).exits(0);
    assert_eq!(sandbox.slots("key"), (vec![0], Some(0)));
    let bytes = sandbox.bytes();
    drop(&["5"])
        .stderr("kluis: error: there is no slot 5 of default/key\nkluis: hint: run `kluis history NAME` to see the slots of a secret\n")
        .exits(3);
    drop(&["0"])
        .stderr("kluis: error: default/key needs at least one slot\nkluis: hint: delete the secret with `kluis delete`, or give it a new value first\n")
        .exits(6);
    drop(&["0", "5"]).any_stderr().exits(3);
    assert_eq!(sandbox.bytes(), bytes);
    reads(&sandbox, &[], &values[0]);
}

#[test]
fn one_call_puts_and_drops_all_or_nothing() {
    let (sandbox, values) = with_slots(&[0, 5]);
    let new = sandbox.secret("new");
    let update = |options: &[&str]| {
        let line = ["update", "key", "--value"].iter().chain(options);
        sandbox.kluis(line).stdin(&new).run()
    };
    let bytes = sandbox.bytes();
    update(&["--slot", "9", "--remove-slot", "7"])
        .any_stderr()
        .exits(3);
    update(&["--slot", "9", "--remove-slot", "9"])
        .any_stderr()
        .exits(2);
    update(&["--slot", "9", "--env-key", "1"])
        .any_stderr()
        .exits(7);
    assert_eq!(sandbox.bytes(), bytes);
    update(&["--slot", "9", "--remove-slot", "0", "--name", "key"]).exits(0);
    assert_eq!(sandbox.slots("key"), (vec![5, 9], Some(9)));
    reads(&sandbox, &["--slot", "5"], &values[1]);
}

#[test]
fn with_replace_only_the_given_slots_stay() {
    let later = 4_102_444_800;
    let (sandbox, _) = with_slots(&[0, 5, later]);
    sandbox
        .kluis(["update", "key", "--description", "kept"])
        .run()
        .exits(0);
    let (before, new) = (sandbox.show("key"), sandbox.secret("new"));
    let replace = ["update", "key", "--value", "--slot", "50", "--replace"];
    sandbox.prints(replace, &new);
    assert_eq!(sandbox.slots("key"), (vec![50], Some(50)));
    reads(&sandbox, &[], &new);
    let early = sandbox.kluis(["get", "key", "--at", "0"]).run();
    early
        .stderr_has("default/key has no effective value")
        .exits(3);
    let after = sandbox.show("key");
    for member in ["id", "created_at", "name", "env_key", "description"] {
        assert_eq!(after[member], before[member], "{member}");
    }
    let bytes = sandbox.bytes();
    let same = sandbox.kluis(replace).stdin(&new).run();
    same.stderr("kluis: note: unchanged\n").exits(0);
    let nothing = sandbox.kluis(["update", "key", "--replace"]).run();
    nothing.stderr_has("add --value").exits(2);
    assert_eq!(sandbox.bytes(), bytes);
    sandbox.prints(["set", "key", "--slot", "60", "--replace"], &new);
    assert_eq!(sandbox.slots("key").0, [60]);
    sandbox.prints(["set", "key", "--replace"], &new);
    assert_eq!(sandbox.slots("key").0, [0]);
}

#[test]
fn a_generated_value_is_kept_though_others_are_replaced() {
    let sandbox = Sandbox::with_vault();
    let set = ["set", "key", "--generate", "hex:8", "--replace"];
    let id = sandbox.prints(set, "");
    let made = sandbox.get("key");
    let again = sandbox.kluis(set).run();
    again.stdout(id).stderr("kluis: note: unchanged\n").exits(0);
    assert_eq!(sandbox.get("key"), made);
}

#[test]
fn a_number_is_kept_whole() {
    let sandbox = Sandbox::with_vault();
    sandbox.create("key", sandbox.secret("value"));
    // The ends of 31, 32 and 53 bits; every JSON reader keeps these.
    for number in [(1 << 31) - 1, 1 << 31, 1 << 32, (1 << 53) - 1] {
        let (slot, value) = (number.to_string(), sandbox.secret("value"));
        sandbox.prints(["set", "key", "--slot", &slot], &value);
        reads(&sandbox, &["--slot", &slot], &value);
        assert_eq!(sandbox.slots("key").0.last(), Some(&number));
    }
    assert_eq!(sandbox.slots("key").1, Some(0));
    for number in [1_u64 << 53, u64::MAX] {
        let set = sandbox.kluis(["set", "key", "--slot", &number.to_string()]);
        let refused = set.stdin(sandbox.secret("value")).run();
        refused.stderr_has("a slot must be below 2^53").exits(7);
    }
}

#[test]
fn an_invalid_slot_is_refused_by_option() {
    let (sandbox, _) = with_slots(&[0, 5]);
    let bytes = sandbox.bytes();
    let wrong = ["-1", "", "soon", "1.5", "0x5", "18446744073709551616"];
    for text in wrong {
        for (line, field) in [
            (&["create", "new", "--slot", text][..], "slot"),
            (&["set", "key", "--slot", text], "slot"),
            (&["update", "key", "--value", "--slot", text], "slot"),
            (&["update", "key", "--remove-slot", text], "remove_slot"),
            (&["get", "key", "--slot", text], "slot"),
            (&["get", "key", "--at", text], "at"),
        ] {
            let refused = sandbox.kluis(["--json"].iter().chain(line));
            let refused = refused.stdin("value").run();
            let object = refused.json_error();
            assert_eq!(object["code"], "invalid", "{line:?}");
            assert_eq!(object["detail"][0]["loc"][0], field, "{line:?}");
            refused.any_stderr().exits(7);
        }
    }
    let aimless = sandbox.kluis(["update", "key", "--slot", "7"]).run();
    aimless.stderr_has("add --value").exits(2);
    assert_eq!(sandbox.bytes(), bytes);
}
