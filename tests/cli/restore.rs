//! Tests `restore`: bringing back secrets that were deleted.

use crate::sandbox::Sandbox;
use crate::screen::Screen;
use serde_json::{Value, json};

fn quietly(sandbox: &Sandbox, lines: &[&str]) {
    for line in lines {
        let done = sandbox.kluis(line.split(' ')).run();
        done.any_stdout().exits(0);
    }
}

#[test]
fn it_comes_back_with_its_id_its_versions_and_its_fields() {
    let sandbox = Sandbox::with_vault();
    let (old, new) = (sandbox.secret("old"), sandbox.secret("new"));
    let fields = ["--description", "d", "--env-key", "K", "--rotate-every"];
    let create = ["create", "name"].iter().chain(&fields).chain(&["90d"]);
    sandbox.prints(create, &old);
    sandbox.prints(["set", "name"], &new);
    let mut before = sandbox.show("name");
    quietly(&sandbox, &["delete name"]);
    sandbox.kluis(["restore", "name"]).run().exits(0);
    let mut after = sandbox.show("name");
    assert!(after["updated_at"].take().as_str() > before["updated_at"].take().as_str());
    assert_eq!(after, before);
    assert_eq!(sandbox.get("name"), new.as_bytes());
    assert_eq!(sandbox.prints(["get", "name", "--previous"], ""), old);
    sandbox.prints(["rollback", "name"], "");
    assert_eq!(sandbox.get("name"), old.as_bytes());
    quietly(&sandbox, &["vault verify"]);
}

#[test]
fn a_reference_to_a_deleted_secret_says_how_to_restore_it() {
    let sandbox = Sandbox::with_vault();
    let id = sandbox.create("name", sandbox.secret("value"));
    sandbox.create("other", sandbox.secret("other"));
    quietly(&sandbox, &["delete name"]);
    let template = sandbox.given("template", "{{ kluis://name }}");
    let template = template.to_str().unwrap();
    let hint =
        format!("`kluis restore default/name` brings it back with its versions; its id is {id}");
    for (line, code) in [
        (&["get", "name"][..], 3),
        (&["get", &id], 3),
        (&["get", "kluis://default/name?slot=0"], 3),
        (&["show", "name"], 3),
        (&["history", "name"], 3),
        (&["update", "name", "--description", "d"], 3),
        (&["rotate", "name", "--generate", "8"], 3),
        (&["rollback", "name"], 3),
        (&["move", "name", "--to-workspace", "default"], 3),
        (&["edit", "name"], 3),
        (&["export", "--format", "json", "-e", "K=name"], 3),
        (&["inject", "-i", template], 3),
        (&["run", "-e", "K=name", "--", "true"], 125),
    ] {
        let gone = sandbox.kluis(["--json"].iter().chain(line));
        let gone = gone.env("EDITOR", "false").run();
        let error = gone.json_error();
        assert_eq!(error["code"], "not_found", "{line:?}: {error}");
        let message = error["error"].as_str().unwrap();
        assert!(
            message.contains("default/name was deleted at 20"),
            "{line:?}: {message}"
        );
        assert_eq!(error["hint"], hint, "{line:?}");
        gone.any_stderr().exits(code);
    }
    // A selection without names does not include it.
    let all = sandbox.kluis(["export", "--format", "json", "--all"]).run();
    let document = all.json();
    let keys: Vec<_> = document.as_object().unwrap().keys().collect();
    assert_eq!(keys, ["OTHER"]);
    all.any_stdout().exits(0);
}

#[test]
fn the_last_one_of_a_name_comes_back_and_older_ones_by_id() {
    let sandbox = Sandbox::with_vault();
    let values: [_; 3] = std::array::from_fn(|_| sandbox.secret("value"));
    let ids = values.each_ref().map(|value| {
        let id = sandbox.create("name", value);
        quietly(&sandbox, &["delete name"]);
        id
    });
    let listed = sandbox.prints(["list", "--deleted", "-q"], "");
    let newest_first: Vec<&str> = ids.iter().rev().map(String::as_str).collect();
    assert_eq!(listed.lines().collect::<Vec<_>>(), newest_first);
    quietly(&sandbox, &["restore name"]);
    assert_eq!(sandbox.show("name")["id"], ids[2]);
    let by_id = sandbox.kluis(["restore", &ids[0], "--name", "first"]).run();
    by_id.exits(0);
    assert_eq!(sandbox.get("first"), values[0].as_bytes());
    assert_eq!(sandbox.show("first")["id"], ids[0]);
    assert_eq!(sandbox.get("name"), values[2].as_bytes());
    let left = sandbox.prints(["list", "--deleted", "-q"], "");
    assert_eq!(left.trim_end(), ids[1]);
}

