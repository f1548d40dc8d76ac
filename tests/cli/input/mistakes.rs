//! Tests objects with mistakes: all are reported at once, none is quoted, and nothing is written.

use super::{piped, refused, shown, slot_value, slots, written};
use crate::sandbox::Sandbox;
use serde_json::{Value, json};
use std::path::Path;
use std::time::{Duration, Instant};

#[test]
fn every_mistake_is_reported_at_once_as_text_and_json() {
    let sandbox = Sandbox::with_vault();
    sandbox.create("name", sandbox.secret("old"));
    let before = sandbox.bytes();
    let object = json!({"secret": {
        "name": sandbox.secret("in the name"),
        "description": 5,
        "app_count": 1,
        "allowed_domains": ["api.example.com", format!("https://{}.example", sandbox.secret("host"))],
        "secret_slots": [
            {"slot": -1, "value": sandbox.secret("negative")},
            {"slot": sandbox.secret("number"), "value": ""},
            {"value": sandbox.secret("nowhere")},
        ],
    }});
    let expected = json!([
        [["secret", "app_count"], "extra_forbidden"],
        [["secret", "description"], "string_type"],
        [["secret", "name"], "string_pattern_mismatch"],
        [["secret", "allowed_domains", 1], "string_pattern_mismatch"],
        [["secret", "secret_slots", 0, "slot"], "greater_than_equal"],
        [["secret", "secret_slots", 1, "slot"], "int_type"],
        [["secret", "secret_slots", 1, "value"], "string_too_short"],
        [["secret", "secret_slots", 2, "slot"], "missing"],
    ]);
    for line in [&["create"][..], &["set"], &["update", "name"]] {
        let programs = piped(&sandbox, &[line, &["--json"]].concat(), &object).run();
        for detail in programs.json_error()["detail"].as_array().unwrap() {
            assert!(detail["msg"].is_string(), "{detail}");
        }
        refused(programs, &expected);
        let people = piped(&sandbox, line, &object).run();
        for place in [
            "secret.app_count: ",
            "secret.name: ",
            "secret.description: ",
            "secret.allowed_domains[1]: ",
            "secret.secret_slots[0].slot: a slot must be 0 or greater",
            "secret.secret_slots[1].slot: a slot must be a whole number, without quotes",
            "secret.secret_slots[1].value: ",
            "secret.secret_slots[2].slot: a slot needs both slot and value",
        ] {
            assert!(people.stderr.contains(place), "{place}: {}", people.stderr);
        }
        people.any_stderr().exits(7);
        assert_eq!(sandbox.bytes(), before, "{line:?}");
    }
}

#[test]
fn one_mistake_in_an_object_changes_nothing() {
    let sandbox = Sandbox::with_vault();
    let old = sandbox.secret("old");
    sandbox.create("name", &old);
    let before = sandbox.bytes();
    let slot = |slot: Value| json!({"slot": slot, "value": sandbox.secret("slot")});
    for (field, wrong, mistake) in [
        ("name", json!(""), "string_too_short"),
        ("name", json!("n".repeat(129)), "string_too_long"),
        ("name", json!(["name"]), "string_type"),
        ("comment", json!("c".repeat(1_025)), "string_too_long"),
        ("comment", json!({}), "string_type"),
        ("env_key", json!("1"), "string_pattern_mismatch"),
        ("allowed_domains", json!("a.example.com"), "list_type"),
        ("value", json!(""), "string_too_short"),
        ("value", json!("v".repeat(65_537)), "string_too_long"),
        ("value", json!(12345), "string_type"),
        ("value", json!(true), "string_type"),
        ("value", json!({"from": "stdin"}), "string_type"),
        ("secret_slots", json!({"0": "v"}), "list_type"),
        (
            "secret_slots",
            (0..101).map(|number| slot(json!(number))).collect(),
            "too_long",
        ),
        (
            "created_at",
            json!("2024-01-15T09:30:00Z"),
            "extra_forbidden",
        ),
        ("slots", json!([]), "extra_forbidden"),
        (
            "vlaue",
            json!(sandbox.secret("mistyped")),
            "extra_forbidden",
        ),
        ("Value", json!(sandbox.secret("capital")), "extra_forbidden"),
    ] {
        for verb in [["create", "new"], ["set", "name"], ["update", "name"]] {
            let mut object = json!({"description": "new", "env_key": "NEW"});
            if field == "comment" {
                object = json!({"env_key": "NEW"});
            }
            object[field] = wrong.clone();
            let line = [&verb[..], &["--json"]].concat();
            let outcome = piped(&sandbox, &line, &object).run();
            refused(outcome, &json!([[[field], mistake]]));
            assert_eq!(sandbox.bytes(), before, "{verb:?} {field}");
        }
    }
    assert_eq!(sandbox.get("name"), old.as_bytes());
}

