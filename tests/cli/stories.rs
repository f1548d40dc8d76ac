//! Tests the calls of four services' API references as sessions, with the checksums of their values.

use crate::sandbox::Sandbox;
use serde_json::Value;
use std::thread::sleep;
use std::time::Duration;

const CREATED: &str = "Fm8OfflH6bJOwWjenqAtLurLbkiMNvmhQHZV+118";
const UPDATED: &str = "44aSQCljxL9FLvTVA.9dKbpwueYoQ8isyQhvun19pOT9gHEdgxam39LJ0Ts70";

fn shown(sandbox: &Sandbox, reference: &str) -> Value {
    let shown = sandbox.kluis(["show", reference, "--json"]).run();
    let object = shown.json();
    shown.any_stdout().exits(0);
    object
}

/// Runs `line` with `value` on stdin and gives what it printed.
fn given(sandbox: &Sandbox, line: &[&str], value: &str) -> String {
    let done = sandbox.kluis(line).stdin(value).run();
    let printed = String::from_utf8(done.stdout.clone()).unwrap();
    done.any_stdout().exits(0);
    printed.trim_end().to_owned()
}

#[test]
fn a_site_creates_a_secret() {
    let sandbox = Sandbox::with_vault();
    sandbox.keep(CREATED.as_bytes());
    let create = [
        "create",
        "secret_key",
        "--description",
        "AWS secret access key",
    ];
    let id = given(&sandbox, &create, CREATED);
    assert_eq!(sandbox.get("secret_key"), CREATED.as_bytes());
    let object = shown(&sandbox, "secret_key");
    assert_eq!(object["id"], id);
    assert_eq!(object["description"], "AWS secret access key");
    let checksum = "d99170ad39f49db653debd0127fc09db7b7c89e44c14feb1c8c8a76fb2385381";
    assert_eq!(object["slots"][0]["checksum"], checksum);
    assert_eq!(object["created_at"], object["updated_at"]);

    sandbox
        .kluis(create)
        .stdin(CREATED)
        .run()
        .any_stderr()
        .exits(6);
    sandbox
        .kluis(["create"])
        .stdin(CREATED)
        .run()
        .any_stderr()
        .exits(2);
    sandbox
        .kluis(["create", "empty"])
        .stdin("")
        .run()
        .any_stderr()
        .exits(7);
    sandbox
        .kluis(["create", "secret key"])
        .stdin(CREATED)
        .run()
        .any_stderr()
        .exits(7);
    given(
        &sandbox,
        &["create", "a_b+c=d-e@f#g$h", "--literal-name"],
        CREATED,
    );
}

#[test]
fn a_site_updates_that_secret_in_part() {
    let sandbox = Sandbox::with_vault();
    sandbox.keep(CREATED.as_bytes());
    sandbox.keep(UPDATED.as_bytes());
    let text = "AWS secret access key";
    let id = given(
        &sandbox,
        &["create", "secret_key", "--description", text],
        CREATED,
    );
    let before = shown(&sandbox, &id);
    sleep(Duration::from_millis(2));
    let update = [
        "update",
        &id,
        "--name",
        "updated_secret_key",
        "--description",
        text,
        "--value",
    ];
    given(&sandbox, &update, UPDATED);
    let after = shown(&sandbox, "updated_secret_key");
    assert_eq!(
        (&after["id"], &after["created_at"]),
        (&before["id"], &before["created_at"])
    );
    assert!(after["updated_at"].as_str() > before["updated_at"].as_str());
    let checksum = "c77051e2803d00f20e2e55d4b375cdfab495463635508f746a88b13b9e80d960";
    assert_eq!(after["slots"][1]["checksum"], checksum);
    assert_eq!(after["slots"][1]["effective"], true);
    assert_eq!(sandbox.get("updated_secret_key"), UPDATED.as_bytes());
    sandbox
        .kluis(["get", "secret_key"])
        .run()
        .any_stderr()
        .exits(3);

    let bytes = sandbox.bytes();
    let again = sandbox.kluis(update).stdin(UPDATED).run();
    again.stderr("kluis: note: unchanged\n").exits(0);
    assert_eq!(sandbox.bytes(), bytes);

    given(&sandbox, &["update", &id, "--description", "X"], "");
    let described = shown(&sandbox, &id);
    assert_eq!(
        (&described["name"], &described["slots"]),
        (&after["name"], &after["slots"])
    );
    given(&sandbox, &["create", "secret_key"], CREATED);
    let taken = ["update", &id, "--name", "secret_key"];
    sandbox.kluis(taken).run().any_stderr().exits(6);
    let unknown = "sec_00000000000000000000000000";
    sandbox
        .kluis(["update", unknown, "--description", "X"])
        .run()
        .any_stderr()
        .exits(3);
}

