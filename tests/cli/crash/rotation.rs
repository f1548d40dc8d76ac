//! Tests crashes of commands that change values over time, above all the rotation with a command: the password
//! that a server accepts shows which state is right.

use super::scenario::{Scenario, State, Writes, of, with_values};
use crate::sandbox::Sandbox;
use crate::server::{
    KILL, assert_settled, interrupted, is_pending, resume, rotate, takes, with_server,
};

pub const ROTATIONS: &[Scenario] = &[
    Scenario {
        writes: Writes::InSteps,
        settle: |sandbox, state| {
            if state == State::Between {
                settle(sandbox);
            }
        },
        ..of(
            "rotate --exec",
            with_server,
            |sandbox| rotate(sandbox, &[]),
            on_the_way,
        )
    },
    Scenario {
        settle: settle_what_was,
        ..of(
            "rotate --resume --exec",
            || killed("", KILL),
            resume,
            still_pending,
        )
    },
    Scenario {
        settle: settle_what_was,
        ..of(
            "rotate --discard",
            || killed("kill -KILL $PPID; exit 1", ""),
            |sandbox| sandbox.kluis(["rotate", "db", "--discard"]),
            still_pending,
        )
    },
    of(
        "rotate",
        || with_values("old", "new"),
        |sandbox| {
            let rotate = sandbox.kluis(["rotate", "name"]);
            rotate.stdin_file(sandbox.given_path("new"))
        },
        |sandbox, _| effective(sandbox, ["old", "new"]),
    ),
    of(
        "rollback",
        with_two_slots,
        |sandbox| sandbox.kluis(["rollback", "name"]),
        |sandbox, _| effective(sandbox, ["new", "old"]),
    ),
    of(
        "prune",
        with_two_slots,
        |sandbox| sandbox.kluis(["vault", "prune", "name", "-q", "--yes"]),
        pruned,
    ),
    of(
        "prune of deleted secrets",
        with_deleted,
        |sandbox| sandbox.kluis(["vault", "prune", "-q", "--yes"]),
        pruned_all,
    ),
    of(
        "move",
        with_staging,
        |sandbox| sandbox.kluis(["move", "name", "--to-workspace", "staging"]),
        moved,
    ),
    of(
        "app link",
        with_app,
        |sandbox| sandbox.kluis(["app", "link", "web", "KEY=name"]),
        linked,
    ),
];

/// At every point the vault knows the password that the server accepts.
fn on_the_way(sandbox: &Sandbox, _printed: &[u8]) -> State {
    if is_pending(sandbox) {
        assert!(takes(sandbox, "old") || takes(sandbox, "new"));
        return State::Between;
    }
    if takes(sandbox, "old") {
        assert_settled(sandbox, "old");
        State::Before
    } else {
        assert_settled(sandbox, "new");
        State::After
    }
}

/// For a rotation that was interrupted before this command: only the command's end changes anything.
fn still_pending(sandbox: &Sandbox, printed: &[u8]) -> State {
    match on_the_way(sandbox, printed) {
        State::Between => State::Before,
        State::Before | State::After => State::After,
    }
}

/// Each way out of an unfinished rotation ends with the password that the server accepts.
fn settle(sandbox: &Sandbox) {
    let copy = sandbox.copy();
    resume(&copy).run().any_stdout().exits(0);
    assert_settled(&copy, "new");
    let (option, password) = if takes(sandbox, "new") {
        ("--resume", "new")
    } else {
        ("--discard", "old")
    };
    let settled = sandbox.kluis(["rotate", "db", option]).run();
    settled.any_stdout().any_stderr().exits(0);
    assert_settled(sandbox, password);
}

fn settle_what_was(sandbox: &Sandbox, state: State) {
    if state == State::Before {
        settle(sandbox);
    }
}

/// A rotation that was killed while its command ran.
fn killed(before: &str, after: &str) -> Sandbox {
    let sandbox = with_server();
    let killed = interrupted(&sandbox, before, after).run();
    killed.ends();
    assert!(is_pending(&sandbox));
    sandbox
}

/// The one of two values, in files, that is effective.
fn effective(sandbox: &Sandbox, [before, after]: [&str; 2]) -> State {
    let value = sandbox.get("name");
    if value == sandbox.was_given(before) {
        State::Before
    } else {
        assert!(value == sandbox.was_given(after), "neither of both values");
        State::After
    }
}

/// The old value, and the new one beside it, which is effective.
fn with_two_slots() -> Sandbox {
    let sandbox = with_values("old", "new");
    let update = ["update", "name", "--value", "--slot", "1000"];
    let update = sandbox.kluis(update).stdin(sandbox.was_given("new"));
    update.run().exits(0);
    sandbox
}

fn pruned(sandbox: &Sandbox, _printed: &[u8]) -> State {
    assert!(effective(sandbox, ["old", "new"]) == State::After);
    let previous = sandbox.kluis(["get", "name", "--previous"]).run();
    if previous.code == 0 {
        previous.stdout(sandbox.was_given("old")).exits(0);
        return State::Before;
    }
    previous.any_stderr().exits(3);
    State::After
}

/// The same, and two deleted secrets.
fn with_deleted() -> Sandbox {
    let sandbox = with_two_slots();
    sandbox.create("third", sandbox.secret("third"));
    let delete = sandbox.kluis(["delete", "other", "third"]).run();
    delete.exits(0);
    sandbox
}

/// Past versions and deleted secrets go together.
fn pruned_all(sandbox: &Sandbox, printed: &[u8]) -> State {
    let state = pruned(sandbox, printed);
    let listed = sandbox.kluis(["list", "--deleted", "-q"]).run();
    let left = String::from_utf8_lossy(&listed.stdout).lines().count();
    listed.any_stdout().exits(0);
    let expected = if state == State::Before { 2 } else { 0 };
    assert_eq!(left, expected, "a part of what was to go");
    state
}

fn with_staging() -> Sandbox {
    let sandbox = with_values("old", "new");
    let make = sandbox.kluis(["workspace", "create", "staging"]).run();
    make.any_stdout().exits(0);
    sandbox
}

/// In exactly one of both workspaces.
fn moved(sandbox: &Sandbox, _printed: &[u8]) -> State {
    let is_in = |reference: &str| {
        let got = sandbox.kluis(["get", reference]).run();
        let is_there = got.code == 0;
        if is_there {
            got.stdout(sandbox.was_given("old")).exits(0);
        } else {
            got.stderr_has("no secret").exits(3);
        }
        is_there
    };
    match (is_in("default/name"), is_in("staging/name")) {
        (true, false) => State::Before,
        (false, true) => State::After,
        both => panic!("in the workspaces: {both:?}"),
    }
}

fn with_app() -> Sandbox {
    let sandbox = with_values("old", "new");
    let make = sandbox.kluis(["app", "create", "web"]).run();
    make.any_stdout().exits(0);
    sandbox
}

fn linked(sandbox: &Sandbox, _printed: &[u8]) -> State {
    let shown = sandbox.kluis(["app", "show", "web", "--json"]).run();
    let links = shown.json()["links"].as_array().map_or(0, Vec::len);
    shown.any_stdout().exits(0);
    if links == 0 {
        State::Before
    } else {
        State::After
    }
}
