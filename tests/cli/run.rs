//! Tests `run`.

use crate::sandbox::Sandbox;
use std::io::Read;
use std::process::Stdio;

const PRINT_ALL: &str = "env | sort";

#[test]
fn the_command_finds_the_chosen_secrets_and_no_others() {
    let sandbox = Sandbox::with_vault();
    let (one, two) = (sandbox.secret("one"), sandbox.secret("two"));
    sandbox.create("one", &one);
    sandbox.create("two", &two);
    let id = sandbox.create("three", sandbox.secret("three"));
    let id = format!("THIRD={id}");
    let run = [
        "run",
        "-e",
        "FIRST=one",
        "-e",
        "SECOND=default/two",
        "-e",
        &id,
        "--",
        "sh",
        "-c",
    ];
    let script = "printf '%s|' \"$FIRST\" \"$SECOND\" \"${ONE-unset}\" ${#THIRD}";
    let expected = format!("{one}|{two}|unset|{}|", one.len() + 2);
    sandbox
        .kluis(run.into_iter().chain([script]))
        .run()
        .stdout(expected)
        .exits(0);
}

#[test]
fn all_gives_the_whole_workspace_and_e_comes_first() {
    let sandbox = Sandbox::with_vault();
    sandbox
        .kluis(["workspace", "create", "staging"])
        .run()
        .any_stdout()
        .exits(0);
    let [one, two, other] = ["one", "two", "other"].map(|label| sandbox.secret(label));
    sandbox.create("default_only", sandbox.secret("default"));
    for (name, value) in [("one", &one), ("two", &two)] {
        let create = sandbox
            .kluis(["create", name, "-w", "staging"])
            .stdin(value);
        create.run().any_stdout().exits(0);
    }
    sandbox.create("other", &other);
    let run = [
        "run",
        "--all",
        "-w",
        "staging",
        "-e",
        "TWO=default/other",
        "--",
        "sh",
        "-c",
    ];
    let script = "printf '%s|' \"$ONE\" \"$TWO\" \"${DEFAULT_ONLY-unset}\"";
    let expected = format!("{one}|{other}|unset|");
    sandbox
        .kluis(run.into_iter().chain([script]))
        .run()
        .stdout(expected)
        .exits(0);
}

#[test]
fn the_rest_of_the_environment_is_inherited_but_for_credentials() {
    let sandbox = Sandbox::with_vault();
    sandbox.create("name", "v");
    let run = ["run", "-e", "PLAIN=name", "--", "sh", "-c", PRINT_ALL];
    let mut run = sandbox
        .kluis(run)
        .env("INHERITED", "yes")
        .env("PLAIN", "old")
        .without("XDG_RUNTIME_DIR");
    for own in [
        "KLUIS_KEY_FILE",
        "KLUIS_PASSPHRASE_FILE",
        "KLUIS_PASSPHRASE",
        "KLUIS_KEY_FILE",
    ] {
        run = run.env(own, "/nowhere");
    }
    let ran = run.env("KLUIS_WORKSPACE", "default").run();
    let text = String::from_utf8(ran.stdout.clone()).unwrap();
    let kept: Vec<&str> = text
        .lines()
        .filter(|line| {
            !line.starts_with("PWD=") && !line.starts_with("_=") && !line.starts_with("HOME=")
        })
        .collect();
    assert_eq!(
        kept,
        [
            "INHERITED=yes",
            "KLUIS_WORKSPACE=default",
            "LANG=C.UTF-8",
            "PATH=/usr/local/bin:/usr/bin:/bin",
            "PLAIN=v"
        ]
    );
    ran.any_stdout().exits(0);
}

#[test]
fn values_and_arguments_arrive_byte_for_byte() {
    let sandbox = Sandbox::with_vault();
    let value = b"$(id)\n`x` '\"\\ \xff\xc3\xa9 \t\x1b[0m\n\n";
    sandbox
        .kluis(["create", "name", "--raw"])
        .stdin(value)
        .run()
        .any_stdout()
        .exits(0);
    let printed = [
        "run",
        "-e",
        "V=name",
        "--",
        "sh",
        "-c",
        "printf %s \"$V\"; printf x",
    ];
    let expected = [&value[..], b"x"].concat();
    sandbox.kluis(printed).run().stdout(expected).exits(0);
    let run = [
        "run", "-e", "V=name", "--", "printf", "%s|", "a b", "", "*", "$V", "--json",
    ];
    sandbox
        .kluis(run)
        .run()
        .stdout("a b||*|$V|--json|")
        .exits(0);
}

