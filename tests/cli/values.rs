//! Tests the sources of a value, for every verb that takes one, and the sources that are never used.

use crate::sandbox::Sandbox;
use std::time::{Duration, Instant};

const MAX_VALUE_BYTES: usize = 65_536;

/// The stored value when `create` gets these options and this stdin.
fn stored(sandbox: &Sandbox, options: &[&str], stdin: &[u8]) -> Vec<u8> {
    let create = ["create", "name"].iter().chain(options);
    sandbox
        .kluis(create)
        .stdin(stdin)
        .run()
        .any_stdout()
        .exits(0);
    let value = sandbox.get("name");
    sandbox.kluis(["delete", "name", "-y"]).run().exits(0);
    value
}

#[test]
fn a_single_line_from_stdin_loses_one_newline_and_nothing_else() {
    let sandbox = Sandbox::with_vault();
    for (given, kept) in [
        ("line", "line"),
        ("line\n", "line"),
        ("line\r\n", "line"),
        ("line\r", "line\r"),
        (" line \t\n", " line \t"),
        ("line\n\n", "line\n\n"),
        ("one\ntwo", "one\ntwo"),
        ("one\ntwo\n", "one\ntwo\n"),
        ("one\r\ntwo\r\n", "one\r\ntwo\r\n"),
        ("\n\n", "\n\n"),
    ] {
        assert_eq!(
            stored(&sandbox, &[], given.as_bytes()),
            kept.as_bytes(),
            "{given:?}"
        );
        let dash = stored(&sandbox, &["--value-file", "-"], given.as_bytes());
        assert_eq!(dash, kept.as_bytes(), "{given:?}");
        let raw = stored(&sandbox, &["--raw"], given.as_bytes());
        assert_eq!(raw, given.as_bytes(), "{given:?}");
    }
}

#[test]
fn every_verb_reads_a_value_alike() {
    let sandbox = Sandbox::with_vault();
    sandbox.create("name", "old");
    for verb in [&["set", "name"][..], &["update", "name", "--value"]] {
        for (options, kept) in [
            (&[][..], "line"),
            (&["--raw"], "line\n"),
            (&["--value-file", "-"], "line"),
        ] {
            let line = verb.iter().chain(options);
            sandbox
                .kluis(line)
                .stdin("line\n")
                .run()
                .any_stdout()
                .any_stderr()
                .exits(0);
            assert_eq!(sandbox.get("name"), kept.as_bytes(), "{verb:?} {options:?}");
        }
    }
}

#[test]
fn a_file_is_read_byte_for_byte_and_stdin_is_left_alone() {
    let sandbox = Sandbox::with_vault();
    for contents in [
        &b"line\n"[..],
        b"\n",
        b"\r\n",
        b"\0\xff\n",
        b"-----BEGIN\nx\n-----END\n",
    ] {
        let file = sandbox.given("value", contents);
        let options = ["--value-file", file.to_str().unwrap()];
        assert_eq!(stored(&sandbox, &options, b"not this"), contents);
    }
}

#[test]
fn any_bytes_come_back_as_they_went_in() {
    let sandbox = Sandbox::with_vault();
    let every_byte: Vec<u8> = (0..=u8::MAX).collect();
    for value in [
        &every_byte[..],
        b"\0",
        b"\xff\xfe",
        "\u{202e}金庫 🔐".as_bytes(),
        &[0; 4_096],
    ] {
        assert_eq!(stored(&sandbox, &["--raw"], value), value);
    }
}

#[test]
fn a_value_has_1_to_65536_bytes() {
    let sandbox = Sandbox::with_vault();
    let longest: Vec<u8> = (b'!'..=b'z').cycle().take(MAX_VALUE_BYTES).collect();
    for length in [1, MAX_VALUE_BYTES - 1, MAX_VALUE_BYTES] {
        assert_eq!(
            stored(&sandbox, &[], &longest[..length]),
            &longest[..length]
        );
    }
    assert_eq!(
        stored(&sandbox, &[], &[&longest[..], b"\r\n"].concat()),
        longest
    );

    let before = sandbox.bytes();
    let too_long = vec![b'x'; MAX_VALUE_BYTES + 1];
    let (file, empty) = (sandbox.given("long", &too_long), sandbox.given("empty", ""));
    for (options, stdin, kind) in [
        (vec![], &too_long[..], "string_too_long"),
        (
            vec!["--raw"],
            &[&longest[..], b"\n"].concat(),
            "string_too_long",
        ),
        (
            vec!["--value-file", file.to_str().unwrap()],
            b"",
            "string_too_long",
        ),
        (vec![], b"", "string_too_short"),
        (vec![], b"\n", "string_too_short"),
        (vec![], b"\r\n", "string_too_short"),
        (vec!["--value-file", "-"], b"", "string_too_short"),
        (
            vec!["--value-file", empty.to_str().unwrap()],
            b"x",
            "string_too_short",
        ),
        (vec!["--value-file", "/dev/null"], b"x", "string_too_short"),
    ] {
        for verb in ["create", "set"] {
            let line = [verb, "name", "--json"].into_iter().chain(options.clone());
            let refused = sandbox.kluis(line).stdin(stdin).run();
            let error = refused.json_error();
            assert_eq!(error["detail"][0]["type"], kind, "{options:?}");
            assert_eq!(error["detail"][0]["loc"][0], "value");
            refused.any_stderr().exits(7);
        }
    }
    assert_eq!(sandbox.bytes(), before);
}

