//! Gcore: PATCH of a FastEdge secret, its slots, and their use in its guides.

use super::{WAYS, Way, sends, sent, sent_unchanged, shown, slots, unchanged};
use crate::sandbox::Sandbox;
use serde_json::{Value, json};
use std::thread::sleep;
use std::time::{Duration, SystemTime};

/// The schema's own examples: the reference has no request with them.
const PATCHES: &str = r#"{
  "comment": "Updated description",
  "secret_slots": [
    {
      "slot": 1704067200,
      "value": "P@ssw0rd123!"
    }
  ]
}"#;

/// 2100-01-01, which has not begun.
const FUTURE: u64 = 4_102_444_800;

/// Checks which value is effective at each of these times.
fn timeline(sandbox: &Sandbox, name: &str, expected: &[(&str, &str)]) {
    for (time, value) in expected {
        let get = ["get", name, "--at", time];
        sandbox.kluis(get).run().stdout(value).exits(0);
    }
}

/// Gcore: "adds or updates only the slots listed — existing slots at other indices are preserved"; the answer
/// has checksums, SHA-256 of the value in lower-case hex, and never a value.
#[test]
fn a_gcore_patch_adds_slots_to_the_existing_ones() {
    for way in WAYS {
        let sandbox = Sandbox::with_vault();
        for value in ["original_password", "P@ssw0rd123!"] {
            sandbox.keep(value.as_bytes());
        }
        let create = r#"{"name": "token-secret", "secret_slots": [{"slot": 0, "value": "original_password"}]}"#;
        sent(&sandbox, &["create"], create);
        let patch = ["update", "token-secret", "--json"];
        let patched = sends(&sandbox, way, &patch, PATCHES).run();
        let answer = patched.json();
        let text = String::from_utf8(patched.stdout.clone()).unwrap();
        patched.any_stdout().exits(0);
        assert!(!text.contains("assw"), "{text}");
        assert_eq!(answer["name"], "token-secret");
        assert_eq!(answer["description"], "Updated description");
        assert_eq!(answer["app_count"], 0);
        assert_eq!(slots(&answer), [0, 1_704_067_200]);
        assert_eq!(
            answer["slots"][1]["checksum"],
            "6292d395a1f5efcf18be8bf51c696c241f950531a5b5035d36de0d7a88416604"
        );
        assert_eq!(answer, shown(&sandbox, "token-secret"));
        let expected = [
            ("0", "original_password"),
            ("1704067199", "original_password"),
            ("2023-12-31T23:59:59Z", "original_password"),
            ("1704067200", "P@ssw0rd123!"),
            ("2024-01-01T00:00:00Z", "P@ssw0rd123!"),
        ];
        timeline(&sandbox, "token-secret", &expected);
        assert_eq!(sandbox.get("token-secret"), b"P@ssw0rd123!");
        unchanged(sends(&sandbox, way, &patch[..2], PATCHES), &sandbox);
        let unknown = sends(&sandbox, way, &["update", "nope"], PATCHES);
        unknown.run().any_stderr().exits(3);
    }
}

/// Gcore: the same by options, a slot at a time. A slot is dropped by its number; the last one stays, and so do
/// the others.
#[test]
fn the_slots_of_that_body_are_put_and_dropped_by_options_too() {
    let sandbox = Sandbox::with_vault();
    let [old, new] = ["original_password", "P@ssw0rd123!"];
    for value in [old, new] {
        sandbox.keep(value.as_bytes());
    }
    let create = ["create", "token-secret", "--slot", "0"];
    let made = sandbox.kluis(create).stdin(old).run();
    made.any_stdout().exits(0);
    let comment = ["--comment", "Updated description"];
    let slot = ["--slot", "1704067200"];
    let update = [&["update", "token-secret", "--value"], &comment[..], &slot].concat();
    sandbox.kluis(&update).stdin(new).run().exits(0);
    unchanged(sandbox.kluis(&update).stdin(new), &sandbox);
    unchanged(sends(&sandbox, Way::Stdin, &update[..2], PATCHES), &sandbox);
    let drop = |slot| sandbox.kluis(["update", "token-secret", "--remove-slot", slot]);
    drop("5").run().any_stderr().exits(3);
    drop("0").run().exits(0);
    assert_eq!(slots(&shown(&sandbox, "token-secret")), [1_704_067_200]);
    let before = sandbox.bytes();
    drop("1704067200").run().any_stderr().exits(6);
    assert_eq!(sandbox.bytes(), before);
    assert_eq!(sandbox.get("token-secret"), new.as_bytes());
}

