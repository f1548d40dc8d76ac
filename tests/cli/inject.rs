//! Tests `inject`.

use crate::sandbox::Sandbox;
use std::fs;
use std::io::Write;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::process::Command;

/// `one` in the workspace `default`, `two` in `staging`.
fn with_two() -> (Sandbox, String, String) {
    let sandbox = Sandbox::with_vault();
    let (one, two) = (sandbox.secret("one"), sandbox.secret("two"));
    sandbox.create("one", &one);
    let workspace = sandbox.kluis(["workspace", "create", "staging"]);
    workspace.run().any_stdout().exits(0);
    let create = sandbox.kluis(["create", "two", "-w", "staging"]);
    create.stdin(&two).run().any_stdout().exits(0);
    (sandbox, one, two)
}

fn mode(path: &std::path::Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o7777
}

#[test]
fn references_become_values_and_all_other_bytes_stay() {
    let (sandbox, one, two) = with_two();
    let before = b"\xff\0\r\n{{ other }} {{- kluis://one -}}\t{{ kluis://one }}|";
    let template = [
        &before[..],
        b"{{kluis://staging/two}}|{{ kluis://one?slot=0 }}",
    ]
    .concat();
    let other = &before[..before.len() - b"{{ kluis://one }}|".len()];
    let expected = [other, format!("{one}|{two}|{one}").as_bytes()].concat();
    for arguments in [&["inject"][..], &["inject", "-i", "-", "-o", "-"]] {
        let inject = sandbox.kluis(arguments).stdin(&template);
        inject.run().stdout(&expected).exits(0);
    }
    let file = sandbox.given("template", &template);
    let inject = sandbox.kluis(["inject", "--in-file", file.to_str().unwrap()]);
    inject.run().stdout(&expected).exits(0);
    let inject = sandbox.kluis(["inject", "-w", "staging"]);
    let inject = inject.stdin("{{ kluis://two }}{{ kluis://default/one }}");
    inject.run().stdout(format!("{two}{one}")).exits(0);
}

#[test]
fn a_value_that_is_a_reference_itself_stays_as_it_is() {
    let (sandbox, ..) = with_two();
    sandbox.create("nested", "{{ kluis://one }}$(id)\\1&");
    let inject = sandbox.kluis(["inject"]).stdin("<{{ kluis://nested }}>");
    inject.run().stdout("<{{ kluis://one }}$(id)\\1&>").exits(0);
}

#[test]
fn a_missing_secret_is_reported_by_line_and_nothing_is_written() {
    let (sandbox, ..) = with_two();
    let later = ["create", "later", "--slot", "2100-01-01T00:00:00Z"];
    let later = sandbox.kluis(later).stdin("v");
    later.run().any_stdout().exits(0);
    let bound = ["create", "bound", "--allow-domain", "api.example.com"];
    let bound = sandbox.kluis(bound).stdin(sandbox.secret("bound"));
    bound.run().any_stdout().exits(0);
    let file = sandbox.home().join("result");
    let long = "x".repeat(600);
    for (reference, said, code) in [
        (
            "kluis://nope }}",
            "line 3 of the template: there is no secret nope in the workspace default",
            3,
        ),
        (
            "kluis://nope/one }}",
            "line 3 of the template: there is no workspace nope",
            3,
        ),
        ("kluis://one?slot=7 }}", "line 3 of the template: ", 3),
        (
            "kluis://later }}",
            "line 3 of the template: default/later has no effective value",
            3,
        ),
        (
            "kluis://bound }}",
            "line 3 of the template: default/bound may only go to api.example.com",
            8,
        ),
        ("kluis://a/b/c }}", "line 3, column 4: \"b/c\" cannot be", 7),
        (
            "kluis:// }}",
            "line 3, column 4: the name of a secret cannot be empty",
            7,
        ),
        (
            "kluis://one?slot=x }}",
            "line 3, column 4: the only thing after a ? can be",
            7,
        ),
        (
            "kluis://one | upper }}",
            "line 3, column 4: there is no such function",
            7,
        ),
        (
            "kluis://one",
            "line 3, column 4: the }} at the end of the reference is missing",
            7,
        ),
        (
            &format!("kluis://{long} }}}}"),
            "line 3, column 4: the }} at the end",
            7,
        ),
    ] {
        let template = format!("{{{{ kluis://one }}}}\n\nk: {{{{ {reference}\n");
        for arguments in [&["inject"][..], &["inject", "-o", "result"]] {
            let inject = sandbox.kluis(arguments).stdin(&template).run();
            inject.stderr_has(said).exits(code);
        }
        assert!(!file.exists(), "{reference}");
    }
    assert_eq!(fs::read_dir(sandbox.home()).unwrap().count(), 1);
}

