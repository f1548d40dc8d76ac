//! Tests `app`.

use crate::sandbox::Sandbox;
use serde_json::{Value, json};

fn app(sandbox: &Sandbox, arguments: &[&str]) {
    let ran = sandbox.kluis(["app"].iter().chain(arguments)).run();
    ran.any_stdout().exits(0);
}

fn json(sandbox: &Sandbox, arguments: &[&str]) -> Value {
    let shown = sandbox.kluis(arguments.iter().chain(&["--json"])).run();
    let object = shown.json();
    shown.any_stdout().exits(0);
    object
}

/// The members of each link: key, workspace, name.
fn links(sandbox: &Sandbox, name: &str) -> Vec<[String; 3]> {
    let shown = json(sandbox, &["app", "show", name]);
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let links = shown["links"].as_array().unwrap().iter();
    let links = links.map(|link| {
        let secret = &link["secret"];
        [&link["env_key"], &secret["workspace"], &secret["name"]].map(text)
    });
    links.collect()
}

/// Workspaces `default` and `staging` with a secret `key` each; `web` links the first as KEY.
fn linked() -> Sandbox {
    let sandbox = Sandbox::with_vault();
    sandbox.create("key", sandbox.secret("default"));
    let make = sandbox.kluis(["workspace", "create", "staging"]).run();
    make.any_stdout().exits(0);
    let make = sandbox.kluis(["create", "key", "-w", "staging"]);
    let made = make.stdin(sandbox.secret("staging")).run();
    made.any_stdout().exits(0);
    app(&sandbox, &["create", "web"]);
    app(&sandbox, &["link", "web", "KEY=key"]);
    sandbox
}

#[test]
fn one_is_made_linked_shown_unlinked_and_deleted() {
    let sandbox = Sandbox::with_vault();
    let secret = sandbox.create("key", sandbox.secret("value"));
    let made = sandbox.kluis(["app", "create", "web"]).run();
    let id = String::from_utf8(made.stdout.clone()).unwrap();
    made.any_stdout().exits(0);
    let id = id.trim_end();
    assert!(id.starts_with("app_") && id.len() == 30, "{id}");
    let link = ["app", "link", "web", "THE_KEY=key"];
    sandbox.kluis(link).run().exits(0);
    let shown = json(&sandbox, &["app", "show", "web"]);
    let expected = json!([{
        "env_key": "THE_KEY",
        "secret": {"id": secret, "workspace": "default", "name": "key"},
        "counts": true,
    }]);
    assert_eq!(shown["links"], expected);
    assert_eq!((&shown["id"], &shown["name"]), (&id.into(), &"web".into()));
    assert!(shown["updated_at"].as_str() > shown["created_at"].as_str());
    assert_eq!(shown["workspace"], "default");
    assert_eq!(shown.as_object().unwrap().len(), 6);
    let unlink = ["app", "unlink", "web", "THE_KEY"];
    sandbox.kluis(unlink).run().exits(0);
    assert_eq!(links(&sandbox, "web"), [[""; 3]; 0]);
    let delete = ["app", "delete", "web", "--yes"];
    sandbox.kluis(delete).run().exits(0);
    let gone = sandbox.kluis(["app", "show", "web"]).run();
    gone.stderr(
        "kluis: error: there is no app web in the workspace default\nkluis: hint: run `kluis app list` to see the apps\n",
    )
    .exits(3);
    sandbox.kluis(["list", "-q"]).run().stdout("key\n").exits(0);
}

#[test]
fn people_see_its_links_by_name() {
    let sandbox = linked();
    app(&sandbox, &["link", "web", "ANOTHER=staging/key"]);
    let shown = sandbox.kluis(["app", "show", "web"]).run();
    let text = String::from_utf8(shown.stdout.clone()).unwrap();
    shown.any_stdout().exits(0);
    assert!(
        text.starts_with("name             web\nworkspace        default\nid               app_"),
        "{text}"
    );
    let end = "link             ANOTHER = staging/key\nlink             KEY = default/key\n";
    assert!(text.ends_with(end), "{text}");
}

