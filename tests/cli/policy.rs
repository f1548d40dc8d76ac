//! Tests when a value should be replaced: the stored policy, the warnings of `kluis`, and the due secrets.

use crate::sandbox::{Outcome, Sandbox, now};
use serde_json::{Value, json};
use std::thread::sleep;
use std::time::Duration;

const PAST: &str = "2020-01-31T12:00:00Z";
const EXPIRED: &str = "the value of default/key expired at 2020-01-31T12:00:00.000Z";

fn set(sandbox: &Sandbox, options: &[&str]) {
    let line = ["update", "key"].iter().chain(options);
    sandbox.kluis(line).run().exits(0);
}

/// The secret `key`, with these options.
fn with(options: &[&str]) -> (Sandbox, String) {
    let sandbox = Sandbox::with_vault();
    let value = sandbox.secret("value");
    sandbox.prints(["create", "key"].iter().chain(options), &value);
    (sandbox, value)
}

fn run(sandbox: &Sandbox, options: &[&str]) -> Outcome {
    let line = ["run", "-e", "V=key"].iter().chain(options);
    let line = line.chain(&["--", "sh", "-c", "printf %s \"$V\""]);
    sandbox.kluis(line).run()
}

fn listed(sandbox: &Sandbox, options: &[&str]) -> String {
    sandbox.prints(["list", "--due"].iter().chain(options), "")
}

#[test]
fn an_expired_value_is_given_with_a_warning() {
    let (sandbox, value) = with(&["--expires", PAST]);
    let warning = format!("kluis: warning: {EXPIRED}\n");
    for options in [&[][..], &["--quiet"], &["--slot", "0"]] {
        let get = sandbox.kluis(["get", "key"].iter().chain(options)).run();
        get.stdout(&value).stderr(&warning).exits(0);
    }
    run(&sandbox, &[]).stdout(&value).stderr(&warning).exits(0);
    let get = sandbox.kluis(["get", "key", "--json"]).run();
    assert_eq!(get.json_error(), json!({"warnings": [EXPIRED]}));
    assert_eq!(get.json()["value"], value);
    get.any_stdout().any_stderr().exits(0);
    let ran = run(&sandbox, &["--json"]);
    assert_eq!(ran.json_error(), json!({"warnings": [EXPIRED]}));
    ran.stdout(&value).any_stderr().exits(0);
    for all in [&["--all"][..], &["-e", "W=key"]] {
        let both = run(&sandbox, all);
        assert_eq!(both.stderr, warning, "{all:?}");
        both.stdout(&value).any_stderr().exits(0);
    }
}

#[test]
fn a_value_in_use_for_too_long_is_due_until_rotated() {
    let (sandbox, value) = with(&["--rotate-every", "1s"]);
    sleep(Duration::from_millis(1_100));
    let due = sandbox.show("key")["due_at"].clone();
    let due = due.as_str().unwrap();
    let warning = format!("kluis: warning: default/key has been due for rotation since {due}\n");
    let get = sandbox.kluis(["get", "key"]).run();
    get.stdout(&value).stderr(&warning).exits(0);
    run(&sandbox, &[]).stdout(&value).stderr(&warning).exits(0);
    assert_eq!(sandbox.show("key")["due"], "rotation");
    assert_eq!(listed(&sandbox, &["--quiet"]), "key\n");
    set(&sandbox, &["--rotate-every", "1h"]);
    assert_eq!(sandbox.get("key"), value.as_bytes());
    set(&sandbox, &["--rotate-every", "3s"]);
    sleep(Duration::from_millis(2_100));
    assert_eq!(listed(&sandbox, &["--quiet"]), "key\n");
    let new = sandbox.secret("new");
    sandbox.prints(["rotate", "key"], &new);
    assert_eq!(sandbox.get("key"), new.as_bytes());
    sandbox.kluis(["list", "--due", "--quiet"]).run().exits(0);
}

#[test]
fn the_stored_policy_is_shown() {
    let (sandbox, _) = with(&[
        "--rotate-every",
        "90d",
        "--expires",
        "2100-01-31T12:00:00+01:00",
    ]);
    let shown = sandbox.show("key");
    assert_eq!(shown["rotate_every"], 90 * 86_400);
    assert_eq!(shown["expires_at"], "2100-01-31T11:00:00.000Z");
    assert!(shown.get("due").is_none(), "{shown}");
    assert!(shown["due_at"].as_str() > shown["created_at"].as_str());
    assert!(shown["due_at"].as_str() < shown["expires_at"].as_str());
    let row = sandbox.kluis(["list", "--json"]).run();
    for member in ["rotate_every", "expires_at", "due_at"] {
        assert_eq!(row.json()["secrets"][0][member], shown[member], "{member}");
    }
    row.any_stdout().exits(0);
    let text = sandbox.prints(["show", "key"], "");
    for line in [
        "\nrotate every     90d\n",
        "\nexpires          2100-01-31T11:00:00.000Z\n",
    ] {
        assert!(text.contains(line), "{text}");
    }
    assert!(!text.contains("\ndue "), "{text}");
    set(&sandbox, &["--expires", PAST, "--rotate-every", "36h"]);
    let text = sandbox.prints(["show", "key"], "");
    for line in [
        "\nrotate every     36h\n",
        "\ndue              expiry, since 2020-01-31T12:00:00.000Z\n",
    ] {
        assert!(text.contains(line), "{text}");
    }
    let shown = sandbox.show("key");
    assert_eq!(
        (&shown["due"], &shown["due_at"]),
        (&json!("expiry"), &json!("2020-01-31T12:00:00.000Z"))
    );
}

