//! Tests `workspace`.

use crate::sandbox::Sandbox;
use crate::screen::Screen;
use serde_json::Value;

fn create(sandbox: &Sandbox, name: &str) -> String {
    let made = sandbox.kluis(["workspace", "create", name]).run();
    let id = String::from_utf8(made.stdout.clone()).unwrap();
    made.any_stdout().exits(0);
    id.trim_end().to_owned()
}

fn all(sandbox: &Sandbox) -> Value {
    let listed = sandbox.kluis(["workspace", "list", "--json"]).run();
    let object = listed.json();
    listed.any_stdout().exits(0);
    object
}

#[test]
fn a_new_vault_has_the_workspace_default() {
    let sandbox = Sandbox::with_vault();
    let object = all(&sandbox);
    assert_eq!(
        (&object["count"], &object["workspaces"][0]["name"]),
        (&1.into(), &"default".into())
    );
    sandbox
        .kluis(["workspace", "list", "-q"])
        .run()
        .stdout("default\n")
        .exits(0);
}

#[test]
fn one_is_made_described_renamed_and_deleted() {
    let sandbox = Sandbox::with_vault();
    let id = create(&sandbox, "staging");
    assert!(id.starts_with("wsp_") && id.len() == 30, "{id}");
    let describe = [
        "workspace",
        "update",
        "staging",
        "--description",
        "before production",
    ];
    sandbox.kluis(describe).run().exits(0);
    sandbox
        .kluis(describe)
        .run()
        .stderr("kluis: note: unchanged\n")
        .exits(0);
    let rename = ["workspace", "update", "staging", "--name", "preview"];
    sandbox.kluis(rename).run().exits(0);
    let object = all(&sandbox);
    let preview = &object["workspaces"][1];
    assert_eq!(
        (&preview["id"], &preview["name"]),
        (&id.into(), &"preview".into())
    );
    assert_eq!(preview["description"], "before production");
    assert_eq!(preview["secret_count"], 0);
    sandbox
        .kluis(["workspace", "delete", "preview", "--yes"])
        .run()
        .exits(0);
    sandbox
        .kluis(["workspace", "list", "-q"])
        .run()
        .stdout("default\n")
        .exits(0);
}

#[test]
fn with_json_create_prints_like_list() {
    let sandbox = Sandbox::with_vault();
    let make = ["workspace", "create", "staging", "--comment", "c", "--json"];
    let made = sandbox.kluis(make).run();
    assert_eq!(made.json(), all(&sandbox)["workspaces"][1]);
    made.any_stdout().exits(0);
}

#[test]
fn its_secrets_follow_a_new_name() {
    let sandbox = Sandbox::with_vault();
    create(&sandbox, "staging");
    let value = sandbox.secret("value");
    let made = sandbox
        .kluis(["create", "key", "-w", "staging"])
        .stdin(&value)
        .run();
    made.any_stdout().exits(0);
    sandbox
        .kluis(["workspace", "update", "staging", "--name", "preview"])
        .run()
        .exits(0);
    assert_eq!(sandbox.get("preview/key"), value.as_bytes());
    sandbox
        .kluis(["get", "staging/key"])
        .run()
        .any_stderr()
        .exits(3);
}

#[test]
fn one_with_secrets_in_it_is_deleted_by_force_only() {
    let sandbox = Sandbox::with_vault();
    create(&sandbox, "staging");
    let make = ["create", "key", "-w", "staging", "--generate", "8"];
    sandbox.kluis(make).run().any_stdout().exits(0);
    let before = sandbox.bytes();
    let delete = ["workspace", "delete", "staging", "--yes"];
    let refused = sandbox.kluis(delete).run();
    refused
        .stderr_has("the workspace staging still contains 1 secret")
        .exits(6);
    assert_eq!(sandbox.bytes(), before);
    sandbox
        .kluis(delete.iter().chain(&["--force"]))
        .run()
        .exits(0);
    sandbox
        .kluis(["get", "staging/key"])
        .run()
        .any_stderr()
        .exits(3);
    create(&sandbox, "staging");
    sandbox
        .kluis(["list", "-q", "-w", "staging"])
        .run()
        .exits(0);
}

#[test]
fn default_is_neither_deleted_nor_renamed() {
    let sandbox = Sandbox::with_vault();
    let before = sandbox.bytes();
    for arguments in [
        &["delete", "default", "--yes"][..],
        &["update", "default", "--name", "other"],
    ] {
        let refused = sandbox.kluis(["workspace"].iter().chain(arguments)).run();
        refused
            .stderr_has("the workspace default cannot be")
            .exits(6);
    }
    assert_eq!(sandbox.bytes(), before);
    let describe = ["workspace", "update", "default", "--description", "d"];
    sandbox.kluis(describe).run().exits(0);
    assert_eq!(all(&sandbox)["workspaces"][0]["description"], "d");
}

/// A writer may spoil a workspace, so that no key can be removed any more.
#[test]
fn default_is_made_anew_by_force() {
    let sandbox = Sandbox::with_vault();
    sandbox.create("name", "value");
    let token = ["key", "add", "--token", "-w", "default", "--label", "ci"];
    let token = sandbox.kluis(token).run();
    sandbox.keep_token(&token.stdout);
    let text = String::from_utf8(token.stdout.clone()).unwrap();
    token.any_stdout().any_stderr().exits(0);
    let delete = ["workspace", "delete", "default", "--force", "--yes"];
    sandbox.kluis(delete).run().exits(0);
    sandbox.kluis(["list", "-q"]).run().exits(0);
    sandbox.create("name", "new");
    let by_limited = sandbox
        .kluis(["get", "name"])
        .env("KLUIS_TOKEN", text.trim_end());
    by_limited.run().any_stderr().exits(8);
}

