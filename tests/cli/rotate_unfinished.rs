//! Tests a rotation that does not finish: killed between its steps, with another process at the same secret, or
//! with a full disk. The server's password is always in the vault.

use crate::sandbox::{Outcome, Sandbox};
use crate::server::{
    KILL, assert_pending, assert_settled, execute, interrupted, resume, show, takes, with_server,
};
use crate::test_program::write_program;
use std::thread::sleep;
use std::time::Duration;

/// `code` of a killed process, as a shell reports it.
const KILLED: i32 = 128 + 9;

/// A rotation that was killed before the server's password changed, or after.
fn killed(server: &str) -> Sandbox {
    let sandbox = with_server();
    let (before, after) = if server == "old" {
        (format!("{KILL}; exit 1"), "")
    } else {
        (String::new(), KILL)
    };
    interrupted(&sandbox, &before, after).run().exits(KILLED);
    assert_pending(&sandbox, server);
    sandbox
}

fn settle(sandbox: &Sandbox, option: &str) {
    let settled = sandbox.kluis(["rotate", "db", option]).run();
    settled.any_stdout().any_stderr().exits(0);
}

#[test]
fn a_command_that_outlives_kluis_can_go_on() {
    let sandbox = with_server();
    interrupted(&sandbox, KILL, "").run().exits(KILLED);
    assert_pending(&sandbox, "new");
    settle(&sandbox, "--resume");
    assert_settled(&sandbox, "new");
}

#[test]
fn a_killed_rotation_can_be_resumed_or_discarded() {
    let sandbox = killed("new");
    let resumed = sandbox.kluis(["rotate", "db", "--resume"]).run();
    let printed = String::from_utf8(resumed.stdout.clone()).unwrap();
    resumed.any_stdout().exits(0);
    assert_settled(&sandbox, "new");
    let slot = &show(&sandbox)["slots"][1]["slot"];
    assert_eq!(printed, format!("{slot}\n"));

    let sandbox = killed("old");
    let told = "kluis: note: dropped the pending value of default/db\n";
    let discarded = sandbox.kluis(["rotate", "db", "--discard"]).run();
    discarded.stderr(told).exits(0);
    assert_settled(&sandbox, "old");
}

#[test]
fn resuming_with_the_command_is_right_either_way() {
    for server in ["old", "new"] {
        let sandbox = killed(server);
        resume(&sandbox).run().any_stdout().exits(0);
        assert_settled(&sandbox, "new");

        let sandbox = killed(server);
        // This does not show whether the first attempt had changed the server.
        let failed = resume(&sandbox).env("BEFORE", "exit 1").run();
        failed.stderr_has("is kept as pending").exits(1);
        assert_pending(&sandbox, server);

        let program = sandbox.home().join("program");
        write_program(&program, "#!/no/such/interpreter\n");
        let program = program.to_str().unwrap();
        let line = ["rotate", "db", "--resume", "--exec", program];
        let failed = sandbox.kluis(line).run();
        failed.stderr_has("is kept as pending").exits(1);
        assert_pending(&sandbox, server);
    }
}

#[test]
fn with_nothing_pending_there_is_nothing_to_settle() {
    let sandbox = with_server();
    let before = sandbox.bytes();
    let plain = |option| sandbox.kluis(["rotate", "db", option]);
    let with_command = execute(&sandbox, &["--resume"]).env("BEFORE", "echo ran >&2");
    for line in [plain("--resume"), plain("--discard"), with_command] {
        let refused = line.run();
        assert!(!refused.stderr.contains("ran\n"));
        refused
            .stderr_has("there is no unfinished rotation of default/db")
            .exits(3);
    }
    assert!(sandbox.bytes() == before);
}

#[test]
fn using_the_secret_warns_and_gives_the_value_in_force() {
    let sandbox = killed("old");
    let begun = show(&sandbox)["slots"][1].clone();
    assert_eq!(
        (&begun["pending"], &begun["effective"]),
        (&true.into(), &false.into())
    );
    let told = [
        "kluis: warning: the rotation of default/db that began at ",
        " is not finished: `kluis rotate default/db --resume` makes the new value effective, `kluis rotate default/db --discard` drops it\n",
    ];
    for line in [
        &["get", "db"][..],
        &["show", "db"],
        &["run", "-e", "DB=db", "--", "true"],
        &["history", "db"],
        &["update", "db", "--description", "d"],
        &["vault", "prune", "db", "-q", "--yes"],
        &["rotate", "db", "--generate", "8", "--if-older-than", "1d"],
    ] {
        let used = sandbox.kluis(line).run();
        assert_eq!(
            used.stderr.matches(told[0]).count(),
            1,
            "{line:?}: {}",
            used.stderr
        );
        assert!(used.stderr.contains(told[1]), "{line:?}: {}", used.stderr);
        used.any_stdout().any_stderr().exits(0);
    }
    let got = sandbox.kluis(["get", "db"]).run();
    got.stdout(sandbox.was_given("old")).any_stderr().exits(0);
    let history = sandbox.kluis(["history", "db", "--json"]).run();
    let states: Vec<_> = history.json()["slots"]
        .as_array()
        .unwrap()
        .iter()
        .map(|slot| slot["state"].clone())
        .collect();
    assert_eq!(states, ["effective", "pending"]);
    history.any_stdout().any_stderr().exits(0);
    let json = sandbox.kluis(["get", "db", "--json"]).run();
    assert!(
        json.json_error()["warnings"][0]
            .as_str()
            .unwrap()
            .contains("not finished")
    );
    json.any_stdout().any_stderr().exits(0);
    let number = begun["slot"].to_string();
    let got = sandbox.kluis(["get", "db", "--slot", &number]).run();
    got.any_stderr().exits(3);
    assert_pending(&sandbox, "old");
}