#[test]
fn the_reason_and_the_date_of_being_due_agree() {
    let (sandbox, _) = with(&["--rotate-every", "1s"]);
    sleep(Duration::from_millis(2_100));
    // Due for rotation before it expired.
    let created = sandbox.show("key")["created_at"].clone();
    set(&sandbox, &["--expires", "0s"]);
    let shown = sandbox.show("key");
    assert_eq!(shown["due"], "expiry");
    assert_eq!(shown["due_at"], shown["expires_at"]);
    assert!(shown["due_at"].as_str() > created.as_str());
    let expires = shown["expires_at"].as_str().unwrap();
    let row = format!("key\texpiry\t{expires}\t\n");
    assert_eq!(listed(&sandbox, &[]), row);
}

#[test]
fn a_policy_is_lifted_by_an_option_of_its_own() {
    let (sandbox, value) = with(&["--rotate-every", "1s", "--expires", PAST]);
    set(&sandbox, &["--no-expires"]);
    assert!(sandbox.show("key").get("expires_at").is_none());
    assert_eq!(sandbox.show("key")["rotate_every"], 1);
    set(&sandbox, &["--expires", "1h"]);
    let set_again = ["set", "key", "--no-rotate-every", "--no-expires"];
    sandbox.prints(set_again, &value);
    let shown = sandbox.show("key");
    for member in ["rotate_every", "expires_at", "due_at", "due"] {
        assert!(shown.get(member).is_none(), "{shown}");
    }
    sleep(Duration::from_millis(1_100));
    assert_eq!(sandbox.get("key"), value.as_bytes());
    let bytes = sandbox.bytes();
    for options in [&["--no-rotate-every"][..], &["--no-expires"]] {
        let same = sandbox.kluis(["update", "key"].iter().chain(options)).run();
        same.stderr("kluis: note: unchanged\n").exits(0);
    }
    for options in [
        ["--no-rotate-every", "--rotate-every", "1h"],
        ["--no-expires", "--expires", "1h"],
    ] {
        let both = sandbox
            .kluis(["update", "key"].iter().chain(&options))
            .run();
        both.any_stderr().exits(2);
    }
    assert_eq!(sandbox.bytes(), bytes);
}

#[test]
fn due_secrets_are_listed_oldest_first() {
    let sandbox = Sandbox::with_vault();
    sandbox.prints(["workspace", "create", "staging"], "");
    for (name, options) in [
        ("calm", &[][..]),
        ("later", &["--expires", "7d", "--description", "next week"]),
        ("month", &["--rotate-every", "30d"]),
        ("newer", &["--expires", "2021-01-01T00:00:00Z"]),
        ("older", &["--expires", PAST, "--rotate-every", "1h"]),
        ("oldest", &["--expires", "0", "-w", "staging"]),
    ] {
        let create = [&["create", name][..], options].concat();
        sandbox.prints(create, sandbox.secret("value"));
    }
    let rows = "older\texpiry\t2020-01-31T12:00:00.000Z\t\n\
                newer\texpiry\t2021-01-01T00:00:00.000Z\t\n";
    assert_eq!(listed(&sandbox, &[]), rows);
    for (options, names) in [
        (&[][..], "older\nnewer\n"),
        (&["--within", "0s"], "older\nnewer\n"),
        (&["--within", "8d"], "older\nnewer\nlater\n"),
        (&["--within", "5w"], "older\nnewer\nlater\nmonth\n"),
        (&["--within", "36500d"], "older\nnewer\nlater\nmonth\n"),
        (&["--within", "8d", "--name", "l*"], "later\n"),
        (
            &["--all-workspaces"],
            "staging/oldest\ndefault/older\ndefault/newer\n",
        ),
    ] {
        let quiet = [options, &["--quiet"]].concat();
        assert_eq!(listed(&sandbox, &quiet), names, "{options:?}");
    }
    let json = sandbox
        .kluis(["list", "--due", "--within", "8d", "--json"])
        .run();
    let object = json.json();
    json.any_stdout().exits(0);
    assert_eq!(object["count"], 3);
    let due: Vec<&Value> = (0..3).map(|row| &object["secrets"][row]["due"]).collect();
    assert_eq!(due, [&json!("expiry"), &json!("expiry"), &Value::Null]);
    let text = listed(&sandbox, &["--within", "8d"]);
    let last = text.lines().last().unwrap();
    assert!(last.starts_with("later\texpiry\t20"), "{text}");
    assert!(last.ends_with("\tnext week"), "{text}");
}

