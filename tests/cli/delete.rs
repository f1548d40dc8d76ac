//! Tests `delete`.

use crate::sandbox::Sandbox;

#[test]
fn with_yes_it_is_gone_and_its_name_is_free() {
    let sandbox = Sandbox::with_vault();
    let (old, new) = (sandbox.secret("old"), sandbox.secret("new"));
    let id = sandbox.create("name", old);
    sandbox.kluis(["delete", "name", "--yes"]).run().exits(0);
    for gone in ["name", &id] {
        sandbox.kluis(["get", gone]).run().any_stderr().exits(3);
        sandbox.kluis(["show", gone]).run().any_stderr().exits(3);
        sandbox
            .kluis(["rm", gone, "-y"])
            .run()
            .any_stderr()
            .exits(3);
    }
    sandbox.kluis(["list", "-q"]).run().exits(0);
    assert_ne!(sandbox.create("name", &new), id);
    assert_eq!(sandbox.get("name"), new.as_bytes());
}

#[test]
fn by_id_it_is_that_one_and_no_other() {
    let sandbox = Sandbox::with_vault();
    let value = sandbox.secret("value");
    let id = sandbox.create("one", sandbox.secret("one"));
    sandbox.create("two", &value);
    sandbox.kluis(["rm", &id, "--yes"]).run().exits(0);
    sandbox.kluis(["list", "-q"]).run().stdout("two\n").exits(0);
    assert_eq!(sandbox.get("two"), value.as_bytes());
}

#[test]
fn without_yes_and_without_a_terminal_nothing_is_deleted() {
    let sandbox = Sandbox::with_vault();
    let value = sandbox.secret("value");
    sandbox.create("name", &value);
    let before = sandbox.bytes();
    for options in [&["--non-interactive"][..], &[]] {
        sandbox
            .kluis(["delete", "name"].iter().chain(options))
            .stdin("y\n")
            .run()
            .stderr(
                "kluis: error: this cannot be undone and needs your yes, but there is no terminal to ask at\n\
                 kluis: hint: to do it without a question, add --yes\n",
            )
            .exits(2);
    }
    assert_eq!(sandbox.bytes(), before);
    assert_eq!(sandbox.get("name"), value.as_bytes());
}

#[test]
fn a_missing_secret_fails_before_any_question() {
    let sandbox = Sandbox::with_vault();
    sandbox
        .kluis(["delete", "nope"])
        .run()
        .stderr_has("there is no secret nope")
        .exits(3);
}

#[test]
fn a_linked_secret_is_kept_and_its_apps_are_named() {
    let sandbox = Sandbox::with_vault();
    let value = sandbox.secret("value");
    sandbox.create("name", &value);
    let mut ids = Vec::new();
    for app in ["web", "job"] {
        let made = sandbox.kluis(["app", "create", app, "--json"]).run();
        ids.push(made.json()["id"].clone());
        made.any_stdout().exits(0);
        let link = ["app", "link", app, "KEY", "name"];
        sandbox.kluis(link).run().exits(0);
    }
    let before = sandbox.bytes();
    let refused = sandbox.kluis(["delete", "name", "--yes"]).run();
    refused
        .stderr(
            "kluis: error: default/name is linked by the apps job, web\n\
             kluis: hint: unlink it first with `kluis app unlink`, or add --force to unlink and delete it\n",
        )
        .exits(6);
    let refused = sandbox.kluis(["rm", "name", "-y", "--json"]).run();
    let error = refused.json_error();
    ids.reverse();
    assert_eq!(
        (&error["code"], &error["conflicting_ids"]),
        (&"conflict".into(), &ids.into())
    );
    refused.any_stderr().exits(6);
    assert_eq!(sandbox.bytes(), before);
    assert_eq!(sandbox.get("name"), value.as_bytes());

    let forced = ["delete", "name", "--force"];
    sandbox.kluis(forced).run().any_stderr().exits(2);
    assert_eq!(sandbox.bytes(), before, "it is asked all the same");
    sandbox.kluis(forced.iter().chain(&["-y"])).run().exits(0);
    sandbox.kluis(["get", "name"]).run().any_stderr().exits(3);
    let listed = sandbox.kluis(["app", "list", "--json"]).run();
    for app in listed.json()["apps"].as_array().unwrap() {
        assert_eq!(app["links"], serde_json::json!([]));
    }
    listed.any_stdout().exits(0);
}