#[test]
fn a_name_that_is_taken_needs_another_one() {
    let sandbox = Sandbox::with_vault();
    let (old, new) = (sandbox.secret("old"), sandbox.secret("new"));
    let id = sandbox.create("name", &old);
    quietly(&sandbox, &["delete name"]);
    let create = ["create", "name"];
    sandbox
        .kluis(create)
        .stdin(&new)
        .run()
        .any_stdout()
        .exits(0);
    let before = sandbox.bytes();
    let message = "there is another secret default/name now";
    let hint = "restore it under another name: add --name NEW";
    for reference in ["name", "default/name", &id] {
        let taken = sandbox.kluis(["restore", reference]).run();
        taken
            .stderr(&format!("kluis: error: {message}\nkluis: hint: {hint}\n"))
            .exits(6);
        let taken = sandbox.kluis(["restore", reference, "--json"]).run();
        assert_eq!(
            taken.json_error(),
            json!({"error": message, "code": "conflict", "hint": hint})
        );
        taken.any_stderr().exits(6);
    }
    // The other name may be taken, too.
    let taken = sandbox.kluis(["restore", &id, "--name", "name"]).run();
    taken.any_stderr().exits(6);
    assert_eq!(sandbox.bytes(), before);
    sandbox
        .kluis(["restore", "name", "--name", "older"])
        .run()
        .exits(0);
    assert_eq!(sandbox.get("older"), old.as_bytes());
    assert_eq!(sandbox.get("name"), new.as_bytes());
    let two = sandbox.kluis(["restore", "a", "b", "--name", "c"]).run();
    two.stderr_has("--name is for one secret").exits(2);
}

#[test]
fn a_new_secret_under_the_name_leaves_the_deleted_one() {
    let sandbox = Sandbox::with_vault();
    let file = sandbox.given("value", sandbox.secret("new"));
    let file = file.to_str().unwrap();
    for verb in ["create", "set"] {
        let id = sandbox.create(verb, sandbox.secret("old"));
        quietly(&sandbox, &[&format!("delete {verb}")]);
        let command = sandbox.kluis([verb, verb, "--value-file", file]);
        let (shown, code) = Screen::start(command.command_at_terminal(), 160).ends();
        let note = format!(
            "kluis: note: this is a new secret: `kluis restore {id} --name NEW` brings back the deleted one\n"
        );
        assert_eq!((shown, code), (format!("{note}created {verb}\n"), 0));
        assert_ne!(sandbox.show(verb)["id"], id);
        let typed = ["restore", &id, "--name", &format!("old_{verb}")];
        sandbox.kluis(typed).run().exits(0);
    }
}

#[test]
fn several_come_back_all_or_none() {
    let sandbox = Sandbox::with_vault();
    let values = ["a", "b", "c"].map(|name| {
        let value = sandbox.secret(name);
        sandbox.create(name, &value);
        value
    });
    quietly(&sandbox, &["delete a b"]);
    let before = sandbox.bytes();
    for (line, said, code) in [
        (
            &["a", "nope"][..],
            "kluis: error: there is no deleted secret nope in the workspace default\n\
             kluis: hint: run `kluis list --deleted` to see what can be restored\n",
            3,
        ),
        (&["a", "c"], "there is no deleted secret c", 3),
        (&["a", "nope/b"], "there is no workspace nope", 3),
        (&["a", ".."], "name", 7),
        (&["a", "kluis://b?slot=0"], "takes a whole secret", 2),
    ] {
        let line = ["restore"].iter().chain(line);
        sandbox.kluis(line).run().stderr_has(said).exits(code);
        assert_eq!(sandbox.bytes(), before);
    }
    let restored = sandbox.kluis(["undelete", "b", "a", "--json"]).run();
    let object = restored.json();
    restored.any_stdout().exits(0);
    let all = object["restored"].as_array().unwrap();
    assert_eq!(all.len(), 2);
    for (secret, name) in all.iter().zip(["b", "a"]) {
        let mut shown = sandbox.show(name);
        shown["removed_links"] = json!([]);
        assert_eq!(*secret, shown);
    }
    for (name, value) in ["a", "b", "c"].iter().zip(&values) {
        assert_eq!(sandbox.get(name), value.as_bytes());
    }
    let missing = sandbox.kluis(["restore"]).run();
    missing.stderr_has("<SECRET> is missing").exits(2);
}

