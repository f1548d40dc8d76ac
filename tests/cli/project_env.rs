//! Tests the variables of a project file: literals, texts with secrets in them, workspaces, options, and how
//! `run` uses them.

use crate::sandbox::{Outcome, Sandbox};
use std::fs;
use std::path::PathBuf;

const EXAMPLE: &str = r#"vault = "secrets.kluis"
[env]
LOG_LEVEL = { value = "debug", keep_existing = true }
DATABASE_URL = { url = "postgres://{db_user}:{db_password}@db/app", description = "main database" }
SENTRY_DSN = { secret = "sentry_dsn", optional = true }
TLS_KEY = { secret = "tls_key", as = "file", filename = "tls.pem" }
[workspaces.production.env]
LOG_LEVEL = { value = "warn" }
DEBUG_KEY = false
"#;

struct Project {
    sandbox: Sandbox,
    folder: PathBuf,
}

impl Project {
    /// With the secrets of the example in `default`, and another password in `production`.
    fn new(text: &str) -> Self {
        let sandbox = Sandbox::with_vault();
        let made = sandbox.kluis(["workspace", "create", "production"]).run();
        made.any_stdout().exits(0);
        for (name, workspace, value) in [
            ("db_user", "default", "ada"),
            ("db_password", "default", "p@ss/w:rd"),
            ("tls_key", "default", "a key"),
            ("db_user", "production", "app"),
            ("db_password", "production", "100% sure"),
            ("tls_key", "production", "another"),
        ] {
            let create = ["create", name, "-w", workspace];
            let made = sandbox.kluis(create).stdin(value).run();
            made.any_stdout().exits(0);
        }
        let folder = sandbox.home().join("project");
        fs::create_dir(&folder).unwrap();
        fs::rename(sandbox.vault(), folder.join("secrets.kluis")).unwrap();
        let project = Self { sandbox, folder };
        project.rewrite(text);
        project
    }

    fn rewrite(&self, text: &str) {
        fs::write(self.folder.join("kluis.toml"), text).unwrap();
        self.sandbox.trust(&self.folder);
        let trust = ["trust", "--yes", "-q", "-w", "production"];
        let trust = self.sandbox.kluis(trust).within(&self.folder);
        trust.run().any_stdout().any_stderr().ends();
    }

    /// The output of a command in the project's folder.
    fn kluis(&self, arguments: &[&str]) -> Outcome {
        self.sandbox.kluis(arguments).within(&self.folder).run()
    }

    /// The values that `run` gives the variables, each on a line.
    fn env(&self, options: &[&str], names: &str) -> Outcome {
        let script = names
            .split(' ')
            .map(|name| format!("echo \"{name}=${{{name}-unset}}\""));
        let script = script.collect::<Vec<_>>().join(";");
        let line = [&["run"], options, &["--", "sh", "-c", &script]].concat();
        self.kluis(&line)
    }
}

#[test]
fn the_example_of_the_manual_gives_a_whole_environment() {
    let project = Project::new(EXAMPLE);
    let names = "LOG_LEVEL DATABASE_URL SENTRY_DSN";
    let shown =
        "LOG_LEVEL=debug\nDATABASE_URL=postgres://ada:p%40ss%2Fw%3Ard@db/app\nSENTRY_DSN=unset\n";
    project.env(&[], names).stdout(shown).exits(0);
    let shown =
        "LOG_LEVEL=warn\nDATABASE_URL=postgres://app:100%25%20sure@db/app\nSENTRY_DSN=unset\n";
    project
        .env(&["-w", "production"], names)
        .stdout(shown)
        .exits(0);
    let script = "cat \"$TLS_KEY\"";
    let line = ["run", "--", "sh", "-c", script];
    project.kluis(&line).stdout("a key").exits(0);
}

