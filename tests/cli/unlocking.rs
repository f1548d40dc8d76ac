//! Tests what opens a vault, in which order credentials are tried, and how little a failure reveals.

use crate::sandbox::{CHEAP_KDF, KLUIS, Sandbox};
use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::time::{Duration, Instant};

/// A token of the right form that belongs to another vault.
fn foreign_token() -> String {
    Sandbox::with_vault().token()
}

/// The text with its second-to-last letter replaced.
fn mistyped(text: &str) -> String {
    let mut letters: Vec<char> = text.chars().collect();
    let place = letters.len() - 2;
    letters[place] = if letters[place] == 'a' { 'b' } else { 'a' };
    letters.into_iter().collect()
}

#[test]
fn a_token_comes_before_a_token_file_before_a_passphrase() {
    let (sandbox, passphrase) = Sandbox::with_passphrase();
    let recovered = Sandbox::with_vault();
    let good = recovered.given("token", format!("  {}\n", recovered.token()));
    let (token, foreign) = (recovered.token(), foreign_token());
    let foreign_file = recovered.given("foreign", &foreign);
    for (variables, code) in [
        (
            vec![
                ("KLUIS_TOKEN", token.as_str()),
                ("KLUIS_KEY_FILE", "/nowhere"),
            ],
            0,
        ),
        (
            vec![
                ("KLUIS_TOKEN", &foreign),
                ("KLUIS_KEY_FILE", good.to_str().unwrap()),
            ],
            4,
        ),
        (
            vec![
                ("KLUIS_TOKEN", ""),
                ("KLUIS_KEY_FILE", good.to_str().unwrap()),
            ],
            0,
        ),
        (
            vec![
                ("KLUIS_KEY_FILE", good.to_str().unwrap()),
                ("KLUIS_PASSPHRASE_FILE", "/nowhere"),
            ],
            0,
        ),
        (vec![("KLUIS_KEY_FILE", foreign_file.to_str().unwrap())], 4),
        (vec![("KLUIS_KEY_FILE", "/nowhere")], 4),
        (vec![], 4),
    ] {
        let mut list = recovered.kluis(["list", "-q"]).without("KLUIS_TOKEN");
        for (name, value) in &variables {
            list = list.env(name, value);
        }
        list.run().any_stderr().exits(code);
    }
    // The first way decides, even if a later one would work.
    let list = sandbox
        .kluis(["list"])
        .env("KLUIS_PASSPHRASE_FILE", &passphrase);
    list.env("KLUIS_TOKEN", foreign).run().any_stderr().exits(4);
    let option = [
        "list",
        "-q",
        "--passphrase-file",
        passphrase.to_str().unwrap(),
    ];
    sandbox
        .kluis(option)
        .env("KLUIS_PASSPHRASE_FILE", "/nowhere")
        .run()
        .exits(0);
}

#[test]
fn a_wrong_token_reveals_only_whether_it_is_mistyped() {
    let sandbox = Sandbox::with_vault();
    let token = sandbox.token();
    for (given, said) in [
        (
            mistyped(&token),
            "the token has a typo: its checksum does not match",
        ),
        (token[..73].to_owned(), "the token has a typo"),
        (token.to_uppercase(), "the token has a typo"),
        (format!("{token}a"), "the token has a typo"),
        ("hunter2".to_owned(), "the token has a typo"),
        (foreign_token(), "the token does not open this vault"),
    ] {
        let list = || sandbox.kluis(["list"]).without("KLUIS_TOKEN");
        let refused = list().env("KLUIS_TOKEN", &given).run();
        assert!(!refused.stderr.contains(&given));
        refused.stderr_has(said).exits(4);
        let file = sandbox.given("token", &given);
        list()
            .env("KLUIS_KEY_FILE", file)
            .run()
            .stderr_has(said)
            .exits(4);
    }
}

