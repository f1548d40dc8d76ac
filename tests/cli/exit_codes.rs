//! Tests every exit code and its messages: lines for people, one object for programs.

use crate::sandbox::{CHEAP_KDF, Sandbox};
use std::fs::{self, File, OpenOptions, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::process::Stdio;

/// The failure of `line` in both forms: the code, the word and the reported fields.
struct Expected {
    code: i32,
    word: &'static str,
    hint: bool,
    field: Option<&'static str>,
}

fn fails(sandbox: &Sandbox, line: &[&str], expected: &Expected) {
    let Expected {
        code,
        word,
        hint,
        field,
    } = *expected;
    let json = sandbox.kluis(["--json"].iter().chain(line)).run();
    let object = json.json_error();
    json.any_stderr().exits(code);
    assert_eq!(object["code"], word, "{line:?}: {object}");
    assert_eq!(object["hint"].is_string(), hint, "{line:?}: {object}");
    match field {
        Some(field) => assert_eq!(object["detail"][0]["loc"][0], field, "{line:?}: {object}"),
        None => assert!(object.get("detail").is_none(), "{line:?}: {object}"),
    }
    let mut lines = format!("kluis: error: {}\n", object["error"].as_str().unwrap());
    if let Some(hint) = object["hint"].as_str() {
        lines = format!("{lines}kluis: hint: {hint}\n");
    }
    sandbox.kluis(line).run().stderr(&lines).exits(code);
}

/// A row of a table: `code word`, with `!` if there must be a hint and `field` if one is named.
fn row(text: &'static str) -> Expected {
    let mut words = text.split(' ');
    Expected {
        code: words.next().unwrap().parse().unwrap(),
        word: words.next().unwrap(),
        hint: words.clone().any(|word| word == "!"),
        field: words.find(|word| *word != "!"),
    }
}

#[test]
fn each_failure_has_its_code_word_and_hint_in_both_forms() {
    let sandbox = Sandbox::with_vault();
    let value = sandbox.secret("value");
    sandbox.create("name", &value);
    sandbox.create("NAME", &value);
    sandbox
        .kluis(["workspace", "create", "full"])
        .run()
        .any_stdout()
        .exits(0);
    let fill = ["create", "key", "-w", "full", "--generate", "8"];
    sandbox.kluis(fill).run().any_stdout().exits(0);
    sandbox
        .kluis(["app", "create", "web"])
        .run()
        .any_stdout()
        .exits(0);
    let file = sandbox.given("file", "x");
    let below = file.join("vault");
    let below = below.to_str().unwrap();
    fs::set_permissions(&file, Permissions::from_mode(0o644)).unwrap();
    let file = file.to_str().unwrap();
    let before = sandbox.bytes();
    for (line, expected) in [
        (&["init", "--token", "--vault", below][..], "1 failed"),
        (&["create", "a", "--value-file", "/nowhere"], "1 failed"),
        (&["list", "--vault", "/dev/null"], "1 failed"),
        (&["list", "--bogus"], "2 usage !"),
        (&["bogus"], "2 usage !"),
        (&["get"], "2 usage !"),
        (&["get", "a", "b"], "2 usage !"),
        (&["--color", "sometimes", "list"], "2 usage !"),
        (&["list", "--vault", ""], "2 usage"),
        (&["list", "--vault", "s3://bucket/key"], "2 usage !"),
        (&["list", "--lock-timeout", "soon"], "2 usage"),
        (&["list", "--pin", "klv_mistyped"], "2 usage !"),
        (&["workspace", "delete", "full", "--force"], "2 usage !"),
        (&["get", "name=x"], "2 usage !"),
        (&["update", "name", "--raw"], "2 usage"),
        (&["list", "--vault", "/nowhere/vault"], "3 not_found !"),
        (&["get", "nope"], "3 not_found !"),
        (&["get", "sec_00000000000000000000000000"], "3 not_found !"),
        (&["list", "-w", "nope"], "3 not_found !"),
        (&["workspace", "update", "nope"], "3 not_found !"),
        (&["app", "show", "nope"], "3 not_found !"),
        (&["app", "unlink", "web", "NOPE"], "3 not_found !"),
        (&["key", "remove", "nope", "-y"], "3 not_found !"),
        (&["key", "remove", "token", "-y"], "6 conflict !"),
        (&["key", "add", "--public-key", "klp_x"], "7 invalid !"),
        (&["key", "add", "--token", "--label", ""], "7 invalid label"),
        (&["list", "--vault", file], "5 damaged !"),
        (&["create", "name", "--generate", "8"], "6 conflict !"),
        (&["update", "name", "--name", "NAME"], "6 conflict !"),
        (&["app", "create", "web"], "6 conflict"),
        (&["init", "--token"], "6 conflict !"),
        (&["workspace", "create", "full"], "6 conflict"),
        (&["workspace", "delete", "full", "-y"], "6 conflict !"),
        (&["workspace", "delete", "default", "-y"], "6 conflict !"),
        (&["create", "a b", "--generate", "8"], "7 invalid name"),
        (&["get", ".."], "7 invalid name"),
        (&["create", "a", "--generate", "none"], "7 invalid generate"),
        (&["create", "a"], "7 invalid value !"),
        (&["update", "name", "--env-key", "1"], "7 invalid env_key"),
        (&["update", "name", "--name", "a b"], "7 invalid name"),
        (&["list", "-w", "a b"], "7 invalid workspace"),
        (&["workspace", "create", "_"], "7 invalid workspace"),
        (&["app", "create", "_"], "7 invalid app"),
        (&["app", "link", "web", "1=name"], "7 invalid env_key"),
        (
            &["run", "--all", "-w", "nope", "--", "true"],
            "125 not_found !",
        ),
        (&["run", "--all", "--", "true"], "125 conflict !"),
        (&["run", "--", "true"], "125 usage !"),
        (&["run", "--all"], "125 usage !"),
        (&["run", "--app", "nope", "--", "true"], "125 not_found !"),
        (&["run", "--app", "_", "--", "true"], "125 invalid app"),
        (&["run", "-e", "A=nope", "--", "true"], "125 not_found !"),
        (
            &["run", "-e", "LD_PRELOAD=name", "--", "true"],
            "125 invalid !",
        ),
        (&["run", "--vault", "", "--", "true"], "125 usage"),
        (&["run", "-w", "a b", "--", "true"], "125 invalid workspace"),
        (&["run", "-e", "A=name", "--", file], "126 invalid !"),
        (&["run", "-e", "A=name", "--", "/"], "126 invalid !"),
        (
            &["run", "-e", "A=name", "--", "no-such-command"],
            "127 not_found !",
        ),
        (
            &["run", "-e", "A=name", "--", "/no/such/command"],
            "127 not_found !",
        ),
    ] {
        fails(&sandbox, line, &row(expected));
    }
    assert_eq!(sandbox.bytes(), before);
}

#[test]
fn deleting_and_restoring_fail_in_both_forms_alike() {
    let sandbox = Sandbox::with_vault();
    for name in ["name", "linked", "gone"] {
        sandbox.create(name, sandbox.secret("value"));
    }
    sandbox.prints(["rotate", "name"], sandbox.secret("new"));
    sandbox.prints(["app", "create", "web"], "");
    sandbox.prints(["app", "link", "web", "KEY=linked"], "");
    sandbox.prints(["delete", "gone"], "");
    let before = sandbox.bytes();
    for (line, expected) in [
        (&["delete"][..], "2 usage !"),
        (&["delete", "name", "--forever"], "2 usage !"),
        (&["delete", "gone", "--forever"], "2 usage !"),
        (&["vault", "prune"], "2 usage !"),
        (&["vault", "prune", "name"], "2 usage !"),
        (&["restore"], "2 usage !"),
        (&["restore", "a", "b", "--name", "c"], "2 usage"),
        (&["delete", "nope"], "3 not_found !"),
        (&["delete", "gone"], "3 not_found !"),
        (&["delete", "name", "nope"], "3 not_found !"),
        (&["get", "gone"], "3 not_found !"),
        (&["restore", "name"], "3 not_found !"),
        (&["restore", "nope"], "3 not_found !"),
        (&["run", "-e", "A=gone", "--", "true"], "125 not_found !"),
        (&["delete", "linked"], "6 conflict !"),
        (&["delete", "name", "linked"], "6 conflict !"),
        (&["delete", "linked", "--forever", "-y"], "6 conflict !"),
        (&["restore", "gone", "--name", "name"], "6 conflict !"),
        (&["restore", "gone", "--name", "a b"], "7 invalid name"),
        (
            &["vault", "prune", "--older-than", "1"],
            "7 invalid older_than",
        ),
    ] {
        fails(&sandbox, line, &row(expected));
    }
    assert_eq!(sandbox.bytes(), before);
}

#[test]
fn slots_times_and_domains_fail_in_both_forms_alike() {
    let sandbox = Sandbox::with_vault();
    let value = sandbox.secret("value");
    sandbox.create("name", &value);
    sandbox.prints(["create", "bound", "--allow-domain", "db"], &value);
    sandbox.prints(["workspace", "create", "full"], "");
    sandbox.prints(["create", "name", "-w", "full"], &value);
    let before = sandbox.bytes();
    for (line, expected) in [
        (&["rotate", "nope"][..], "3 not_found !"),
        (&["rollback", "name"], "3 not_found !"),
        (&["history", "nope"], "3 not_found !"),
        (&["vault", "prune", "nope"], "3 not_found !"),
        (&["move", "name", "--to-workspace", "nope"], "3 not_found !"),
        (&["get", "name", "--slot", "7"], "3 not_found !"),
        (&["update", "name", "--remove-slot", "7"], "3 not_found !"),
        (&["update", "name", "--remove-slot", "0"], "6 conflict !"),
        (&["move", "name", "--to-workspace", "full"], "6 conflict !"),
        (
            &["rotate", "name", "--at", "0", "--generate", "8"],
            "6 conflict !",
        ),
        (&["rotate", "name", "--at", "-1"], "7 invalid at"),
        (&["rollback", "name", "--to", "soon"], "7 invalid to"),
        (&["get", "name", "--at", "soon"], "7 invalid at"),
        (&["get", "name", "--for", "a b"], "7 invalid for"),
        (&["set", "name", "--slot", "-1"], "7 invalid slot"),
        (
            &["update", "name", "--allow-domain", "*.com"],
            "7 invalid allowed_domains",
        ),
        (
            &["update", "name", "--rotate-every", "0s"],
            "7 invalid rotate_every",
        ),
        (&["get", "bound"], "8 denied !"),
        (&["get", "bound", "--for", "example.com"], "8 denied !"),
        (&["run", "-e", "A=bound", "--", "true"], "125 denied !"),
    ] {
        fails(&sandbox, line, &row(expected));
    }
    assert_eq!(sandbox.bytes(), before);
}

#[test]
fn a_vault_that_nothing_opens_is_locked() {
    let (sandbox, _) = Sandbox::with_passphrase();
    fails(&sandbox, &["list"], &row("4 locked !"));
    fails(&sandbox, &["list", "--non-interactive"], &row("4 locked !"));
    let wrong = sandbox.given("wrong", sandbox.secret("wrong"));
    let wrong = ["list", "--passphrase-file", wrong.to_str().unwrap()];
    fails(&sandbox, &wrong, &row("4 locked !"));
    let run = ["run", "--all", "--non-interactive", "--", "true"];
    fails(&sandbox, &run, &row("125 locked !"));
}

#[test]
fn a_damaged_a_newer_and_a_foreign_vault_have_different_errors() {
    let sandbox = Sandbox::with_vault();
    let other = Sandbox::with_vault();
    let verified = other.kluis(["vault", "verify", "--json"]).run();
    let key = verified.json()["public_key"].as_str().unwrap().to_owned();
    verified.any_stdout().exits(0);
    fails(&sandbox, &["list", "--pin", &key], &row("5 damaged !"));
    let bytes = sandbox.bytes();
    let text = String::from_utf8_lossy(&bytes).replacen("{\"kluis\":1,", "{\"kluis\":2,", 1);
    fs::write(sandbox.vault(), text.as_bytes()).unwrap();
    fails(&sandbox, &["list"], &row("5 unsupported !"));
    fs::write(sandbox.vault(), &bytes[..bytes.len() - 1]).unwrap();
    fails(&sandbox, &["list"], &row("5 damaged !"));
    fails(
        &sandbox,
        &["run", "--all", "--", "true"],
        &row("125 damaged !"),
    );
}

#[test]
fn a_lock_that_is_held_is_busy_for_writers_only() {
    let sandbox = Sandbox::with_vault();
    sandbox.create("name", sandbox.secret("value"));
    let lock = sandbox.vault().with_file_name(".default.kluis.lock");
    let held = File::open(&lock).unwrap();
    held.lock().unwrap();
    let create = ["create", "other", "--generate", "8", "--lock-timeout", "0s"];
    fails(&sandbox, &create, &row("9 busy !"));
    sandbox.kluis(["get", "name"]).run().any_stdout().exits(0);
    sandbox.kluis(["list"]).run().any_stdout().exits(0);
    held.unlock().unwrap();
    sandbox.kluis(create).run().any_stdout().exits(0);
}

#[test]
fn a_full_stdout_is_a_failure_and_a_closed_one_is_silent() {
    let sandbox = Sandbox::with_vault();
    sandbox.create("name", sandbox.secret("value"));
    for line in [
        &["get", "name"][..],
        &["list"],
        &["show", "name", "--json"],
        &["--help"],
    ] {
        let full = OpenOptions::new().write(true).open("/dev/full").unwrap();
        let mut command = sandbox.kluis(line).command();
        let output = command
            .stdout(full)
            .stderr(Stdio::piped())
            .output()
            .unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(1), "{line:?}: {said}");
        assert!(said.contains("cannot write to stdout"), "{line:?}: {said}");

        let (reader, closed) = std::io::pipe().unwrap();
        drop(reader);
        let mut command = sandbox.kluis(line).command();
        let output = command
            .stdout(closed)
            .stderr(Stdio::piped())
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(141), "{line:?}");
        assert_eq!(output.stderr, b"", "{line:?}");
    }
}

