//! Tests the project file: what it selects, what overrides it, and how its mistakes are reported.

use crate::sandbox::Sandbox;
use std::fs;
use std::path::{Path, PathBuf};

const PRINT: &str = "printf '%s|' \"${ONE-unset}\" \"${TWO-unset}\"";

/// A project with its own copy of the vault.
fn project(sandbox: &Sandbox, text: &str) -> PathBuf {
    let folder = sandbox.home().join("project");
    fs::create_dir_all(folder.join("deep/er")).unwrap();
    fs::copy(sandbox.vault(), folder.join("secrets.kluis")).unwrap();
    rewrite(sandbox, &folder, text);
    folder
}

/// Writes the project file and agrees to it.
fn rewrite(sandbox: &Sandbox, folder: &Path, text: &str) {
    fs::write(
        folder.join("kluis.toml"),
        format!("vault = \"secrets.kluis\"\n{text}"),
    )
    .unwrap();
    sandbox.trust(folder);
}

fn workspace(sandbox: &Sandbox, name: &str, secret: &str) {
    let made = sandbox.kluis(["workspace", "create", name]).run();
    made.any_stdout().exits(0);
    let create = ["create", secret, "-w", name, "--generate", "8"];
    sandbox.kluis(create).run().any_stdout().exits(0);
}

#[test]
fn run_gives_the_listed_secrets_in_any_folder_below() {
    let sandbox = Sandbox::with_vault();
    let (one, two) = (sandbox.secret("one"), sandbox.secret("two"));
    sandbox.create("one", &one);
    workspace(&sandbox, "staging", "other");
    let create = sandbox
        .kluis(["create", "two", "-w", "staging"])
        .stdin(&two);
    create.run().any_stdout().exits(0);
    let text = "workspace = 'staging'\n[env]\nONE = 'default/one'\nTWO = 'kluis://two'";
    let folder = project(&sandbox, text);
    // The project's vault is in use, and not this one.
    fs::remove_file(sandbox.vault()).unwrap();
    for place in ["", "deep", "deep/er"] {
        let run = sandbox.kluis(["run", "--", "sh", "-c", PRINT]);
        let ran = run.within(folder.join(place)).run();
        ran.stdout(format!("{one}|{two}|")).exits(0);
    }
    let run = sandbox.kluis(["run", "-e", "ONE=two", "--", "sh", "-c", PRINT]);
    let ran = run.within(&folder).run();
    ran.stdout(format!("{two}|{two}|")).exits(0);
    let run = sandbox.kluis(["run", "--no-env", "-e", "ONE=two", "--", "sh", "-c", PRINT]);
    let ran = run.within(&folder).run();
    ran.stdout(format!("{two}|unset|")).exits(0);
}

#[test]
fn options_and_variables_override_the_project_file() {
    let sandbox = Sandbox::with_vault();
    for name in ["one", "two", "three", "four"] {
        workspace(&sandbox, name, name);
    }
    let folder = project(&sandbox, "workspace = 'two'");
    let config = sandbox.home().join(".config/kluis");
    fs::create_dir_all(&config).unwrap();
    fs::write(config.join("config.toml"), "workspace = 'one'").unwrap();
    let list = |flags: &[&str]| {
        let arguments = [&["list", "-q"], flags].concat();
        sandbox.kluis(arguments).within(&folder)
    };
    sandbox.kluis(["list", "-q"]).run().stdout("one\n").exits(0);
    list(&[]).run().stdout("two\n").exits(0);
    let variable = list(&[]).env("KLUIS_WORKSPACE", "three");
    variable.run().stdout("three\n").exits(0);
    let flag = list(&["-w", "four"]).env("KLUIS_WORKSPACE", "three");
    flag.run().stdout("four\n").exits(0);
}

#[test]
fn init_makes_the_vault_that_the_file_names() {
    let sandbox = Sandbox::empty();
    let folder = sandbox.home().join("project");
    fs::create_dir(&folder).unwrap();
    rewrite(&sandbox, &folder, "");
    let made = sandbox.kluis(["init", "--token"]).within(&folder).run();
    sandbox.keep_token(&made.stdout);
    made.any_stdout().any_stderr().exits(0);
    assert!(folder.join("secrets.kluis").is_file());
    assert!(!sandbox.vault().exists());
}

