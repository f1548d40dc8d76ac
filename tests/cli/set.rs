//! Tests `set`.

use crate::sandbox::Sandbox;
use crate::screen::Screen;
use std::fs;

#[test]
fn the_first_time_makes_a_secret_and_the_next_changes_it() {
    let sandbox = Sandbox::with_vault();
    let (old, new) = (sandbox.secret("old"), sandbox.secret("new"));
    let set = |value: &str| {
        let set = sandbox.kluis(["set", "name"]).stdin(value).run();
        let id = set.stdout.clone();
        set.any_stdout().exits(0);
        id
    };
    let id = set(&old);
    assert_eq!(sandbox.get("name"), old.as_bytes());
    assert_eq!(set(&new), id);
    assert_eq!(sandbox.get("name"), new.as_bytes());
}

#[test]
fn repeating_it_prints_the_id_and_leaves_the_file_alone() {
    let sandbox = Sandbox::with_vault();
    let value = sandbox.secret("value");
    let set = || {
        sandbox
            .kluis(["set", "name", "--description", "d", "--env-key", "K"])
            .stdin(&value)
            .run()
    };
    let first = set();
    let id = first.stdout.clone();
    first.any_stdout().exits(0);
    let (bytes, time) = (
        sandbox.bytes(),
        fs::metadata(sandbox.vault()).unwrap().modified().unwrap(),
    );
    set()
        .stdout(&id)
        .stderr("kluis: note: unchanged\n")
        .exits(0);
    assert_eq!(sandbox.bytes(), bytes);
    assert_eq!(
        fs::metadata(sandbox.vault()).unwrap().modified().unwrap(),
        time
    );
}

#[test]
fn a_generated_value_is_made_once_and_then_kept() {
    let sandbox = Sandbox::with_vault();
    let set = ["set", "session", "--generate", "hex:16"];
    sandbox.kluis(set).run().any_stdout().exits(0);
    let made = sandbox.get("session");
    assert_eq!(made.len(), 32);
    sandbox
        .kluis(set)
        .run()
        .any_stdout()
        .stderr("kluis: note: unchanged\n")
        .exits(0);
    assert_eq!(sandbox.get("session"), made);
    let described = set.into_iter().chain(["--description", "for the web"]);
    sandbox.kluis(described).run().any_stdout().exits(0);
    assert_eq!(sandbox.get("session"), made);
    let shown = sandbox.kluis(["show", "session", "--json"]).run();
    assert_eq!(shown.json()["description"], "for the web");
    shown.any_stdout().exits(0);
}

#[test]
fn fields_that_are_not_given_stay() {
    let sandbox = Sandbox::with_vault();
    let (old, new) = (sandbox.secret("old"), sandbox.secret("new"));
    let first = ["set", "name", "--description", "kept", "--env-key", "KEPT"];
    sandbox.kluis(first).stdin(old).run().any_stdout().exits(0);
    let set = sandbox.kluis(["set", "name", "--json"]).stdin(&new).run();
    let shown = set.json();
    assert_eq!(
        (&shown["description"], &shown["env_key"]),
        (&"kept".into(), &"KEPT".into())
    );
    assert_eq!(shown["slots"].as_array().unwrap().len(), 2);
    assert_eq!(shown["previous_slot"], 0);
    set.any_stdout().exits(0);
}

#[test]
fn set_refuses_an_id_as_a_name() {
    let sandbox = Sandbox::with_vault();
    let value = sandbox.secret("value");
    let id = sandbox.create("name", &value);
    sandbox
        .kluis(["set", &id])
        .stdin(value)
        .run()
        .stderr_has("it looks like an id")
        .exits(7);
}

#[test]
fn a_terminal_shows_how_to_come_back_or_that_a_value_is_gone() {
    let sandbox = Sandbox::with_vault();
    let [old, new] = ["old", "new"].map(|label| sandbox.secret(label));
    let file = sandbox.given("value", &old);
    let set_with = |options: &[&str]| {
        let line = ["set", "name", "--value-file", file.to_str().unwrap()];
        let command = sandbox.kluis(line.iter().chain(options));
        let (shown, code) = Screen::start(command.command_at_terminal(), 120).ends();
        assert_eq!(code, 0, "{shown}");
        shown
    };
    let set = || set_with(&[]);
    assert!(!set().contains("note: the version before"));
    assert_eq!(set(), "unchanged: name\n");
    sandbox.given("value", &new);
    let note = "kluis: note: the version before: `kluis rollback default/name`\n";
    assert_eq!(set(), format!("{note}updated name\n"));
    sandbox.given("value", &old);
    let note = "kluis: note: replaced a value of default/name, which is not kept\n";
    let shown = set_with(&["--slot", "effective"]);
    assert_eq!(shown, format!("{note}updated name\n"));
    assert_eq!(sandbox.slots("name").0.len(), 2);
    sandbox.given("value", &new);
    let shown = set_with(&["--keep", "0"]);
    assert_eq!(shown, format!("{note}updated name\n"));
    assert_eq!(sandbox.slots("name").0.len(), 1);
    // In a pipe it prints no note: `prints` requires an empty stderr.
    sandbox.prints(["set", "name"], &old);
}