#[test]
fn input_that_is_not_one_object_is_refused_by_its_place() {
    let sandbox = Sandbox::with_vault();
    let before = sandbox.bytes();
    let value = sandbox.secret("value");
    for (text, mistake, place) in [
        (String::new(), "json_invalid", json!([])),
        (value.clone(), "json_invalid", json!([])),
        (format!("{{\"value\": {value}}}"), "json_invalid", json!([])),
        (format!("{{\"value\": \"{value}"), "json_invalid", json!([])),
        (format!("{{}} \"{value}\""), "json_invalid", json!([])),
        ("{\"value\": \"\u{0}\"}".into(), "json_invalid", json!([])),
        (format!("\"{value}\""), "dict_type", json!([])),
        (
            format!("[{{\"value\": \"{value}\"}}]"),
            "dict_type",
            json!([]),
        ),
        (
            format!("{{\"secret\": \"{value}\"}}"),
            "dict_type",
            json!(["secret"]),
        ),
        (
            format!("{{\"value\": \"{value}\", \"value\": \"v\"}}"),
            "duplicate",
            json!(["value"]),
        ),
        (
            format!("{{\"secret\": {{}}, \"value\": \"{value}\"}}"),
            "extra_forbidden",
            json!(["value"]),
        ),
    ] {
        let create = ["create", "name", "--json", "--input", "-"];
        let outcome = sandbox.kluis(create).stdin(text).run();
        refused(outcome, &json!([[place, mistake]]));
    }
    assert_eq!(sandbox.bytes(), before);
}

#[test]
fn a_slot_is_a_whole_number_given_once_with_a_value() {
    let sandbox = Sandbox::with_vault();
    let old = sandbox.secret("old");
    sandbox.create("name", &old);
    let before = sandbox.bytes();
    let value = sandbox.secret("slot");
    for (item, field, mistake) in [
        (json!({"value": value}), "slot", "missing"),
        (json!({"slot": 5}), "value", "missing"),
        (
            json!({"slot": -1, "value": value}),
            "slot",
            "greater_than_equal",
        ),
        (json!({"slot": "5", "value": value}), "slot", "int_type"),
        (json!({"slot": 5.5, "value": value}), "slot", "int_type"),
        (json!({"slot": null, "value": value}), "slot", "int_type"),
        (
            json!({"slot": "2027-01-01T00:00:00Z", "value": value}),
            "slot",
            "int_type",
        ),
        (json!({"slot": 3, "value": value}), "slot", "duplicate"),
        (json!({"slot": 5, "value": ""}), "value", "string_too_short"),
        (
            json!({"slot": 5, "value": value, "checksum": "5e88"}),
            "checksum",
            "extra_forbidden",
        ),
    ] {
        let object = json!({"secret_slots": [{"slot": 3, "value": value}, item]});
        for line in [
            &["create", "new"][..],
            &["update", "name"],
            &["set", "name", "--replace"],
        ] {
            let line = [line, &["--json"]].concat();
            let place = json!(["secret_slots", 1, field]);
            refused(
                piped(&sandbox, &line, &object).run(),
                &json!([[place, mistake]]),
            );
            assert_eq!(sandbox.bytes(), before, "{line:?} {mistake}");
        }
    }
    let both = json!({"value": value, "secret_slots": [{"slot": 3, "value": value}]});
    refused(
        piped(&sandbox, &["update", "name", "--json"], &both).run(),
        &json!([[["secret_slots"], "value_error"]]),
    );
    let dropped = ["update", "name", "--remove-slot", "0", "--remove-slot", "3"];
    let object = json!({"secret_slots": [{"slot": 3, "value": value}]});
    let dropped = piped(&sandbox, &dropped, &object).run();
    dropped
        .stderr_has("one slot cannot be both written and removed")
        .exits(2);
    assert_eq!(sandbox.bytes(), before);
    // Another one may be dropped in the same write.
    written(&sandbox, &["update", "name", "--remove-slot", "0"], &object);
    assert_eq!(slots(&shown(&sandbox, "name")), [3]);
    assert_eq!(sandbox.get("name"), value.as_bytes());
}

#[test]
fn an_endless_object_ends_quickly_and_a_large_one_comes_through() {
    let sandbox = Sandbox::with_vault();
    let before = sandbox.bytes();
    let started = Instant::now();
    let file = sandbox.kluis(["create", "name", "--json", "--input", "/dev/zero"]);
    refused(file.run(), &json!([[[], "too_long"]]));
    let endless = sandbox.kluis(["create", "name", "--json", "--input", "-"]);
    let endless = endless.prepared("exec < /dev/zero").run();
    refused(endless, &json!([[[], "too_long"]]));
    let sparse = sandbox.given("sparse", "");
    let file = std::fs::File::create(&sparse).unwrap();
    file.set_len(1 << 40).unwrap();
    let line = ["create", "name", "--json", "--input"];
    let line = line.iter().map(Path::new).chain([&*sparse]);
    refused(sandbox.kluis(line).run(), &json!([[[], "too_long"]]));
    let deep = "{\"secret\":".repeat(200_000);
    let deep = sandbox
        .kluis(["create", "name", "--json", "--input", "-"])
        .stdin(deep);
    refused(deep.run(), &json!([[[], "json_invalid"]]));
    assert!(started.elapsed() < Duration::from_secs(20));
    assert_eq!(sandbox.bytes(), before);

    let value = |slot: u64| format!("{slot:03}").repeat(5_000);
    let slots: Value = (0..100)
        .map(|slot| json!({"slot": slot, "value": value(slot)}))
        .collect();
    let object = json!({"name": "name", "secret_slots": slots});
    piped(&sandbox, &["create"], &object)
        .run()
        .any_stdout()
        .exits(0);
    for slot in [0, 57, 99] {
        assert_eq!(slot_value(&sandbox, "name", slot), value(slot).as_bytes());
    }
}
