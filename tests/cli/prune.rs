//! Tests deleting superseded slots.

use crate::sandbox::{Sandbox, now};
use crate::screen::Screen;

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

fn value(sandbox: &Sandbox, slot: u64) -> String {
    sandbox.prints(["get", "key", "--slot", &slot.to_string()], "")
}

#[test]
fn superseded_slots_go_and_the_others_stay() {
    let (sandbox, later) = grown();
    let kept = [300, later].map(|slot| value(&sandbox, slot));
    let before = sandbox.show("key");
    sandbox
        .kluis(["vault", "prune", "key", "-q"])
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
        .kluis(["vault", "prune", "key", "--keep", "2", "-q"])
        .run()
        .exits(0);
    assert_eq!(sandbox.slots("key").0, [100, 200, 300, later]);
    sandbox
        .kluis(["vault", "prune", "key", "--keep", "1", "-q"])
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
    ] {
        let same = sandbox.kluis(["vault", "prune"].iter().chain(line)).run();
        same.stderr("kluis: note: unchanged: there is no superseded value to drop\n")
            .exits(0);
        assert_eq!(sandbox.bytes(), bytes, "{line:?}");
    }
}

#[test]
fn a_terminal_shows_the_deleted_slots() {
    let (sandbox, _) = grown();
    for (line, told) in [
        ("vault prune key --keep 1 -q -y", ""),
        (
            "vault prune key --yes",
            "kluis: note: dropped 1 slot of default/key: 200\n",
        ),
    ] {
        let command = sandbox.kluis(line.split(' '));
        let mut screen = Screen::start(command.command_at_terminal(), 80);
        assert_eq!(screen.ends(), (told.to_owned(), 0));
    }
    assert_eq!(sandbox.slots("key").0.len(), 2);
}

#[test]
fn people_are_asked_and_a_script_gets_the_deleted_slots() {
    let (sandbox, _) = grown();
    let before = sandbox.bytes();
    let at_terminal = || {
        let command = sandbox.kluis(["vault", "prune", "key", "--keep", "1"]);
        let mut screen = Screen::start(command.command_at_terminal(), 80);
        screen.shows("Drop 2 superseded values of default/key? [y/N] ");
        screen
    };
    let mut screen = at_terminal();
    screen.types("\r");
    assert_eq!(screen.ends().1, 130);
    assert_eq!(sandbox.bytes(), before);
    let mut screen = at_terminal();
    screen.types("y\r");
    assert_eq!(screen.ends().1, 0);
    assert_eq!(sandbox.slots("key").0.len(), 3);
    let pruned = sandbox.kluis(["vault", "prune", "key"]).run();
    pruned
        .stderr("kluis: note: dropped 1 slot of default/key: 200\n")
        .exits(0);
}

#[test]
fn with_json_it_prints_the_same_as_show() {
    let (sandbox, _) = grown();
    let pruned = sandbox.kluis(["vault", "prune", "key", "--json"]).run();
    let object = pruned.json();
    pruned.any_stdout().exits(0);
    assert_eq!(object, sandbox.show("key"));
    assert_eq!(object["slots"].as_array().unwrap().len(), 2);
}

#[test]
fn an_impossible_prune_changes_nothing() {
    let (sandbox, _) = grown();
    let bytes = sandbox.bytes();
    let missing = sandbox.kluis(["vault", "prune", "nope"]).run();
    missing.stderr_has("there is no secret nope").exits(3);
    for keep in ["-1", "all", ""] {
        let line = ["vault", "prune", "key", "--keep", keep];
        sandbox.kluis(line).run().any_stderr().exits(2);
    }
    assert_eq!(sandbox.bytes(), bytes);
}