#[test]
fn an_endless_source_ends_quickly() {
    let sandbox = Sandbox::with_vault();
    let started = Instant::now();
    let file = sandbox
        .kluis(["create", "name", "--value-file", "/dev/zero"])
        .run();
    file.stderr_has("at most 65,536 bytes").exits(7);
    let mut piped = sandbox
        .kluis(["create", "name"])
        .prepared("exec < /dev/zero")
        .run();
    piped.stderr = piped.stderr.to_lowercase();
    piped.stderr_has("at most 65,536 bytes").exits(7);
    let token = sandbox.kluis(["list"]).without("KLUIS_TOKEN");
    token
        .env("KLUIS_KEY_FILE", "/dev/zero")
        .run()
        .any_stderr()
        .exits(4);
    assert!(started.elapsed() < Duration::from_secs(20));
}

#[test]
fn an_unreadable_file_is_reported_without_its_name() {
    let sandbox = Sandbox::with_vault();
    let before = sandbox.bytes();
    // You may have meant that the option takes the value itself.
    let mistaken = sandbox.secret("value");
    for path in [&mistaken, "/"] {
        let line = ["create", "name", "--value-file", path];
        let mut refused = sandbox.kluis(line).command();
        let output = refused.output().unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(1));
        assert!(
            said.contains("cannot read the file of --value-file"),
            "{said}"
        );
        assert!(!said.contains("canary"), "{said}");
    }
    assert_eq!(sandbox.bytes(), before);
}

#[test]
fn every_generator_makes_its_kind_and_no_value_twice() {
    let sandbox = Sandbox::with_vault();
    let every = |value: &str, allowed: &str| value.chars().all(|c| allowed.contains(c));
    let (digits, lower) = ("0123456789", "abcdefghijklmnopqrstuvwxyz");
    let letters = format!("{digits}{lower}{}", lower.to_uppercase());
    let symbols = format!("{letters}%+,-.:=@^_");
    let base64 = format!("{letters}+/=");
    for (spec, length, allowed) in [
        ("32", 32, letters.as_str()),
        ("1", 1, &letters),
        ("4096", 4_096, &letters),
        ("hex:32", 64, "0123456789abcdef"),
        ("base64:32", 44, &base64),
        ("digits:8", 8, digits),
        ("symbols:24", 24, &symbols),
    ] {
        let made = ["one", "two"].map(|_| {
            let value = stored(&sandbox, &["--generate", spec], b"not this");
            String::from_utf8(value).unwrap()
        });
        assert_eq!(made[0].len(), length, "{spec}");
        assert!(every(&made[0], allowed), "{spec}");
        assert!(length == 1 || made[0] != made[1], "{spec}");
    }
    let words = String::from_utf8(stored(&sandbox, &["--generate", "words:6"], b"")).unwrap();
    // One word of the list contains a hyphen.
    assert!(
        words.split('-').count() >= 6 && every(&words, &format!("{lower}-")),
        "{words}"
    );
    let strong = stored(&sandbox, &["--generate", "symbols:24"], b"");
    assert!(strong.iter().any(|byte| !byte.is_ascii_alphanumeric()));
}

#[test]
fn an_unknown_generator_is_refused_and_not_repeated() {
    let sandbox = Sandbox::with_vault();
    for spec in [
        "0", "4097", "hex:0", "hex:", ":8", "uuid:1", "-1", "+8", "8 ", "hunter2", "",
    ] {
        let line = ["create", "name", "--json", &format!("--generate={spec}")];
        let refused = sandbox.kluis(line).run();
        let error = refused.json_error();
        let shown = error.to_string();
        assert!(
            !shown.contains("hunter2") && !shown.contains("uuid"),
            "{shown}"
        );
        refused.any_stderr().exits(7);
    }
    let file = ["create", "name", "--generate", "8", "--value-file", "x"];
    sandbox
        .kluis(file)
        .run()
        .stderr_has("cannot be used with")
        .exits(2);
}

/// An extra argument is a value only for verbs that take one; for `run` it is the command.
#[test]
fn an_extra_argument_gets_the_usage_of_its_command() {
    let sandbox = Sandbox::with_vault();
    let value = "pipe the value in";
    for (line, hint, code) in [
        ("create a b", value, 2),
        ("rotate a b", value, 2),
        ("run true", "put the command after `--`", 125),
        (
            "run -e A=a -w default true",
            "put the command after `--`",
            125,
        ),
        ("show a b", "`kluis show --help`", 2),
        ("list a b", "`kluis list --help`", 2),
        ("gett a", "did you mean `get`?", 2),
        ("unlok", "did you mean `unlock`?", 2),
    ] {
        let refused = sandbox.kluis(line.split(' ')).run();
        refused.stderr_has(hint).exits(code);
    }
}

