//! Tests `vault prune`: dropping past versions and deleted secrets for ever, never without your yes.

use crate::sandbox::{Sandbox, now};
use crate::screen::Screen;
use serde_json::{Value, json};

/// The secret `key` with slots 0, 100, 200 and 300, and one that has not begun.
fn grown() -> (Sandbox, u64) {
    let sandbox = Sandbox::with_vault();
    sandbox.create("key", sandbox.secret("value"));
    let later = now() + 3_600;
    for at in [100, 200, 300, later] {
        let at = at.to_string();
        sandbox.prints(["rotate", "key", "--at", &at], sandbox.secret("value"));
    }
    (sandbox, later)
}

/// Besides `key`, with two past versions: `old` and `older`, deleted, and the same in `staging`.
fn with_deleted() -> Sandbox {
    let sandbox = Sandbox::with_vault();
    sandbox.prints(["workspace", "create", "staging"], "");
    for workspace in ["default", "staging"] {
        let path = |name: &str| format!("{workspace}/{name}");
        sandbox.create(&path("key"), sandbox.secret("value"));
        for at in ["100", "200"] {
            let rotate = ["rotate", &path("key"), "--at", at];
            sandbox.prints(rotate, sandbox.secret("value"));
        }
        for name in ["older", "old"] {
            sandbox.create(&path(name), sandbox.secret("value"));
            sandbox.kluis(["delete", &path(name)]).run().exits(0);
        }
    }
    sandbox
}

fn value(sandbox: &Sandbox, slot: u64) -> String {
    sandbox.prints(["get", "key", "--slot", &slot.to_string()], "")
}

fn pruned(sandbox: &Sandbox, options: &[&str]) -> Value {
    let line = ["vault", "prune", "--json", "--yes"].iter().chain(options);
    let pruned = sandbox.kluis(line).run();
    let object = pruned.json();
    pruned.any_stdout().exits(0);
    object
}

/// The dropped slots and names, with their workspaces.
fn dropped(object: &Value) -> (Vec<String>, Vec<String>) {
    let path = |secret: &Value| {
        let member = |name: &str| secret[name].as_str().unwrap().to_owned();
        format!("{}/{}", member("workspace"), member("name"))
    };
    let versions = object["versions"].as_array().unwrap().iter();
    let versions = versions.map(|secret| format!("{} {}", path(secret), secret["slots"]));
    let deleted = object["deleted"].as_array().unwrap().iter().map(path);
    let mut deleted: Vec<_> = deleted.collect();
    deleted.sort();
    (versions.collect(), deleted)
}

#[test]
fn superseded_slots_go_and_the_others_stay() {
    let (sandbox, later) = grown();
    let kept = [300, later].map(|slot| value(&sandbox, slot));
    let before = sandbox.show("key");
    sandbox
        .kluis(["vault", "prune", "key", "-q", "--yes"])
        .run()
        .exits(0);
    assert_eq!(sandbox.slots("key"), (vec![300, later], Some(300)));
    assert_eq!([300, later].map(|slot| value(&sandbox, slot)), kept);
    let after = sandbox.show("key");
    assert_eq!(after["id"], before["id"]);
    assert_eq!(after["created_at"], before["created_at"]);
    assert!(after["updated_at"].as_str() > before["updated_at"].as_str());
    for options in [&["--slot", "200"][..], &["--at", "299"], &["--previous"]] {
        let gone = sandbox.kluis(["get", "key"].iter().chain(options)).run();
        gone.any_stderr().exits(3);
    }
    sandbox
        .kluis(["vault", "verify"])
        .run()
        .any_stdout()
        .exits(0);
}

#[test]
fn the_newest_superseded_ones_can_be_kept() {
    let (sandbox, later) = grown();
    let newest = value(&sandbox, 200);
    sandbox
        .kluis(["vault", "prune", "key", "--keep", "2", "-q", "-y"])
        .run()
        .exits(0);
    assert_eq!(sandbox.slots("key").0, [100, 200, 300, later]);
    sandbox
        .kluis(["vault", "prune", "key", "--keep", "1", "-q", "-y"])
        .run()
        .exits(0);
    assert_eq!(sandbox.slots("key").0, [200, 300, later]);
    assert_eq!(value(&sandbox, 200), newest);
}

#[test]
fn without_any_to_drop_nothing_changes() {
    let (sandbox, _) = grown();
    sandbox.prints(["create", "young", "--slot", "1d"], sandbox.secret("value"));
    let bytes = sandbox.bytes();
    for line in [
        &["key", "--keep", "3"][..],
        &["key", "--keep", "99"],
        &["young"],
        &["--deleted"],
        &["--older-than", "36500d"],
    ] {
        // Nothing is lost, so nothing is asked.
        let same = sandbox.kluis(["vault", "prune"].iter().chain(line)).run();
        same.stderr("kluis: note: unchanged: there is nothing to drop\n")
            .exits(0);
        let object = pruned(&sandbox, line);
        assert_eq!(object, json!({"versions": [], "deleted": []}));
        assert_eq!(sandbox.bytes(), bytes, "{line:?}");
    }
}

