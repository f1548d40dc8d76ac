//! Tests `check`: it finds everything that `run` would fail on, and prints no value.

use crate::sandbox::{Outcome, Sandbox};
use std::fs;

/// A vault with a secret for each possible fault, in the folder of a project file.
fn project() -> Sandbox {
    let sandbox = Sandbox::with_vault();
    let value = sandbox.secret("value");
    let create = |name: &str, options: &[&str]| {
        let arguments = [&["create", name], options].concat();
        let made = sandbox.kluis(arguments).stdin(&value).run();
        made.any_stdout().any_stderr().exits(0);
    };
    create("good", &[]);
    create("later", &["--slot", "4000000000"]);
    create("bound", &["--allow-domain", "api.example.com"]);
    create("expired", &["--expires", "2001-01-01T00:00:00Z"]);
    create("overdue", &["--rotate-every", "1s"]);
    let nul = sandbox
        .kluis(["create", "nul", "--raw"])
        .stdin("a\0b")
        .run();
    nul.any_stdout().exits(0);
    sandbox
}

fn check(sandbox: &Sandbox, env: &str, options: &[&str]) -> Outcome {
    fs::write(sandbox.home().join("kluis.toml"), format!("[env]\n{env}")).unwrap();
    sandbox.trust(sandbox.home());
    let arguments = [&["check"], options].concat();
    sandbox.kluis(arguments).run()
}

#[test]
fn each_problem_has_its_state_and_its_code() {
    let sandbox = project();
    // At least a second in use.
    std::thread::sleep(std::time::Duration::from_millis(1100));
    for (env, state, code, problem) in [
        ("A = 'good'", "ok", 0, ""),
        (
            "A = { secret = 'nope', optional = true }",
            "left_out",
            0,
            "",
        ),
        (
            "A = { secret = 'later', optional = true }",
            "left_out",
            0,
            "",
        ),
        ("A = 'nope'", "missing", 3, "there is no secret nope"),
        (
            "A = 'nowhere/good'",
            "missing",
            3,
            "there is no workspace nowhere",
        ),
        (
            "A = 'kluis://good?slot=7'",
            "missing",
            3,
            "there is no slot 7",
        ),
        (
            "A = 'later'",
            "not_effective",
            3,
            "default/later has no effective value",
        ),
        ("A = 'bound'", "denied", 8, "may only go to api.example.com"),
        (
            "LD_PRELOAD = 'good'",
            "refused",
            7,
            "LD_PRELOAD can make a program load or run other code",
        ),
        (
            "PATH = { secret = 'good', as = 'file' }",
            "refused",
            7,
            "PATH can make a program load or run other code",
        ),
        ("A = 'nul'", "refused", 7, "contains a NUL"),
        ("A = { secret = 'nul', as = 'file' }", "ok", 0, ""),
        ("A = 'expired'", "expired", 1, "expired at 2001-01-01"),
        ("A = 'overdue'", "overdue", 1, "due for rotation since"),
    ] {
        let checked = check(&sandbox, env, &["--json"]);
        let report = checked.json();
        let entry = &report["entries"][0];
        assert_eq!(report["ok"], code == 0, "{env}");
        assert_eq!(entry["state"], state, "{env}");
        let told = entry["problem"].as_str().unwrap_or_default();
        assert!(told.contains(problem), "{env}: {told}");
        assert_eq!(told.is_empty(), problem.is_empty(), "{env}: {told}");
        assert_eq!(entry["hint"].is_string(), code != 0, "{env}: {entry}");
        let checked = if code == 0 {
            checked
        } else {
            assert!(checked.json_error()["error"].is_string());
            checked.any_stderr()
        };
        checked.any_stdout().exits(code);
    }
}

#[test]
fn the_table_matches_json_and_the_worst_result_decides() {
    let sandbox = project();
    let env = "B = 'expired'\nA = { secret = 'good' }\nC = 'nope'\nD = 'bound'";
    let checked = check(&sandbox, env, &[]);
    let table = String::from_utf8(checked.stdout.clone()).unwrap();
    let rows: Vec<Vec<&str>> = table.lines().map(|row| row.split('\t').collect()).collect();
    let states: Vec<_> = rows.iter().map(|row| (row[0], row[1], row[2])).collect();
    assert!(
        states.ends_with(&[
            ("B", "expired", "expired"),
            ("A", "good", "ok"),
            ("C", "nope", "missing"),
            ("D", "bound", "denied"),
        ]),
        "{table}"
    );
    checked
        .any_stdout()
        .stderr_has("3 variables in the project file have problems")
        .stderr_has("hint: the output says for each variable what to do\n")
        .exits(3);
}

#[test]
fn the_options_of_run_make_the_same_difference_here() {
    let sandbox = project();
    let env = "A = 'bound'\nNODE_OPTIONS = 'good'";
    let allow = ["--allow-env", "NODE_OPTIONS"];
    let with = |options: &[&str]| check(&sandbox, env, &[options, &allow].concat());
    with(&["--for", "https://api.example.com/v1"])
        .any_stdout()
        .exits(0);
    with(&["--reveal", "bound"]).any_stdout().exits(0);
    with(&["--for", "example.org"])
        .any_stdout()
        .any_stderr()
        .exits(8);
}

#[test]
fn an_empty_env_passes_and_a_missing_vault_fails() {
    let sandbox = project();
    check(&sandbox, "", &[])
        .stderr("kluis: note: the project file lists no variables under [env]\n")
        .exits(0);
    fs::remove_file(sandbox.vault()).unwrap();
    check(&sandbox, "A = 'good'", &[]).any_stderr().exits(3);
}

#[test]
fn failures_are_one_object_whatever_was_warned_of() {
    let sandbox = project();
    let memory = sandbox.home().join(".local/state/kluis/vaults");
    let memory = fs::read_dir(memory).unwrap().next().unwrap().unwrap();
    // In text this is a warning; the failure of a program's call is still one object.
    fs::write(memory.path(), "{").unwrap();
    let checked = check(&sandbox, "A = 'nope'", &["--json"]);
    assert_eq!(checked.json_error()["code"], "not_found");
    checked.any_stdout().any_stderr().exits(3);
    fs::write(memory.path(), "{").unwrap();
    let listed = ["list", "--due", "--exit-code", "--json"];
    let listed = sandbox.kluis(listed).run();
    assert_eq!(listed.json_error()["code"], "failed");
    listed.any_stdout().any_stderr().exits(1);
}