#[test]
fn a_missing_key_file_is_reported_with_its_setting() {
    let sandbox = Sandbox::with_vault();
    let (passphrased, _) = Sandbox::with_passphrase();
    let empty = sandbox.given("empty", "\n");
    let empty = empty.to_str().unwrap();
    for (sandbox, variable, file, said, hint) in [
        (
            &sandbox,
            "KLUIS_KEY_FILE",
            empty,
            "the key file is empty",
            "put a token or a key into the file",
        ),
        (
            &sandbox,
            "KLUIS_KEY_FILE",
            "/nowhere",
            "there is no key file /nowhere",
            "correct --key-file or KLUIS_KEY_FILE",
        ),
        (
            &passphrased,
            "KLUIS_PASSPHRASE_FILE",
            "/nowhere",
            "there is no passphrase file /nowhere",
            "correct --passphrase-file or KLUIS_PASSPHRASE_FILE",
        ),
    ] {
        let list = sandbox.kluis(["list"]).without("KLUIS_TOKEN");
        let failed = list.env(variable, file).run();
        let failed = failed.stderr_has(&format!("kluis: error: {said}\nkluis: hint: "));
        failed.stderr_has(hint).exits(4);
    }
    // A file that exists and cannot be read is a different error.
    let list = sandbox.kluis(["list"]).without("KLUIS_TOKEN");
    let failed = list.env("KLUIS_KEY_FILE", "/").run();
    failed
        .stderr_has("cannot read the key file from /")
        .exits(1);
}

#[test]
fn status_names_only_ways_that_the_vault_has() {
    let (passphrased, _) = Sandbox::with_passphrase();
    let status = passphrased.kluis(["status"]).run();
    assert!(String::from_utf8_lossy(&status.stdout).contains("no\n"));
    let asks = "hint: run `kluis unlock` and type the passphrase once\n";
    status.any_stdout().stderr_has(asks).exits(4);
    let status = Sandbox::with_vault();
    let status = status.kluis(["status"]).without("KLUIS_TOKEN").run();
    assert!(!status.stderr.contains("type the passphrase"));
    status.any_stdout().stderr_has("KLUIS_TOKEN").exits(4);
}

#[test]
fn status_says_what_opens_the_vault() {
    let sandbox = Sandbox::with_vault();
    let token = sandbox.given("token", sandbox.token());
    let (passphrased, passphrase) = Sandbox::with_passphrase();
    for (sandbox, variable, value, way, words) in [
        (&sandbox, "UNUSED", token.as_path(), "token", "KLUIS_TOKEN"),
        (
            &sandbox,
            "KLUIS_KEY_FILE",
            &token,
            "key_file",
            "the key file",
        ),
        (
            &passphrased,
            "KLUIS_PASSPHRASE_FILE",
            &passphrase,
            "passphrase_file",
            "the passphrase file",
        ),
    ] {
        let status = |options: &[&str]| {
            let status = sandbox.kluis(["status"].iter().chain(options));
            let status = status.env(variable, value);
            if variable == "UNUSED" {
                status
            } else {
                status.without("KLUIS_TOKEN")
            }
        };
        let told = status(&[]).run();
        let text = String::from_utf8(told.stdout.clone()).unwrap();
        assert!(text.contains(&format!("yes, with {words}\n")), "{text}");
        assert!(text.contains("(the default)"), "{text}");
        told.any_stdout().exits(0);
        let json = status(&["--json"]).run();
        assert_eq!(json.json()["unlocked"], false);
        assert_eq!(json.json()["opens_with"], way);
        assert_eq!(json.json()["vault_source"], "default");
        json.any_stdout().exits(0);
    }
}

#[test]
fn status_refuses_a_token_that_opens_nothing() {
    let sandbox = Sandbox::with_vault();
    let status = sandbox
        .kluis(["status"])
        .env("KLUIS_TOKEN", foreign_token());
    let status = status.run();
    status.any_stderr().exits(4);
    let nowhere = sandbox.kluis(["status", "--vault", "nowhere.kluis"]).run();
    let place = "nowhere.kluis (from the command line)";
    assert!(String::from_utf8_lossy(&nowhere.stdout).contains(place));
    nowhere.any_stdout().stderr_has("nowhere.kluis").exits(3);
}

#[test]
fn without_a_key_it_is_the_key_that_is_missing() {
    let sandbox = Sandbox::with_vault();
    for (given, said, hint) in [
        (
            None,
            "no key was given: KLUIS_TOKEN is not set, and this vault has no passphrase to type",
            "set KLUIS_TOKEN or KLUIS_KEY_FILE; ",
        ),
        (
            Some(""),
            "no key was given: KLUIS_TOKEN is empty, and this vault has no passphrase to type",
            "set KLUIS_TOKEN or KLUIS_KEY_FILE; ",
        ),
        (
            Some(" \n"),
            "KLUIS_TOKEN contains only white space",
            "set it to a token",
        ),
    ] {
        let list = sandbox.kluis(["list"]).without("KLUIS_TOKEN");
        let list = match given {
            Some(given) => list.env("KLUIS_TOKEN", given),
            None => list,
        };
        let told = format!("kluis: error: {said}\nkluis: hint: {hint}");
        list.run().stderr_has(&told).exits(4);
    }
}

