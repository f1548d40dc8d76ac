//! Tests what else a command of `run` inherits: the rest of the environment, and its standard input.

use crate::sandbox::Sandbox;

#[test]
fn only_keeps_the_essentials_and_the_chosen_variables() {
    let sandbox = Sandbox::with_vault();
    sandbox.create("name", "v");
    let run = ["run", "--only", "-e", "CHOSEN=name", "--", "/usr/bin/env"];
    let mut run = sandbox.kluis(run);
    for name in [
        "AWS_SECRET_ACCESS_KEY",
        "KLUIS_WORKSPACE",
        "LC_TIME",
        "LD_BIND_NOW",
        "SSH_AUTH_SOCK",
        "TERM",
        "TMPDIR",
        "TZ",
    ] {
        run = run.env(name, "");
    }
    let ran = run.run();
    let text = String::from_utf8(ran.stdout.clone()).unwrap();
    let mut names: Vec<_> = text
        .lines()
        .map(|line| line.split('=').next().unwrap())
        .collect();
    names.sort_unstable();
    assert_eq!(
        names,
        [
            "CHOSEN", "HOME", "LANG", "LC_TIME", "PATH", "TERM", "TMPDIR", "TZ"
        ]
    );
    ran.any_stdout().exits(0);
}

#[test]
fn a_value_on_stdin_is_exactly_its_bytes_and_then_the_end() {
    let sandbox = Sandbox::with_vault();
    for value in [
        "no newline".to_owned(),
        "two\nlines\n\0\n".to_owned(),
        // More than a pipe holds.
        "x".repeat(65_536),
    ] {
        sandbox.keep(value.as_bytes());
        let set = sandbox.kluis(["set", "name", "--raw"]).stdin(&value);
        set.run().any_stdout().any_stderr().exits(0);
        let run = ["run", "--stdin", "name", "--", "cat"];
        sandbox.kluis(run).run().stdout(&value).exits(0);
    }
}

#[test]
fn a_value_on_stdin_is_in_no_variable_and_no_other_file() {
    let sandbox = Sandbox::with_vault();
    let (one, two) = (sandbox.secret("one"), sandbox.secret("two"));
    sandbox.create("one", &one);
    sandbox.create("two", &two);
    let script = "printf '%s|' \"$ONE\" \"${TWO-unset}\"; cat; ls -l /proc/self/fd | grep -c memfd";
    let run = [
        "run", "--stdin", "two", "-e", "ONE=one", "--", "sh", "-c", script,
    ];
    // The standard input of `ls`, and no other descriptor.
    let expected = format!("{one}|unset|{two}1\n");
    sandbox
        .kluis(run)
        .stdin("ours")
        .run()
        .stdout(expected)
        .exits(0);
    let env = ["run", "--stdin", "two", "--", "/usr/bin/env"];
    let ran = sandbox.kluis(env).run();
    let shown = String::from_utf8(ran.stdout.clone()).unwrap();
    assert!(!shown.contains(&two), "{shown}");
    ran.any_stdout().exits(0);
}

#[test]
fn stdin_selects_one_secret_and_the_project_file_adds_none() {
    let sandbox = Sandbox::with_vault();
    let value = sandbox.secret("value");
    sandbox.create("name", &value);
    std::fs::write(sandbox.home().join("kluis.toml"), "[env]\nGIVEN = 'name'").unwrap();
    sandbox.trust(sandbox.home());
    let script = "printf '%s|' \"${GIVEN-unset}\"; cat";
    let run = sandbox
        .kluis(["run", "--", "sh", "-c", script])
        .stdin("ours");
    run.run().stdout(format!("{value}|ours")).exits(0);
    let run = sandbox.kluis(["run", "--stdin", "name", "--", "sh", "-c", script]);
    run.run().stdout(format!("unset|{value}")).exits(0);
}

#[test]
fn a_blocked_or_missing_secret_starts_nothing() {
    let sandbox = Sandbox::with_vault();
    let bound = [
        "create",
        "bound",
        "--allow-domain",
        "example.com",
        "--generate",
        "8",
    ];
    sandbox.kluis(bound).run().any_stdout().exits(0);
    let run = |options: &[&str]| {
        let line = [
            &["run"],
            options,
            &["--", "sh", "-c", "cat >/dev/null; echo started"],
        ];
        sandbox.kluis(line.concat()).run()
    };
    run(&["--stdin", "nope"])
        .stderr_has("no secret nope")
        .exits(125);
    run(&["--stdin", "a b"]).any_stderr().exits(125);
    run(&["--stdin", "bound"])
        .stderr_has("may only go to")
        .exits(125);
    let allowed = run(&["--stdin", "bound", "--for", "example.com"]);
    allowed.stdout("started\n").exits(0);
}