#[test]
fn until_it_is_settled_no_other_rotation_is_accepted() {
    let sandbox = killed("new");
    let before = sandbox.bytes();
    for line in [
        &["rotate", "db"][..],
        &["rotate", "db", "--exec", "true"],
        &["update", "db", "--value"],
        &["update", "db", "--value", "--slot", "7"],
        &["update", "db", "--remove-slot", "0"],
        &["set", "db"],
        &["rollback", "db"],
    ] {
        let stdin = sandbox.secret("another");
        let refused = sandbox.kluis(line).stdin(stdin).run();
        refused
            .stderr_has("kluis: error: a rotation of default/db is not finished\nkluis: hint: ")
            .exits(6);
        assert!(sandbox.bytes() == before, "{line:?}");
    }
    settle(&sandbox, "--resume");
    assert_settled(&sandbox, "new");
}

#[test]
fn a_second_rotation_while_the_command_runs_is_refused() {
    let sandbox = with_server();
    let second = "kluis rotate db --generate 32 --exec true || echo $? >&2";
    let rotated = interrupted(&sandbox, second, second).run();
    assert_eq!(rotated.stderr.matches("is not finished\n").count(), 2);
    assert_eq!(rotated.stderr.matches("\n6\n").count(), 2);
    rotated.any_stdout().any_stderr().exits(0);
    assert_settled(&sandbox, "new");
}

#[test]
fn a_success_counts_even_if_the_value_was_discarded() {
    for (before, after) in [
        ("kluis rotate db --discard 2> /dev/null", ""),
        ("", "kluis rotate db --discard 2> /dev/null"),
        ("kluis rotate db --resume", ""),
        ("", "kluis rotate db --resume"),
        // A whole rotation elsewhere: another value is effective when the command succeeds.
        (
            "",
            "kluis rotate db --discard 2> /dev/null; kluis rotate db --generate 32",
        ),
    ] {
        let sandbox = with_server();
        let rotated = interrupted(&sandbox, before, after).run();
        rotated.any_stdout().any_stderr().exits(0);
        assert_settled(&sandbox, "new");
    }
}

#[test]
fn a_success_counts_even_if_another_rotation_began() {
    let sandbox = with_server();
    let other = "kluis rotate db --discard 2> /dev/null
        kluis rotate db --generate 32 --exec sh -c 'kill -KILL $PPID' || true";
    let rotated = interrupted(&sandbox, "", other).run();
    rotated.any_stdout().any_stderr().exits(0);
    let got = sandbox.kluis(["get", "db"]).run();
    got.stdout(sandbox.was_given("server"))
        .stderr_has("is not finished")
        .exits(0);
    settle(&sandbox, "--discard");
    assert_settled(&sandbox, "new");
}

#[test]
fn a_failure_after_a_resume_reports_the_value_as_in_force() {
    let sandbox = with_server();
    let failed = interrupted(&sandbox, "kluis rotate db --resume; exit 1", "").run();
    assert!(!failed.stderr.contains("is unchanged"), "{}", failed.stderr);
    failed
        .stderr_has("another process made the new value effective meanwhile")
        .exits(1);
    assert_eq!(sandbox.get("db"), sandbox.was_given("new"));
    let rolled_back = sandbox.kluis(["rollback", "db"]).run();
    rolled_back.any_stdout().exits(0);
    assert_settled(&sandbox, "old");
}

#[test]
fn a_failure_after_a_discard_changes_nothing() {
    let sandbox = with_server();
    let discard = "kluis rotate db --discard 2> /dev/null; exit 1";
    let failed = interrupted(&sandbox, discard, "").run();
    failed.stderr_has("is unchanged").exits(1);
    assert_settled(&sandbox, "old");
}