#[test]
fn an_agent_gets_another_database() {
    let sandbox = Sandbox::with_vault();
    sandbox
        .kluis(["workspace", "create", "production"])
        .run()
        .any_stdout()
        .exits(0);
    let (old, new) = (
        "postgresql://old-connection...",
        "postgresql://new-connection...",
    );
    let there = ["DATABASE_URL", "--workspace", "production"];
    let id = given(&sandbox, &[&["create"], &there[..]].concat(), old);
    assert!(id.starts_with("sec_") && id.len() == 30, "{id}");
    let before = shown(&sandbox, "production/DATABASE_URL");
    assert_eq!(before["env_key"], "DATABASE_URL");
    sleep(Duration::from_millis(2));

    let update = [&["update"], &there[..], &["--value", "--json"]].concat();
    let printed = given(&sandbox, &update, new);
    assert!(!printed.contains("postgresql"), "{printed}");
    let after: Value = serde_json::from_str(&printed).unwrap();
    assert_eq!(after, shown(&sandbox, "production/DATABASE_URL"));
    assert_eq!(
        (&after["id"], &after["created_at"]),
        (&Value::from(id), &before["created_at"])
    );
    assert!(after["updated_at"].as_str() > before["updated_at"].as_str());
    assert_eq!(after["allowed_domains"], serde_json::json!([]));

    let bytes = sandbox.bytes();
    given(&sandbox, &update, new);
    let nothing = sandbox.kluis([&["update"], &there[..]].concat()).run();
    nothing.stderr("kluis: note: unchanged\n").exits(0);
    assert_eq!(sandbox.bytes(), bytes);
    sandbox
        .kluis(["get", "production/DATABASE_URL"])
        .run()
        .stdout(new)
        .exits(0);
    let run = [
        "run",
        "--all",
        "-w",
        "production",
        "--",
        "printenv",
        "DATABASE_URL",
    ];
    sandbox.kluis(run).run().stdout(format!("{new}\n")).exits(0);
}

#[test]
fn a_platform_patches_nothing_and_then_something() {
    let sandbox = Sandbox::with_vault();
    sandbox
        .kluis(["workspace", "create", "marketing_team"])
        .run()
        .any_stdout()
        .exits(0);
    let text = "API key for third-party analytics service";
    let create = [
        "create",
        "api_key",
        "-w",
        "marketing_team",
        "--description",
        text,
    ];
    given(&sandbox, &create, "v1");
    let empty = [
        "update",
        "api_key",
        "--workspace",
        "marketing_team",
        "--json",
    ];
    let printed = given(&sandbox, &empty, "");
    let object: Value = serde_json::from_str(&printed).unwrap();
    assert_eq!(
        (&object["name"], &object["workspace"]),
        (&"api_key".into(), &"marketing_team".into())
    );
    assert_eq!(object["description"], text);
    assert_eq!(object["created_at"], object["updated_at"]);
    assert!(object.get("value").is_none());

    sleep(Duration::from_millis(2));
    given(
        &sandbox,
        &["update", "marketing_team/api_key", "--description", "new"],
        "",
    );
    let after = shown(&sandbox, "marketing_team/api_key");
    let members = object.as_object().unwrap().iter();
    let changed: Vec<_> = members
        .filter(|(member, value)| after[*member] != **value)
        .collect();
    assert_eq!(
        changed
            .iter()
            .map(|(member, _)| *member)
            .collect::<Vec<_>>(),
        ["description", "updated_at"]
    );

    let no_value = ["update", "marketing_team/api_key", "--value"];
    sandbox
        .kluis(no_value)
        .stdin("")
        .run()
        .any_stderr()
        .exits(7);
    sandbox
        .kluis(["update", "api_key", "-w", "nope"])
        .run()
        .any_stderr()
        .exits(3);
    sandbox
        .kluis(["update", "api_key"])
        .run()
        .any_stderr()
        .exits(3);
    given(&sandbox, &["create", "api_key"], "another");
    assert_eq!(sandbox.get("marketing_team/api_key"), b"v1");
}

#[test]
fn a_harness_goes_through_the_life_of_a_secret() {
    let sandbox = Sandbox::with_vault();
    let (first, second, last) = (
        "my-super-secret-value-123",
        "updated-secret-value-456",
        "final-value-789",
    );
    let quiet = |line: &[&str]| {
        let printed = given(&sandbox, line, "");
        for value in [first, second, last] {
            assert!(!printed.contains(value), "{printed}");
        }
        printed
    };
    let name = "harbor-test-secret";
    let id = given(
        &sandbox,
        &[
            "create",
            name,
            "--description",
            "Test secret for harbor eval",
        ],
        first,
    );
    assert!(quiet(&["show", name]).contains("Test secret for harbor eval"));
    assert!(quiet(&["list"]).contains(name));
    given(
        &sandbox,
        &[
            "update",
            name,
            "--description",
            "Updated test secret",
            "--value",
        ],
        second,
    );
    assert!(quiet(&["show", name, "--json"]).contains("Updated test secret"));
    assert_eq!(sandbox.get(name), second.as_bytes());
    quiet(&["delete", name, "--yes"]);
    sandbox.kluis(["show", name]).run().any_stderr().exits(3);
    let name = "harbor-final-secret";
    let create = [
        "create",
        name,
        "--description",
        "Final secret for verification",
    ];
    assert_ne!(given(&sandbox, &create, last), id);
    assert_eq!(sandbox.get(name), last.as_bytes());
    assert_eq!(quiet(&["list", "-q"]), name);
}

#[test]
fn twenty_five_secrets_are_listed_and_opened() {
    let sandbox = Sandbox::with_vault();
    let names: Vec<String> = (1..=25)
        .map(|number| format!("secret-{number:02}"))
        .collect();
    let mut ids: Vec<String> = names
        .iter()
        .map(|name| sandbox.create(name, name))
        .collect();
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), 25);
    sandbox
        .kluis(["list", "-q"])
        .run()
        .stdout(names.join("\n") + "\n")
        .exits(0);
    for name in &names {
        assert_eq!(sandbox.get(name), name.as_bytes());
    }
}

#[test]
fn a_pipeline_step_can_run_again() {
    let sandbox = Sandbox::with_vault();
    let value = sandbox.secret("value");
    let set = ["set", "token-secret", "--comment", "for the edge"];
    let id = given(&sandbox, &set, &value);
    let bytes = sandbox.bytes();
    let again = sandbox.kluis(set).stdin(&value).run();
    again
        .stdout(format!("{id}\n"))
        .stderr("kluis: note: unchanged\n")
        .exits(0);
    assert_eq!(sandbox.bytes(), bytes);
}