#[test]
fn they_are_listed_by_name() {
    let sandbox = linked();
    app(&sandbox, &["create", "job", "-w", "staging"]);
    let list = ["app", "list"];
    let listed = sandbox.kluis(list).run();
    let text = String::from_utf8(listed.stdout.clone()).unwrap();
    let rows: Vec<Vec<&str>> = text.lines().map(|row| row.split('\t').collect()).collect();
    assert_eq!(
        (&rows[0][..3], &rows[1][..3]),
        (&["job", "staging", "0"][..], &["web", "default", "1"][..])
    );
    listed.any_stdout().exits(0);
    sandbox
        .kluis(["app", "list", "-q"])
        .run()
        .stdout("staging/job\ndefault/web\n")
        .exits(0);
    let object = json(&sandbox, &list);
    assert_eq!(object["count"], 2);
    assert_eq!(object["apps"][1], json(&sandbox, &["app", "show", "web"]));
    let empty = Sandbox::with_vault();
    empty
        .kluis(list)
        .run()
        .stderr("kluis: note: no apps\n")
        .exits(0);
    assert_eq!(json(&empty, &list), json!({"count": 0, "apps": []}));
}

#[test]
fn with_json_every_change_prints_like_show() {
    let sandbox = Sandbox::with_vault();
    sandbox.create("key", sandbox.secret("value"));
    for change in [
        &["create", "web"][..],
        &["link", "web", "KEY=key"],
        &["unlink", "web", "KEY"],
    ] {
        let changed = json(&sandbox, &[&["app"], change].concat());
        assert_eq!(
            changed,
            json(&sandbox, &["app", "show", "web"]),
            "{change:?}"
        );
    }
}

#[test]
fn a_key_has_one_secret_of_whichever_workspace() {
    let sandbox = linked();
    let before = sandbox.bytes();
    let link = ["app", "link", "web", "KEY=default/key"];
    sandbox
        .kluis(link)
        .run()
        .stderr("kluis: note: unchanged\n")
        .exits(0);
    assert_eq!(sandbox.bytes(), before);
    let link = ["app", "link", "default/web", "KEY=key", "-w", "staging"];
    sandbox.kluis(link).run().exits(0);
    assert_eq!(links(&sandbox, "web"), [["KEY", "staging", "key"]]);
    let previous = sandbox.vault().with_file_name(".default.kluis.prev");
    assert_eq!(std::fs::read(previous).unwrap(), before, "one write");
}

#[test]
fn its_links_follow_new_names() {
    let sandbox = linked();
    let id = json(&sandbox, &["show", "staging/key"])["id"].clone();
    let by_id = format!("BY_ID={}", id.as_str().unwrap());
    app(&sandbox, &["link", "web", &by_id]);
    for rename in [
        &["update", "staging/key", "--name", "renamed"][..],
        &["workspace", "update", "staging", "--name", "preview"],
    ] {
        sandbox.kluis(rename).run().exits(0);
    }
    let expected = [["BY_ID", "preview", "renamed"], ["KEY", "default", "key"]];
    assert_eq!(links(&sandbox, "web"), expected);
}

#[test]
fn a_secret_counts_the_apps_that_link_it() {
    let sandbox = linked();
    app(&sandbox, &["create", "job"]);
    for (name, key) in [("web", "AGAIN"), ("job", "KEY")] {
        app(&sandbox, &["link", name, &format!("{key}=key")]);
    }
    assert_eq!(json(&sandbox, &["show", "key"])["app_count"], 2);
    assert_eq!(json(&sandbox, &["list"])["secrets"][0]["app_count"], 2);
    assert_eq!(json(&sandbox, &["show", "staging/key"])["app_count"], 0);
    assert_eq!(json(&sandbox, &["vault", "verify"])["apps"], 2);
    app(&sandbox, &["unlink", "web", "KEY"]);
    assert_eq!(json(&sandbox, &["show", "key"])["app_count"], 2);
    app(&sandbox, &["unlink", "web", "AGAIN"]);
    assert_eq!(json(&sandbox, &["show", "key"])["app_count"], 1);
    // Deleting the app frees the secret.
    app(&sandbox, &["delete", "job", "-y"]);
    sandbox.kluis(["delete", "key", "-y"]).run().exits(0);
}

#[test]
fn without_yes_and_without_a_terminal_the_app_stays() {
    let sandbox = linked();
    let before = sandbox.bytes();
    let delete = sandbox.kluis(["app", "delete", "web"]).run();
    delete
        .stderr_has("to do it without a question, add --yes")
        .exits(2);
    assert_eq!(sandbox.bytes(), before);
}