#[test]
fn a_failure_has_its_kind_and_its_place_in_json() {
    let (sandbox, ..) = with_two();
    let failed = sandbox.kluis(["inject", "--json"]);
    let failed = failed.stdin("\n{{ kluis://nope }}").run();
    let error = failed.json_error();
    assert_eq!(error["code"], "not_found");
    assert!(error["hint"].as_str().unwrap().contains("kluis list"));
    assert!(error["error"].as_str().unwrap().starts_with("line 2 of"));
    failed.any_stderr().exits(3);
    let failed = sandbox.kluis(["inject", "--json"]);
    let failed = failed.stdin("{{ kluis://! }}").run();
    let error = failed.json_error();
    assert_eq!(error["code"], "invalid");
    assert_eq!(error["detail"][0]["loc"], serde_json::json!(["template"]));
    failed.any_stderr().exits(7);
}

#[test]
fn a_bound_secret_goes_to_its_domains_or_where_you_insist() {
    let sandbox = Sandbox::with_vault();
    let value = sandbox.secret("bound");
    let bound = ["create", "bound", "--allow-domain", "api.example.com"];
    let bound = sandbox.kluis(bound).stdin(&value);
    bound.run().any_stdout().exits(0);
    let inject = |option: &[&str]| {
        let inject = sandbox.kluis([&["inject"], option].concat());
        inject.stdin("{{ kluis://bound }}").run()
    };
    inject(&["--for", "https://api.example.com/v1"])
        .stdout(&value)
        .exits(0);
    inject(&["--reveal", "bound"]).stdout(&value).exits(0);
    inject(&["--for", "example.org"])
        .stderr_has("not to example.org")
        .exits(8);
    inject(&["--reveal", "other"]).any_stderr().exits(8);
}

#[test]
fn an_output_file_is_private_and_replaces_the_old_one() {
    let (sandbox, one, _) = with_two();
    let file = sandbox.given("out", "old and longer than what comes now");
    fs::set_permissions(&file, fs::Permissions::from_mode(0o644)).unwrap();
    let link = sandbox.home().join("link");
    symlink("out.given", &link).unwrap();
    for out in ["out.given", "./new.given"] {
        let inject = sandbox.kluis(["inject", "-o", out]).prepared("umask 000");
        inject.stdin("{{ kluis://one }}\n").run().exits(0);
    }
    let followed = sandbox.kluis(["inject", "-o", "link", "--follow"]);
    let followed = followed.prepared("umask 000").stdin("{{ kluis://one }}\n");
    followed.run().exits(0);
    for name in ["out", "new"] {
        assert_eq!(sandbox.was_given(name), format!("{one}\n").as_bytes());
        assert_eq!(mode(&sandbox.given_path(name)), 0o600);
    }
    assert!(link.is_symlink());
}

#[test]
fn the_vault_is_not_overwritten() {
    let (sandbox, ..) = with_two();
    let before = sandbox.bytes();
    let vault = sandbox.vault();
    let inject = sandbox.kluis(["inject", "-o", vault.to_str().unwrap()]);
    let inject = inject.stdin("{{ kluis://one }}").run();
    inject.stderr_has("-o names the vault itself").exits(2);
    assert!(sandbox.bytes() == before);
}

#[test]
fn a_failed_write_is_an_error_and_keeps_the_old_file() {
    let sandbox = Sandbox::with_vault();
    let value = format!("{}{}", sandbox.secret("long"), "x".repeat(60_000));
    sandbox.create("long", &value);
    let file = sandbox.given("out", "old");
    let template = "{{ kluis://long }}".repeat(3);
    // A limit on file sizes stands in for a full disk.
    let inject = sandbox.kluis(["inject", "-o", file.to_str().unwrap()]);
    let inject = inject.prepared("ulimit -f 100").stdin(&template).run();
    inject.stderr_has("it was not changed").exits(1);
    assert_eq!(sandbox.was_given("out"), b"old");
    for (place, said) in [
        ("no/such/directory", "could not open the directory of"),
        (".", "is a directory"),
        ("/dev/full", "is a device; nothing was written"),
    ] {
        let inject = sandbox.kluis(["inject", "-o", place]).stdin(&template);
        inject.run().stderr_has(said).exits(1);
    }
    let full = sandbox.kluis(["inject"]).prepared("exec >/dev/full");
    let full = full.stdin(&template).run();
    full.stderr_has("cannot write to stdout").exits(1);
    let closed = ["bash", "-o", "pipefail", "-c", "\"$@\" | :", "bash"];
    let closed = sandbox.kluis(["inject"]).under(closed).stdin(&template);
    closed.run().exits(141);
    let mut names = fs::read_dir(sandbox.home()).unwrap();
    assert!(!names.any(|name| name.unwrap().path().extension().is_some_and(|e| e == "tmp")));
}