#[test]
fn a_saved_secret_stays_when_its_id_cannot_be_printed() {
    let sandbox = Sandbox::with_vault();
    let full = OpenOptions::new().write(true).open("/dev/full").unwrap();
    let create = sandbox.kluis(["create", "name", "--generate", "8"]);
    assert_eq!(
        create
            .command()
            .stdout(full)
            .stderr(Stdio::null())
            .status()
            .unwrap()
            .code(),
        Some(1)
    );
    assert_eq!(sandbox.get("name").len(), 8);
}

#[test]
fn a_saved_change_is_reported_even_if_output_fails() {
    let sandbox = Sandbox::with_vault();
    let said =
        "the change was saved, but its output could not be written: cannot write to stdout: ";
    for line in [
        "create one --generate 8",
        "set two --generate 8",
        "rotate one --generate 8",
        "workspace create staging",
        "app create web",
    ] {
        let before = sandbox.bytes();
        let copy = sandbox.copy();
        let told = copy.kluis(line.split(' ')).prepared("exec > /dev/full");
        let told = told.run().stderr_has(&format!("kluis: error: {said}"));
        told.stderr_has("hint: before you run the command again")
            .exits(1);
        assert!(copy.bytes() != before, "{line}");

        let json = sandbox.kluis(line.split(' ').chain(["--json"]));
        let told = json.prepared("exec > /dev/full").run();
        let object = told.json_error();
        assert_eq!(object["code"], "failed", "{line}");
        assert!(
            object["error"].as_str().unwrap().starts_with(said),
            "{line}"
        );
        told.any_stderr().exits(1);
        assert!(sandbox.bytes() != before, "{line}");
    }
    // Commands that changed nothing do not report a change.
    for line in ["show one", "set one --generate 8", "list"] {
        let told = sandbox.kluis(line.split(' ')).prepared("exec > /dev/full");
        let told = told.run();
        assert!(!told.stderr.contains("change was made"), "{line}");
        told.stderr_has("cannot write to stdout").exits(1);
    }
}