#[test]
fn a_value_as_an_argument_is_refused_and_repeated_nowhere() {
    let sandbox = Sandbox::with_vault();
    sandbox.create("name", "v");
    let before = sandbox.bytes();
    let why = "pipe the value in";
    for (line, hint) in [
        (&["create", "new", "hunter2"][..], why),
        (&["create", "new", "sk_live-hunter2"], why),
        (&["create", "new", "-Hunter2"], "--help"),
        (&["create", "new", "--hunter2"], why),
        (&["create", "new", "--", "-hunter2"], why),
        (&["create", "new", "\u{1b}[31mhunter2"], why),
        (&["set", "name", "hunter2"], why),
        (&["update", "name", "hunter2"], why),
        (&["update", "name", "--value", "hunter2"], why),
        (&["update", "name", "--value=hunter2"], "--help"),
        (&["create", "new", "--value", "hunter2"], why),
        (&["create", "new", "--value=hunter2"], why),
        (&["create", "new=hunter2"], "pipe the value in"),
        (&["set", "new=hunter2"], "pipe the value in"),
        (&["update", "name=hunter2"], "pipe the value in"),
        (&["get", "name=hunter2"], "pipe the value in"),
        (&["create", "new", "--color", "hunter2"], "--help"),
        (&["create", "new", "--lock-timeout"], "--help"),
        (&["hunter2"], "--help"),
        (&["completions", "hunter2"], "--help"),
    ] {
        let text = sandbox.kluis(line).stdin("x").run();
        assert!(
            !text.stderr.contains("hunter2"),
            "{line:?}: {}",
            text.stderr
        );
        text.stderr_has(hint).exits(2);
        let json = sandbox
            .kluis(["--json"].iter().chain(line))
            .stdin("x")
            .run();
        let error = json.json_error();
        assert_eq!(error["code"], "usage", "{line:?}");
        assert!(error["hint"].as_str().unwrap().contains(hint), "{line:?}");
        assert!(!json.stderr.contains("hunter2"), "{line:?}: {error}");
        json.any_stderr().exits(2);
    }
    assert_eq!(sandbox.bytes(), before);
}

#[test]
fn a_name_with_an_equals_sign_works_after_an_option() {
    let sandbox = Sandbox::with_vault();
    let value = sandbox.secret("value");
    let create = ["create", "a=b", "--literal-name"];
    sandbox
        .kluis(create)
        .stdin(&value)
        .run()
        .any_stdout()
        .exits(0);
    let set = ["set", "a=b", "--literal-name", "--description", "d"];
    sandbox.kluis(set).stdin(&value).run().any_stdout().exits(0);
    sandbox
        .kluis(["get", "a=b", "--literal-name"])
        .run()
        .stdout(&value)
        .exits(0);
    sandbox
        .kluis(["get", "default/a=b", "--literal-name"])
        .run()
        .stdout(&value)
        .exits(0);
    let run = ["run", "-e", "V=a=b", "--", "printenv", "V"];
    sandbox
        .kluis(run)
        .run()
        .stdout(format!("{value}\n"))
        .exits(0);
    for verb in ["get", "show", "update"] {
        sandbox
            .kluis([verb, "a=b"])
            .run()
            .stderr_has("--literal-name")
            .exits(2);
    }
    sandbox
        .kluis(["rm", "a=b", "--literal-name", "-y"])
        .run()
        .exits(0);
}

#[test]
fn a_passphrase_and_a_value_do_not_fit_through_one_stdin() {
    let (sandbox, passphrase) = Sandbox::with_passphrase();
    let text = std::fs::read_to_string(&passphrase).unwrap();
    let unlock = ["--passphrase-file", "-"];
    let create = ["create", "there", "--generate", "8"].iter().chain(&unlock);
    let made = sandbox.kluis(create).stdin(&text).run();
    made.any_stdout().exits(0);
    let before = sandbox.bytes();
    for line in [
        &["create", "name"][..],
        &["set", "name", "--raw"],
        &["create", "name", "--value-file", "-"],
        &["update", "there", "--value"],
    ] {
        let both = sandbox.kluis(line.iter().chain(&unlock)).stdin(&text).run();
        both.stderr_has("cannot both come from stdin").exits(2);
        let variable = sandbox.kluis(line).env("KLUIS_PASSPHRASE_FILE", "-");
        variable.stdin(&text).run().any_stderr().exits(2);
    }
    assert_eq!(sandbox.bytes(), before);
    let create = ["create", "name", "--generate", "8"].iter().chain(&unlock);
    sandbox
        .kluis(create)
        .stdin(&text)
        .run()
        .any_stdout()
        .exits(0);
    let value = sandbox.given("value", "v");
    let update = ["update", "name", "--value-file", value.to_str().unwrap()];
    sandbox
        .kluis(update.iter().chain(&unlock))
        .stdin(&text)
        .run()
        .exits(0);
    let get = ["get", "name"].iter().chain(&unlock);
    sandbox.kluis(get).stdin(text).run().stdout("v").exits(0);
}