#[test]
fn a_note_says_what_was_dropped() {
    let (sandbox, _) = grown();
    for (line, told) in [
        ("vault prune key --keep 1 -q -y", ""),
        (
            "vault prune key --yes",
            "kluis: note: dropped 1 past version of default/key\n",
        ),
    ] {
        let command = sandbox.kluis(line.split(' '));
        let mut screen = Screen::start(command.command_at_terminal(), 80);
        assert_eq!(screen.ends(), (told.to_owned(), 0));
    }
    assert_eq!(sandbox.slots("key").0.len(), 2);
    let sandbox = with_deleted();
    for (line, told) in [
        (
            "vault prune -y --superseded",
            "2 past versions of default/key",
        ),
        ("vault prune -y", "2 deleted secrets"),
        (
            "vault prune -y -w staging",
            "2 past versions of staging/key and 2 deleted secrets",
        ),
    ] {
        let pruned = sandbox.kluis(line.split(' ')).run();
        pruned
            .stderr(&format!("kluis: note: dropped {told}\n"))
            .exits(0);
    }
}

#[test]
fn people_are_asked_and_a_script_needs_a_yes() {
    let (sandbox, _) = grown();
    let before = sandbox.bytes();
    let at_terminal = || {
        let command = sandbox.kluis(["vault", "prune", "key", "--keep", "1"]);
        let mut screen = Screen::start(command.command_at_terminal(), 80);
        screen.shows("Drop 2 past versions of default/key for ever? [y/N] ");
        screen
    };
    let mut screen = at_terminal();
    screen.types("\r");
    assert_eq!(screen.ends().1, 130);
    assert_eq!(sandbox.bytes(), before);
    for options in [&[][..], &["--non-interactive"], &["-q"]] {
        let line = ["vault", "prune", "key"].iter().chain(options);
        let refused = sandbox.kluis(line).stdin("y\n").run();
        refused
            .stderr(
                "kluis: error: this needs your yes, but there is no terminal to ask at\n\
                 kluis: hint: to do it without a question, add --yes\n",
            )
            .exits(2);
    }
    let refused = sandbox.kluis(["vault", "prune", "key", "--json"]).run();
    assert_eq!(refused.json_error()["code"], "usage");
    refused.any_stderr().exits(2);
    assert_eq!(sandbox.bytes(), before);
    let mut screen = at_terminal();
    screen.types("y\r");
    assert_eq!(screen.ends().1, 0);
    assert_eq!(sandbox.slots("key").0.len(), 3);
}

#[test]
fn the_question_counts_what_is_deleted_too() {
    let sandbox = with_deleted();
    for (line, question) in [
        (
            &["vault", "prune"][..],
            "Drop 2 past versions of default/key and 2 deleted secrets for ever? [y/N] ",
        ),
        (
            &["vault", "prune", "--all-workspaces"],
            "Drop 4 past versions of 2 secrets and 4 deleted secrets for ever? [y/N] ",
        ),
        (
            &["vault", "prune", "old"],
            "Drop the deleted secret default/old for ever? [y/N] ",
        ),
    ] {
        let command = sandbox.kluis(line).command_at_terminal();
        let mut screen = Screen::start(command, 120);
        screen.shows(question);
        screen.types("n\r");
        assert_eq!(screen.ends().1, 130, "{line:?}");
    }
}

#[test]
fn a_value_set_during_the_question_is_not_dropped() {
    let (sandbox, _) = grown();
    let current = value(&sandbox, 300);
    let command = sandbox.kluis(["vault", "prune", "key"]);
    let mut screen = Screen::start(command.command_at_terminal(), 80);
    screen.shows("Drop 3 past versions of default/key for ever? [y/N] ");
    sandbox.prints(["set", "key"], sandbox.secret("new"));
    let before = sandbox.bytes();
    screen.types("y\r");
    let (shown, code) = screen.ends();
    assert!(
        shown.contains("another process changed the vault meanwhile"),
        "{shown}"
    );
    assert_eq!(code, 6);
    assert_eq!(sandbox.bytes(), before);
    // It was the current one at the time of the question.
    assert_eq!(value(&sandbox, 300), current);
}

