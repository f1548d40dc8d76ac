//! Tests the topics of `kluis help`: which ones exist, and the sources of their texts.

use crate::sandbox::{KLUIS, Sandbox};
use crate::test_program::write_program;
use clap::builder::PossibleValue;
use std::fs::{self};
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::{Command, Output, Stdio};

/// A part of a topic's text, between empty lines.
pub enum Part {
    /// A line in capitals.
    Heading(String),
    Prose(String),
    /// A heading with a colon, then a term and its text on each line.
    Entries(String),
    /// Text that is indented by four columns, without the indentation.
    Code(String),
}

/// The name and the subject of each topic.
pub fn topics() -> Vec<(String, String)> {
    let verbs = crate::generated::verbs();
    let help = verbs.iter().find(|verb| verb.get_name() == "help").unwrap();
    let named = help
        .get_arguments()
        .find(|argument| argument.get_id() == "named");
    let values: Vec<PossibleValue> = named.unwrap().get_possible_values();
    let topics = values.iter().filter(|value| {
        let mut verbs = verbs.iter();
        !verbs.any(|verb| verb.get_name() == value.get_name())
    });
    topics
        .map(|topic| {
            let about = topic.get_help().unwrap();
            (topic.get_name().to_owned(), about.to_string())
        })
        .collect()
}

/// The output of `kluis help` for a topic.
pub fn text(topic: &str) -> String {
    Sandbox::empty().prints(["help", topic], "")
}

pub fn parts(text: &str) -> Vec<Part> {
    let mut parts: Vec<Part> = Vec::new();
    for chunk in text.trim_end().split("\n\n") {
        if let Some(code) = code(chunk) {
            match parts.last_mut() {
                Some(Part::Code(before)) => {
                    before.push('\n');
                    before.push_str(&code);
                }
                _ => parts.push(Part::Code(code)),
            }
            continue;
        }
        let is_heading = !chunk.chars().any(char::is_lowercase);
        let has_entries = chunk.split_once(":\n").is_some_and(|(heading, rest)| {
            !heading.contains('\n') && rest.lines().all(|line| line.starts_with("  "))
        });
        parts.push(match (is_heading, has_entries) {
            (true, _) => Part::Heading(chunk.to_owned()),
            (_, true) => Part::Entries(chunk.to_owned()),
            _ => Part::Prose(chunk.to_owned()),
        });
    }
    parts
}

fn code(chunk: &str) -> Option<String> {
    let lines = chunk.lines().map(|line| line.strip_prefix("    "));
    let lines: Option<Vec<&str>> = lines.collect();
    lines.map(|lines| lines.join("\n") + "\n")
}

#[test]
fn each_topic_prints_without_a_vault_and_fits_the_page() {
    let topics = topics();
    let names: Vec<&str> = topics.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(
        names,
        [
            "ci",
            "environment",
            "exit-codes",
            "integrations",
            "migrate",
            "project",
            "references",
            "security",
            "start",
            "team"
        ]
    );
    for (name, _) in &topics {
        for line in text(name).lines() {
            // A command cannot be wrapped like prose.
            let columns = if line.starts_with("    ") { 100 } else { 80 };
            assert!(line.chars().count() <= columns, "{name}: {line}");
        }
    }
}

#[test]
fn the_topics_for_beginners_fit_a_screen() {
    for topic in ["start", "team", "migrate", "exit-codes"] {
        let count = text(topic).lines().count();
        assert!(count <= 40, "{topic}: {count}");
    }
}

/// The commands of a topic, in the order of its parts.
fn commands(topic: &str) -> Vec<String> {
    let parts = parts(&text(topic)).into_iter();
    let commands = parts.filter_map(|part| match part {
        Part::Code(code) => Some(code),
        _ => None,
    });
    commands.collect()
}

fn install(folder: &Path, name: &str, script: &str) {
    fs::create_dir_all(folder).unwrap();
    write_program(&folder.join(name), &format!("#!/bin/sh\n{script}\n"));
}