#[test]
fn a_variable_that_is_set_stays_only_where_that_is_asked_for() {
    let project = Project::new(EXAMPLE);
    let given = |options: &[&str], value: &str| {
        let script = "echo $LOG_LEVEL $DATABASE_URL";
        let line = [&["run"], options, &["--", "sh", "-c", script]].concat();
        let run = project.sandbox.kluis(&line).within(&project.folder);
        let run = run.env("LOG_LEVEL", value).env("DATABASE_URL", "mine");
        run.run()
    };
    let url = "postgres://ada:p%40ss%2Fw%3Ard@db/app";
    given(&[], "trace")
        .stdout(format!("trace {url}\n"))
        .exits(0);
    // A variable set to nothing counts as not set.
    given(&[], "").stdout(format!("debug {url}\n")).exits(0);
    given(&["--only"], "trace")
        .stdout(format!("trace {url}\n"))
        .exits(0);
    for option in ["--keep-existing", "--keep-existing=DATABASE_URL,OTHER"] {
        given(&[option], "trace").stdout("trace mine\n").exits(0);
    }
    // The table of the workspace does not say to keep it.
    let production = given(&["-w", "production"], "trace");
    production
        .stdout("warn postgres://app:100%25%20sure@db/app\n")
        .exits(0);
    // A document has the value that the variable keeps.
    let export = ["export", "--format", "dotenv", "--except", "TLS_KEY"];
    let export = project.sandbox.kluis(export).within(&project.folder);
    let export = export.env("LOG_LEVEL", "trace").run();
    export
        .stdout(format!("DATABASE_URL=\"{url}\"\nLOG_LEVEL=\"trace\"\n"))
        .exits(0);
}

#[test]
fn what_is_chosen_by_option_is_added_and_wins() {
    let project =
        Project::new("vault = 'secrets.kluis'\n[env]\nA = 'db_user'\nB = { value = 'b' }");
    let names = "A B DB_USER";
    let env = |options: &[&str]| project.env(options, names);
    env(&["-e", "A=db_password"])
        .stdout("A=p@ss/w:rd\nB=b\nDB_USER=unset\n")
        .exits(0);
    env(&["-e", "db_user"])
        .stdout("A=ada\nB=b\nDB_USER=ada\n")
        .exits(0);
    env(&["-e", "db_user", "--no-env"])
        .stdout("A=unset\nB=unset\nDB_USER=ada\n")
        .exits(0);
    env(&["--all"])
        .stdout("A=unset\nB=unset\nDB_USER=ada\n")
        .exits(0);
    for left_out in [["--except", "A"], ["--except", "db_user"]] {
        env(&left_out)
            .stdout("A=unset\nB=b\nDB_USER=unset\n")
            .exits(0);
    }
    env(&["--all", "--except", "db_user", "--except", "TLS_KEY"])
        .stdout("A=unset\nB=unset\nDB_USER=unset\n")
        .exits(0);
    env(&["--except", "nope"])
        .stderr_has("there is no selected variable or secret nope")
        .exits(125);
    // A variable of -e without a key is that of the secret, and also takes precedence over the file's.
    project.rewrite("vault = 'secrets.kluis'\n[env]\nDB_USER = { value = 'x' }");
    env(&["-e", "db_user"])
        .stdout("A=unset\nB=unset\nDB_USER=ada\n")
        .exits(0);
    // Without the file the vault has to be named.
    let line = [
        "run",
        "--no-project",
        "--vault",
        "secrets.kluis",
        "-e",
        "db_user",
    ];
    let script = ["--", "sh", "-c", "echo $DB_USER"];
    project
        .kluis(&[&line[..], &script].concat())
        .stdout("ada\n")
        .exits(0);
    project
        .kluis(&[
            "run",
            "--no-project",
            "--vault",
            "secrets.kluis",
            "--",
            "true",
        ])
        .stderr_has("no secret is selected")
        .exits(125);
}