#[test]
fn without_a_terminal_the_error_names_the_passphrase_option() {
    let sandbox = Sandbox::with_vault();
    let before = sandbox.bytes();
    let add = sandbox
        .kluis(["key", "add", "--full", "--passphrase"])
        .run();
    let add = add
        .stderr_has("error: a new passphrase is needed, but there is no terminal to type it at\n");
    add.stderr_has("hint: write it to a file, and add --new-passphrase-file PATH\n")
        .exits(4);
    assert_eq!(sandbox.bytes(), before);
}

#[test]
fn every_wrong_passphrase_gets_the_same_answer() {
    let (sandbox, right) = Sandbox::with_passphrase();
    let right = fs::read_to_string(right).unwrap();
    let answers: Vec<String> = [
        right[..right.len() - 1].to_owned(),
        format!("{right} "),
        format!(" {right}"),
        right.to_uppercase(),
        format!("{right}\n\n"),
        "x".to_owned(),
    ]
    .into_iter()
    .map(|wrong| {
        let file = sandbox.given("wrong", wrong);
        let refused = sandbox
            .kluis(["list"])
            .env("KLUIS_PASSPHRASE_FILE", file)
            .run();
        let answer = refused.stderr.clone();
        refused.any_stderr().exits(4);
        answer
    })
    .collect();
    assert!(
        answers.iter().all(|answer| *answer == answers[0]),
        "{answers:?}"
    );
    assert!(answers[0].contains("wrong passphrase for this vault"));
}

#[test]
fn one_passphrase_typed_on_two_keyboards_opens_the_same_vault() {
    let sandbox = Sandbox::empty();
    let composed = sandbox.given("composed", "caf\u{e9} \u{fb01} \u{2460} correct horse\n");
    let decomposed = sandbox.given("decomposed", "cafe\u{301} fi 1 correct horse");
    let windows = sandbox.given("windows", "cafe\u{301} fi 1 correct horse\r\n");
    let init = sandbox.kluis(["init", "--kdf", CHEAP_KDF]);
    init.env("KLUIS_PASSPHRASE_FILE", composed)
        .run()
        .any_stderr()
        .exits(0);
    for file in [decomposed, windows] {
        sandbox
            .kluis(["list", "-q"])
            .env("KLUIS_PASSPHRASE_FILE", file)
            .run()
            .exits(0);
    }
}

#[test]
fn without_key_and_terminal_it_fails_and_lists_the_ways() {
    let (sandbox, _) = Sandbox::with_passphrase();
    for line in [
        &["list"][..],
        &["get", "name"],
        &["create", "name", "--generate", "8"],
        &["vault", "verify", "--non-interactive"],
        &["run", "--all", "--", "true"],
    ] {
        let started = Instant::now();
        let locked = sandbox.kluis(line).run();
        assert!(started.elapsed() < Duration::from_secs(20));
        for way in [
            "KLUIS_TOKEN",
            "KLUIS_KEY_FILE",
            "--passphrase-file",
            "KLUIS_PASSPHRASE_FILE",
        ] {
            assert!(locked.stderr.contains(way), "{}", locked.stderr);
        }
        locked
            .any_stderr()
            .exits(if line[0] == "run" { 125 } else { 4 });
    }
    let variable = sandbox
        .kluis(["list"])
        .env("KLUIS_NON_INTERACTIVE", "1")
        .run();
    variable.stderr_has("the vault is locked").exits(4);
}

#[test]
fn a_vault_without_a_passphrase_does_not_ask_for_one() {
    let sandbox = Sandbox::with_vault();
    let passphrase = sandbox.given("passphrase", sandbox.secret("passphrase"));
    for variable in ["KLUIS_PASSPHRASE_FILE", "UNUSED"] {
        let list = sandbox.kluis(["list"]).without("KLUIS_TOKEN");
        let locked = list.env(variable, &passphrase).run();
        locked.stderr_has("this vault has no passphrase").exits(4);
    }
}

