//! Tests `rotate --exec` with a real PostgreSQL role, whose password `rotate_role.sh` changes.
//!
//! If PostgreSQL is not installed, the tests print so and pass: `rotate_exec` and its neighbours do the same with
//! a stand-in.

use crate::sandbox::{Invocation, Sandbox};
use crate::snapshots::root;
use crate::test_program::write_program;
use std::collections::BTreeMap;
use std::fs::{self, Permissions};
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Stdio};
use tempfile::TempDir;

/// The exit code of `postgres.sh` if PostgreSQL is missing.
const NOT_INSTALLED: i32 = 77;

/// `code` of a killed process, as a shell reports it.
const KILLED: i32 = 128 + 9;

/// Kills kluis when the password is about to change; the test decides the rest.
const PSQL: &str = r#"#!/bin/sh
real() { PATH=/usr/local/bin:/usr/bin:/bin psql "$@"; }
case "$*" in
    *'\password'*) eval "$AT_CHANGE" ;;
    *) real "$@" ;;
esac
"#;

/// A cluster with the role `app`, and a vault with its password as `db`.
struct Database {
    sandbox: Sandbox,
    directory: TempDir,
    settings: BTreeMap<String, String>,
    first: String,
}

impl Database {
    /// `None`, with a notice, if PostgreSQL is not installed.
    fn start() -> Option<Self> {
        let sandbox = Sandbox::with_vault();
        let first = sandbox.secret("first");
        // If root runs the tests, the server runs as another user and so outside of the sandbox.
        let directory = tempfile::Builder::new()
            .prefix("kluis-postgres-")
            .permissions(Permissions::from_mode(0o755))
            .tempdir()
            .unwrap();
        let place = directory.path().join("cluster");
        let mut start = script("start", &place)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        start
            .stdin
            .take()
            .unwrap()
            .write_all(first.as_bytes())
            .unwrap();
        let started = start.wait_with_output().unwrap();
        if started.status.code() == Some(NOT_INSTALLED) {
            let _ = writeln!(std::io::stderr(), "skipped: PostgreSQL is not installed");
            return None;
        }
        assert!(started.status.success());
        let settings = String::from_utf8(started.stdout).unwrap();
        let settings = settings.lines().map(|line| {
            let (name, value) = line.split_once('=').unwrap();
            (name.to_owned(), value.to_owned())
        });
        sandbox.create("db", &first);
        Some(Self {
            settings: settings.collect(),
            sandbox,
            directory,
            first,
        })
    }

    /// A line of kluis in the environment that libpq expects.
    fn kluis<'s>(&'s self, line: &[&str]) -> Invocation<'s> {
        let mut kluis = self.sandbox.kluis(line);
        for (name, value) in &self.settings {
            kluis = kluis.env(name, value);
        }
        kluis
    }

    /// `rotate db` with these options and the script that changes the role.
    fn rotate(&self, options: &[&str]) -> Invocation<'_> {
        let change = root().join("tests/rotate_role.sh");
        let change = change.to_str().unwrap();
        // kluis is the parent of its command.
        let exec = ["--exec", "sh", "-c", "KLUIS_PID=$PPID exec \"$0\"", change];
        self.kluis(&[&["rotate", "db"], options, &exec].concat())
    }

    /// The same with another script in place of the change, which may call the real `psql`.
    fn interrupted(&self, at_change: &str) -> Invocation<'_> {
        let programs = self.sandbox.home().join("programs");
        fs::create_dir_all(&programs).unwrap();
        let psql = programs.join("psql");
        write_program(&psql, PSQL);
        let path = format!("{}:/usr/local/bin:/usr/bin:/bin", programs.display());
        let rotate = self.rotate(&["--generate", "32"]);
        rotate.env("PATH", path).env("AT_CHANGE", at_change)
    }

    /// Whether the role can log in with this password.
    fn opens(&self, password: &[u8]) -> bool {
        let password = String::from_utf8(password.to_vec()).unwrap();
        let psql = Command::new("psql")
            .args(["-X", "-q", "-w", "-c", "SELECT 1"])
            .env_clear()
            .env("PATH", "/usr/local/bin:/usr/bin:/bin")
            .envs(&self.settings)
            .env("PGPASSWORD", password)
            .output()
            .unwrap();
        psql.status.success()
    }

    fn value(&self) -> Vec<u8> {
        let got = self.sandbox.kluis(["get", "db"]).run();
        let value = got.stdout.clone();
        got.any_stdout().any_stderr().exits(0);
        value
    }

    fn is_pending(&self) -> bool {
        let history = self.sandbox.kluis(["history", "db"]).run();
        let pending = String::from_utf8_lossy(&history.stdout).contains("pending");
        history.any_stdout().any_stderr().exits(0);
        pending
    }

    /// Checks that nothing is pending, and that the value of `get` opens the server.
    fn assert_settled(&self) {
        assert!(!self.is_pending());
        assert!(
            self.opens(&self.value()),
            "the value does not open the role"
        );
        self.sandbox.keep(&self.value());
    }

    /// Checks that no password in the vault is in the server's log, which has every statement.
    fn assert_log_is_clean(&self) {
        let log = fs::read_to_string(self.directory.path().join("cluster/server.log")).unwrap();
        assert!(
            log.contains("ALTER USER") || log.contains("ALTER ROLE"),
            "{log}"
        );
        assert!(log.contains("SCRAM-SHA-256$"), "{log}");
        let history = self.sandbox.kluis(["history", "db", "--json"]).run();
        let slots = history.json()["slots"].as_array().unwrap().clone();
        history.any_stdout().any_stderr().exits(0);
        for slot in slots {
            let number = slot["slot"].to_string();
            let got = self.sandbox.kluis(["get", "db", "--slot", &number]).run();
            let value = String::from_utf8(got.stdout.clone()).unwrap();
            got.any_stdout().any_stderr().exits(0);
            assert!(!log.contains(&value), "a password is in the log");
        }
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        let _ = script("stop", &self.directory.path().join("cluster")).status();
    }
}

