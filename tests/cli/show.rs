//! Tests `show`.

use crate::sandbox::{Sandbox, forms};
use serde_json::Value;

#[test]
fn everything_but_the_value_is_shown() {
    let sandbox = Sandbox::with_vault();
    let create = [
        "create",
        "db_password",
        "--description",
        "the billing database",
    ];
    let made = sandbox.kluis(create).stdin("secret_value0").run();
    let id = String::from_utf8(made.stdout.clone()).unwrap();
    made.any_stdout().exits(0);
    let shown = sandbox.kluis(["show", "db_password"]).run();
    let text = String::from_utf8(shown.stdout.clone()).unwrap();
    for part in [
        "db_password",
        id.trim_end(),
        "default",
        "the billing database",
        "DB_PASSWORD",
        "slot             0, effective\n",
    ] {
        assert!(text.contains(part), "{text}");
    }
    assert!(!text.contains("secret_value0"), "{text}");
    // Nor a checksum, which would reveal a short value: that takes --json.
    assert!(!text.contains("669b7529"), "{text}");
    shown.any_stdout().exits(0);
}

#[test]
fn a_slot_is_shown_with_its_date() {
    let sandbox = Sandbox::with_vault();
    sandbox.create("name", "old");
    let rotate = ["rotate", "name", "--at", "2100-01-01T00:00:00Z"];
    let rotated = sandbox.kluis(rotate).stdin("new").run();
    rotated.stdout("4102444800\n").exits(0);
    let text = sandbox.prints(["show", "name"], "");
    assert!(text.contains("slot             0, effective\n"), "{text}");
    let told = "slot             4102444800, scheduled, from 2100-01-01T00:00:00.000Z\n";
    assert!(text.contains(told), "{text}");
}

#[test]
fn json_has_exactly_the_promised_members_in_their_order() {
    let sandbox = Sandbox::with_vault();
    let id = sandbox.create("name", "secret_value1");
    let shown = sandbox.kluis(["show", &id, "--json"]).run();
    let text = String::from_utf8(shown.stdout.clone()).unwrap();
    let members: Vec<_> = text
        .lines()
        .filter_map(|line| line.strip_prefix("  \"")?.split_once('"'))
        .map(|(member, _)| member)
        .collect();
    let expected = "id workspace name description env_key allowed_domains app_count slots previous_slot created_at updated_at";
    assert_eq!(members.join(" "), expected);
    let object = shown.json();
    assert_eq!(object["id"], Value::from(id));
    let expected = serde_json::json!([{
        "slot": 0,
        "checksum": "e5727128c402caf486633d235da4728e4f9fdeed402adf8f1794887faa0680ce",
        "effective": true,
    }]);
    assert_eq!(object["slots"], expected);
    for member in ["created_at", "updated_at"] {
        let time = object[member].as_str().unwrap();
        let shape: String = time
            .chars()
            .map(|c| if c.is_ascii_digit() { '0' } else { c })
            .collect();
        assert_eq!(shape, "0000-00-00T00:00:00.000Z");
    }
    shown.any_stdout().exits(0);
}

#[test]
fn neither_the_value_nor_its_checksum_lies_in_the_file() {
    let sandbox = Sandbox::with_vault();
    let value = sandbox.secret("value");
    sandbox.create("name", &value);
    let shown = sandbox.kluis(["show", "name", "--json"]).run();
    let checksum = shown.json()["slots"][0]["checksum"]
        .as_str()
        .unwrap()
        .to_owned();
    shown.any_stdout().exits(0);
    sandbox
        .kluis(["update", "name", "--env-key", "K"])
        .run()
        .exits(0);
    // The search at the end of the test looks for the value in every file.
    let bytes = sandbox.bytes();
    for form in forms(checksum.as_bytes()) {
        assert!(memchr::memmem::find(&bytes, &form).is_none());
    }
}

#[test]
fn text_that_a_terminal_would_obey_is_escaped_in_both_forms() {
    let sandbox = Sandbox::with_vault();
    let description = "two\nlines \u{202e}turned\u{9b}2J";
    let create = [
        "create",
        "name",
        "--generate",
        "8",
        "--description",
        description,
    ];
    sandbox.kluis(create).run().any_stdout().exits(0);
    let text = sandbox.kluis(["show", "name"]).run();
    let shown = String::from_utf8(text.stdout.clone()).unwrap();
    assert!(
        shown.contains(r"two\u{a}lines \u{202e}turned\u{9b}2J"),
        "{shown}"
    );
    text.any_stdout().exits(0);
    let json = sandbox.kluis(["show", "name", "--json"]).run();
    assert_eq!(json.json()["description"], description);
    assert!(json.stdout.is_ascii());
    json.any_stdout().exits(0);
}

#[test]
fn a_secret_that_is_not_there_is_not_found() {
    let sandbox = Sandbox::with_vault();
    sandbox
        .kluis(["show", "nope"])
        .run()
        .stderr_has("there is no secret nope")
        .exits(3);
}
