//! Tests crashes while files beside the vault are written: each is completely the old one or the new one.

use super::scenario::{Scenario, State, of, with_values};
use crate::sandbox::Sandbox;
use std::fs;
use std::os::unix::fs::PermissionsExt;

pub const BESIDE: &[Scenario] = &[
    of(
        "inject -o",
        with_template,
        |sandbox| {
            let filled = sandbox.given_path("filled");
            let inject = sandbox.kluis(["inject", "-o", filled.to_str().unwrap()]);
            inject.stdin_file(sandbox.home().join("template"))
        },
        filled,
    ),
    of(
        "identity new",
        || with_values("old", "new"),
        |sandbox| {
            let file = sandbox.given_path("identity");
            sandbox.kluis(["key", "new", "-o", file.to_str().unwrap()])
        },
        identity,
    ),
    of(
        "trust",
        with_project,
        |sandbox| {
            let trust = sandbox.kluis(["trust", "--yes"]);
            trust.within(sandbox.home().join("project"))
        },
        trusted,
    ),
];

fn with_template() -> Sandbox {
    let sandbox = with_values("old", "new");
    fs::write(sandbox.home().join("template"), "{{ kluis://name }}").unwrap();
    sandbox.given("filled", "what was there");
    sandbox
}

fn filled(sandbox: &Sandbox, _printed: &[u8]) -> State {
    // A process killed while writing leaves a private file behind, which is never found and removed.
    for entry in fs::read_dir(sandbox.home()).unwrap() {
        let entry = entry.unwrap();
        if entry.file_name().to_string_lossy().ends_with(".tmp") {
            let mode = entry.metadata().unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600);
            fs::remove_file(entry.path()).unwrap();
        }
    }
    let found = sandbox.was_given("filled");
    if found == b"what was there" {
        return State::Before;
    }
    assert!(found == sandbox.was_given("old"), "a part of a file");
    is_the_owners(sandbox, "filled");
    State::After
}

/// No file, or one with a readable public key.
fn identity(sandbox: &Sandbox, _printed: &[u8]) -> State {
    let file = sandbox.given_path("identity");
    if !file.exists() {
        return State::Before;
    }
    let show = sandbox.kluis(["key", "show", "--key-file", file.to_str().unwrap()]);
    show.run().any_stdout().exits(0);
    is_the_owners(sandbox, "identity");
    State::After
}

/// A project of which one file is already trusted, and another is not.
fn with_project() -> Sandbox {
    let sandbox = with_values("old", "new");
    for name in ["first", "project"] {
        let folder = sandbox.home().join(name);
        fs::create_dir(&folder).unwrap();
        let text = "vault = \"../.local/share/kluis/default.kluis\"\n[env]\nKEY = \"name\"\n";
        fs::write(folder.join("kluis.toml"), text).unwrap();
    }
    let trust = sandbox.kluis(["trust", "--yes"]);
    let trusted = trust.within(sandbox.home().join("first")).run();
    trusted.any_stdout().any_stderr().exits(0);
    sandbox
}

/// One agreement, or both; the project file gets values of the vault only with its own.
fn trusted(sandbox: &Sandbox, _printed: &[u8]) -> State {
    let listed = sandbox.kluis(["trust", "--list", "--json"]).run();
    let count = listed.json()["count"].as_u64();
    listed.any_stdout().exits(0);
    let check = sandbox.kluis(["check"]);
    let checked = check.within(sandbox.home().join("project")).run();
    let code = checked.code;
    checked.any_stdout().any_stderr().ends();
    match (count, code) {
        (Some(1), 8) => State::Before,
        (Some(2), 0) => State::After,
        both => panic!("agreements, and the code of check: {both:?}"),
    }
}

fn is_the_owners(sandbox: &Sandbox, name: &str) {
    let found = fs::metadata(sandbox.given_path(name)).unwrap();
    assert_eq!(found.permissions().mode() & 0o777, 0o600);
}