#[test]
fn removed_links_are_told_again_and_can_be_pasted() {
    let sandbox = Sandbox::with_vault();
    sandbox.create("name", sandbox.secret("value"));
    quietly(
        &sandbox,
        &[
            "workspace create staging",
            "app create web",
            "app create staging/job",
            "app create gone",
            "app link web FIRST=name",
            "app link web SECOND=name",
            "app link staging/job KEY=name",
            "app link gone LOST=name",
            "delete name --force",
            "app delete gone --yes",
        ],
    );
    let copy = sandbox.copy();
    let restored = copy.kluis(["restore", "name", "--json"]).run();
    let mut links = restored.json()["restored"][0]["removed_links"]
        .as_array()
        .unwrap()
        .clone();
    links.sort_by_key(Value::to_string);
    assert_eq!(
        links,
        [
            json!({"app": "default/web", "env_key": "FIRST"}),
            json!({"app": "default/web", "env_key": "SECOND"}),
            json!({"app": "staging/job", "env_key": "KEY"}),
            json!({"app": null, "env_key": "LOST"}),
        ]
    );
    restored.any_stdout().exits(0);
    assert_eq!(copy.show("name")["app_count"], 0);

    let restored = sandbox.kluis(["restore", "name"]).run();
    let mut told: Vec<_> = restored.stderr.lines().map(str::to_owned).collect();
    told.sort();
    assert_eq!(
        told,
        [
            "kluis: note: `kluis app link default/web FIRST=name` makes its link again",
            "kluis: note: `kluis app link default/web SECOND=name` makes its link again",
            "kluis: note: `kluis app link staging/job KEY=name` makes its link again",
            "kluis: note: an app that is gone linked it as LOST",
        ]
    );
    restored.any_stderr().exits(0);
    for line in told.iter().filter_map(|line| line.split('`').nth(1)) {
        quietly(&sandbox, &[line.strip_prefix("kluis ").unwrap()]);
    }
    assert_eq!(sandbox.show("name")["app_count"], 2);
    // They are past versions once it is restored.
    quietly(
        &sandbox,
        &["app delete web --yes", "app delete staging/job --yes"],
    );
    quietly(&sandbox, &["delete name"]);
    sandbox.kluis(["restore", "name"]).run().exits(0);
}

#[test]
fn a_secret_that_is_named_twice_is_restored_once() {
    let sandbox = Sandbox::with_vault();
    let older = sandbox.create("name", "older");
    quietly(&sandbox, &["delete name"]);
    let id = sandbox.create("name", sandbox.secret("newer"));
    sandbox.create("other", "other");
    quietly(&sandbox, &["delete name other"]);
    let line = ["restore", "name", &id, "other", "name", "--json"];
    let restored = sandbox.kluis(line).run();
    let found = restored.json()["restored"].clone();
    let ids = [&found[0]["id"], &found[2]];
    assert_eq!(ids, [&json!(id), &Value::Null], "{found}");
    restored.any_stdout().exits(0);
    // Two of one name are not the same secret.
    quietly(&sandbox, &["delete name"]);
    let before = sandbox.bytes();
    let both = sandbox.kluis(["restore", &id, &older]).run();
    both.any_stderr().exits(6);
    assert_eq!(sandbox.bytes(), before);
}

#[test]
fn a_workspace_with_deleted_secrets_is_not_empty() {
    let sandbox = Sandbox::with_vault();
    quietly(&sandbox, &["workspace create staging"]);
    sandbox.create("staging/key", sandbox.secret("value"));
    quietly(&sandbox, &["delete staging/key"]);
    let before = sandbox.bytes();
    let delete = ["workspace", "delete", "staging"];
    let refused = sandbox.kluis(delete.iter().chain(&["--yes"])).run();
    refused
        .stderr_has("staging still contains 1 secret (1 of them deleted, which can be restored)")
        .exits(6);
    let forced = delete.iter().chain(&["--force"]);
    let refused = sandbox.kluis(forced.clone()).run();
    refused.stderr_has("needs your yes").exits(2);
    assert_eq!(sandbox.bytes(), before);
    sandbox.kluis(forced.chain(&["--yes"])).run().exits(0);
    let gone = sandbox.kluis(["restore", "staging/key"]).run();
    gone.stderr_has("there is no workspace staging").exits(3);
}

#[test]
fn a_key_of_another_workspace_sees_no_deleted_secret() {
    let sandbox = Sandbox::with_vault();
    quietly(&sandbox, &["workspace create staging"]);
    let id = sandbox.create("mine", sandbox.secret("mine"));
    let theirs = sandbox.secret("theirs");
    sandbox.create("staging/theirs", &theirs);
    quietly(&sandbox, &["delete mine staging/theirs"]);
    let add = ["key", "add", "-q", "--token", "-w", "staging"];
    let token = sandbox.prints(add, "");
    sandbox.keep_token(token.as_bytes());
    let by = |line: &[&str]| {
        let kluis = sandbox.kluis(line);
        kluis.env("KLUIS_TOKEN", token.trim_end()).run()
    };
    let listed = by(&["list", "--deleted", "--all-workspaces", "--json"]);
    assert_eq!(listed.json()["count"], 1);
    listed.any_stdout().exits(0);
    by(&["restore", "default/mine"]).any_stderr().exits(8);
    by(&["restore", &id]).any_stderr().exits(3);
    by(&["restore", "theirs"]).exits(0);
    assert_eq!(sandbox.get("staging/theirs"), theirs.as_bytes());
}