#[test]
fn a_refused_app_change_changes_nothing() {
    let sandbox = linked();
    let before = sandbox.bytes();
    for (arguments, code, said) in [
        (&["create", "web"][..], 6, "there is already an app web"),
        (
            &["create", "default/web", "-w", "staging"],
            6,
            "there is already an app web in the workspace default",
        ),
        (
            &["show", "web", "-w", "staging"],
            3,
            "hint: did you mean default/web?",
        ),
        (
            &["create", "new", "-w", "nope"],
            3,
            "there is no workspace nope",
        ),
        (&["create", "a b"], 7, "cannot be the name of an app"),
        (
            &["create", "app_7ZZZZZZZZZZZZZZZZZZZZZZZZZ"],
            7,
            "looks like an id",
        ),
        (&["link", "job", "KEY=key"], 3, "there is no app job"),
        (&["link", "web", "KEY=nope"], 3, "there is no secret nope"),
        (
            &["link", "web", "KEY=nope/key"],
            3,
            "there is no workspace nope",
        ),
        (
            &["link", "web", "1KEY=key"],
            7,
            "cannot be an environment variable",
        ),
        (
            &["link", "web", "KEY=a b"],
            7,
            "cannot be the name of a secret",
        ),
        (&["link", "web", "KEY"], 2, "a link needs KEY=REF"),
        (
            &["link", "web", "KEY=kluis://key?slot=0"],
            2,
            "remove ?slot= from the address",
        ),
        (
            &["unlink", "web", "OTHER"],
            3,
            "there is no link OTHER of the app web",
        ),
        (&["unlink", "job", "KEY"], 3, "there is no app job"),
        (&["delete", "job", "-y"], 3, "there is no app job"),
        (&["show", "a/b/c"], 7, "cannot be the name of an app"),
        (&["bogus"], 2, "there is no command bogus"),
        (
            &[],
            2,
            "`kluis app` needs a command\nkluis: hint: use one of: create, link, unlink, list, show, delete, sync; see `kluis app --help`\n",
        ),
    ] {
        let refused = sandbox.kluis(["app"].iter().chain(arguments)).run();
        refused.stderr_has(said).exits(code);
        assert_eq!(sandbox.bytes(), before, "{arguments:?}");
    }
}

/// It may be linked; `run` reports what it needs.
#[test]
fn a_key_that_run_refuses_can_be_linked() {
    let sandbox = linked();
    app(&sandbox, &["link", "web", "NODE_OPTIONS=key"]);
    let run = ["run", "--app", "web", "--", "true"];
    let refused = sandbox.kluis(run).run();
    refused
        .stderr_has("NODE_OPTIONS can make a program load or run other code")
        .exits(125);
    let allowed = ["run", "--app", "web", "--allow-env", "NODE_OPTIONS"];
    let ran = sandbox.kluis(allowed.iter().chain(&["--", "true"])).run();
    ran.exits(0);
}

/// A writer of one workspace gives no variable to an app of another, by any name or id.
#[test]
fn a_writer_of_another_workspace_adds_nothing_to_an_app() {
    let sandbox = linked();
    let add = ["key", "add", "--token", "--workspace", "staging"];
    let token = sandbox.kluis(add).run();
    let writer = String::from_utf8(token.stdout.clone()).unwrap();
    token.any_stdout().any_stderr().exits(0);
    let as_writer = |arguments: &[&str]| {
        let command = sandbox.kluis(arguments);
        command.env("KLUIS_TOKEN", writer.trim()).run()
    };
    let link = ["app", "link", "default/web", "API_BASE=key"];
    as_writer(&link)
        .stderr_has("this key has no access to the workspace default")
        .exits(8);
    as_writer(&["app", "create", "web"]).any_stdout().exits(0);
    as_writer(&["app", "link", "web", "API_BASE=key"]).exits(0);
    let print = ["sh", "-c", "printf '%s %s' \"$KEY\" \"${API_BASE-unset}\""];
    let run = [&["run", "--app", "web", "--"][..], &print].concat();
    let expected = [sandbox.get("key"), b" unset".to_vec()].concat();
    sandbox.kluis(run).run().stdout(expected).exits(0);
    assert_eq!(json(&sandbox, &["show", "staging/key"])["app_count"], 1);
}