/// Gcore: slots may be an index instead of a time. The effective one has the highest number that is not above the
/// requested one.
#[test]
fn slots_zero_and_five_at_gcore_change_the_value_at_five() {
    let sandbox = Sandbox::with_vault();
    let create = r#"{"name": "indexed", "secret_slots": [
        {"slot": 5, "value": "updated_password"}, {"slot": 0, "value": "original_password"}]}"#;
    sent(&sandbox, &["create"], create);
    let expected = [
        ("0", "original_password"),
        ("3", "original_password"),
        ("4", "original_password"),
        ("5", "updated_password"),
        ("7", "updated_password"),
    ];
    timeline(&sandbox, "indexed", &expected);
}

/// Gcore: a token issued before the change is checked against the old value. PUT "replaces the entire secret
/// including all slots"; here the secret's other fields stay.
#[test]
fn replacing_at_gcore_removes_the_slots_that_are_not_listed() {
    let sandbox = Sandbox::with_vault();
    let create = r#"{"name": "jwt", "comment": "kept", "secret_slots": [
        {"slot": 0, "value": "original_password"}, {"slot": 1741790697, "value": "new_password"}]}"#;
    let id = sent(&sandbox, &["create"], create);
    let expected = [
        ("1741790696", "original_password"),
        ("1741790697", "new_password"),
    ];
    timeline(&sandbox, "jwt", &expected);
    let put = r#"{"name": "jwt", "secret_slots": [{"slot": 1741790697, "value": "new_password"}]}"#;
    sent(&sandbox, &["update", "jwt", "--replace"], put);
    let after = shown(&sandbox, "jwt");
    assert_eq!(slots(&after), [1_741_790_697]);
    assert_eq!(after["id"], id.trim_end());
    assert_eq!(after["description"], "kept");
    assert_eq!(sandbox.get("jwt"), b"new_password");
    for time in ["0", "1741790696"] {
        let before_all = sandbox.kluis(["get", "jwt", "--at", time]).run();
        before_all
            .stderr_has("default/jwt has no effective value at")
            .exits(3);
    }
    let nobody = sandbox.kluis(["get", "nobody", "--at", "0"]).run();
    nobody.stderr_has("there is no secret nobody").exits(3);
}

