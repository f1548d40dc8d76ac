//! Tests `delete`: secrets that can be restored, and with `--forever` those that cannot.

use crate::sandbox::Sandbox;
use crate::screen::Screen;
use serde_json::{Value, json};

const NEEDS_YES: &str = "kluis: error: this needs your yes, but there is no terminal to ask at\n\
                         kluis: hint: to do it without a question, add --yes\n";

/// The output of `list --deleted`: names, the last deleted first.
fn deleted(sandbox: &Sandbox) -> Vec<String> {
    let listed = sandbox.kluis(["list", "--deleted", "--json"]).run();
    let object = listed.json();
    listed.any_stdout().exits(0);
    let secrets = object["secrets"].as_array().unwrap().iter();
    let names = secrets.map(|secret| secret["name"].as_str().unwrap().to_owned());
    names.collect()
}

fn at_terminal(sandbox: &Sandbox, line: &[&str]) -> Screen {
    Screen::start(sandbox.kluis(line).command_at_terminal(), 100)
}

#[test]
fn a_deleted_secret_is_gone_and_its_name_is_free() {
    let sandbox = Sandbox::with_vault();
    let (old, new) = (sandbox.secret("old"), sandbox.secret("new"));
    let id = sandbox.create("name", old);
    sandbox.kluis(["delete", "name"]).run().exits(0);
    for gone in ["name", &id] {
        sandbox.kluis(["get", gone]).run().any_stderr().exits(3);
        sandbox.kluis(["show", gone]).run().any_stderr().exits(3);
        sandbox.kluis(["rm", gone]).run().any_stderr().exits(3);
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
    sandbox.kluis(["rm", &id]).run().exits(0);
    sandbox.kluis(["list", "-q"]).run().stdout("two\n").exits(0);
    assert_eq!(sandbox.get("two"), value.as_bytes());
}

#[test]
fn nothing_is_asked_and_people_are_told_how_to_come_back() {
    let sandbox = Sandbox::with_vault();
    sandbox.prints(["workspace", "create", "staging"], "");
    for name in ["one", "two", "staging/three", "four", "five"] {
        sandbox.create(name, sandbox.secret("value"));
    }
    for (line, told) in [
        (
            &["delete", "one"][..],
            "kluis: note: deleted default/one: `kluis restore one` undoes it\n",
        ),
        (
            &["rm", "two", "staging/three"],
            "kluis: note: deleted default/two, staging/three: `kluis restore two staging/three` undoes it\n",
        ),
        (&["delete", "four", "-q"], ""),
    ] {
        assert_eq!(at_terminal(&sandbox, line).ends(), (told.to_owned(), 0));
    }
    // A script has the exit code.
    let delete = ["delete", "five", "--non-interactive"];
    sandbox.kluis(delete).stdin("n\n").run().exits(0);
    let restore = ["restore", "two", "staging/three"];
    sandbox.kluis(restore).run().exits(0);
    let listed = sandbox.prints(["list", "-q", "--all-workspaces"], "");
    assert_eq!(listed, "default/two\nstaging/three\n");
}

/// The story: a second `delete` before `restore` once replaced the copy that had the secret.
#[test]
fn a_second_delete_before_restore_loses_nothing() {
    let sandbox = Sandbox::with_vault();
    let (value, other) = (sandbox.secret("value"), sandbox.secret("other"));
    let id = sandbox.create("name", &value);
    sandbox.create("other", &other);
    sandbox.kluis(["delete", "name"]).run().exits(0);
    let bytes = sandbox.bytes();
    let again = sandbox.kluis(["delete", "name"]).run();
    let since = again.stderr.split(" at ").nth(1).unwrap_or_default();
    let since = since.lines().next().unwrap().to_owned();
    again
        .stderr(&format!(
            "kluis: error: default/name was deleted at {since}\n\
             kluis: hint: `kluis restore default/name` brings it back with its versions; its id is {id}\n"
        ))
        .exits(3);
    let again = sandbox.kluis(["delete", "name", "--json"]).run();
    let error = again.json_error();
    assert_eq!(error["code"], "not_found");
    assert_eq!(
        error["hint"],
        format!("`kluis restore default/name` brings it back with its versions; its id is {id}")
    );
    again.any_stderr().exits(3);
    assert_eq!(sandbox.bytes(), bytes);
    // Another one, which replaces the copy beside the vault.
    sandbox.kluis(["delete", "other"]).run().exits(0);
    assert_eq!(deleted(&sandbox), ["other", "name"]);
    sandbox.kluis(["restore", "default/name"]).run().exits(0);
    sandbox.kluis(["restore", "other"]).run().exits(0);
    assert_eq!(sandbox.get("name"), value.as_bytes());
    assert_eq!(sandbox.get("other"), other.as_bytes());
    assert_eq!(sandbox.show("name")["id"], id);
}

#[test]
fn several_are_deleted_all_or_none() {
    let sandbox = Sandbox::with_vault();
    let ids = ["a", "b", "c"].map(|name| sandbox.create(name, sandbox.secret(name)));
    for line in [
        &["app", "create", "web"][..],
        &["app", "link", "web", "KEY=c"],
    ] {
        sandbox.kluis(line).run().any_stdout().exits(0);
    }
    let before = sandbox.bytes();
    for (line, said, code) in [
        (&["a", "nope", "b"][..], "there is no secret nope", 3),
        (&["a", "nope/b"], "there is no workspace nope", 3),
        (&["a", "..", "b"], "name", 7),
        (&["a", "c"], "default/c is linked by the app web", 6),
        (&["a", "kluis://b?slot=0"], "takes a whole secret", 2),
    ] {
        for options in [&[][..], &["--forever", "--yes"]] {
            let delete = ["delete"].iter().chain(line).chain(options);
            sandbox.kluis(delete).run().stderr_has(said).exits(code);
            assert_eq!(sandbox.bytes(), before, "{line:?} {options:?}");
        }
    }
    // A secret that is named twice counts once.
    let line = ["delete", "b", "default/b", &ids[1], "a", "--json"];
    let gone = sandbox.kluis(line).run();
    let secret =
        |place: usize, name: &str| json!({"id": ids[place], "workspace": "default", "name": name});
    assert_eq!(
        gone.json(),
        json!({"deleted": [secret(1, "b"), secret(0, "a")]})
    );
    gone.any_stdout().exits(0);
    assert_eq!(sandbox.prints(["list", "-q"], ""), "c\n");
    // One write: the copy beside the vault is from before all of it.
    let previous = sandbox.vault().with_file_name(".default.kluis.prev");
    assert_eq!(std::fs::read(previous).unwrap(), before);
}

#[test]
fn for_ever_needs_a_yes_and_leaves_nothing_to_restore() {
    let sandbox = Sandbox::with_vault();
    let value = sandbox.secret("value");
    sandbox.create("name", &value);
    let before = sandbox.bytes();
    let line = ["delete", "name", "--forever"];
    for options in [&["--non-interactive"][..], &[]] {
        let refused = sandbox.kluis(line.iter().chain(options)).stdin("y\n");
        refused.run().stderr(NEEDS_YES).exits(2);
    }
    let json = sandbox.kluis(line.iter().chain(&["--json"])).run();
    assert_eq!(json.json_error()["code"], "usage");
    json.any_stderr().exits(2);
    assert_eq!(sandbox.bytes(), before);
    assert_eq!(sandbox.get("name"), value.as_bytes());

    sandbox.kluis(line.iter().chain(&["--yes"])).run().exits(0);
    assert_eq!(deleted(&sandbox), [""; 0]);
    let gone = sandbox.kluis(["restore", "name"]).run();
    gone.stderr_has("there is no deleted secret name").exits(3);
    let again = sandbox.kluis(line.iter().chain(&["--yes"])).run();
    again.stderr_has("there is no secret name").exits(3);
}

#[test]
fn for_ever_takes_what_is_deleted_already_too() {
    let sandbox = Sandbox::with_vault();
    let first = sandbox.create("name", sandbox.secret("first"));
    sandbox.kluis(["delete", "name"]).run().exits(0);
    let second = sandbox.create("name", sandbox.secret("second"));
    // The existing one, however often it is named, and not the deleted one of its name.
    let line = ["delete", "name", "default/name", &second, "--forever", "-y"];
    let gone = sandbox.kluis(line.iter().chain(&["--json"])).run();
    let ids: Vec<_> = gone.json()["deleted"]
        .as_array()
        .unwrap()
        .iter()
        .map(|secret| secret["id"].clone())
        .collect();
    assert_eq!(ids, [Value::from(second)]);
    gone.any_stdout().exits(0);
    assert_eq!(deleted(&sandbox), ["name"]);
    let before = sandbox.bytes();
    let delete = ["delete", "name", "--forever"];
    let mut screen = at_terminal(&sandbox, &delete);
    screen.shows("Delete default/name for ever, 1 version? [y/N] ");
    screen.types("n\r");
    assert_eq!(screen.ends().1, 130);
    assert_eq!(sandbox.bytes(), before);
    let mut screen = at_terminal(&sandbox, &delete);
    screen.shows("[y/N] ");
    screen.types("y\r");
    assert!(
        screen
            .ends()
            .0
            .ends_with("kluis: note: deleted default/name for ever\n")
    );
    assert_eq!(deleted(&sandbox), [""; 0]);
    let gone = sandbox.kluis(["restore", &first]).run();
    gone.any_stderr().exits(3);
}

#[test]
fn what_changed_during_the_question_is_not_lost() {
    let sandbox = Sandbox::with_vault();
    sandbox.create("name", sandbox.secret("old"));
    let ask = || {
        let mut screen = at_terminal(&sandbox, &["delete", "name", "--forever"]);
        screen.shows("[y/N] ");
        screen
    };
    let refuses = |mut screen: Screen| {
        let before = sandbox.bytes();
        screen.types("y\r");
        let (shown, code) = screen.ends();
        let told = "another process changed default/name meanwhile";
        assert!(shown.contains(told), "{shown}");
        assert!(shown.contains("nothing was written"), "{shown}");
        assert_eq!(code, 6);
        assert_eq!(sandbox.bytes(), before);
    };
    let screen = ask();
    let new = sandbox.secret("new");
    sandbox.prints(["set", "name"], &new);
    refuses(screen);
    assert_eq!(sandbox.get("name"), new.as_bytes());
    // You restored it meanwhile, so you need it again.
    sandbox.kluis(["delete", "name"]).run().exits(0);
    let screen = ask();
    sandbox.kluis(["restore", "name"]).run().exits(0);
    refuses(screen);
    // Another secret under the name is not the one of the question.
    let screen = ask();
    let moved = ["update", "name", "--name", "moved"];
    sandbox.kluis(moved).run().exits(0);
    let other = sandbox.secret("other");
    sandbox.create("name", &other);
    let mut screen = screen;
    screen.types("y\r");
    assert_eq!(screen.ends().1, 0);
    assert_eq!(sandbox.prints(["list", "-q"], ""), "name\n");
    assert_eq!(sandbox.get("name"), other.as_bytes());
}

#[test]
fn a_missing_secret_fails_before_any_question() {
    let sandbox = Sandbox::with_vault();
    for options in [&[][..], &["--forever"]] {
        sandbox
            .kluis(["delete", "nope"].iter().chain(options))
            .run()
            .stderr_has("there is no secret nope")
            .exits(3);
    }
}

#[test]
fn a_key_that_only_reads_deletes_and_restores_nothing() {
    let sandbox = Sandbox::with_vault();
    for name in ["name", "gone"] {
        sandbox.create(name, sandbox.secret(name));
    }
    sandbox.prints(["rotate", "name"], sandbox.secret("new"));
    sandbox.kluis(["delete", "gone"]).run().exits(0);
    let add = ["key", "add", "--full", "-q", "--token", "--read-only"];
    let token = sandbox.prints(add, "");
    sandbox.keep_token(token.as_bytes());
    let before = sandbox.bytes();
    for line in [
        &["delete", "name"][..],
        &["delete", "name", "--forever"],
        &["delete", "gone", "--forever"],
        &["restore", "gone"],
        &["rollback", "name"],
        &["vault", "prune"],
        &["vault", "prune", "name"],
    ] {
        for options in [&[][..], &["--yes"]] {
            let by = sandbox.kluis(line.iter().chain(options));
            let refused = by.env("KLUIS_TOKEN", token.trim_end()).run();
            // Before any question: the code would be 2.
            refused.stderr_has("key").exits(8);
        }
    }
    assert_eq!(sandbox.bytes(), before);
    let listed = sandbox.kluis(["list", "--deleted"]);
    let listed = listed.env("KLUIS_TOKEN", token.trim_end()).run();
    assert!(listed.stdout.starts_with(b"gone\t"));
    listed.any_stdout().exits(0);
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
        let link = ["app", "link", app, "KEY=name"];
        sandbox.kluis(link).run().exits(0);
    }
    ids.reverse();
    let before = sandbox.bytes();
    for options in [&[][..], &["--forever"], &["--forever", "--yes"]] {
        let line = ["delete", "name"].iter().chain(options);
        let refused = sandbox.kluis(line.clone()).run();
        refused
            .stderr(
                "kluis: error: default/name is linked by the apps job, web\n\
                 kluis: hint: unlink it first with `kluis app unlink`, or add --force to unlink and delete it\n",
            )
            .exits(6);
        let refused = sandbox.kluis(line.chain(&["--json"])).run();
        let error = refused.json_error();
        assert_eq!(
            (&error["code"], &error["conflicting_ids"]),
            (&"conflict".into(), &ids.clone().into())
        );
        refused.any_stderr().exits(6);
    }
    assert_eq!(sandbox.bytes(), before);
    assert_eq!(sandbox.get("name"), value.as_bytes());

    let unlinked = |sandbox: &Sandbox| {
        sandbox.kluis(["get", "name"]).run().any_stderr().exits(3);
        let listed = sandbox.kluis(["app", "list", "--json"]).run();
        for app in listed.json()["apps"].as_array().unwrap() {
            assert_eq!(app["links"], json!([]));
        }
        listed.any_stdout().exits(0);
    };
    let forced = ["delete", "name", "--force", "--forever"];
    let refused = sandbox.kluis(forced).run();
    refused.stderr(NEEDS_YES).exits(2);
    assert_eq!(sandbox.bytes(), before, "it is asked all the same");
    let copy = sandbox.copy();
    let mut screen = at_terminal(&copy, &forced);
    screen.shows("Delete default/name for ever, 1 version, and the links of apps to them? [y/N] ");
    screen.types("y\r");
    assert_eq!(screen.ends().1, 0);
    unlinked(&copy);
    sandbox.kluis(["delete", "name", "--force"]).run().exits(0);
    unlinked(&sandbox);
}