#[test]
fn the_command_has_the_same_process_stdin_and_signals() {
    let sandbox = Sandbox::with_vault();
    sandbox.create("name", "v");
    let run = [
        "run",
        "-e",
        "V=name",
        "--",
        "sh",
        "-c",
        "echo $$; cat; kill -PIPE $$",
    ];
    let mut command = sandbox.kluis(run).command();
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let id = child.id();
    std::io::Write::write_all(&mut child.stdin.take().unwrap(), b"given\n").unwrap();
    let mut text = String::new();
    child
        .stdout
        .take()
        .unwrap()
        .read_to_string(&mut text)
        .unwrap();
    assert_eq!(text, format!("{id}\ngiven\n"));
    let ended = std::os::unix::process::ExitStatusExt::signal(&child.wait().unwrap());
    assert_eq!(
        ended,
        Some(13),
        "a broken pipe ends it, as outside of kluis"
    );
}

#[test]
fn a_limit_on_core_files_is_the_commands_own() {
    let sandbox = Sandbox::with_vault();
    sandbox.create("name", "v");
    let run = [
        "run",
        "-e",
        "V=name",
        "--",
        "sh",
        "-c",
        "ulimit -S -c; umask",
    ];
    let inside = sandbox
        .kluis(run)
        .prepared("ulimit -S -c 100; umask 027")
        .run();
    inside.stdout("100\n0027\n").exits(0);
}

#[test]
fn its_exit_code_is_the_commands() {
    let sandbox = Sandbox::with_vault();
    sandbox.create("name", "v");
    for code in [0, 1, 4, 125, 126, 127, 255] {
        let script = format!("exit {code}");
        let run = ["run", "-e", "V=name", "--", "sh", "-c", &script];
        sandbox.kluis(run).run().exits(code);
    }
    for signal in ["TERM", "KILL"] {
        let script = format!("kill -{signal} $$");
        let run = ["run", "-e", "V=name", "--", "sh", "-c", &script];
        sandbox
            .kluis(run)
            .run()
            .exits(if signal == "TERM" { 143 } else { 137 });
    }
}

#[test]
fn nothing_starts_unless_everything_is_there() {
    let sandbox = Sandbox::with_vault();
    let value = sandbox.secret("value");
    sandbox.create("name", &value);
    sandbox.create("clash.a", "1");
    sandbox.create("clash-a", "2");
    sandbox
        .kluis(["workspace", "create", "empty"])
        .run()
        .any_stdout()
        .exits(0);
    sandbox.create("nul", b"a\0b");
    let marker = sandbox.home().join("started");
    for (selection, word, said) in [
        (&[][..], "usage", "no secret is selected"),
        (&["-e", "A=nope"], "not_found", "there is no secret nope"),
        (
            &["-e", "A=name", "-e", "B=nope"],
            "not_found",
            "there is no secret nope",
        ),
        (
            &["-e", "A=name", "-e", "A=clash.a"],
            "conflict",
            "would both be the variable A",
        ),
        (&["--all"], "conflict", "would both be the variable CLASH_A"),
        (
            &["-e", "A=nul"],
            "invalid",
            "the value for A contains a NUL",
        ),
        (&["-e", "A"], "not_found", "there is no secret A"),
        (
            &["-e", "A-B=name"],
            "invalid",
            "cannot be an environment variable",
        ),
        (
            &["-e", "A=a b"],
            "invalid",
            "cannot be the name of a secret",
        ),
        (
            &["--all", "-w", "nope"],
            "not_found",
            "there is no workspace nope",
        ),
        (&["--bogus"], "usage", "there is no option --bogus"),
        (
            &["-e", "PATH=name"],
            "invalid",
            "PATH can make a program load",
        ),
        (
            &["-e", "ld_preload=name"],
            "invalid",
            "ld_preload can make a program load",
        ),
        (
            &["-e", "GIT_SSH=name"],
            "invalid",
            "GIT_SSH can make a program load",
        ),
        (
            &["-e", "KLUIS_TOKEN=name", "--allow-env", "KLUIS_TOKEN"],
            "invalid",
            "KLUIS_TOKEN is a variable of kluis itself",
        ),
    ] {
        let touch = ["--", "touch", marker.to_str().unwrap()];
        let run = ["run", "--json"].iter().chain(selection).chain(&touch);
        let failed = sandbox.kluis(run).run();
        let error = failed.json_error();
        assert_eq!(error["code"], word, "{selection:?}: {error}");
        assert!(error["error"].as_str().unwrap().contains(said), "{error}");
        failed.any_stderr().exits(125);
        assert!(!marker.exists(), "{selection:?}");
    }
}

#[test]
fn a_dangerous_variable_is_given_when_it_is_allowed_by_name() {
    let sandbox = Sandbox::with_vault();
    sandbox.create("name", "--no-warnings");
    let run = [
        "run",
        "-e",
        "NODE_OPTIONS=name",
        "--allow-env",
        "NODE_OPTIONS",
    ];
    let print = ["--", "sh", "-c", "printf %s \"$NODE_OPTIONS\""];
    sandbox
        .kluis(run.iter().chain(&print))
        .run()
        .stdout("--no-warnings")
        .exits(0);
    let other = [
        "run",
        "-e",
        "NODE_OPTIONS=name",
        "--allow-env",
        "LD_PRELOAD",
    ];
    sandbox
        .kluis(other.iter().chain(&print))
        .run()
        .any_stderr()
        .exits(125);
}