#[test]
fn a_key_file_in_its_place_that_opens_nothing_is_named() {
    let sandbox = Sandbox::with_vault();
    let own = sandbox.kluis(["key", "new"]).without("KLUIS_TOKEN").run();
    own.any_stdout().any_stderr().exits(0);
    let list = sandbox.kluis(["list"]).without("KLUIS_TOKEN").run();
    list.stderr_has("the key file does not open this vault")
        .stderr_has("ask the vault's owner")
        .exits(4);
}

#[test]
fn a_pinned_vault_key_opens_that_vault_only() {
    let sandbox = Sandbox::with_vault();
    let key = |sandbox: &Sandbox| {
        let verified = sandbox.kluis(["vault", "verify", "--json"]).run();
        let key = verified.json()["public_key"].as_str().unwrap().to_owned();
        verified.any_stdout().exits(0);
        key
    };
    let (right, other) = (key(&sandbox), key(&Sandbox::with_vault()));
    for (pin, code, said) in [
        (right.clone(), 0, ""),
        (format!(" {right}\n"), 0, ""),
        (
            other.clone(),
            5,
            "this is another vault than the one you pinned",
        ),
        (mistyped(&right), 2, "the pin has a typo"),
        (right[4..].to_owned(), 2, "the pin has a typo"),
        (sandbox.token(), 2, "the pin has a typo"),
    ] {
        let variable = sandbox.kluis(["list", "-q"]).env("KLUIS_PIN", &pin).run();
        variable.stderr_has(said).exits(code);
        if pin != sandbox.token() {
            let option = ["list", "-q", "--pin", &pin];
            sandbox.kluis(option).run().stderr_has(said).exits(code);
        }
    }
    let option = ["list", "-q", "--pin", &right];
    sandbox.kluis(option).env("KLUIS_PIN", other).run().exits(0);
    sandbox
        .kluis(["list", "-q"])
        .env("KLUIS_PIN", "")
        .run()
        .stderr_has("KLUIS_PIN is empty")
        .exits(2);
}

#[test]
fn a_wrong_pin_is_refused_before_a_passphrase_is_asked_for() {
    let (sandbox, _) = Sandbox::with_passphrase();
    let verified = Sandbox::with_vault();
    let key = verified.kluis(["vault", "verify", "--json"]).run();
    let pin = key.json()["public_key"].as_str().unwrap().to_owned();
    key.any_stdout().exits(0);
    let list = sandbox.kluis(["list", "--pin", &pin]).run();
    list.stderr_has("this is another vault than the one you pinned")
        .exits(5);
}

#[test]
fn a_passphrase_may_come_through_stdin_and_a_pipe() {
    let (sandbox, passphrase) = Sandbox::with_passphrase();
    let text = fs::read(&passphrase).unwrap();
    let list = ["list", "-q", "--passphrase-file"];
    sandbox
        .kluis(list.into_iter().chain(["-"]))
        .stdin(&text)
        .run()
        .exits(0);
    let substitution = sandbox.kluis(list.into_iter().chain(["/dev/fd/0"]));
    substitution.stdin(&text).run().exits(0);
}

#[test]
fn a_credential_others_may_read_warns_and_works() {
    let expose = |path: &PathBuf, mode| {
        fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
    };
    let sandbox = Sandbox::with_vault();
    let file = sandbox.given("token", sandbox.token());
    let list = || {
        let list = sandbox.kluis(["list", "-q"]).env("KLUIS_TOKEN", "");
        list.env("KLUIS_KEY_FILE", &file).run()
    };
    list().exits(0);
    expose(&file, 0o644);
    let said =
        "kluis: warning: other users can read or write the file with the token: run `chmod 600 ";
    let told = list();
    assert_eq!(told.stderr.matches(said).count(), 1, "{}", told.stderr);
    told.any_stderr().exits(0);
    let (sandbox, file) = Sandbox::with_passphrase();
    expose(&file, 0o640);
    let verify = sandbox.kluis(["list", "--passphrase-file", file.to_str().unwrap()]);
    verify
        .run()
        .stderr_has("other users can read or write the file with the passphrase")
        .exits(0);
    let new = sandbox.given("new", sandbox.secret("new"));
    expose(&new, 0o644);
    let given = ["--new-passphrase-file", new.to_str().unwrap()];
    let change = ["key", "passphrase", "--kdf", CHEAP_KDF]
        .into_iter()
        .chain(given);
    let changed = sandbox.kluis(change).env("KLUIS_PASSPHRASE_FILE", &file);
    let changed = changed.run();
    let told = changed.stderr.matches("the file with the passphrase: ");
    assert_eq!(told.count(), 2, "{}", changed.stderr);
    changed.any_stderr().exits(0);
}

