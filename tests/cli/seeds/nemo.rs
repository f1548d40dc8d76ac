//! NeMo Platform: PATCH of a workspace's secret, and references to secrets.

use super::{WAYS, Way, changed, sends, sent, shown, unchanged};
use crate::sandbox::Sandbox;
use serde_json::json;
use std::thread::sleep;
use std::time::Duration;

const PATCHES: &str = "{}";

/// NeMo's example, with its description.
fn api_key() -> Sandbox {
    let sandbox = Sandbox::with_vault();
    let make = ["workspace", "create", "marketing_team"];
    sandbox.kluis(make).run().any_stdout().exits(0);
    let create = r#"{"name": "api_key", "description": "API key for third-party analytics service", "value": "v1"}"#;
    sent(&sandbox, &["create", "-w", "marketing_team"], create);
    sandbox
}

/// NeMo: an empty body is a valid request, and its answer is the unchanged secret.
#[test]
fn an_empty_body_for_nemo_changes_nothing() {
    let sandbox = api_key();
    let before = sandbox.bytes();
    for way in WAYS {
        let patch = ["update", "api_key", "-w", "marketing_team"];
        let json = [&patch[..], &["--json"]].concat();
        let patched = sends(&sandbox, way, &json, PATCHES).run();
        let answer = patched.json();
        patched.any_stdout().exits(0);
        assert_eq!(answer["name"], "api_key");
        assert_eq!(answer["workspace"], "marketing_team");
        assert_eq!(
            answer["description"],
            "API key for third-party analytics service"
        );
        assert_eq!(answer["created_at"], answer["updated_at"]);
        assert!(answer.get("value").is_none());
        unchanged(sends(&sandbox, way, &patch, PATCHES), &sandbox);
        for elsewhere in ["nope", "default"] {
            let patch = ["update", "api_key", "-w", elsewhere];
            let missing = sends(&sandbox, way, &patch, PATCHES).run();
            missing.any_stderr().exits(3);
        }
    }
    assert_eq!(sandbox.bytes(), before);
}

/// NeMo: null counts as not given, an empty description is valid, an empty value is refused with a `detail`, and
/// the same value is written again there. Here it is no change.
#[test]
fn a_nemo_body_sets_a_description_or_a_non_empty_value() {
    let sandbox = api_key();
    let secret = "marketing_team/api_key";
    let update = ["update", secret];
    for body in [
        r#"{"description": null, "value": null}"#,
        r#"{"value": "v1"}"#,
    ] {
        unchanged(sends(&sandbox, Way::Stdin, &update, body), &sandbox);
    }
    let bytes = sandbox.bytes();
    let empty = r#"{"description": "lost", "value": ""}"#;
    let refused = sends(&sandbox, Way::Stdin, &["update", secret, "--json"], empty).run();
    let detail = &refused.json_error()["detail"][0];
    assert_eq!(
        (&detail["loc"], &detail["type"]),
        (&json!(["value"]), &"string_too_short".into())
    );
    refused.any_stderr().exits(7);
    assert_eq!(sandbox.bytes(), bytes);
    let before = shown(&sandbox, secret);
    sleep(Duration::from_millis(2));
    sent(&sandbox, &update, r#"{"description": ""}"#);
    let after = shown(&sandbox, secret);
    assert_eq!(changed(&before, &after), ["description", "updated_at"]);
    assert_eq!(after["description"], "");
    sandbox.kluis(["get", secret]).run().stdout("v1").exits(0);
}

/// NeMo: `HF_TOKEN=default/hf-token`; its own pattern for references does not cover every name that it allows.
#[test]
fn a_nemo_job_finds_secrets_by_any_legal_name() {
    let sandbox = Sandbox::with_vault();
    let names = ["hf-token", "wandb.key.production", "Team@Key#1$"];
    for name in names {
        let body = json!({"name": name, "value": format!("of {name}")}).to_string();
        sent(&sandbox, &["create"], &body);
    }
    let run = [
        "run",
        "-e",
        "HF_TOKEN=default/hf-token",
        "-e",
        "WANDB_API_KEY=default/wandb.key.production",
        "-e",
        "TEAM=Team@Key#1$",
        "--",
        "sh",
        "-c",
        "printf '%s|' \"$HF_TOKEN\" \"$WANDB_API_KEY\" \"$TEAM\"",
    ];
    let expected = "of hf-token|of wandb.key.production|of Team@Key#1$|";
    sandbox.kluis(run).run().stdout(expected).exits(0);
}