#[test]
fn an_optional_secret_is_omitted_only_if_not_available() {
    let sandbox = Sandbox::with_vault();
    let one = sandbox.secret("one");
    sandbox.create("one", &one);
    let later = ["create", "later", "--slot", "4000000000", "--generate", "8"];
    sandbox.kluis(later).run().any_stdout().exits(0);
    let bound = [
        "create",
        "bound",
        "--allow-domain",
        "example.com",
        "--generate",
        "8",
    ];
    sandbox.kluis(bound).run().any_stdout().exits(0);
    let folder = project(&sandbox, "");
    let run = |secret: &str, optional: bool| {
        rewrite(
            &sandbox,
            &folder,
            &format!("[env]\nONE = 'one'\nTWO = {{ secret = '{secret}', optional = {optional} }}"),
        );
        let run = sandbox.kluis(["run", "--", "sh", "-c", PRINT]);
        run.within(&folder).run()
    };
    for absent in ["nope", "later", "kluis://one?slot=9"] {
        run(absent, true).stdout(format!("{one}|unset|")).exits(0);
        run(absent, false).any_stderr().exits(125);
    }
    run("bound", true)
        .stderr_has("may only go to example.com")
        .exits(125);
    run("nowhere/one", true)
        .stderr_has("no workspace nowhere")
        .exits(125);
}

#[test]
fn a_dangerous_variable_in_the_file_needs_permission() {
    let sandbox = Sandbox::with_vault();
    sandbox.create("one", "x");
    let folder = project(&sandbox, "[env]\nNODE_OPTIONS = 'one'");
    let run = |allow: &[&str]| {
        let arguments = [
            &["run"],
            allow,
            &["--", "sh", "-c", "printf %s \"$NODE_OPTIONS\""],
        ];
        sandbox.kluis(arguments.concat()).within(&folder).run()
    };
    run(&[])
        .stderr_has("NODE_OPTIONS can make a program load")
        .exits(125);
    run(&["--allow-env", "NODE_OPTIONS"]).stdout("x").exits(0);
}

#[test]
fn a_mistake_is_reported_by_line_and_column_and_never_quoted() {
    let sandbox = Sandbox::with_vault();
    let value = sandbox.secret("pasted");
    let folder = project(&sandbox, "");
    let path = folder.join("kluis.toml");
    let at = format!(
        "{}, line ",
        fs::canonicalize(&folder)
            .unwrap()
            .join("kluis.toml")
            .display()
    );
    for (text, place) in [
        (
            format!("[env]\nA = \"postgres://u:{value}@h\""),
            "2, column 5: write which secret, never its value",
        ),
        (
            format!("[env]\nA = \"{value} \""),
            "2, column 5: write which secret, never its value",
        ),
        (
            format!("# é\nworkspace = {value}"),
            "2, column 13: this is not valid TOML",
        ),
        (
            format!("{value} = 1"),
            "1, column 1: the members of a project file are",
        ),
        (
            format!("[env]\nA = 'a'\nA = '{value}'"),
            "3, column 1: this is given twice",
        ),
        (
            format!("app = ['{value}']"),
            "1, column 7: this must be a text in quotes",
        ),
    ] {
        fs::write(&path, text).unwrap();
        for (line, code) in [
            (&["run", "--", "true"][..], 125),
            (&["list"], 7),
            (&["check"], 7),
            (&["trust", "-y"], 7),
            (&["init", "--token"], 7),
        ] {
            let failed = sandbox.kluis(line).within(&folder).run();
            failed.stderr_has(&format!("{at}{place}")).exits(code);
        }
        let json = sandbox.kluis(["list", "--json"]).within(&folder).run();
        assert_eq!(json.json_error()["code"], "invalid");
        json.any_stderr().exits(7);
        // A command that needs no vault does not ask about the file either.
        let other = sandbox.kluis(["completions", "bash"]).within(&folder).run();
        other.any_stdout().exits(0);
        fs::remove_file(&path).unwrap();
    }
}

#[test]
fn a_huge_binary_or_irregular_project_file_is_refused_at_once() {
    let sandbox = Sandbox::with_vault();
    let folder = project(&sandbox, "");
    let path = folder.join("kluis.toml");
    let list = || sandbox.kluis(["list"]).within(&folder).run();
    fs::write(&path, "#".repeat(64 * 1024 + 1)).unwrap();
    list()
        .stderr_has("kluis.toml is larger than 64 KiB")
        .exits(7);
    fs::write(&path, b"\xff\xfe").unwrap();
    list().stderr_has("kluis.toml is not valid UTF-8").exits(7);
    fs::remove_file(&path).unwrap();
    std::os::unix::fs::symlink("/dev/zero", &path).unwrap();
    list()
        .stderr_has("kluis.toml is not a regular file")
        .exits(7);
    fs::remove_file(&path).unwrap();
    std::os::unix::fs::symlink("kluis.toml", &path).unwrap();
    list().stderr_has("cannot read ").exits(1);
}