/// Runs commands of a topic in the home of a sandbox, without a terminal. Returns their output.
fn run(sandbox: &Sandbox, script: &str, variables: &[(&str, &str)]) -> String {
    let programs = sandbox.home().join("programs");
    if !programs.join("kluis").exists() {
        fs::create_dir_all(&programs).unwrap();
        symlink(KLUIS, programs.join("kluis")).unwrap();
    }
    let ended = Command::new("setsid")
        .args(["--wait", "bash", "-euo", "pipefail", "-c", script])
        .env_clear()
        .env("HOME", sandbox.home())
        .env("PATH", format!("{}:/usr/bin:/bin", programs.display()))
        .envs(variables.iter().copied())
        .current_dir(sandbox.home())
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let errors = String::from_utf8_lossy(&ended.stderr);
    assert!(ended.status.success(), "{script}\n{errors}");
    String::from_utf8(ended.stdout).unwrap()
}

#[test]
fn the_first_steps_work_in_a_new_home() {
    let sandbox = Sandbox::empty();
    let home = sandbox.home();
    let programs = home.join("programs");
    install(
        &programs,
        "gh",
        "test -n \"$GITHUB_TOKEN\" && echo \"gh $*\"",
    );
    fs::write(home.join(".env"), "MAIL_PASSWORD=not-real\n").unwrap();
    let (backup, safe) = (home.join("backup"), home.join("safe"));
    for folder in [&backup, &safe] {
        fs::create_dir(folder).unwrap();
    }
    let variables = [
        ("TOKEN", "not a real one"),
        ("BACKUP", backup.to_str().unwrap()),
        ("SAFE_PLACE", safe.to_str().unwrap()),
    ];
    let [make, store, give, import, back_up] = commands("start").try_into().unwrap();
    assert!(run(&sandbox, &make, &[]).contains("yes, with the key file"));
    let stored = run(&sandbox, &store, &variables);
    assert!(stored.ends_with("not a real one"), "{stored}");
    assert_eq!(run(&sandbox, &give, &[]), "gh repo list\n");
    assert_eq!(run(&sandbox, &import, &[]), "created MAIL_PASSWORD\n");
    run(&sandbox, &back_up, &variables);
    // The two copies are all that you need.
    let opened = sandbox.kluis(["get", "MAIL_PASSWORD"]);
    let opened = opened
        .env("KLUIS_VAULT", backup.join("default.kluis"))
        .env("KLUIS_KEY_FILE", safe.join("key"));
    opened.run().stdout("not-real").exits(0);
}

#[test]
fn a_team_works_as_its_topic_says() {
    let (owner, colleague) = (Sandbox::with_vault(), Sandbox::empty());
    let token = owner.token();
    let as_owner = |script: &str, more: &[(&str, &str)]| {
        let mut variables = vec![("KLUIS_TOKEN", token.as_str())];
        variables.extend(more);
        run(&owner, script, &variables)
    };
    let [make, add, pin, give, remove] = commands("team").try_into().unwrap();
    let made = run(&colleague, &make, &[]);
    let [public, shown] = made.lines().collect::<Vec<_>>().try_into().unwrap();
    assert_eq!(public, shown);
    as_owner(&add, &[("PUBLIC_KEY", public)]);
    as_owner("kluis set staging/api_key --generate 32", &[]);

    let (print, use_it) = pin.split_once('\n').unwrap();
    let pin = as_owner(print, &[]);
    let vault = owner.vault();
    let vault = ("KLUIS_VAULT", vault.to_str().unwrap());
    let listed = run(&colleague, use_it, &[vault, ("PIN", pin.trim_end())]);
    assert!(listed.contains("api_key"), "{listed}");

    as_owner(&give, &[]);
    let limited = fs::read_to_string(owner.home().join("token")).unwrap();
    owner.keep_token(limited.as_bytes());
    fs::remove_file(owner.home().join("token")).unwrap();
    let with_token = |line: [&str; 2]| {
        let with_token = owner.kluis(line).env("KLUIS_TOKEN", limited.trim_end());
        with_token.run().any_stdout().any_stderr()
    };
    with_token(["get", "api_key"]).exits(0);
    with_token(["delete", "api_key"]).exits(8);

    assert!(remove.contains("\nkluis key remove grace\n"));
    let to_change = as_owner(&remove.replace("remove grace", "remove grace --yes"), &[]);
    assert!(to_change.contains("staging/api_key"), "{to_change}");
    let shut_out = colleague.kluis(["list"]).env(vault.0, vault.1);
    let shut_out = shut_out.env("KLUIS_PIN", pin.trim_end());
    shut_out.run().any_stderr().exits(4);
}

