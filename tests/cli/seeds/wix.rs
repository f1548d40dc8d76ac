//! Wix: CreateSecret and PartiallyUpdateSecret.

use super::{WAYS, Way, changed, sends, sent, shown, unchanged};
use crate::sandbox::Sandbox;
use serde_json::json;
use std::thread::sleep;
use std::time::Duration;

const CREATES: &str = r#"{ "secret": { "name": "secret_key", "description": "AWS secret access key", "value": "Fm8OfflH6bJOwWjenqAtLurLbkiMNvmhQHZV+118" } }"#;
const CREATED: &str = "Fm8OfflH6bJOwWjenqAtLurLbkiMNvmhQHZV+118";

const UPDATES: &str = r#"{ "secret": { "name": "updated_secret_key", "description": "AWS secret access key", "value": "44aSQCljxL9FLvTVA.9dKbpwueYoQ8isyQhvun19pOT9gHEdgxam39LJ0Ts70" } }"#;
const UPDATED: &str = "44aSQCljxL9FLvTVA.9dKbpwueYoQ8isyQhvun19pOT9gHEdgxam39LJ0Ts70";

/// Wix: a secret is created from name and value, the description is optional, and the answer is its id.
#[test]
fn a_body_that_creates_a_secret_at_wix_creates_it_here() {
    for way in WAYS {
        let sandbox = Sandbox::with_vault();
        sandbox.keep(CREATED.as_bytes());
        let made = sends(&sandbox, way, &["create"], CREATES).run();
        let id = String::from_utf8(made.stdout.clone()).unwrap();
        made.any_stdout().exits(0);
        let object = shown(&sandbox, "secret_key");
        assert_eq!(id, format!("{}\n", object["id"].as_str().unwrap()));
        assert_eq!(object["description"], "AWS secret access key");
        let checksum = "d99170ad39f49db653debd0127fc09db7b7c89e44c14feb1c8c8a76fb2385381";
        assert_eq!(
            object["slots"],
            json!([{"slot": 0, "checksum": checksum, "effective": true}])
        );
        assert_eq!(object["created_at"], object["updated_at"]);
        assert_eq!(sandbox.get("secret_key"), CREATED.as_bytes());

        let before = sandbox.bytes();
        let again = sends(&sandbox, way, &["create"], CREATES).run();
        again
            .stderr_has("there is already a secret secret_key")
            .exits(6);
        assert_eq!(sandbox.bytes(), before);
        unchanged(sends(&sandbox, way, &["set"], CREATES), &sandbox);
    }
}

/// Wix: `secret.name` and `secret.value` are required when a secret is created.
#[test]
fn required_wix_fields_are_required_and_named_by_place() {
    let sandbox = Sandbox::with_vault();
    let before = sandbox.bytes();
    for (secret, field, kind) in [
        (json!({"name": "n"}), "value", "missing"),
        (json!({"value": "v"}), "name", "missing"),
    ] {
        let body = json!({ "secret": secret }).to_string();
        let refused = sends(&sandbox, Way::Stdin, &["create", "--json"], &body).run();
        let detail = &refused.json_error()["detail"][0];
        assert_eq!(
            (&detail["loc"], &detail["type"]),
            (&json!([field]), &kind.into())
        );
        refused.any_stderr().exits(7);
    }
    assert_eq!(sandbox.bytes(), before);
    sent(
        &sandbox,
        &["create"],
        r#"{"secret":{"name":"n","value":"v"}}"#,
    );
    assert_eq!(shown(&sandbox, "n")["description"], "");
}