#[test]
fn the_pin_in_the_file_is_for_the_vault_that_it_names() {
    let sandbox = Sandbox::with_vault();
    let verified = sandbox.kluis(["vault", "verify", "--json"]).run();
    let key = verified.json()["public_key"].as_str().unwrap().to_owned();
    verified.any_stdout().exits(0);
    let other = {
        let sandbox = Sandbox::with_vault();
        let verified = sandbox.kluis(["vault", "verify", "--json"]).run();
        let key = verified.json()["public_key"].as_str().unwrap().to_owned();
        verified.any_stdout().exits(0);
        key
    };
    let folder = project(&sandbox, &format!("pin = '{key}'"));
    let list = || sandbox.kluis(["list", "-q"]).within(&folder);
    list().run().exits(0);
    rewrite(&sandbox, &folder, &format!("pin = '{other}'"));
    list()
        .run()
        .stderr_has("this is another vault than the one you pinned")
        .exits(5);
    list().env("KLUIS_PIN", &key).run().exits(0);
    let named = list().env("KLUIS_VAULT", sandbox.vault());
    named.run().exits(0);
}

#[test]
fn sync_gives_the_app_exactly_the_links_of_the_file() {
    let sandbox = Sandbox::with_vault();
    sandbox.create("one", "1");
    workspace(&sandbox, "staging", "two");
    let text = "app = 'billing'\n[env]\nONE = 'one'\nTWO = { secret = 'staging/two', as = 'file' }\nNO = { secret = 'no', optional = true }";
    let folder = project(&sandbox, text);
    let sync = || sandbox.kluis(["app", "sync"]).within(&folder).run();
    let links = || {
        let show = sandbox
            .kluis(["app", "show", "billing", "--json"])
            .within(&folder)
            .run();
        let links = show.json()["links"].as_array().unwrap().clone();
        show.any_stdout().exits(0);
        let link = |link: &serde_json::Value| {
            let name = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
            format!(
                "{}={}",
                name(&link["env_key"]),
                name(&link["secret"]["name"])
            )
        };
        links.iter().map(link).collect::<Vec<_>>()
    };
    let made = sync();
    assert!(made.stdout.starts_with(b"app_"));
    made.any_stdout()
        .stderr(
            "kluis: note: created the app billing\nkluis: note: linked ONE\nkluis: note: linked TWO\n",
        )
        .exits(0);
    assert_eq!(links(), ["ONE=one", "TWO=two"]);
    sync()
        .any_stdout()
        .stderr("kluis: note: unchanged\n")
        .exits(0);

    rewrite(
        &sandbox,
        &folder,
        "app = 'billing'\n[env]\nONE = 'staging/two'",
    );
    let changed = sync();
    changed
        .any_stdout()
        .stderr("kluis: note: linked ONE\nkluis: note: unlinked TWO\n")
        .exits(0);
    assert_eq!(links(), ["ONE=two"]);

    for (text, code, said) in [
        (
            "app = 'billing'\n[env]\nONE = 'one'\nTWO = 'nope'",
            3,
            "there is no secret nope",
        ),
        ("[env]\nONE = 'one'", 2, "names no app"),
        ("app = 'billing'", 2, "lists nothing under [env]"),
        (
            "app = 'billing'\n[env]\nONE = 'kluis://one?slot=0'",
            2,
            "remove ?slot= from ONE in kluis.toml",
        ),
    ] {
        rewrite(&sandbox, &folder, text);
        sync().stderr_has(said).exits(code);
        assert_eq!(links(), ["ONE=two"], "{text}");
    }
}

#[test]
fn without_a_project_file_commands_that_need_one_fail() {
    let sandbox = Sandbox::with_vault();
    for line in [&["check"][..], &["trust"], &["app", "sync"]] {
        let failed = sandbox.kluis(line).run();
        failed
            .stderr_has("there is no project file kluis.toml in this folder or above it")
            .exits(3);
    }
    let failed = sandbox.kluis(["run", "--", "true"]).run();
    failed.stderr_has("under [env] in kluis.toml").exits(125);
}
