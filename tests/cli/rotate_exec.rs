//! Tests `rotate --exec`: what the command gets, and what happens to the value when it ends. The file
//! `rotate_unfinished` tests interruptions between the steps.

use crate::sandbox::Sandbox;
use crate::server::{
    assert_pending, assert_settled, execute, interrupted, rotate, serve, show, takes, with_server,
};
use crate::test_program::write_program;

/// A hook that lists the variables of kluis' own, without their values.
const OWN_VARIABLES: &str = "env | sed -n 's/^\\(KLUIS_[A-Z_]*\\)=.*/\\1/p' | sort >&2";

fn slots(sandbox: &Sandbox) -> usize {
    show(sandbox)["slots"].as_array().unwrap().len()
}

#[test]
fn a_success_makes_the_value_effective_and_prints_the_slot() {
    let sandbox = with_server();
    let rotated = rotate(&sandbox, &[]).run();
    let printed = String::from_utf8(rotated.stdout.clone()).unwrap();
    rotated.any_stdout().exits(0);
    assert_settled(&sandbox, "new");
    let effective = &show(&sandbox)["slots"][1];
    assert_eq!(printed, format!("{}\n", effective["slot"]));
    let previous = sandbox.kluis(["get", "db", "--previous"]).run();
    previous.stdout(sandbox.was_given("old")).exits(0);
}

#[test]
fn the_commands_output_is_no_result() {
    let sandbox = with_server();
    let rotated = interrupted(&sandbox, "echo said; echo complained >&2", "").run();
    let printed = String::from_utf8(rotated.stdout.clone()).unwrap();
    assert!(printed.trim_end().parse::<u64>().is_ok(), "{printed}");
    rotated.any_stdout().stderr("said\ncomplained\n").exits(0);
    let sandbox = with_server();
    let line = execute(&sandbox, &["--generate", "32", "--json"]);
    let rotated = line.env("BEFORE", "echo said").run();
    assert_eq!(rotated.json()["name"], "db");
    rotated.any_stdout().stderr("said\n").exits(0);
}

#[test]
fn any_failure_drops_the_value() {
    for code in [1, 5, 77, 126, 127, 128] {
        let sandbox = with_server();
        let failed = interrupted(&sandbox, &format!("exit {code}"), "").run();
        let told = format!(
            "kluis: error: the command failed with exit code {code}: the new value was dropped, and default/db is unchanged\n"
        );
        failed.stderr(&told).exits(1);
        assert_settled(&sandbox, "old");
        assert_eq!(slots(&sandbox), 1, "{code}");
    }
}

#[test]
fn a_command_that_a_signal_ended_may_have_done_its_work() {
    for signal in ["TERM", "KILL", "SEGV"] {
        for (before, after, server) in [(true, false, "old"), (false, true, "new")] {
            let sandbox = with_server();
            let die = format!("ulimit -c 0; kill -{signal} $$");
            let [before, after] = [before, after].map(|here| if here { &*die } else { "" });
            let ended = interrupted(&sandbox, before, after).run();
            let hint = "kluis: hint: find out which value is in force: `kluis rotate default/db --resume` makes the new one effective, `--discard` drops it\n";
            assert!(ended.stderr.ends_with(hint), "{}", ended.stderr);
            ended
                .stderr_has(" ended the command, perhaps before its work was done")
                .exits(1);
            assert_pending(&sandbox, server);
        }
    }
}

#[test]
fn a_command_that_reports_a_signal_may_have_done_its_work() {
    for code in [129, 143, 255] {
        let sandbox = with_server();
        let ended = interrupted(&sandbox, "", &format!("exit {code}")).run();
        let told = format!(
            "ended with exit code {code}, as after a signal; the new value of default/db is kept as pending\n"
        );
        ended.stderr_has(&told).exits(1);
        assert_pending(&sandbox, "new");
    }
}

#[test]
fn a_command_that_cannot_run_fails_before_any_write() {
    let sandbox = with_server();
    let before = sandbox.bytes();
    let file = sandbox.given_path("new");
    let file = file.to_str().unwrap();
    for (command, told) in [
        ("no-such-command", "there is no command no-such-command"),
        ("/no/such/command", "there is no command /no/such/command"),
        (file, "is not an executable file"),
    ] {
        let line = ["rotate", "db", "--generate", "32", "--exec", command];
        let failed = sandbox.kluis(line).run();
        failed.stderr_has(told).exits(1);
        assert!(sandbox.bytes() == before, "{command}");
    }
}