#[test]
fn a_missing_secret_is_named_with_its_line_or_replaced() {
    let project = Project::new("");
    let env = |line: &str| {
        project.rewrite(&format!("vault = 'secrets.kluis'\n[env]\n{line}"));
        project.env(&[], "A")
    };
    env("A = 'nope'")
        .stderr("kluis: error: kluis.toml:3: A: there is no secret nope in the workspace default\nkluis: hint: run `kluis list` to see the secrets; a text that is no secret is { value = \"…\" }\n")
        .exits(125);
    env("A = { text = '{db_user} {nope}' }")
        .stderr_has("kluis.toml:3: A: there is no secret nope in the workspace default")
        .exits(125);
    env("A = { secret = 'nope', default = '' }")
        .stdout("A=\n")
        .exits(0);
    env("A = { url = 'h://{nope}:{db_user}@h', default = 'h://localhost' }")
        .stdout("A=h://localhost\n")
        .exits(0);
    env("A = { url = 'h://{db_user}:{nope}@h', optional = true }")
        .stdout("A=unset\n")
        .exits(0);
    env("A = { secret = 'db_user', default = 'x' }")
        .stdout("A=ada\n")
        .exits(0);
    // A secret that exists and is denied is never replaced.
    let bind = ["update", "db_user", "--allow-domain", "example.com"];
    project.kluis(&bind).any_stdout().any_stderr().exits(0);
    env("A = { text = '{db_user}', default = 'x' }")
        .stderr_has("kluis.toml:3: A: default/db_user may only go to example.com")
        .exits(125);
    let missing = "kluis.toml:4: A: there is no secret one in the workspace default";
    env("# two at once\nA = 'one'\nB = { text = '{two}' }")
        .stderr_has(missing)
        .exits(125);
}

#[test]
fn braces_and_bytes_of_a_text_are_exact() {
    let project = Project::new("");
    let env = |line: &str| {
        project.rewrite(&format!("vault = 'secrets.kluis'\n[env]\n{line}"));
        project.env(&[], "A")
    };
    env("A = { text = '{{\"u\":\"{db_user}\",\"p\":\"{production/db_password}\"}}' }")
        .stdout("A={\"u\":\"ada\",\"p\":\"100% sure\"}\n")
        .exits(0);
    env("A = { url = '{db_password}{db_password}' }")
        .stdout("A=p%40ss%2Fw%3Ardp%40ss%2Fw%3Ard\n")
        .exits(0);
    env("A = { value = '{db_user}' }")
        .stdout("A={db_user}\n")
        .exits(0);
    env("A = { value = '' }").stdout("A=\n").exits(0);
}

#[test]
fn options_of_run_hold_without_being_typed() {
    let project = Project::new("");
    let text = "vault = 'secrets.kluis'\n[run]\nmask = true\nonly = true\n[env]\nA = 'db_password'\nB = { value = 'literal' }\nC = { url = 'h://{db_password}' }";
    project.rewrite(text);
    let run = project
        .sandbox
        .kluis(["run", "--", "sh", "-c", "echo $A $B $C ${MINE-unset}"])
        .within(&project.folder)
        .env("MINE", "x");
    // A literal is not secret, and part of a text is.
    run.run()
        .stdout("[hidden] literal [hidden] unset\n")
        .exits(0);
    let all = [
        "run",
        "--all",
        "--except",
        "db_user",
        "--except",
        "TLS_KEY",
        "--",
        "sh",
        "-c",
        "echo $DB_PASSWORD",
    ];
    project.kluis(&all).stdout("[hidden]\n").exits(0);
    project.rewrite(&text.replace("only = true", "keep_existing = true"));
    let run = ["run", "--", "sh", "-c", "echo $B"];
    let run = project.sandbox.kluis(run).within(&project.folder);
    run.env("B", "mine").run().stdout("mine\n").exits(0);
}

#[test]
fn what_a_workspace_adds_is_asked_about_in_that_workspace() {
    let project = Project::new(EXAMPLE);
    let refused = |text: &str, workspace: &str, names: &str| {
        fs::write(project.folder.join("kluis.toml"), text).unwrap();
        let run = project.kluis(&["run", "-w", workspace, "--", "true"]);
        if names.is_empty() {
            return run.exits(0);
        }
        let place = match workspace {
            "default" => String::new(),
            name => format!(" in the workspace {name}"),
        };
        run.stderr_has(&format!("needs your trust again{place} for: {names}"))
            .exits(125);
    };
    for (text, default, production) in [
        (EXAMPLE.to_owned(), "", ""),
        (EXAMPLE.replace("\"warn\"", "\"info\""), "", "LOG_LEVEL"),
        (EXAMPLE.replace("\"debug\"", "\"info\""), "LOG_LEVEL", ""),
        (
            EXAMPLE.replace("@db/app", "@evil.example.com/app"),
            "DATABASE_URL",
            "DATABASE_URL",
        ),
        (
            EXAMPLE.replace("tls.pem", "other.pem"),
            "TLS_KEY",
            "TLS_KEY",
        ),
        (
            EXAMPLE.replace(", optional = true", ""),
            "SENTRY_DSN",
            "SENTRY_DSN",
        ),
        (EXAMPLE.replace("main database", "the database"), "", ""),
        (
            EXAMPLE.replace("[workspaces.production.env]\nLOG", "LOG2"),
            "LOG2_LEVEL",
            "LOG2_LEVEL, LOG_LEVEL",
        ),
        (
            format!("{EXAMPLE}[run]\nmask = true\n"),
            "run.mask",
            "run.mask",
        ),
    ] {
        refused(&text, "default", default);
        refused(&text, "production", production);
    }
    // A variable that a workspace removed comes back only after your yes.
    let removed = EXAMPLE.replace("[env]", "[env]\nDEBUG_KEY = { value = '1' }");
    project.rewrite(&removed);
    refused(&removed.replace("DEBUG_KEY = false\n", ""), "default", "");
    refused(
        &removed.replace("DEBUG_KEY = false\n", ""),
        "production",
        "DEBUG_KEY",
    );
}

