//! Tests `export`.

use crate::sandbox::{Invocation, Sandbox, make_pipe};
use std::fs::{self, OpenOptions};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::process::Stdio;

fn export<'s>(sandbox: &'s Sandbox, format: &str, selection: &[&str]) -> Invocation<'s> {
    sandbox.kluis(["export", "--format", format].iter().chain(selection))
}

#[test]
fn the_document_on_stdout_has_the_selected_keys() {
    let sandbox = Sandbox::with_vault();
    let (one, two) = (sandbox.secret("one"), sandbox.secret("two"));
    sandbox.create("one", &one);
    sandbox.create("two", &two);
    sandbox.create("three", sandbox.secret("three"));
    let selection = ["-e", "SECOND=one", "-e", "FIRST=two"];
    let run = export(&sandbox, "json", &selection).run();
    let document = format!("{{\n  \"FIRST\": \"{two}\",\n  \"SECOND\": \"{one}\"\n}}\n");
    run.stdout(document).exits(0);

    let all = sandbox.kluis(["export", "-f", "shell", "--all"]).run();
    let text = String::from_utf8(all.stdout.clone()).unwrap();
    assert_eq!(text.lines().count(), 3);
    assert!(text.starts_with("export ONE='one-"), "{text}");
    all.any_stdout().exits(0);

    for line in [&["create", "web"][..], &["link", "web", "LINKED=two"]] {
        let app = sandbox.kluis(["app"].iter().chain(line)).run();
        app.any_stdout().exits(0);
    }
    let linked = export(&sandbox, "docker", &["--app", "web"]).run();
    linked.stdout(format!("LINKED={two}\n")).exits(0);
}

#[test]
fn a_line_of_shell_sets_the_variable_where_it_is_evaluated() {
    let sandbox = Sandbox::with_vault();
    sandbox.create("name", "a'b $(touch canary)\n\n");
    // A shell evaluates the document, and starts kluis here.
    let script = "eval \"$(\"$@\")\"; printf '%s|' \"$KEY\"; exit 0";
    let evaluated = export(&sandbox, "shell", &["-e", "KEY=name"])
        .prepared(script)
        .run();
    evaluated.stdout("a'b $(touch canary)\n\n|").exits(0);
    assert!(!sandbox.home().join("canary").exists());
}

#[test]
fn nothing_selected_and_no_format_are_usage_errors() {
    let sandbox = Sandbox::with_vault();
    sandbox.create("name", "v");
    let nothing = export(&sandbox, "json", &[]).run();
    nothing.stderr_has("no secret is selected").exits(2);
    let line = ["export", "-e", "KEY=name"];
    sandbox.kluis(line).run().stderr_has("--format").exits(2);
    let unknown = export(&sandbox, "hunter2", &["--all"]).run();
    assert!(!unknown.stderr.contains("hunter2"), "{}", unknown.stderr);
    let names = "dotenv, dotenv-node, shell, fish, powershell, json, yaml, docker, compose, github, gitlab, circleci, k8s, systemd, tfvars";
    unknown.stderr_has(names).exits(2);
}

#[test]
fn an_inexpressible_value_is_named_and_nothing_is_written() {
    let sandbox = Sandbox::with_vault();
    let [fine, lines] = ["fine", "lines"].map(|label| sandbox.secret(label));
    sandbox.create("fine", &fine);
    sandbox.create("lines", format!("{lines}\n{lines}"));
    let refused = export(&sandbox, "docker", &["--all"]).run();
    refused
        .stderr(
            "kluis: error: LINES cannot be written as docker: its value contains a newline, and this format has one line for each variable\n\
             kluis: hint: leave this variable out, or choose another --format; nothing was written\n",
        )
        .exits(7);
    let refused = export(&sandbox, "docker", &["--all", "--json"]).run();
    assert_eq!(refused.json_error()["code"], "invalid");
    refused.any_stderr().exits(7);
    let one = export(&sandbox, "docker", &["-e", "FINE=fine"]).run();
    one.stdout(format!("FINE={fine}\n")).exits(0);
}