#[test]
fn the_choice_is_by_name_kind_age_and_workspace() {
    let cases: &[(&[&str], &[&str], &[&str])] = &[
        (
            &[],
            &["default/key [0,100]"],
            &["default/old", "default/older"],
        ),
        (&["--superseded"], &["default/key [0,100]"], &[]),
        (&["--deleted"], &[], &["default/old", "default/older"]),
        (
            &["--superseded", "--deleted", "--keep", "1"],
            &["default/key [0]"],
            &["default/old", "default/older"],
        ),
        (&["key"], &["default/key [0,100]"], &[]),
        (&["old"], &[], &["default/old"]),
        (
            &["old", "staging/key"],
            &["staging/key [0,100]"],
            &["default/old"],
        ),
        (
            &["-w", "staging"],
            &["staging/key [0,100]"],
            &["staging/old", "staging/older"],
        ),
        (
            &["--all-workspaces", "--deleted"],
            &[],
            &[
                "default/old",
                "default/older",
                "staging/old",
                "staging/older",
            ],
        ),
        // Superseded when slot 200 took over, which was written a moment ago; deleted a moment ago.
        (&["--older-than", "1h"], &[], &[]),
    ];
    let template = with_deleted();
    for (options, versions, deleted) in cases {
        let sandbox = template.copy();
        let object = pruned(&sandbox, options);
        assert_eq!(
            dropped(&object),
            (
                versions.iter().map(|&text| text.to_owned()).collect(),
                deleted.iter().map(|&text| text.to_owned()).collect()
            ),
            "{options:?}"
        );
        sandbox.prints(["vault", "verify"], "");
    }
    // Drops everything that is old enough.
    std::thread::sleep(std::time::Duration::from_millis(2_100));
    let object = pruned(&template, &["--older-than", "1s"]);
    assert_eq!(
        dropped(&object),
        (
            vec!["default/key [0,100]".to_owned()],
            vec!["default/old".to_owned(), "default/older".to_owned()]
        )
    );
}

#[test]
fn with_json_it_prints_what_was_dropped() {
    let (sandbox, later) = grown();
    let id = sandbox.show("key")["id"].clone();
    let gone = sandbox.create("gone", sandbox.secret("gone"));
    sandbox.kluis(["delete", "gone"]).run().exits(0);
    let object = pruned(&sandbox, &[]);
    assert_eq!(
        object,
        json!({
            "versions": [
                {"id": id, "workspace": "default", "name": "key", "slots": [0, 100, 200]}
            ],
            "deleted": [{"id": gone, "workspace": "default", "name": "gone"}],
        })
    );
    assert_eq!(sandbox.slots("key").0, [300, later]);
    let restore = sandbox.kluis(["restore", "gone"]).run();
    restore.any_stderr().exits(3);
}

#[test]
fn an_impossible_prune_changes_nothing() {
    let (sandbox, _) = grown();
    let bytes = sandbox.bytes();
    for names in [&["nope"][..], &["key", "nope"]] {
        let line = ["vault", "prune", "--yes"].iter().chain(names);
        let missing = sandbox.kluis(line).run();
        missing.stderr_has("there is no secret nope").exits(3);
    }
    for options in [
        &["key", "--keep", "-1"][..],
        &["key", "--keep", "all"],
        &["key", "--keep", ""],
        &["key", "--all-workspaces"],
    ] {
        let line = ["vault", "prune", "--yes"].iter().chain(options);
        sandbox.kluis(line).run().any_stderr().exits(2);
    }
    for age in ["-1", "30", "", "soon"] {
        let line = ["vault", "prune", "--yes", "--older-than", age, "--json"];
        let refused = sandbox.kluis(line).run();
        assert_eq!(refused.json_error()["detail"][0]["loc"][0], "older_than");
        refused.any_stderr().exits(7);
    }
    assert_eq!(sandbox.bytes(), bytes);
}

#[test]
fn a_dry_run_lists_what_would_go_and_drops_nothing() {
    let sandbox = with_deleted();
    let before = sandbox.bytes();
    let prune = |options: &[&str]| {
        let line = ["vault", "prune", "--dry-run"].iter().chain(options);
        sandbox.kluis(line).run()
    };
    let listed = prune(&[]);
    let said = String::from_utf8(listed.stdout.clone()).unwrap();
    let words = said.lines().map(|line| line.split(" sec_").next().unwrap());
    let expected = [
        "default/key slot 0",
        "default/key slot 100",
        "default/old deleted,",
        "default/older deleted,",
    ];
    let mut words: Vec<_> = words.collect();
    words.sort_unstable();
    assert_eq!(words, expected);
    listed
        .any_stdout()
        .stderr_has("would drop 2 past versions of default/key and 2 deleted secrets")
        .exits(0);
    let json = prune(&["--json"]);
    let (versions, deleted) = dropped(&json.json());
    assert_eq!((versions.len(), deleted.len()), (1, 2));
    json.any_stdout().any_stderr().exits(0);
    assert!(sandbox.bytes() == before);
}