#[test]
fn warnings_are_one_object_beside_the_result() {
    let sandbox = Sandbox::empty();
    let weak = sandbox.given("weak", "weak");
    let init = sandbox.kluis(["init", "--json", "--kdf", CHEAP_KDF]);
    let made = init.env("KLUIS_PASSPHRASE_FILE", &weak).run();
    let object = made.json_error();
    assert_eq!(object.as_object().unwrap().len(), 1);
    assert_eq!(object["warnings"].as_array().unwrap().len(), 2, "{object}");
    assert_eq!(made.json()["path"], sandbox.vault().to_str().unwrap());
    made.any_stdout().any_stderr().exits(0);
    let listed = sandbox
        .kluis(["list", "--json"])
        .env("KLUIS_PASSPHRASE_FILE", weak);
    listed.run().any_stdout().exits(0);
}

#[test]
fn help_and_version_succeed_and_long_help_has_every_code() {
    let sandbox = Sandbox::empty();
    let help = sandbox.kluis(["--help"]).run();
    let text = String::from_utf8(help.stdout.clone()).unwrap();
    for code in [
        "1", "2", "3", "4", "5", "6", "7", "8", "9", "125", "126", "127", "130", "141",
    ] {
        assert!(text.contains(&format!("\n  {code:<4} ")), "{code}");
    }
    help.any_stdout().exits(0);
    for line in [
        &["-h"][..],
        &["create", "--help"],
        &["workspace", "list", "-h"],
        &["--version"],
    ] {
        sandbox.kluis(line).run().any_stdout().exits(0);
    }
    sandbox.kluis([""; 0]).run().any_stderr().exits(2);
}

#[test]
fn a_child_that_is_killed_is_128_and_the_signal_for_the_shell() {
    let sandbox = Sandbox::with_vault();
    sandbox.create("name", "v");
    let run = ["run", "-e", "V=name", "--", "sh", "-c", "kill -TERM $$"];
    // The shell that starts kluis stays, to print what it saw.
    let outer = sandbox.kluis(run).prepared("\"$@\"; echo $?; exit 0").run();
    let seen = String::from_utf8(outer.stdout.clone()).unwrap();
    assert_eq!(seen, "143\n");
    outer.any_stdout().any_stderr().exits(0);
}

#[test]
fn json_after_the_dashes_is_the_commands_own() {
    let sandbox = Sandbox::with_vault();
    let run = ["run", "-e", "A=nope", "--", "true", "--json"];
    sandbox
        .kluis(run)
        .run()
        .stderr_has("kluis: error: there is no secret nope")
        .exits(125);
}