/// Gcore: "Unix timestamp (seconds since epoch) indicating when this secret version becomes active". The portal's
/// "always the highest index" would give a value before its time.
#[test]
fn a_future_value_is_given_only_on_request() {
    let sandbox = Sandbox::with_vault();
    let slot = |value: &str| json!({"slot": FUTURE, "value": value});
    let body = json!({"name": "planned", "secret_slots": [slot("next")]}).to_string();
    sent(&sandbox, &["create"], &body);
    assert_eq!(shown(&sandbox, "planned")["slots"][0]["effective"], false);
    let none = sandbox.kluis(["get", "planned"]).run();
    none.stderr_has("default/planned has no effective value at")
        .exits(3);
    let future = FUTURE.to_string();
    for options in [&["--latest"][..], &["--slot", &future], &["--at", &future]] {
        let get = ["get", "planned"].iter().chain(options);
        sandbox.kluis(get).run().stdout("next").exits(0);
    }
    // If no slot is effective, a value without a slot is effective from now on.
    let begun = crate::sandbox::now();
    sent(&sandbox, &["update", "planned"], r#"{"value": "now"}"#);
    let numbers = slots(&shown(&sandbox, "planned"));
    assert!((begun..=crate::sandbox::now()).contains(&numbers[0]));
    assert_eq!(numbers[1..], [FUTURE]);
    assert_eq!(sandbox.get("planned"), b"now");
}

/// Gcore: the new value takes over by itself when its second comes.
#[test]
fn a_value_takes_over_at_its_time_without_any_command() {
    let second = || {
        let since = SystemTime::UNIX_EPOCH.elapsed().unwrap();
        since.as_secs()
    };
    let sandbox = Sandbox::with_vault();
    let begins = second() + 3;
    let body = json!({"name": "soon", "secret_slots": [
        {"slot": 0, "value": "old"}, {"slot": begins, "value": "new"},
    ]});
    sent(&sandbox, &["create"], &body.to_string());
    let bytes = sandbox.bytes();
    loop {
        let before = second();
        let value = sandbox.get("soon");
        if second() < begins {
            assert_eq!(value, b"old");
        }
        if before >= begins {
            assert_eq!(value, b"new");
            break;
        }
        sleep(Duration::from_millis(100));
    }
    assert_eq!(sandbox.bytes(), bytes);
}

/// Gcore: `at` has 32 bits in its SDKs and `slot` has 64; nothing wraps here.
#[test]
fn a_slot_beyond_32_bits_is_that_slot() {
    let sandbox = Sandbox::with_vault();
    let at = [0, 1 << 31, 1 << 32, 1 << 35];
    let all: Value = at
        .iter()
        .map(|slot: &u64| json!({"slot": slot, "value": format!("from {slot}")}))
        .collect();
    let body = json!({"name": "far", "secret_slots": all}).to_string();
    sent(&sandbox, &["create"], &body);
    assert_eq!(slots(&shown(&sandbox, "far")), at);
    let expected = [
        ("2147483647", "from 0"),
        ("2147483648", "from 2147483648"),
        ("4294967295", "from 2147483648"),
        ("4294967296", "from 4294967296"),
        ("34359738367", "from 4294967296"),
        ("34359738368", "from 34359738368"),
    ];
    timeline(&sandbox, "far", &expected);
    let greatest =
        json!({"secret_slots": [{"slot": (1_u64 << 53) - 1, "value": "never"}]}).to_string();
    sent(&sandbox, &["update", "far"], &greatest);
    sandbox
        .kluis(["get", "far", "--latest"])
        .run()
        .stdout("never")
        .exits(0);
    let negative = sandbox.kluis(["get", "far", "--at", "-1"]).run();
    negative.any_stderr().exits(7);
}

/// Gcore allows 4,096 characters of value and 1,024 of comment. Values may be longer here; a comment may not, and
/// is also counted in characters.
#[test]
fn a_value_that_gcore_accepts_is_accepted() {
    let sandbox = Sandbox::with_vault();
    for length in [4_096, 4_097] {
        let value = "é".repeat(length);
        let body = json!({"name": "big", "comment": "é".repeat(1_024), "value": value});
        sent(&sandbox, &["set"], &body.to_string());
        assert_eq!(sandbox.get("big"), value.as_bytes());
    }
    let before = sandbox.bytes();
    let comment = json!({"comment": "é".repeat(1_025), "value": "v"}).to_string();
    let refused = sends(&sandbox, Way::Stdin, &["update", "big", "--json"], &comment).run();
    assert_eq!(refused.json_error()["detail"][0]["loc"], json!(["comment"]));
    refused.any_stderr().exits(7);
    assert_eq!(sandbox.bytes(), before);
}

/// Gcore's action for pipelines writes "only if it detects changes", drops slots that the input lacks, and puts a
/// value without a slot into slot 0.
#[test]
fn a_pipeline_step_for_gcore_can_run_again() {
    let sandbox = Sandbox::with_vault();
    let set = ["set", "--replace"];
    let body = r#"{"name": "token-secret", "comment": "c", "secret_slots": [
        {"slot": 0, "value": "a"}, {"slot": 5, "value": "b"}]}"#;
    let id = sent(&sandbox, &set, body);
    let before = sandbox.bytes();
    assert_eq!(sent_unchanged(&sandbox, &set, body), id);
    assert_eq!(sandbox.bytes(), before);
    let single = r#"{"name": "token-secret", "value": "a"}"#;
    assert_eq!(sent(&sandbox, &set, single), id);
    assert_eq!(slots(&shown(&sandbox, "token-secret")), [0]);
    let zero = r#"{"name": "token-secret", "secret_slots": [{"slot": 0, "value": "a"}]}"#;
    assert_eq!(sent_unchanged(&sandbox, &set, zero), id);

    // A generated value stays, and so does everything else.
    let generate = ["set", "made", "--generate", "8", "--replace"];
    sandbox.kluis(generate).run().any_stdout().exits(0);
    let slot = r#"{"secret_slots": [{"slot": 4102444800, "value": "planned"}]}"#;
    sent(&sandbox, &["update", "made"], slot);
    unchanged(sandbox.kluis(generate), &sandbox);
    assert_eq!(slots(&shown(&sandbox, "made")), [0, FUTURE]);
}