#[test]
fn a_change_of_a_long_text_is_shown_where_it_differs() {
    let project = Project::new(EXAMPLE);
    fs::write(
        project.folder.join("kluis.toml"),
        EXAMPLE.replace("@db/app", "@evil.example.com/app"),
    )
    .unwrap();
    let trust = project.kluis(&["trust", "--yes"]);
    trust
        .any_stdout()
        .stderr_has("~ DATABASE_URL     …evil.example.com/app\" (was …db/app\")\n")
        .exits(0);
}

#[test]
fn check_knows_every_kind_of_variable_and_every_workspace() {
    let project = Project::new(EXAMPLE);
    project
        .kluis(&["check"])
        .stdout(
            "LOG_LEVEL\t\"debug\"\tok\t\n\
             DATABASE_URL\tpostgres://{db_user}:{db_password}@db/app\tok\t\n\
             SENTRY_DSN\tsentry_dsn\tleft out\t\n\
             TLS_KEY\ttls_key\tok\t\n",
        )
        .exits(0);
    let gone = ["delete", "-w", "production", "db_user"];
    project.kluis(&gone).any_stdout().any_stderr().exits(0);
    project.kluis(&["check"]).any_stdout().exits(0);
    let all = project.kluis(&["check", "--all-workspaces", "--json"]);
    let rows = all.json();
    let rows = rows["entries"].as_array().unwrap();
    assert_eq!(rows.len(), 8);
    let bad: Vec<_> = rows
        .iter()
        .filter(|row| row["problem"].is_string())
        .collect();
    assert_eq!(bad.len(), 1);
    assert_eq!(bad[0]["workspace"], "production");
    assert_eq!(bad[0]["env_key"], "DATABASE_URL");
    assert_eq!(bad[0]["state"], "missing");
    all.any_stdout().any_stderr().exits(3);
}

#[test]
fn workspaces_are_judged_one_by_one_and_the_hint_names_them() {
    let project = Project::new(EXAMPLE);
    let all = || project.kluis(&["check", "--all-workspaces", "-q"]);
    all().any_stdout().exits(0);
    // The trusted states of the two workspaces come from different branches.
    project.rewrite(&EXAMPLE.replace("debug", "trace"));
    project.rewrite(EXAMPLE);
    all().any_stdout().exits(0);
    let changed = EXAMPLE.replace("@db/app", "@other/app");
    fs::write(project.folder.join("kluis.toml"), changed).unwrap();
    all()
        .stderr_has("trust again for: DATABASE_URL in default, DATABASE_URL in production\n")
        .exits(8);
    let run = project.kluis(&["run", "-w", "production", "--", "true"]);
    run.stderr_has("in the workspace production for: DATABASE_URL\n")
        .stderr_has("run `kluis trust -w production` to see")
        .exits(125);
}

