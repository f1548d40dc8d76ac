//! Tests the `.envrc` line in README.md with a real direnv. If it is not installed, the test prints so and
//! passes, unless `KLUIS_REQUIRE_READERS=1`.

use crate::sandbox::{Invocation, KLUIS, Sandbox};
use crate::snapshots::root;
use std::fs;
use std::io::Write;
use std::os::unix::fs::symlink;
use std::process::Command;

const START: &str = "eval \"$(kluis export --format shell -e ";

fn line() -> String {
    let readme = fs::read_to_string(root().join("README.md")).unwrap();
    let line = readme.lines().find(|line| line.starts_with(START));
    line.unwrap().to_owned()
}

fn is_left_out() -> bool {
    let tried = Command::new("direnv").arg("version").output();
    let is_there = tried.is_ok_and(|tried| tried.status.success());
    if !is_there {
        let required = std::env::var_os("KLUIS_REQUIRE_READERS").is_some_and(|value| value == "1");
        assert!(!required, "direnv is not installed");
        let _ = writeln!(std::io::stderr(), "skipped: direnv is not installed");
    }
    !is_there
}

/// The value of the line's variable in a shell in a directory with this `.envrc`.
fn entered<'s>(sandbox: &'s Sandbox, envrc: &str) -> Invocation<'s> {
    let programs = sandbox.home().join("programs");
    if !programs.exists() {
        fs::create_dir(&programs).unwrap();
        symlink(KLUIS, programs.join("kluis")).unwrap();
    }
    fs::write(sandbox.home().join(".envrc"), envrc).unwrap();
    let path = std::env::var("PATH").unwrap();
    let script = "direnv allow && exec direnv exec . sh -c 'printf %s \"${PGPASSWORD-unset}\"'";
    // The script does not use the arguments; they only allow stdout to have a value.
    sandbox
        .kluis(["export"])
        .under(["sh", "-c", script, "sh"])
        .env("PATH", format!("{}:{path}", programs.display()))
}

#[test]
fn the_envrc_line_gives_the_exact_value_and_runs_nothing() {
    if is_left_out() {
        return;
    }
    let sandbox = Sandbox::with_vault();
    let value = format!(
        "{}'\"$(touch ran)`touch ran`\\ $HOME\n two\n",
        sandbox.secret("value")
    );
    let create = sandbox.kluis(["create", "db_password", "--raw"]);
    create.stdin(&value).run().any_stdout().exits(0);
    let entered = entered(&sandbox, &line()).run();
    entered.stdout(&value).any_stderr().exits(0);
    assert!(!sandbox.home().join("ran").exists());
}

#[test]
fn without_the_secret_nothing_is_set_and_the_reason_is_shown() {
    if is_left_out() {
        return;
    }
    let sandbox = Sandbox::with_vault();
    let entered = entered(&sandbox, &line()).run();
    let said = "there is no secret db_password";
    entered.stdout("unset").stderr_has(said).exits(0);
}