#[test]
fn a_pipeline_can_fail_when_something_is_due() {
    let (sandbox, _) = with(&["--expires", "7d"]);
    let line = ["list", "--due", "--exit-code"];
    let none = sandbox.kluis(line).run();
    none.stderr("kluis: note: no secret is due\n").exits(0);
    let none = sandbox.kluis(line.iter().chain(&["--json"])).run();
    assert_eq!(none.json(), json!({"count": 0, "secrets": []}));
    none.any_stdout().exits(0);
    let soon = [&line[..], &["--within", "8d", "--quiet"]].concat();
    let due = sandbox.kluis(&soon).run();
    due.stdout("key\n")
        .stderr("kluis: error: 1 secret has expired or is due for rotation\nkluis: hint: run `kluis rotate NAME` to set a new value, or `kluis update NAME --expires DATE`\n")
        .exits(1);
    let due = sandbox.kluis(soon.iter().chain(&["--json"])).run();
    let object = due.json_error();
    assert_eq!(object["code"], "failed");
    assert_eq!(
        object["error"],
        "1 secret has expired or is due for rotation"
    );
    assert!(object["hint"].is_string(), "{object}");
    assert_eq!(due.json()["secrets"][0]["name"], "key");
    due.any_stdout().any_stderr().exits(1);
    for alone in [&["--exit-code"][..], &["--within", "8d"]] {
        let line = ["list"].iter().chain(alone);
        sandbox.kluis(line).run().any_stderr().exits(2);
    }
}

#[test]
fn an_invalid_time_is_refused_by_field() {
    let (sandbox, _) = with(&[]);
    let bytes = sandbox.bytes();
    for (option, field, texts) in [
        (
            "--rotate-every",
            "rotate_every",
            &["0s", "-1", "90", "", "1y", "1.5h", "never", "36501d"][..],
        ),
        (
            "--expires",
            "expires",
            &[
                "-1",
                "",
                "soon",
                "1y",
                "36501d",
                "2026-02-30T00:00:00Z",
                "253402300800",
            ],
        ),
    ] {
        for text in texts {
            for verb in ["create", "set", "update"] {
                let name = if verb == "create" { "new" } else { "key" };
                let line = [verb, name, option, text, "--json"];
                let refused = sandbox.kluis(line).stdin("value").run();
                let object = refused.json_error();
                assert_eq!(object["code"], "invalid", "{line:?}");
                assert_eq!(object["detail"][0]["loc"], json!([field]), "{line:?}");
                refused.any_stderr().exits(7);
            }
        }
    }
    for text in ["-1", "90", "", "1y"] {
        let line = ["list", "--due", "--within", text, "--json"];
        let refused = sandbox.kluis(line).run();
        let object = refused.json_error();
        assert_eq!(object["detail"][0]["loc"], json!(["within"]), "{text}");
        refused.any_stderr().exits(7);
    }
    assert_eq!(sandbox.bytes(), bytes);
    sandbox.prints(
        [
            "update",
            "key",
            "--rotate-every",
            "36500d",
            "--expires",
            "9999-12-31T23:59:59Z",
        ],
        "",
    );
}

#[test]
fn a_past_expiry_date_goes_with_its_value() {
    let sandbox = Sandbox::with_vault();
    let past = ["create", "key", "--expires", "2001-01-01T00:00:00Z"];
    sandbox.prints(past, sandbox.secret("old"));
    let later = ["rotate", "key", "--in", "1h"];
    let scheduled = sandbox.kluis(later).stdin(sandbox.secret("later")).run();
    scheduled.any_stdout().stderr_has("expired at").exits(0);
    assert!(sandbox.show("key")["expires_at"].is_string());
    let at_once = ["rotate", "key", "--at", &now().to_string()];
    let new = sandbox.kluis(at_once).stdin(sandbox.secret("new")).run();
    new.any_stdout()
        .stderr_has("another value of default/key becomes effective at")
        .exits(0);
    assert!(sandbox.show("key")["expires_at"].is_null());
    let to_come = ["update", "key", "--expires", "30d"];
    sandbox.kluis(to_come).run().exits(0);
    let again = sandbox
        .kluis(["rotate", "key"])
        .stdin(sandbox.secret("newer"))
        .run();
    again.any_stdout().any_stderr().exits(0);
    assert!(sandbox.show("key")["expires_at"].is_string());
}