#[test]
fn an_empty_workspace_with_all_starts_the_command_with_nothing() {
    let sandbox = Sandbox::with_vault();
    sandbox.kluis(["run", "--all", "--", "true"]).run().exits(0);
}

/// `web` links `one` as FIRST and `staging/two` as SECOND.
fn with_app(one: &str, two: &str) -> Sandbox {
    let sandbox = Sandbox::with_vault();
    sandbox.create("one", one);
    for make in [
        &["workspace", "create", "staging"][..],
        &["app", "create", "web"],
    ] {
        sandbox.kluis(make).run().any_stdout().exits(0);
    }
    let create = sandbox.kluis(["create", "two", "-w", "staging"]).stdin(two);
    create.run().any_stdout().exits(0);
    for (key, secret) in [("FIRST", "one"), ("SECOND", "staging/two")] {
        let link = ["app", "link", "web", &format!("{key}={secret}")];
        sandbox.kluis(link).run().exits(0);
    }
    sandbox
}

#[test]
fn an_app_gives_its_links_under_their_keys() {
    let sandbox = with_app("1", "2");
    let print =
        "printf '%s|' \"${FIRST-unset}\" \"${SECOND-unset}\" \"${ONE-unset}\" \"${TWO-unset}\"";
    for (selection, expected) in [
        (&["--app", "web"][..], "1|2|unset|unset|"),
        (
            &["--app", "default/web", "-w", "staging"],
            "1|2|unset|unset|",
        ),
        (&["--app", "web", "-e", "TWO=one"], "1|2|unset|1|"),
        (&["--app", "web", "-e", "SECOND=one"], "1|1|unset|unset|"),
        (&["--app", "web", "--all"], "1|2|1|unset|"),
        (
            &["--all", "--app", "default/web", "-w", "staging"],
            "1|2|unset|2|",
        ),
    ] {
        let run = [&["run"], selection, &["--", "sh", "-c", print]].concat();
        sandbox.kluis(run).run().stdout(expected).exits(0);
    }
}

#[test]
fn two_secrets_under_one_key_conflict_and_one_does_not() {
    let sandbox = with_app("1", "2");
    let link = ["app", "link", "web", "ONE=one"];
    sandbox.kluis(link).run().exits(0);
    let all = [
        "run",
        "--app",
        "web",
        "--all",
        "--",
        "sh",
        "-c",
        "printf %s $ONE",
    ];
    sandbox.kluis(all).run().stdout("1").exits(0);
    let link = ["app", "link", "web", "ONE=staging/two"];
    sandbox.kluis(link).run().exits(0);
    let both = sandbox.kluis(all).run();
    both.stderr_has("default/one and staging/two would both be the variable ONE")
        .exits(125);
}

#[test]
fn nothing_starts_unless_all_that_an_app_links_can_be_given() {
    let sandbox = with_app("1", "2");
    let marker = sandbox.home().join("started");
    let touch = ["--", "touch", marker.to_str().unwrap()];
    let make = ["app", "create", "idle"];
    sandbox.kluis(make).run().any_stdout().exits(0);
    sandbox.create("nul", b"a\0b");
    for (key, secret, word, said) in [
        (
            "LD_PRELOAD",
            "one",
            "invalid",
            "LD_PRELOAD can make a program load or run other code",
        ),
        (
            "KLUIS_TOKEN",
            "one",
            "invalid",
            "KLUIS_TOKEN is a variable of kluis itself",
        ),
        ("NUL", "nul", "invalid", "the value for NUL contains a NUL"),
    ] {
        let link = ["app", "link", "web", &format!("{key}={secret}")];
        sandbox.kluis(link).run().exits(0);
        let run = ["run", "--json", "--app", "web"].iter().chain(&touch);
        let failed = sandbox.kluis(run).run();
        let error = failed.json_error();
        assert_eq!(error["code"], word, "{error}");
        assert!(error["error"].as_str().unwrap().contains(said), "{error}");
        failed.any_stderr().exits(125);
        let unlink = ["app", "unlink", "web", key];
        sandbox.kluis(unlink).run().exits(0);
    }
    for (name, word) in [("nope", "not_found"), ("a b", "invalid")] {
        let run = [&["run", "--json", "--app", name], &touch[..]].concat();
        let failed = sandbox.kluis(run).run();
        assert_eq!(failed.json_error()["code"], word);
        failed.any_stderr().exits(125);
    }
    assert!(!marker.exists());
    // You named an app without links, so it gives nothing.
    let run = ["run", "--app", "idle"].iter().chain(&touch);
    sandbox.kluis(run).run().exits(0);
    assert!(marker.exists());
}