fn script(verb: &str, directory: &Path) -> Command {
    let mut script = Command::new(root().join("tests/postgres.sh"));
    script.arg(verb).arg(directory).stderr(Stdio::null());
    script
}

#[test]
fn the_password_of_a_role_is_rotated() {
    let Some(database) = Database::start() else {
        return;
    };
    assert!(database.opens(database.first.as_bytes()));
    assert!(
        !database.opens(b"another"),
        "the server asks for no password"
    );
    for options in [&["--generate", "32"][..], &["--generate", "symbols:24"]] {
        let old = database.value();
        let rotated = database.rotate(options).run();
        rotated.any_stdout().exits(0);
        assert!(!database.opens(&old), "the old password opens still");
        assert!(database.value() != old);
        database.assert_settled();
    }
    database.assert_log_is_clean();
}

#[test]
fn a_rotation_that_is_killed_while_psql_runs_can_be_resumed() {
    let Some(database) = Database::start() else {
        return;
    };
    for (at_change, is_changed) in [
        ("kill -KILL \"$KLUIS_PID\"; real \"$@\"", true),
        ("real \"$@\"; kill -KILL \"$KLUIS_PID\"", true),
        ("kill -KILL \"$KLUIS_PID\"; exit 1", false),
    ] {
        let old = database.value();
        let killed = database.interrupted(at_change).run();
        killed.any_stderr().exits(KILLED);
        assert!(database.is_pending(), "{at_change}");
        assert_eq!(database.opens(&old), !is_changed, "{at_change}");
        let resumed = database.rotate(&["--resume"]).run();
        resumed.any_stdout().any_stderr().exits(0);
        assert!(!database.opens(&old), "{at_change}");
        database.assert_settled();
    }
    let killed = database
        .interrupted("real \"$@\"; kill -KILL \"$KLUIS_PID\"")
        .run();
    killed.any_stderr().exits(KILLED);
    let resumed = database.kluis(&["rotate", "db", "--resume"]).run();
    resumed.any_stdout().exits(0);
    database.assert_settled();
    database.assert_log_is_clean();
}

#[test]
fn a_change_that_the_server_refuses_leaves_the_old_password() {
    let Some(database) = Database::start() else {
        return;
    };
    let read_only = "-c default_transaction_read_only=on";
    let refused = database
        .rotate(&["--generate", "32"])
        .env("PGOPTIONS", read_only)
        .run();
    assert!(
        refused.stderr.contains("read-only transaction"),
        "{}",
        refused.stderr
    );
    refused.stderr_has("the new value was dropped").exits(1);
    assert!(database.opens(database.first.as_bytes()));
    database.assert_settled();
    database.assert_log_is_clean();
}

#[test]
fn if_the_server_accepts_no_password_the_new_one_is_kept() {
    let Some(database) = Database::start() else {
        return;
    };
    // The vault has another password than the server.
    let wrong = database.sandbox.secret("wrong");
    let update = database.kluis(&["update", "db", "--value"]);
    update.stdin(&wrong).run().exits(0);
    for host in [None, Some("/nonexistent")] {
        let mut rotate = database.rotate(&["--generate", "32"]);
        if let Some(host) = host {
            rotate = rotate.env("PGHOST", host);
        }
        let ended = rotate.run();
        ended.stderr_has("is kept as pending").exits(1);
        assert!(database.is_pending());
        let discard = database.kluis(&["rotate", "db", "--discard"]).run();
        discard.any_stderr().exits(0);
        assert!(!database.is_pending());
        assert!(database.value() == wrong.as_bytes());
    }
}