/// Lets kluis read its value from a pipe, and runs `script` elsewhere once kluis has opened the vault.
fn overtaken(sandbox: &Sandbox, script: &str, options: &[&str]) -> Outcome {
    let pipe = sandbox.given_path("pipe");
    let source = ["--value-file", pipe.to_str().unwrap()];
    let line = execute(sandbox, &[&source, options].concat());
    let line = line.env("BEFORE", "echo ran >&2");
    // The pipe opens once kluis reads from it.
    line.prepared(&format!(
        "mkfifo \"$HOME/pipe.given\"; (exec 3> \"$HOME/pipe.given\"; {script}; cat \"$HOME/new.given\" >&3) > /dev/null & :"
    ))
    .run()
}

#[test]
fn the_command_never_gets_an_outdated_value() {
    let sandbox = with_server();
    let other = "BEFORE= \"$PROGRAM\" rotate db --generate 32 --exec sh \"$HOME/change\"";
    let refused = overtaken(&sandbox, other, &[]);
    assert!(!refused.stderr.contains("ran\n"));
    refused
        .stderr_has("another process changed the value of default/db meanwhile")
        .exits(6);
    assert!(sandbox.get("db") == sandbox.was_given("server"));
    assert!(!takes(&sandbox, "old") && !takes(&sandbox, "new"));
}

#[test]
fn of_two_timers_at_once_one_has_nothing_to_do() {
    let sandbox = with_server();
    sleep(Duration::from_secs(3));
    let other = "BEFORE= \"$PROGRAM\" rotate db --generate 32 --exec sh \"$HOME/change\"";
    let skipped = overtaken(&sandbox, other, &["--if-older-than", "3s"]);
    skipped
        .any_stdout()
        .stderr("kluis: note: default/db is not due: its value has been in use for less than --if-older-than\n")
        .exits(0);
    assert!(sandbox.get("db") == sandbox.was_given("server"));
    assert!(!takes(&sandbox, "old") && !takes(&sandbox, "new"));
}

#[test]
fn a_secret_renamed_or_moved_meanwhile_keeps_its_rotation() {
    let sandbox = with_server();
    let make = sandbox.kluis(["workspace", "create", "staging"]).run();
    make.any_stdout().exits(0);
    for (line, name) in [
        ("update db --name renamed", "renamed"),
        ("move db --to-workspace staging", "staging/db"),
    ] {
        for code in [0, 1] {
            let sandbox = sandbox.copy();
            let before = format!("kluis {line} 2> /dev/null; [ {code} = 0 ] || exit {code}");
            let rotated = interrupted(&sandbox, &before, "").run();
            rotated.any_stdout().any_stderr().exits(code);
            let expected = if code == 0 { "new" } else { "old" };
            assert_eq!(sandbox.get(name), sandbox.was_given(expected), "{line}");
            assert_eq!(sandbox.was_given("server"), sandbox.was_given(expected));
        }
    }
}

#[test]
fn a_signal_to_end_goes_to_the_command_and_kluis_waits() {
    let wait = "i=0; while [ $i -lt 100 ]; do sleep 0.05; i=$((i + 1)); done; exit 99";
    for signal in ["TERM", "HUP"] {
        // It has no handler, ends in an orderly way, or ignores it.
        let sandbox = with_server();
        let asked = format!("kill -{signal} $PPID; {wait}");
        let ended = interrupted(&sandbox, &asked, "").run();
        ended.stderr_has("ended the command").exits(1);
        assert_pending(&sandbox, "old");

        let sandbox = with_server();
        let orderly = format!("trap 'exit 3' {signal}; {asked}");
        let ended = interrupted(&sandbox, &orderly, "").run();
        ended.stderr_has("exit code 3").exits(1);
        assert_settled(&sandbox, "old");

        let sandbox = with_server();
        let deaf = format!("trap '' {signal}; kill -{signal} $PPID; sleep 0.2");
        interrupted(&sandbox, &deaf, "").run().any_stdout().exits(0);
        assert_settled(&sandbox, "new");
    }
}

#[test]
fn ctrl_c_is_left_to_the_command() {
    for signal in ["INT", "QUIT"] {
        let sandbox = with_server();
        let interrupted = interrupted(&sandbox, &format!("kill -{signal} $PPID; sleep 0.2"), "");
        interrupted.run().any_stdout().exits(0);
        assert_settled(&sandbox, "new");
    }
}

#[test]
fn a_secret_deleted_meanwhile_is_reported() {
    let sandbox = with_server();
    let copy = sandbox.copy();
    // A secret cannot be deleted, even restorably, while a rotation is unfinished.
    let refused = "kluis delete db 2> /dev/null || test $? = 6";
    let kept = sandbox.copy();
    interrupted(&kept, refused, "").run().any_stdout().exits(0);
    assert_settled(&kept, "new");
    let delete = "kluis delete db --forever --yes 2> /dev/null";
    let failed = interrupted(&copy, &format!("{delete}; exit 7"), "").run();
    let told = "kluis: error: the command failed with exit code 7\n";
    failed.stderr(told).exits(1);
    let ended = interrupted(&sandbox, delete, "").run();
    ended
        .stderr_has("the command succeeded, but another process deleted default/db meanwhile")
        .exits(1);
}