#[test]
fn a_command_that_fails_to_start_leaves_no_pending_value() {
    let sandbox = with_server();
    let program = sandbox.home().join("program");
    write_program(&program, "#!/no/such/interpreter\n");
    let program = program.to_str().unwrap();
    let line = ["rotate", "db", "--generate", "32", "--exec", program];
    let told = format!(
        "kluis: error: {program} names an interpreter that does not exist: the new value was dropped, and default/db is unchanged\n"
    );
    sandbox.kluis(line).run().stderr(&told).exits(1);
    assert_settled(&sandbox, "old");
}

#[test]
fn a_value_that_is_effective_already_runs_nothing() {
    let sandbox = with_server();
    let before = sandbox.bytes();
    let old = sandbox.given_path("old");
    let line = execute(&sandbox, &["--value-file", old.to_str().unwrap()]);
    let same = line.env("BEFORE", "echo ran >&2").run();
    same.stdout("0\n")
        .stderr("kluis: note: unchanged\n")
        .exits(0);
    assert!(sandbox.bytes() == before);
}

#[test]
fn values_reach_the_command_byte_for_byte() {
    let awkward = [
        "'\"`$(id)\\n* ~",
        " \n\ttwo\r\nlines\n\n",
        "é\u{202e}\x1b[31m",
    ];
    for (count, text) in awkward.into_iter().enumerate() {
        for options in [&[][..], &["--files"]] {
            let sandbox = Sandbox::with_vault();
            let (old, new) = (sandbox.secret("old"), sandbox.secret("new"));
            serve(
                &sandbox,
                format!("{text}{old}{text}"),
                format!("{new}{text}"),
            );
            rotate(&sandbox, options).run().any_stdout().exits(0);
            assert_settled(&sandbox, "new");
            assert_eq!(slots(&sandbox), 2, "{count}");
        }
    }
    let sandbox = Sandbox::with_vault();
    let every: Vec<u8> = (0..=u8::MAX).collect();
    serve(&sandbox, b"\0old", &every);
    rotate(&sandbox, &["--files"]).run().any_stdout().exits(0);
    assert_settled(&sandbox, "new");
}

#[test]
fn a_nul_is_for_files_and_is_refused_before_anything_is_written() {
    let told = "kluis: error: the value for KLUIS_NEW_VALUE contains a NUL, which an environment variable cannot hold\n";
    for (old, new, key) in [("old", "n\0w", "NEW"), ("o\0d", "new", "OLD")] {
        let sandbox = Sandbox::with_vault();
        serve(&sandbox, old, new);
        let before = sandbox.bytes();
        let refused = rotate(&sandbox, &[]).run();
        let (first, _) = refused.stderr.split_once("kluis: hint").unwrap();
        assert_eq!(first, told.replace("NEW", key));
        refused.any_stderr().exits(7);
        assert!(sandbox.bytes() == before, "{key}");
    }
}

#[test]
fn the_command_sees_both_values_and_no_credential() {
    for (options, expected) in [
        (&[][..], "KLUIS_NEW_VALUE\nKLUIS_OLD_VALUE\n"),
        (&["--files"], "KLUIS_NEW_FILE\nKLUIS_OLD_FILE\n"),
    ] {
        let sandbox = with_server();
        let line = rotate(&sandbox, options).env("BEFORE", OWN_VARIABLES);
        let line = line.env("KLUIS_KEY_FILE", sandbox.given_path("token"));
        let rotated = line.env("KLUIS_KEY_FILE", "one").run();
        rotated.any_stdout().stderr(expected).exits(0);
    }
}

#[test]
fn other_secrets_go_to_the_command_under_keys_of_its_own() {
    let sandbox = with_server();
    let admin = sandbox.secret("admin");
    sandbox.create("admin", &admin);
    sandbox.given("admin", &admin);
    let proof = "printf %s \"$ADMIN\" | cmp -s - \"$HOME/admin.given\" || exit 9; echo same >&2";
    let line = rotate(&sandbox, &["-e", "ADMIN=admin"]).env("BEFORE", proof);
    line.run().any_stdout().stderr("same\n").exits(0);
    assert_settled(&sandbox, "new");

    // A variable that programs obey needs another option, as with `run`.
    let named = ["-e", "PYTHONPATH=admin", "--allow-env", "PYTHONPATH"];
    let line = execute(&sandbox, &[&["--generate", "32"][..], &named].concat());
    let proof = "printf %s \"$PYTHONPATH\" | cmp -s - \"$HOME/admin.given\" && echo same >&2";
    let allowed = line.env("BEFORE", proof).run();
    allowed.any_stdout().stderr("same\n").exits(0);

    let before = sandbox.bytes();
    for (pair, code) in [
        ("PYTHONPATH=admin", 7),
        ("ADMIN=no-such-secret", 3),
        ("LD_PRELOAD=admin", 7),
        ("KLUIS_NEW_VALUE=admin", 7),
        ("KLUIS_TOKEN=admin", 7),
    ] {
        let line = execute(&sandbox, &["--generate", "32", "-e", pair]);
        let refused = line.env("BEFORE", "echo ran >&2").run();
        assert!(!refused.stderr.contains("ran\n"), "{pair}");
        refused.any_stderr().exits(code);
        assert!(sandbox.bytes() == before, "{pair}");
    }
}