#[test]
fn a_command_gets_no_descriptor_of_a_credential() {
    let (sandbox, passphrase) = Sandbox::with_passphrase();
    let create = sandbox.kluis(["create", "name"]).stdin("a value");
    let create = create.env("KLUIS_PASSPHRASE_FILE", &passphrase).run();
    create.any_stdout().exits(0);
    let token = sandbox.kluis(["key", "add", "--full", "--token"]);
    let token = token.env("KLUIS_PASSPHRASE_FILE", &passphrase).run();
    sandbox.keep_token(&token.stdout);
    let text = String::from_utf8(token.stdout.clone()).unwrap();
    token.any_stdout().any_stderr().exits(0);
    let file = sandbox.given("token", &text);
    let link = sandbox.home().join("link");
    std::os::unix::fs::symlink("/dev/fd/3", &link).unwrap();
    let (file, passphrase) = (file.display(), passphrase.display());
    let link = link.display();
    // Ways for a command to use a descriptor: continue reading, and open it again from the beginning.
    let other = sandbox.kluis(["key", "add", "--full", "--token"]);
    let other = other.env("KLUIS_TOKEN", text.trim_end()).run();
    sandbox.keep_token(&other.stdout);
    let token_first = format!(
        "export KLUIS_TOKEN={}\n",
        String::from_utf8_lossy(&other.stdout).trim_end()
    );
    other.any_stdout().any_stderr().exits(0);
    let take = "for n in 0 3 5 9; do cat /dev/fd/$n <&$n; done 2> /dev/null; echo done";
    for (prepared, option) in [
        (format!("exec 3< {file}"), "--key-file /dev/fd/3".to_owned()),
        (
            format!("exec 9< {file}"),
            "--key-file /proc/self/fd/9".to_owned(),
        ),
        (format!("exec 3< {file}"), format!("--key-file {link}")),
        (
            format!("exec 3< {file} 5<&3"),
            "--key-file /dev/fd/3".to_owned(),
        ),
        (format!("exec 5<> {file}"), format!("--key-file {file}")),
        (
            format!("exec 3<<END\n$(cat {file})\nEND\n"),
            "--key-file /dev/fd/3".to_owned(),
        ),
        (format!("exec < {file}"), "--key-file /dev/stdin".to_owned()),
        (format!("exec < {file}"), "--key-file -".to_owned()),
        (
            format!("exec 3< {passphrase}"),
            "--passphrase-file /dev/fd/3".to_owned(),
        ),
        (
            format!("exec < {passphrase}"),
            "--passphrase-file -".to_owned(),
        ),
    ] {
        // If a token takes precedence, the file is not read.
        for (run, first) in [
            ("run -e V=name", ""),
            ("run --mask -e V=name", ""),
            ("rotate name --generate 9 --exec", ""),
            ("run -e V=name", &*token_first),
            ("run --mask -e V=name", &token_first),
            ("rotate name --generate 9 --exec", &token_first),
        ] {
            let script = format!("{prepared}\n{first}\"$0\" {option} {run} -- sh -c '{take}' 2>&1");
            let line = script.replace("--exec --", "--exec");
            let shell = std::process::Command::new("sh")
                .args(["-c", &line, KLUIS])
                .env_clear()
                .env("HOME", sandbox.home())
                .env("PATH", "/usr/bin:/bin")
                .stdin(std::process::Stdio::null())
                .output()
                .unwrap();
            let printed = String::from_utf8_lossy(&shell.stdout);
            assert!(printed.contains("done\n"), "{line}: {printed}");
            let said = fs::read_to_string(sandbox.given_path("passphrase")).unwrap();
            for secret in [text.trim_end(), said.trim_end()] {
                assert!(!printed.contains(secret), "{line}");
            }
        }
    }
}
