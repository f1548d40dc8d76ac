//! Tests `history`.

use crate::sandbox::{Sandbox, now};
use serde_json::{Value, json};

/// The secret `key`: a value that was always there, one from a past time, one for three days from now.
fn three() -> (Sandbox, [String; 3], u64) {
    let sandbox = Sandbox::with_vault();
    let values = ["first", "second", "third"].map(|label| sandbox.secret(label));
    let later = now() + 3 * 86_400 + 3_600;
    sandbox.create("key", &values[0]);
    sandbox.prints(["rotate", "key", "--at", "1704067200"], &values[1]);
    sandbox.prints(["rotate", "key", "--at", &later.to_string()], &values[2]);
    (sandbox, values, later)
}

#[test]
fn a_pipe_gets_a_row_of_tabs_for_each_slot() {
    let (sandbox, _, later) = three();
    let text = sandbox.prints(["history", "key"], "");
    let rows: Vec<Vec<&str>> = text.lines().map(|row| row.split('\t').collect()).collect();
    assert_eq!(rows.len(), 3, "{text}");
    assert_eq!(rows[0][..3], ["0", "past", "always"]);
    assert_eq!(
        rows[1][..3],
        ["1704067200", "effective", "2024-01-01T00:00:00Z"]
    );
    assert_eq!(rows[2][..2], [&*later.to_string(), "scheduled"]);
    assert_eq!(rows[2][3], "in 3d");
    // No checksum: it would reveal a short value.
    assert!(rows.iter().all(|row| row.len() == 4), "{text}");
    // The time in use, not the time since its slot number.
    assert!(rows[1][3].ends_with('s'), "{text}");
}

#[test]
fn json_gives_each_slots_current_state() {
    let (sandbox, _, later) = three();
    let shown = sandbox.show("key");
    let printed = sandbox.kluis(["history", "key", "--json"]).run();
    let mut object = printed.json();
    printed.any_stdout().exits(0);
    let begins = object["slots"][2]["begins_at"].take();
    assert!(begins.as_str() > shown["updated_at"].as_str(), "{begins}");
    for slot in object["slots"].as_array_mut().unwrap() {
        let written = slot["written_at"].take();
        assert!(written.as_str() >= shown["created_at"].as_str());
        assert!(written.as_str() <= shown["updated_at"].as_str());
    }
    let checksum = |slot: usize| &shown["slots"][slot]["checksum"];
    let slot = |position, number: u64, state, begins| {
        json!({
            "slot": number, "state": state, "begins_at": begins,
            "checksum": checksum(position), "written_at": Value::Null,
        })
    };
    let expected = json!({
        "id": shown["id"],
        "workspace": "default",
        "name": "key",
        "slots": [
            slot(0, 0, "past", Some("1970-01-01T00:00:00.000Z")),
            slot(1, 1_704_067_200, "effective", Some("2024-01-01T00:00:00.000Z")),
            slot(2, later, "scheduled", None),
        ],
    });
    assert_eq!(object, expected);
}

#[test]
fn a_slot_beyond_all_time_never_begins() {
    let sandbox = Sandbox::with_vault();
    sandbox.create("key", sandbox.secret("value"));
    let last = (1_u64 << 53) - 1;
    let text = last.to_string();
    let update = ["update", "key", "--value", "--slot", &text];
    sandbox.prints(update, sandbox.secret("never"));
    let printed = sandbox.prints(["history", "key"], "");
    let row = printed.lines().nth(1).unwrap();
    assert!(row.starts_with(&format!("{last}\tscheduled\tnever\tin ")));
    let printed = sandbox.kluis(["history", "key", "--json"]).run();
    let object = printed.json();
    printed.any_stdout().exits(0);
    assert_eq!(object["slots"][1]["slot"], last);
    assert!(object["slots"][1].get("begins_at").is_none(), "{object}");
}

#[test]
fn no_form_prints_a_value_or_writes() {
    let (sandbox, values, _) = three();
    let bytes = sandbox.bytes();
    for options in [&[][..], &["--json"], &["--quiet"]] {
        let text = sandbox.prints(["history", "key"].iter().chain(options), "");
        for value in &values {
            assert!(!text.contains(value), "{options:?}");
        }
    }
    assert_eq!(sandbox.bytes(), bytes);
}

#[test]
fn each_missing_thing_has_its_own_error() {
    let (sandbox, ..) = three();
    for (reference, said) in [
        ("nope", "there is no secret nope in the workspace default"),
        ("nope/key", "there is no workspace nope"),
        (
            "sec_00000000000000000000000000",
            "there is no secret sec_0000",
        ),
    ] {
        let missing = sandbox.kluis(["history", reference]).run();
        missing.stderr_has(said).exits(3);
    }
    sandbox.kluis(["history"]).run().any_stderr().exits(2);
}