/// Exports of one item each. No value is real.
const EXPORTS: [(&str, &str); 11] = [
    (".env", "MAIL_PASSWORD=not-real\n"),
    (".env.staging", "MAIL_PASSWORD=not-real-either\n"),
    ("secrets.yaml", "db:\n  password: not-real\n"),
    (
        "answer.json",
        r#"{"data": {"data": {"key": "not-real"}, "metadata": {"version": 3}}}"#,
    ),
    (
        "secret.k8s.yaml",
        "apiVersion: v1\nkind: Secret\ndata: {DB_PASSWORD: bm90LXJlYWw=}\n",
    ),
    ("other.csv", "Title,Login,Password\nwifi,ada,not-real\n"),
    (
        "bitwarden.json",
        r#"{"encrypted": false, "folders": [{"id": "1", "name": "Work"}], "items": [{"id": "2",
        "folderId": "1", "type": 1, "name": "GitHub", "login": {"username": "ada", "password": "not-real",
        "uris": [{"uri": "https://example.com"}]}}]}"#,
    ),
    (
        "1password.csv",
        "Title,Url,Username,Password,OTPAuth,Favorite,Archived,Tags,Notes\nshop,,ada,not-real,,false,false,,\n",
    ),
    (
        "keepass.xml",
        "<KeePassFile><Root><Group><Name>Passwords</Name><Entry><String><Key>Title</Key><Value>bank</Value></String><String><Key>Password</Key><Value>not-real</Value></String></Entry></Group></Root></KeePassFile>",
    ),
    (".password-store/.gpg-id", "ada@example.com\n"),
    (".password-store/door.gpg", "not-real\n"),
];

#[test]
fn each_import_of_the_topic_on_migration_works() {
    let sandbox = Sandbox::with_vault();
    let home = sandbox.home();
    // The files are not encrypted here: each stand-in prints its input.
    install(&home.join("programs"), "gpg", "cat");
    install(&home.join("programs"), "sops", "cat \"$2\"");
    fs::create_dir(home.join(".password-store")).unwrap();
    for (name, contents) in EXPORTS {
        fs::write(home.join(name), contents).unwrap();
    }
    let token = sandbox.token();
    let run = |script: &str| run(&sandbox, script, &[("KLUIS_TOKEN", &token)]);
    let [files, managers, finish] = commands("migrate").try_into().unwrap();
    assert_eq!(
        run(&files),
        "would be created MAIL_PASSWORD\ncreated MAIL_PASSWORD\nnew workspace staging\n\
         unchanged MAIL_PASSWORD\ncreated staging/MAIL_PASSWORD\ncreated db_password\n\
         created key\ncreated DB_PASSWORD\n"
    );
    let imported = run(&managers);
    for name in [
        "Work.GitHub",
        "Work.GitHub_username",
        "shop",
        "bank",
        "wifi_username",
        "door",
    ] {
        let line = format!("created {name}");
        let is_this = |found: &str| found == line || found.starts_with(&format!("{line} "));
        assert!(imported.lines().any(is_this), "{name}: {imported}");
    }
    assert_eq!(run(&finish), "unchanged MAIL_PASSWORD\n");
    for name in [".env", "bitwarden.json", "1password.csv", "keepass.xml"] {
        assert!(!home.join(name).exists(), "{name}");
    }
}