/// Wix: letters, digits and `_+=-@#$`, no spaces. Gcore: at most 128. NeMo's own pattern accepts a final newline
/// and letters of other scripts; Kluis does not.
#[test]
fn a_body_has_a_name_of_the_characters_that_the_services_allow() {
    let sandbox = Sandbox::with_vault();
    let longest = "n".repeat(128);
    let names = [
        "a_b+c=d-e@f#g$h",
        "a",
        "a.b",
        "x+y=z@#$",
        "wandb.key.production",
        &longest,
    ];
    for name in names {
        let body = json!({"secret": {"name": name, "value": "v"}}).to_string();
        sent(&sandbox, &["create"], &body);
        let get = ["get", "--literal-name", "--", name];
        sandbox.kluis(get).run().stdout("v").exits(0);
    }
    let before = sandbox.bytes();
    let too_long = "n".repeat(129);
    for name in [
        "secret key",
        "bad/name",
        "no!way",
        "abc\n",
        "ключ",
        "",
        ".",
        "..",
        "-a",
        &too_long,
    ] {
        let body = json!({"secret": {"name": name, "value": "v"}}).to_string();
        for line in [&["create", "--json"][..], &["update", "a", "--json"]] {
            let refused = sends(&sandbox, Way::Stdin, line, &body).run();
            let detail = &refused.json_error()["detail"][0];
            assert_eq!(detail["loc"], json!(["secret", "name"]), "{name:?}");
            refused.any_stderr().exits(7);
        }
    }
    assert_eq!(sandbox.bytes(), before);
}

/// Wix: "updates 1 or all fields of a secret", by its id, which a new name does not change; the answer is empty.
#[test]
fn a_body_that_updates_a_secret_at_wix_updates_it_here() {
    for way in WAYS {
        let sandbox = Sandbox::with_vault();
        for value in [CREATED, UPDATED] {
            sandbox.keep(value.as_bytes());
        }
        let id = sent(&sandbox, &["create"], CREATES);
        let id = id.trim_end();
        let before = shown(&sandbox, id);
        sleep(Duration::from_millis(2));
        let update = ["update", id];
        sends(&sandbox, way, &update, UPDATES).run().exits(0);
        let after = shown(&sandbox, "updated_secret_key");
        // The description was given, too, and is the same. The variable follows the name.
        assert_eq!(
            changed(&before, &after),
            ["env_key", "name", "previous_slot", "slots", "updated_at"]
        );
        assert!(after["updated_at"].as_str() > before["updated_at"].as_str());
        let checksum = "c77051e2803d00f20e2e55d4b375cdfab495463635508f746a88b13b9e80d960";
        assert_eq!(after["slots"][1]["checksum"], checksum);
        let replaced = &after["slots"][0];
        assert_eq!(replaced["checksum"], before["slots"][0]["checksum"]);
        assert_eq!(replaced["effective"], false);
        assert_eq!(sandbox.get("updated_secret_key"), UPDATED.as_bytes());
        sandbox
            .kluis(["get", "secret_key"])
            .run()
            .any_stderr()
            .exits(3);
        unchanged(sends(&sandbox, way, &update, UPDATES), &sandbox);
    }
}

/// Wix: one field or all. A rename never replaces another secret, and a missing secret is not created.
#[test]
fn a_body_with_one_field_leaves_the_others_alone() {
    let sandbox = Sandbox::with_vault();
    let id = sent(&sandbox, &["create"], CREATES);
    let id = id.trim_end();
    for (secret, expected) in [
        (
            json!({"description": "X"}),
            &["description", "updated_at"][..],
        ),
        (
            json!({"value": UPDATED}),
            &["previous_slot", "slots", "updated_at"],
        ),
        (
            json!({"name": "renamed"}),
            &["env_key", "name", "updated_at"],
        ),
    ] {
        let before = shown(&sandbox, id);
        sleep(Duration::from_millis(2));
        let body = json!({ "secret": secret }).to_string();
        sent(&sandbox, &["update", id], &body);
        let after = shown(&sandbox, id);
        assert_eq!(changed(&before, &after), expected);
    }
    sent(&sandbox, &["create"], CREATES);
    let before = sandbox.bytes();
    let onto = sends(&sandbox, Way::Stdin, &["update", id], CREATES).run();
    onto.stderr_has("there is already a secret secret_key")
        .exits(6);
    for unknown in ["sec_00000000000000000000000000", "nope"] {
        let missing = sends(&sandbox, Way::Stdin, &["update", unknown], UPDATES);
        missing.run().any_stderr().exits(3);
    }
    // The id of another service is a name that does not exist.
    let foreign = ["update", "a560ff70-3e9b-41b6-b66d-cf3434085f7d"];
    let foreign = sends(&sandbox, Way::Stdin, &foreign, UPDATES).run();
    foreign.any_stderr().exits(3);
    assert_eq!(sandbox.bytes(), before);
}