#[test]
fn no_value_is_an_argument() {
    let sandbox = with_server();
    let look = "tr '\\0' ' ' < /proc/$PPID/cmdline >&2; tr '\\0' ' ' < /proc/$$/cmdline >&2";
    let rotated = interrupted(&sandbox, look, "").run();
    // The sandbox searches stderr for both values.
    assert!(rotated.stderr.contains("rotate db "), "{}", rotated.stderr);
    assert!(rotated.stderr.contains("change "), "{}", rotated.stderr);
    rotated.any_stdout().any_stderr().exits(0);
}

#[test]
fn the_command_reads_stdin_unless_the_value_came_from_there() {
    let count = "wc -c >&2";
    let sandbox = with_server();
    let line = execute(&sandbox, &[]).stdin(sandbox.was_given("new"));
    let rotated = line.env("BEFORE", count).run();
    rotated.any_stdout().stderr("0\n").exits(0);
    assert_settled(&sandbox, "new");

    let sandbox = with_server();
    let line = rotate(&sandbox, &[]).stdin("twelve bytes");
    let rotated = line.env("BEFORE", count).run();
    rotated.any_stdout().stderr("12\n").exits(0);
}

#[test]
fn a_bound_secret_goes_to_the_command_only_with_an_option() {
    let sandbox = with_server();
    let bind = ["update", "db", "--allow-domain", "db.example.com"];
    sandbox.kluis(bind).run().exits(0);
    let before = sandbox.bytes();
    for options in [&[][..], &["--for", "example.com"], &["--reveal", "other"]] {
        let line = rotate(&sandbox, options).env("BEFORE", "echo ran >&2");
        let refused = line.run();
        assert!(!refused.stderr.contains("ran\n"), "{options:?}");
        refused.stderr_has("may only go to db.example.com").exits(8);
        assert!(sandbox.bytes() == before);
    }
    for options in [["--for", "db.example.com"], ["--reveal", "db"]] {
        let sandbox = sandbox.copy();
        rotate(&sandbox, &options).run().any_stdout().exits(0);
        let got = sandbox.kluis(["get", "db", "--reveal"]).run();
        got.stdout(sandbox.was_given("server")).exits(0);
        assert!(takes(&sandbox, "new"));
    }
}

#[test]
fn a_young_value_is_not_rotated() {
    let sandbox = with_server();
    let before = sandbox.bytes();
    let line = rotate(&sandbox, &["--if-older-than", "1h"]).env("BEFORE", "echo ran >&2");
    let told = "kluis: note: default/db is not due: its value has been in use for less than --if-older-than\n";
    line.run().stdout("0\n").stderr(told).exits(0);
    assert!(sandbox.bytes() == before);
    let line = rotate(&sandbox, &["--if-older-than", "0s"]);
    line.run().any_stdout().exits(0);
    assert_settled(&sandbox, "new");
}

#[test]
fn superseded_values_go_only_with_the_success() {
    let sandbox = with_server();
    let keep = ["--keep", "0"];
    let failed = rotate(&sandbox, &keep).env("BEFORE", "exit 1").run();
    failed.any_stderr().exits(1);
    assert_settled(&sandbox, "old");
    rotate(&sandbox, &keep).run().any_stdout().exits(0);
    assert_settled(&sandbox, "new");
    assert_eq!(slots(&sandbox), 1);
}

#[test]
fn rotate_exec_accepts_no_time() {
    let sandbox = with_server();
    for option in ["--at", "--in"] {
        let refused = rotate(&sandbox, &[option, "7d"]).run();
        refused.any_stderr().exits(2);
    }
    for line in [
        &["rotate", "db", "--files"][..],
        &["rotate", "db", "-e", "A=db"],
        &["rotate", "db", "--resume", "--discard"],
        &["rotate", "db", "--resume", "--generate", "32"],
        &["rotate", "db", "--discard", "--exec", "true"],
    ] {
        sandbox.kluis(line).run().any_stderr().exits(2);
    }
}