#[test]
fn an_interrupted_write_leaves_no_value_behind() {
    let (sandbox, one, _) = with_two();
    let probe = Command::new("strace").args(["-qq", "true"]).output();
    if !probe.is_ok_and(|probe| probe.status.success()) {
        let _ = writeln!(std::io::stderr(), "skipped: there is no strace here");
        return;
    }
    let file = sandbox.given("out", "old");
    let log = sandbox.home().join("log");
    for signal in ["INT", "TERM", "HUP"] {
        let fault = format!("inject=fsync,fdatasync:signal={signal}:when=1");
        let strace = [
            "strace",
            "-f",
            "-qq",
            "-e",
            &fault,
            "-o",
            log.to_str().unwrap(),
        ];
        let inject = sandbox.kluis(["inject", "-o", file.to_str().unwrap()]);
        let inject = inject.under(strace).stdin("{{ kluis://one }}").run();
        let (code, out) = (inject.code, sandbox.was_given("out"));
        inject.any_stderr().ends();
        // It comes just before the file takes its place, or just after.
        match code {
            130 => assert!(out == b"old" || out == one.as_bytes()),
            code => assert_eq!((code, &*out), (0, one.as_bytes()), "{signal}"),
        }
        let _ = fs::remove_file(&log);
        let mut names = fs::read_dir(sandbox.home()).unwrap();
        assert!(!names.any(|name| name.unwrap().path().extension().is_some_and(|e| e == "tmp")));
    }
}

#[test]
fn a_template_is_not_replaced_by_its_values() {
    let sandbox = Sandbox::with_vault();
    sandbox.create("name", sandbox.secret("value"));
    let text = "{{ kluis://name }}";
    let template = sandbox.home().join("t.tpl");
    fs::write(&template, text).unwrap();
    symlink("t.tpl", sandbox.home().join("link")).unwrap();
    let refused = |inject: crate::sandbox::Invocation<'_>| {
        let refused = inject.run().stderr_has("-o names the template itself");
        refused
            .stderr_has("hint: name another file with -o")
            .exits(2);
        assert_eq!(fs::read_to_string(&template).unwrap(), text);
    };
    for (from, to) in [("t.tpl", "t.tpl"), ("./t.tpl", "link"), ("link", "t.tpl")] {
        refused(sandbox.kluis(["inject", "-i", from, "-o", to]));
    }
    refused(
        sandbox
            .kluis(["inject", "-o", "t.tpl"])
            .stdin_file(&template),
    );
    let other = sandbox.given("out", "");
    let inject = ["inject", "-i", "t.tpl", "-o", other.to_str().unwrap()];
    sandbox.kluis(inject).run().exits(0);
}

#[test]
fn a_template_is_bounded_and_has_to_be_there() {
    let (sandbox, ..) = with_two();
    let inject = sandbox.kluis(["inject", "-i", "/dev/zero"]).run();
    inject.stderr_has("at most 16 MiB").exits(7);
    let inject = sandbox.kluis(["inject", "-i", "nope"]).run();
    let said = "cannot read the template from nope: ";
    inject.stderr_has(said).exits(1);
    let inject = sandbox.kluis(["inject", "-i", "."]).run();
    inject
        .stderr_has("cannot read the template from .: ")
        .exits(1);
    let inject = sandbox.kluis(["inject", "--passphrase-file", "-"]);
    let inject = inject.stdin("x").run();
    inject.stderr_has("cannot both come from stdin").exits(2);
}

#[test]
fn a_template_without_references_needs_no_key_and_says_so() {
    let sandbox = Sandbox::empty();
    let inject = sandbox.kluis(["inject"]).stdin("{{ name }}").run();
    inject
        .stdout("{{ name }}")
        .stderr("kluis: warning: the template has no {{ kluis://… }} reference, so the result is the same text\n")
        .exits(0);
}