#[test]
fn help_of_a_command_equals_its_help_option() {
    let sandbox = Sandbox::empty();
    for words in [
        vec![],
        vec!["get"],
        vec!["ls"],
        vec!["key"],
        vec!["key", "add"],
    ] {
        let option = words.iter().chain(&["--help"]);
        let expected = sandbox.prints(option, "");
        let asked = ["help"].iter().chain(&words);
        assert_eq!(sandbox.prints(asked, ""), expected, "{words:?}");
    }
}

#[test]
fn an_unknown_topic_lists_the_valid_ones() {
    let sandbox = Sandbox::empty();
    let asked = sandbox.kluis(["help", "exit-code"]).run();
    let said = asked.stderr.clone();
    asked.any_stderr().exits(2);
    assert!(
        said.contains(
            "topics are ci, environment, exit-codes, integrations, migrate, project, references, security, start, team\n"
        ),
        "{said}"
    );
    assert!(said.contains("did you mean exit-codes?"), "{said}");
    let asked = sandbox.kluis(["help", "no-such-topic", "--json"]).run();
    assert_eq!(asked.json_error()["code"], "usage");
    assert_eq!(
        asked.json_error()["hint"],
        "run `kluis -h` to see the commands"
    );
    asked.any_stderr().exits(2);
    for (line, error) in [
        (["help", "ci", "github"], "a topic has no commands"),
        (
            ["help", "key", "hunter2"],
            "`kluis key` has no such command",
        ),
        (
            ["help", "get", "hunter2"],
            "`kluis get` has no such command",
        ),
    ] {
        let asked = sandbox.kluis(line).run();
        assert!(!asked.stderr.contains("hunter2"));
        asked.stderr_has(error).exits(2);
    }
}

#[test]
fn help_works_with_broken_settings() {
    let sandbox = Sandbox::empty();
    let config = sandbox.home().join(".config/kluis");
    fs::create_dir_all(&config).unwrap();
    fs::write(config.join("config.toml"), "no toml").unwrap();
    let broken = sandbox.kluis(["list"]).run();
    broken.any_stderr().exits(2);
    sandbox.prints(["help", "environment"], "");
}

#[test]
fn the_example_files_of_the_topic_work_as_shown() {
    let sandbox = Sandbox::with_vault();
    let environment = text("environment");
    let mut files = parts(&environment)
        .into_iter()
        .filter_map(|part| match part {
            Part::Code(code) => Some(code),
            _ => None,
        });
    let user = files.next().unwrap();
    assert!(files.next().is_none());
    let project = text("project");
    let project = project.lines().filter_map(|line| line.strip_prefix("    "));
    let project = project.filter(|line| !line.starts_with("pin"));
    let project = project.collect::<Vec<_>>().join("\n");

    let home = sandbox.home();
    fs::create_dir_all(home.join(".config/kluis")).unwrap();
    fs::write(home.join(".config/kluis/config.toml"), user).unwrap();
    let folder = home.join("project");
    fs::create_dir(&folder).unwrap();
    fs::copy(sandbox.vault(), folder.join("secrets.kluis")).unwrap();
    fs::write(folder.join("kluis.toml"), project).unwrap();
    sandbox.trust(&folder);
    let within = |line: &[&str]| sandbox.kluis(line).within(&folder);
    let done = within(&["workspace", "create", "staging"]).run();
    done.any_stdout().any_stderr().exits(0);
    for name in ["github_token", "user", "db_user", "db_password", "tls_key"] {
        let create = within(&["create", name]);
        let value = sandbox.secret(name);
        create.stdin(value).run().any_stdout().any_stderr().exits(0);
    }
    let create = within(&["app", "create", "billing"]).run();
    create.any_stdout().any_stderr().exits(0);
    let synced = within(&["app", "sync"]).run();
    synced.any_stdout().any_stderr().exits(0);
    let script = "test -n \"$GITHUB_TOKEN\" && test -f \"$TLS_KEY\" && echo \"${TLS_KEY##*/} $REGION $GREETING ${SENTRY_DSN-none}\"";
    let ran = within(&["run", "--", "sh", "-c", script]).run();
    let shown = "tls.pem eu [hidden] none\n";
    ran.stdout(shown).any_stderr().exits(0);
}