#[test]
fn a_nul_is_only_for_formats_that_can_hold_it() {
    let sandbox = Sandbox::with_vault();
    sandbox.create("key", b"a\0\xffb");
    sandbox.create("text", b"a\0b");
    let key = ["-e", "KEY=key"];
    let text = ["-e", "KEY=text"];
    export(&sandbox, "shell", &text)
        .run()
        .stderr_has("a NUL")
        .exits(7);
    export(&sandbox, "json", &key)
        .run()
        .stderr_has("not UTF-8")
        .exits(7);
    let json = export(&sandbox, "json", &text).run();
    assert_eq!(json.json()["KEY"], "a\0b");
    json.any_stdout().exits(0);
    let manifest = export(&sandbox, "k8s", &key).run();
    let written = String::from_utf8(manifest.stdout.clone()).unwrap();
    assert!(
        written.ends_with("data:\n  \"KEY\": \"YQD/Yg==\"\n"),
        "{written}"
    );
    manifest.any_stdout().exits(0);
}

#[test]
fn a_bound_secret_needs_its_host_or_to_be_revealed() {
    let sandbox = Sandbox::with_vault();
    let value = sandbox.secret("bound");
    let create = ["create", "bound", "--allow-domain", "api.example.com"];
    sandbox
        .kluis(create)
        .stdin(&value)
        .run()
        .any_stdout()
        .exits(0);
    let select = ["-e", "KEY=bound"];
    export(&sandbox, "docker", &select)
        .run()
        .any_stderr()
        .exits(8);
    for allowed in [["--for", "api.example.com"], ["--reveal", "bound"]] {
        let line = [&select[..], &allowed].concat();
        let given = export(&sandbox, "docker", &line).run();
        given.stdout(format!("KEY={value}\n")).exits(0);
    }
}

#[test]
fn keys_are_checked_as_for_run() {
    let sandbox = Sandbox::with_vault();
    sandbox.create("name", "v");
    sandbox.create("NAME", "w");
    export(&sandbox, "json", &["--all"])
        .run()
        .any_stderr()
        .exits(6);
    let loader = ["-e", "LD_PRELOAD=name"];
    export(&sandbox, "json", &loader)
        .run()
        .any_stderr()
        .exits(7);
    let allowed = [&loader[..], &["--allow-env", "LD_PRELOAD"]].concat();
    let given = export(&sandbox, "docker", &allowed).run();
    given.stdout("LD_PRELOAD=v\n").exits(0);
    export(&sandbox, "json", &["-e", "KEY=nope"])
        .run()
        .any_stderr()
        .exits(3);
    // In bash this would run a command inside the value.
    let random = export(&sandbox, "shell", &["-e", "RANDOM=name"]).run();
    random
        .stderr_has("this name has a special meaning in shells")
        .exits(7);
}

#[test]
fn a_manifest_has_the_name_it_is_given() {
    let sandbox = Sandbox::with_vault();
    sandbox.create("key", "v");
    let select = ["-e", "KEY=key", "--manifest-name"];
    let named = [&select[..], &["billing.v1"]].concat();
    let manifest = export(&sandbox, "k8s", &named).run();
    manifest
        .stdout(
            "apiVersion: v1\nkind: Secret\nmetadata:\n  name: \"billing.v1\"\ntype: Opaque\ndata:\n  \"KEY\": \"dg==\"\n",
        )
        .exits(0);
    export(&sandbox, "json", &named).run().any_stderr().exits(2);
    let wrong = [&select[..], &["a\"b"]].concat();
    export(&sandbox, "k8s", &wrong).run().any_stderr().exits(7);
}

#[test]
fn github_gets_masks_on_stdout_and_values_in_its_file() {
    let sandbox = Sandbox::with_vault();
    let value = sandbox.secret("100%");
    sandbox.create("name", format!("{value}\n  \n{{\nsecond\n"));
    let file = sandbox.given("env", "BEFORE=1");
    let run = export(&sandbox, "github", &["-e", "KEY=name"]).env("GITHUB_ENV", &file);
    let masked = value.replace('%', "%25");
    let masks = format!("::add-mask::{masked}\n::add-mask::second\n");
    run.run().stdout(masks).exits(0);
    let text = String::from_utf8(sandbox.was_given("env")).unwrap();
    let (before, added) = text.split_once('\n').unwrap();
    assert_eq!(before, "BEFORE=1");
    let (first, rest) = added.split_once('\n').unwrap();
    let delimiter = first.strip_prefix("KEY<<kluis_").unwrap();
    assert_eq!(delimiter.len(), 32);
    assert_eq!(
        rest,
        format!("{value}\n  \n{{\nsecond\n\nkluis_{delimiter}\n")
    );
    let again = export(&sandbox, "github", &["-e", "KEY=name"]).env("GITHUB_ENV", &file);
    again.run().any_stdout().exits(0);
    let twice = String::from_utf8(sandbox.was_given("env")).unwrap();
    assert!(twice.starts_with(&text), "what was there was lost");
    assert_eq!(
        twice.matches(delimiter).count(),
        2,
        "a delimiter comes back"
    );
}

