//! Tests the slots that an object lists, and the others.

use super::{piped, shown, slot_value, slots, written};
use crate::sandbox::Sandbox;
use serde_json::json;

/// 2100-01-01, which has not begun.
const FUTURE: u64 = 4_102_444_800;

#[test]
fn a_value_becomes_a_version_and_slots_are_added() {
    let sandbox = Sandbox::with_vault();
    let [zero, five, later, new, added] =
        ["zero", "five", "later", "new", "added"].map(|label| sandbox.secret(label));
    let object = json!({"name": "name", "secret_slots": [
        {"slot": FUTURE, "value": later},
        {"slot": 5, "value": five},
        {"slot": 0, "value": zero},
    ]});
    let made = written(&sandbox, &["create"], &object);
    assert_eq!(slots(&made), [0, 5, FUTURE]);
    for (position, effective) in [false, true, false].into_iter().enumerate() {
        assert_eq!(made["slots"][position]["effective"], effective);
    }

    let updated = written(&sandbox, &["update", "name"], &json!({ "value": new }));
    assert_eq!(sandbox.get("name"), new.as_bytes());
    assert_eq!(updated["previous_slot"], 5);
    let current = slots(&updated)[2];
    for verb in ["update", "set"] {
        let more =
            json!({"secret_slots": [{"slot": 7, "value": added}, {"slot": 0, "value": zero}]});
        written(&sandbox, &[verb, "name"], &more);
        let now = slots(&shown(&sandbox, "name"));
        assert_eq!(now, [0, 5, 7, current, FUTURE]);
        for (slot, value) in [
            (0, &zero),
            (5, &five),
            (7, &added),
            (current, &new),
            (FUTURE, &later),
        ] {
            assert_eq!(slot_value(&sandbox, "name", slot), value.as_bytes());
        }
    }
    // A named slot takes its place among the others, and does not become effective by that.
    assert_eq!(sandbox.get("name"), new.as_bytes());
    // An empty list lists nothing.
    let bytes = sandbox.bytes();
    let none = piped(&sandbox, &["update", "name"], &json!({"secret_slots": []}));
    none.run().stderr("kluis: note: unchanged\n").exits(0);
    assert_eq!(sandbox.bytes(), bytes);
}

#[test]
fn replace_drops_unlisted_slots_and_keeps_other_fields() {
    let sandbox = Sandbox::with_vault();
    let [zero, five, seven] = ["zero", "five", "seven"].map(|label| sandbox.secret(label));
    let create = json!({"name": "name", "comment": "kept", "env_key": "KEPT", "secret_slots": [
        {"slot": 0, "value": zero}, {"slot": 5, "value": five},
    ]});
    let made = written(&sandbox, &["create"], &create);
    let listed = json!({"secret_slots": [{"slot": 5, "value": five}, {"slot": 7, "value": seven}]});
    for verb in ["update", "set"] {
        let done = written(&sandbox, &[verb, "name", "--replace"], &listed);
        assert_eq!(slots(&done), [5, 7], "{verb}");
        for member in ["id", "description", "env_key", "created_at"] {
            assert_eq!(done[member], made[member], "{verb}");
        }
    }
    let bytes = sandbox.bytes();
    let again = piped(&sandbox, &["update", "name", "--replace"], &listed);
    again.run().stderr("kluis: note: unchanged\n").exits(0);
    for object in [
        json!({}),
        json!({"secret_slots": []}),
        json!({"comment": "c"}),
    ] {
        let none = piped(&sandbox, &["update", "name", "--replace"], &object).run();
        none.any_stderr().exits(6);
    }
    assert_eq!(sandbox.bytes(), bytes);
    // A value without a slot is effective from the beginning.
    written(
        &sandbox,
        &["update", "name", "--replace"],
        &json!({ "value": zero }),
    );
    assert_eq!(slots(&shown(&sandbox, "name")), [0]);
    assert_eq!(sandbox.get("name"), zero.as_bytes());
}