#[test]
fn a_key_to_a_workspace_with_own_variables_needs_its_name() {
    let project = Project::new(EXAMPLE);
    let add = [
        "key",
        "add",
        "--token",
        "--workspace",
        "production",
        "--read-only",
    ];
    let added = project.kluis(&add);
    let token = String::from_utf8(added.stdout.clone()).unwrap();
    added.any_stdout().any_stderr().exits(0);
    let run = |options: &[&str]| {
        let script = ["--", "sh", "-c", "echo $LOG_LEVEL"];
        let line = [&["run"], options, &script[..]].concat();
        let run = project.sandbox.kluis(&line).within(&project.folder);
        run.env("KLUIS_TOKEN", token.trim()).run()
    };
    run(&[])
        .stderr_has(
            "this key opens the workspace production, which has variables of its own in kluis.toml",
        )
        .stderr_has("-w production")
        .exits(125);
    run(&["-w", "production"]).stdout("warn\n").exits(0);
}

#[test]
fn the_example_of_the_help_topic_is_a_project_file() {
    let sandbox = Sandbox::empty();
    let help = sandbox.kluis(["help", "project"]).run();
    let text = String::from_utf8(help.stdout.clone()).unwrap();
    help.any_stdout().exits(0);
    let example = text.lines().filter_map(|line| line.strip_prefix("    "));
    let example = example.collect::<Vec<_>>().join("\n");
    fs::write(sandbox.home().join("kluis.toml"), example).unwrap();
    let list = ["env", "list", "-q", "-w"];
    let listed = |workspace: &str| sandbox.kluis(list.iter().chain(&[workspace])).run();
    let names = "GITHUB_TOKEN\nLOG_LEVEL\nGREETING\nDATABASE_URL\nTLS_KEY\nSENTRY_DSN\nREGION\n";
    listed("default").stdout(names).exits(0);
    listed("production")
        .stdout(names.replace("GREETING\n", ""))
        .exits(0);
}

#[test]
fn a_text_of_the_file_leads_no_program_elsewhere_unless_allowed() {
    let project = Project::new("");
    for (line, is_given) in [
        ("KUBECONFIG = { value = './kc' }", false),
        (
            "HTTPS_PROXY = { url = 'http://{db_user}@evil.example.com' }",
            false,
        ),
        (
            "DOCKER_HOST = { secret = 'nope', default = 'tcp://evil.example.com' }",
            false,
        ),
        ("ZIPOPT = { value = '-T -TT ./evil.sh' }", false),
        ("KUBECONFIG = 'db_user'", true),
        ("LOG_LEVEL = { value = 'debug' }", true),
    ] {
        project.rewrite(&format!("vault = 'secrets.kluis'\n[env]\n{line}"));
        let run = project.kluis(&["run", "--", "true"]);
        if is_given {
            run.exits(0);
            project.kluis(&["check"]).any_stdout().exits(0);
            continue;
        }
        run.any_stderr().exits(125);
        project.kluis(&["check"]).any_stdout().any_stderr().exits(7);
        let key = line.split(' ').next().unwrap();
        let allowed = ["run", "--allow-env", key, "--", "true"];
        project.kluis(&allowed).exits(0);
    }
}

#[test]
fn a_named_file_stays_the_one_in_another_folder() {
    let project = Project::new("vault = 'secrets.kluis'\n[env]\nA = 'db_user'");
    let below = project.folder.join("dep");
    fs::create_dir(&below).unwrap();
    let theirs = "vault = '../secrets.kluis'\n[env]\nSTOLEN = 'db_password'";
    fs::write(below.join("kluis.toml"), theirs).unwrap();
    let script = "cd dep && echo \"$KLUIS_PROJECT\"";
    let run = project.sandbox.kluis(["run", "--", "sh", "-c", script]);
    let run = run.within(&project.folder);
    let named = fs::canonicalize(project.folder.join("kluis.toml")).unwrap();
    run.env("KLUIS_PROJECT", "kluis.toml")
        .run()
        .stdout(format!("{}\n", named.display()))
        .exits(0);
}

#[test]
fn a_name_with_a_line_break_begins_no_line_of_ours() {
    let project = Project::new("");
    let folder = project.folder.join("x\nkluis: note: trusted by your admin");
    fs::create_dir(&folder).unwrap();
    fs::write(folder.join("kluis.toml"), "broken").unwrap();
    let list = project.sandbox.kluis(["env", "list"]).within(&folder).run();
    assert_eq!(list.stderr.lines().count(), 1, "{}", list.stderr);
    assert!(list.stderr.contains("\\u{a}kluis: note"), "{}", list.stderr);
    list.any_stderr().exits(7);
}