#[test]
fn no_link_that_a_repository_brought_is_written_through() {
    let (sandbox, one, _) = with_two();
    let home = sandbox.home();
    let clone = home.join("clone");
    fs::create_dir_all(clone.join(".git")).unwrap();
    fs::create_dir_all(clone.join("deep")).unwrap();
    fs::create_dir(home.join("folder")).unwrap();
    fs::write(home.join(".bashrc"), "mine").unwrap();
    for (name, target) in [
        ("app.conf", "../.bashrc"),
        ("new.conf", "../.profile"),
        ("out", "../folder"),
        ("home", ".."),
        ("deep/app.conf", "../../.bashrc"),
    ] {
        symlink(target, clone.join(name)).unwrap();
    }
    symlink(&clone, home.join("entry")).unwrap();
    let before = names_below(home);
    let inject = |within: &str, out: &str, more: &[&str]| {
        let line = [&["inject", "-o", out], more].concat();
        let inject = sandbox.kluis(line).within(home.join(within));
        inject.stdin("{{ kluis://one }}").run()
    };
    for (within, out) in [
        ("clone", "app.conf"),
        ("clone", "./new.conf"),
        ("clone", "out/new"),
        ("clone", "out/../new"),
        ("clone", "home/.bashrc"),
        ("clone/deep", "app.conf"),
        ("clone/deep", "../out/new"),
        ("clone/deep", "../app.conf"),
        ("entry", "out/new"),
        ("", "clone/app.conf"),
        // From outside of the clone, too.
        ("", "clone/out/new"),
        ("", "entry/out/new"),
        ("folder", "../clone/out/new"),
        ("folder", "../clone/deep/../out/new"),
        ("folder", "../clone/home/.bashrc"),
    ] {
        let refused = inject(within, out, &[]);
        refused
            .stderr_has("is a link, which is not followed; nothing was written")
            .stderr_has("or add --follow")
            .exits(2);
    }
    for out in ["out/key", "out/new/below/key"] {
        let new = sandbox.kluis(["key", "new", "-o", out]).within(&clone);
        new.run()
            .stderr_has("is a link, which is not followed")
            .exits(2);
    }
    // The same for a key file to be made, and a vault.
    for (line, variable) in [
        (&["key", "new"][..], "KLUIS_KEY_FILE"),
        (&["init", "--token"], "KLUIS_VAULT"),
        (&["init", "--vault", "own.kluis"], "KLUIS_KEY_FILE"),
        (&["--key-file", "out/key", "key", "new"], "NOTHING"),
        (&["init", "--token", "--vault", "out/new/vault"], "NOTHING"),
    ] {
        let made = sandbox.kluis(line).within(&clone).without("KLUIS_TOKEN");
        let made = made.env(variable, "out/made").run();
        made.any_stdout()
            .stderr_has("is a link, which is not followed")
            .exits(2);
    }
    assert_eq!(names_below(home), before);
    assert_eq!(fs::read(home.join(".bashrc")).unwrap(), b"mine");
    inject("clone", "out/new", &["--follow"]).exits(0);
    assert_eq!(fs::read_to_string(home.join("folder/new")).unwrap(), one);
    // The way to the project is a link, and there are links of your own elsewhere.
    inject("entry", "plain", &[]).exits(0);
    symlink("folder", home.join("mine")).unwrap();
    inject("", "mine/new", &[]).exits(0);
    inject("clone", "../mine/new", &[]).exits(0);
    for written in ["clone/plain", "folder/new"] {
        fs::remove_file(home.join(written)).unwrap();
    }
}

fn names_below(folder: &std::path::Path) -> Vec<std::path::PathBuf> {
    let mut names = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() && !path.is_symlink() {
            names.extend(names_below(&path));
        }
        names.push(path);
    }
    names.sort();
    names
}

#[test]
fn a_pipe_and_an_inherited_descriptor_are_written_to() {
    let (sandbox, one, _) = with_two();
    let template = "{{ kluis://one }}";
    for out in ["/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"] {
        let inject = sandbox.kluis(["inject", "-o", out]).stdin(template);
        inject.run().stdout(&one).exits(0);
    }
    let pipe = sandbox.home().join("pipe");
    crate::sandbox::make_pipe(&pipe);
    let (reader, reads) = (pipe.clone(), one.clone());
    let reader = std::thread::spawn(move || assert_eq!(fs::read_to_string(reader).unwrap(), reads));
    let inject = sandbox.kluis(["inject", "-o", pipe.to_str().unwrap()]);
    inject.stdin(template).run().exits(0);
    reader.join().unwrap();
    fs::remove_file(pipe).unwrap();
    // It continues at the position of the stream, and truncates nothing.
    let file = sandbox.given("log", "");
    let script = "exec 3> \"$0\"; echo before >&3; \"$@\"; echo after >&3";
    let inject = sandbox.kluis(["inject", "-o", "/dev/fd/3"]);
    let inject = inject.under(["sh", "-c", script, file.to_str().unwrap()]);
    inject.stdin(template).run().exits(0);
    assert_eq!(
        sandbox.was_given("log"),
        format!("before\n{one}after\n").as_bytes()
    );
    fs::remove_file(file).unwrap();
    let closed = sandbox
        .kluis(["inject", "-o", "/dev/fd/77"])
        .stdin(template);
    let closed = closed.run();
    closed
        .stderr_has("could not write all of it to /dev/fd/77")
        .exits(1);
}