#[test]
fn a_taken_a_bad_and_a_missing_name_have_different_errors() {
    let sandbox = Sandbox::with_vault();
    create(&sandbox, "staging");
    let before = sandbox.bytes();
    for (arguments, code) in [
        (&["create", "staging"][..], 6),
        (&["create", "default"], 6),
        (&["update", "staging", "--name", "default"], 6),
        (&["create", "_a"], 7),
        (&["create", "a/b"], 7),
        (&["create", "é"], 7),
        (&["update", "staging", "--name", "a b"], 7),
        (&["update", "nope", "--name", "a"], 3),
        (&["delete", "nope", "--yes"], 3),
        (&["delete", "staging"], 2),
        (&["bogus"], 2),
        (&[], 2),
    ] {
        let refused = sandbox.kluis(["workspace"].iter().chain(arguments)).run();
        refused.any_stderr().exits(code);
        assert_eq!(sandbox.bytes(), before, "{arguments:?}");
    }
}

#[test]
fn one_that_an_app_uses_is_deleted_by_force_only() {
    let sandbox = Sandbox::with_vault();
    create(&sandbox, "staging");
    let make = ["create", "key", "-w", "staging", "--generate", "8"];
    sandbox.kluis(make).run().any_stdout().exits(0);
    let made = sandbox.kluis(["app", "create", "web"]).run();
    let id = String::from_utf8(made.stdout.clone()).unwrap();
    made.any_stdout().exits(0);
    let link = ["app", "link", "web", "KEY=staging/key"];
    sandbox.kluis(link).run().exits(0);
    let before = sandbox.bytes();
    let delete = ["workspace", "delete", "staging", "--yes"];
    let refused = sandbox.kluis(delete.iter().chain(&["--json"])).run();
    let error = refused.json_error();
    refused.any_stderr().exits(6);
    let said = "the workspace staging still contains 1 secret, and is used by the app default/web";
    assert_eq!(error["error"], said);
    assert_eq!(error["conflicting_ids"], serde_json::json!([id.trim_end()]));
    assert_eq!(sandbox.bytes(), before);
    sandbox
        .kluis(delete.iter().chain(&["--force"]))
        .run()
        .exits(0);
    let shown = sandbox.kluis(["app", "show", "web", "--json"]).run();
    assert_eq!(shown.json()["links"], serde_json::json!([]));
    shown.any_stdout().exits(0);

    // An app alone also counts as content, until it is deleted.
    create(&sandbox, "staging");
    let make = ["app", "create", "job", "-w", "staging"];
    sandbox.kluis(make).run().any_stdout().exits(0);
    let refused = sandbox.kluis(delete).run();
    refused
        .stderr_has("the workspace staging still contains the app job")
        .exits(6);
    let free = ["app", "delete", "staging/job", "--yes"];
    sandbox.kluis(free).run().exits(0);
    sandbox.kluis(delete).run().exits(0);
}

#[test]
fn the_question_says_how_much_would_be_lost() {
    let sandbox = Sandbox::with_vault();
    create(&sandbox, "staging");
    let delete = |options: &[&str]| {
        let line = ["workspace", "delete", "staging"].iter().chain(options);
        Screen::start(sandbox.kluis(line).command_at_terminal(), 80)
    };
    let mut screen = delete(&[]);
    screen.shows("Delete the empty workspace staging? [y/N] ");
    screen.types("n\r");
    assert_eq!(screen.ends().1, 130);
    for name in ["one", "two"] {
        let fill = ["create", name, "-w", "staging", "--generate", "8"];
        sandbox.kluis(fill).run().any_stdout().exits(0);
    }
    let (shown, code) = delete(&[]).ends();
    assert!(code == 6 && !shown.contains("[y/N]"), "{shown}");
    let mut screen = delete(&["--force"]);
    screen.shows("the workspace staging, its 2 secrets and the links of apps to them? [y/N] ");
    screen.types("n\r");
    assert_eq!(screen.ends().1, 130);
    // Restorable secrets would be lost, too, so the workspace never counts as empty.
    sandbox.kluis(["delete", "staging/one"]).run().exits(0);
    for (deleted, question) in [
        (
            "one",
            "its 2 secrets (1 of them deleted, which can be restored) and",
        ),
        (
            "two",
            "its 2 secrets (2 of them deleted, which can be restored) and",
        ),
    ] {
        let mut screen = delete(&["--force"]);
        let shown = screen.shows("[y/N] ").replace("\n  ", " ");
        assert!(shown.contains(question), "{deleted}: {shown}");
        screen.types("n\r");
        assert_eq!(screen.ends().1, 130);
        let two = sandbox.kluis(["delete", "staging/two"]).run();
        two.any_stderr().ends();
    }
    let mut screen = delete(&["--force"]);
    screen.shows("[y/N] ");
    screen.types("y\r");
    assert_eq!(screen.ends().1, 0);
    let list = sandbox.kluis(["list", "-w", "staging"]).run();
    list.any_stderr().exits(3);
}
