//! Nairi: PATCH of a vault's secret, and the domains that it is bound to.

use super::{WAYS, Way, changed, sends, sent, shown, unchanged};
use crate::sandbox::Sandbox;
use serde_json::json;
use std::thread::sleep;
use std::time::Duration;

const PATCHES: &str = r#"{
        "value": "postgresql://new-connection...",
        "allowed_domains": ["*.newdomain.com"]
      }"#;
const VALUE: &str = "postgresql://new-connection...";

const DATABASE: &str = "production/DATABASE_URL";

/// Nairi's example: a secret bound to domains, in the vault of an agent.
fn database() -> Sandbox {
    let sandbox = Sandbox::with_vault();
    let make = ["workspace", "create", "production"];
    sandbox.kluis(make).run().any_stdout().exits(0);
    let create = r#"{"env_key": "DATABASE_URL", "value": "postgresql://...", "allowed_domains": ["*.example.com"]}"#;
    sent(
        &sandbox,
        &["create", "DATABASE_URL", "-w", "production"],
        create,
    );
    sandbox
}

/// Nairi: "send only the field(s) you want to change"; a list of domains is replaced as a whole, and the answer
/// is the secret without its value.
#[test]
fn a_body_that_patches_a_secret_at_nairi_patches_it_here() {
    for way in WAYS {
        let sandbox = database();
        sandbox.keep(VALUE.as_bytes());
        let before = shown(&sandbox, DATABASE);
        sleep(Duration::from_millis(2));
        let patch = ["update", "DATABASE_URL", "--workspace", "production"];
        let json = [&patch[..], &["--json"]].concat();
        let patched = sends(&sandbox, way, &json, PATCHES).run();
        let answer = patched.json();
        let text = String::from_utf8(patched.stdout.clone()).unwrap();
        patched.any_stdout().exits(0);
        assert!(!text.contains("postgresql"), "{text}");
        assert_eq!(
            changed(&before, &answer),
            ["allowed_domains", "previous_slot", "slots", "updated_at"]
        );
        let id = answer["id"].as_str().unwrap();
        assert!(id.starts_with("sec_") && id.len() == 30, "{id}");
        assert_eq!(answer["env_key"], "DATABASE_URL");
        assert_eq!(answer["allowed_domains"], json!(["*.newdomain.com"]));
        assert!(answer["updated_at"].as_str() > answer["created_at"].as_str());
        // "`updated_at` is not bumped when no field actually changes."
        unchanged(sends(&sandbox, way, &patch, PATCHES), &sandbox);
        unchanged(sends(&sandbox, way, &patch, "{}"), &sandbox);
        assert_eq!(shown(&sandbox, DATABASE), answer);
    }
}

/// Nairi: the same by options; each of them alone leaves the other field unchanged.
#[test]
fn options_can_express_the_same_body() {
    let sandbox = database();
    sandbox.keep(VALUE.as_bytes());
    let update = ["update", DATABASE, "--value", "--allow-domain"];
    let update = [&update[..], &["*.newdomain.com"]].concat();
    sandbox.kluis(&update).stdin(VALUE).run().exits(0);
    unchanged(sandbox.kluis(&update).stdin(VALUE), &sandbox);
    unchanged(sandbox.kluis(["update", DATABASE]), &sandbox);
    let patch = ["update", DATABASE];
    unchanged(sends(&sandbox, Way::Stdin, &patch, PATCHES), &sandbox);
    for (options, expected) in [
        (
            &["--allow-domain", "api.example.org"][..],
            &["allowed_domains", "updated_at"][..],
        ),
        (&["--value"], &["previous_slot", "slots", "updated_at"]),
        (&["--no-allow-domain"], &["allowed_domains", "updated_at"]),
        // In place, as a service without versions does it.
        (
            &["--value", "--slot", "effective"],
            &["slots", "updated_at"],
        ),
    ] {
        let before = shown(&sandbox, DATABASE);
        sleep(Duration::from_millis(2));
        let line = [&patch, options].concat();
        let value = if options.contains(&"effective") {
            "postgresql://a third"
        } else {
            "postgresql://another"
        };
        sandbox.kluis(line).stdin(value).run().exits(0);
        let after = shown(&sandbox, DATABASE);
        assert_eq!(changed(&before, &after), expected);
    }
    assert_eq!(sandbox.get(DATABASE), b"postgresql://a third");
}

/// Nairi: a secret goes only to the domains that it is bound to, those of the last change.
#[test]
fn a_nairi_patch_replaces_the_domains() {
    let sandbox = database();
    let refused = |options: &[&str], said: &str| {
        let get = ["get", DATABASE].iter().chain(options);
        sandbox.kluis(get).run().stderr_has(said).exits(8);
    };
    let get = ["get", DATABASE, "--for", "db.example.com"];
    sandbox.kluis(get).run().stdout("postgresql://...").exits(0);
    sent(&sandbox, &["update", DATABASE], PATCHES);
    let get = ["get", DATABASE, "--for", "db.newdomain.com"];
    sandbox.kluis(get).run().stdout(VALUE).exits(0);
    refused(&["--for", "db.example.com"], "*.newdomain.com");
    refused(&["--for", "newdomain.com"], "*.newdomain.com");
    refused(&[], "*.newdomain.com");
}

/// Nairi: fields that are not in the body stay; an empty list of domains removes the restriction.
#[test]
fn a_value_or_domains_alone_leave_the_other_as_it_is_at_nairi() {
    let sandbox = database();
    for (body, expected) in [
        (
            r#"{"value": "postgresql://another"}"#,
            &["previous_slot", "slots", "updated_at"][..],
        ),
        (
            r#"{"allowed_domains": ["a.newdomain.com", "api.example.org"]}"#,
            &["allowed_domains", "updated_at"],
        ),
    ] {
        let before = shown(&sandbox, DATABASE);
        sleep(Duration::from_millis(2));
        sent(&sandbox, &["update", DATABASE], body);
        let after = shown(&sandbox, DATABASE);
        assert_eq!(changed(&before, &after), expected);
    }
    // The same hosts in another order and spelling are no change.
    let same = r#"{"allowed_domains": ["API.example.org.", "A.NewDomain.com", "api.example.org"]}"#;
    unchanged(
        sends(&sandbox, Way::Stdin, &["update", DATABASE], same),
        &sandbox,
    );
    sent(
        &sandbox,
        &["update", DATABASE],
        r#"{"allowed_domains": []}"#,
    );
    assert_eq!(sandbox.get(DATABASE), b"postgresql://another");
}