/// Checks with the real readers that the text around a value keeps its meaning.
#[test]
fn functions_write_values_that_programs_read_back() {
    let sandbox = Sandbox::with_vault();
    let value = "a\"b\\c'd: #e\t$(id) `id` %41\u{e9}\nz";
    sandbox.create("odd", value);
    let filled = |template: &str| {
        let inject = sandbox.kluis(["inject"]).stdin(template).run();
        let text = inject.stdout.clone();
        inject.any_stdout().exits(0);
        String::from_utf8(text).unwrap()
    };
    let json = filled(r#"{"a": {{ kluis://odd | json }}, "b": "<{{ kluis://odd | json-text }}>"}"#);
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(json["a"], value);
    assert_eq!(json["b"], format!("<{value}>"));
    let script = filled("printf %s {{ kluis://odd | shell }}x");
    let shell = Command::new("sh").args(["-c", &script]).output().unwrap();
    assert_eq!(shell.stdout, format!("{value}x").as_bytes());
    assert_eq!(
        filled("{{ kluis://odd | trim | base64 }}").trim_end(),
        "YSJiXGMnZDogI2UJJChpZCkgYGlkYCAlNDHDqQp6"
    );
    assert_eq!(
        filled("https://x/{{ kluis://odd | url }}"),
        "https://x/a%22b%5Cc%27d%3A%20%23e%09%24%28id%29%20%60id%60%20%2541%C3%A9%0Az"
    );
    let yaml = filled("key: {{ kluis://odd | yaml }}\nlast: 1\n");
    let load = "import sys, yaml; sys.stdout.write(yaml.safe_load(sys.stdin.read())['key'])";
    let python = Command::new("python3").args(["-c", "import yaml"]).output();
    if python.is_ok_and(|python| python.status.success()) {
        let file = sandbox.given("yaml", &yaml);
        let read = Command::new("python3")
            .args(["-c", load])
            .stdin(fs::File::open(file).unwrap())
            .output();
        assert_eq!(read.unwrap().stdout, value.as_bytes());
    } else {
        eprintln!("skipped: there is no PyYAML");
    }
}

#[test]
fn a_default_is_for_what_is_missing_and_for_nothing_else() {
    let (sandbox, one, _) = with_two();
    let later = ["create", "later", "--slot", "2100-01-01T00:00:00Z"];
    let later = sandbox.kluis(later).stdin("v").run();
    later.any_stdout().exits(0);
    let bound = ["create", "bound", "--allow-domain", "api.example.com"];
    let bound = sandbox.kluis(bound).stdin(sandbox.secret("bound")).run();
    bound.any_stdout().exits(0);
    sandbox.create("gone", "v");
    sandbox.kluis(["delete", "gone"]).run().exits(0);
    let inject = |template: &str| sandbox.kluis(["inject"]).stdin(template).run();
    for name in ["nope", "later", "one?slot=7", "gone"] {
        let template = format!("{{{{ kluis://{name} | default \"a\\\"b\" | json }}}}");
        inject(&template).stdout("\"a\\\"b\"").exits(0);
    }
    inject("{{ kluis://one | default \"x\" }}")
        .stdout(&one)
        .exits(0);
    // A denied secret does not count as missing.
    inject("{{ kluis://bound | default \"x\" }}")
        .any_stderr()
        .exits(8);
    // Another use without a default needs the secret.
    inject("{{ kluis://nope | default \"x\" }}{{ kluis://nope }}")
        .any_stderr()
        .exits(3);
    for (template, told) in [
        (
            "a\n {{ kluis://one | jsno }}",
            "line 2, column 2: there is no such function",
        ),
        (
            "{{ kluis://one | json | default \"x\" }}",
            "line 1, column 1: `default` comes first",
        ),
    ] {
        inject(template).stderr_has(told).exits(7);
    }
    let other = sandbox.kluis(["inject", "--delimiters", "[[ ]]"]);
    let other = other.stdin("{{ .Values.x }} [[ kluis://one ]]").run();
    other.stdout(format!("{{{{ .Values.x }}}} {one}")).exits(0);
    let wrong = sandbox
        .kluis(["inject", "--delimiters", "[["])
        .stdin("x")
        .run();
    wrong.stderr_has("what opens and what closes").exits(2);
}