#[test]
fn white_space_cannot_be_masked_and_gives_a_warning() {
    let sandbox = Sandbox::with_vault();
    sandbox.create("blank", " \n\n");
    let file = sandbox.given("env", "");
    let run = export(&sandbox, "github", &["-e", "KEY=blank"]).env("GITHUB_ENV", &file);
    let warning =
        "kluis: warning: KEY: the value is only white space, which GitHub cannot mask in logs\n";
    run.run().stderr(warning).exits(0);
}

#[test]
fn without_the_file_of_github_nothing_is_printed_or_made() {
    let sandbox = Sandbox::with_vault();
    sandbox.create("name", sandbox.secret("value"));
    let select = ["-e", "KEY=name"];
    let unset = export(&sandbox, "github", &select).run();
    unset.stderr_has("GITHUB_ENV is not set").exits(1);
    let missing = sandbox.home().join("missing");
    let directory = sandbox.home().join("directory");
    fs::create_dir(&directory).unwrap();
    let fifo = sandbox.home().join("fifo");
    make_pipe(&fifo);
    let read_only = sandbox.given("read-only", "");
    fs::set_permissions(&read_only, fs::Permissions::from_mode(0o400)).unwrap();
    let may_write_anyway = OpenOptions::new().append(true).open(&read_only).is_ok();
    for path in [&missing, &directory, &fifo, &read_only] {
        if path == &read_only && may_write_anyway {
            continue;
        }
        let run = export(&sandbox, "github", &select).env("GITHUB_ENV", path);
        run.run()
            .stderr_has("cannot append to the file that GITHUB_ENV names")
            .exits(1);
    }
    assert!(!missing.exists());
}

#[test]
fn export_refuses_a_fifo_even_with_a_reader() {
    let sandbox = Sandbox::with_vault();
    sandbox.create("name", sandbox.secret("value"));
    let fifo = sandbox.home().join("fifo");
    make_pipe(&fifo);
    let mut reader = OpenOptions::new();
    // Both ends, so that opening it does not wait.
    let reader = reader
        .read(true)
        .write(true)
        .custom_flags(0)
        .open(&fifo)
        .unwrap();
    let run = export(&sandbox, "github", &["-e", "KEY=name"]).env("GITHUB_ENV", &fifo);
    run.run().stderr_has("it is not a file").exits(1);
    drop(reader);
    fs::remove_file(fifo).unwrap();
}

#[test]
fn a_value_that_could_not_be_masked_is_not_given_to_later_steps() {
    let sandbox = Sandbox::with_vault();
    sandbox.create("name", sandbox.secret("value"));
    let file = sandbox.given("env", "BEFORE=1\n");
    let invocation = export(&sandbox, "github", &["-e", "KEY=name"]).env("GITHUB_ENV", &file);
    let full = OpenOptions::new().write(true).open("/dev/full").unwrap();
    let mut command = invocation.command();
    let status = command.stdout(full).stderr(Stdio::null()).status().unwrap();
    assert_eq!(status.code(), Some(1));
    assert_eq!(sandbox.was_given("env"), b"BEFORE=1\n");
}

#[test]
fn what_another_reader_would_do_is_a_warning_by_name() {
    let sandbox = Sandbox::with_vault();
    sandbox.create("name", "a${b}");
    let select = ["-e", "KEY=name", "--json"];
    let run = export(&sandbox, "dotenv", &select).run();
    let warnings = run.json_error()["warnings"].to_string();
    assert!(
        warnings.contains("KEY: the value contains ${"),
        "{warnings}"
    );
    assert!(warnings.contains("interpolate=False"), "{warnings}");
    run.stdout("KEY=\"a${b}\"\n").any_stderr().exits(0);
    let exact = export(&sandbox, "compose", &["-e", "KEY=name"]).run();
    exact.stdout("KEY=\"a\\${b}\"\n").exits(0);
}