/// The entries under a heading of a topic: each term with its text.
fn entries(topic: &str, heading: &str) -> Vec<String> {
    let text = text(topic);
    let start = format!("{heading}:\n");
    let mut parts = parts(&text).into_iter().filter_map(|part| match part {
        Part::Entries(entries) => entries.strip_prefix(&start).map(str::to_owned),
        _ => None,
    });
    let lines = parts.next().unwrap();
    lines
        .lines()
        .map(|line| line.trim_start().to_owned())
        .collect()
}

/// A shell that finds `kluis` and the token.
fn bash(sandbox: &Sandbox, script: &str) -> Output {
    let programs = sandbox.home().join("programs");
    if !programs.exists() {
        fs::create_dir(&programs).unwrap();
        symlink(KLUIS, programs.join("kluis")).unwrap();
        symlink("/bin/true", programs.join("psql")).unwrap();
    }
    Command::new("bash")
        .args(["-c", script])
        .env_clear()
        .env("HOME", sandbox.home())
        .env("PATH", format!("{}:/usr/bin:/bin", programs.display()))
        .env("KLUIS_TOKEN", sandbox.token())
        .output()
        .unwrap()
}

#[test]
fn the_forms_times_and_hosts_of_references_are_taken() {
    let sandbox = Sandbox::with_vault();
    let taken = |line: &[&str]| sandbox.prints(line, "");
    taken(&["workspace", "create", "production"]);
    let create = ["create", "db_password", "--generate", "32"];
    let id = taken(&[&create[..], &["-w", "production", "--slot", "1767225600"]].concat());
    let value = taken(&["get", "production/db_password"]);
    let mut forms = 0;
    for line in entries("references", "Forms") {
        let form = line.split("  ").next().unwrap();
        let named = form
            .replace("name", "db_password")
            .replace("workspace/", "production/")
            .replace("sec_…", id.trim_end());
        if named.contains("db_password") || named.starts_with("sec_") {
            let got = taken(&["get", &named, "-w", "production"]);
            assert_eq!(got, value, "{form}");
            forms += 1;
        }
    }
    assert_eq!(forms, 5);
    for line in entries("references", "Times") {
        for time in line.split("  ").next().unwrap().split(", ") {
            let (verb, option) = if time.ends_with(char::is_lowercase) {
                (vec!["rotate", "--generate", "32"], "--in")
            } else {
                (vec!["get"], "--at")
            };
            taken(&[&verb[..], &["production/db_password", option, time]].concat());
        }
    }
    for line in entries("references", "Hosts") {
        let (pattern, _) = line.split_once(' ').unwrap();
        taken(&[
            "create",
            &format!("x{}", pattern.len()),
            "--generate",
            "8",
            "--allow-domain",
            pattern,
        ]);
    }
    for (name, host, code) in [
        ("x15", "api.example.com:8443", 0),
        ("x15", "www.example.com", 8),
        ("x13", "a.b.example.com", 0),
        ("x13", "example.com", 8),
    ] {
        let asked = sandbox.kluis(["get", name, "--for", host]).run();
        asked.any_stdout().any_stderr().exits(code);
    }
    for example in entries("references", "Examples") {
        let done = bash(&sandbox, &example);
        let said = String::from_utf8_lossy(&done.stderr);
        assert!(done.status.success(), "{example}: {said}");
    }
}

#[test]
fn the_exit_code_examples_separate_failures() {
    let sandbox = Sandbox::with_vault();
    let examples = entries("exit-codes", "Examples");
    assert_eq!(examples.len(), 2);
    let missing = bash(&sandbox, &examples[0]);
    assert_eq!(missing.status.code(), Some(0));
    let word = bash(&sandbox, &examples[1]);
    assert_eq!(word.stdout, b"\"code\":\"not_found\"\n");
    let locked = format!("unset KLUIS_TOKEN; {}", examples[0]);
    assert_eq!(bash(&sandbox, &locked).status.code(), Some(1));
}
