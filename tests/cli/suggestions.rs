//! Tests "did you mean": the hint after a name that is nearly right.

use crate::sandbox::Sandbox;

fn vault() -> Sandbox {
    let sandbox = Sandbox::with_vault();
    for name in ["github_token", "db_password"] {
        sandbox.create(name, sandbox.secret("value"));
    }
    let make = ["workspace", "create", "staging"];
    sandbox.kluis(make).run().any_stdout().exits(0);
    let make = ["create", "stripe_key", "-w", "staging", "--generate", "8"];
    sandbox.kluis(make).run().any_stdout().exits(0);
    let make = ["app", "create", "billing"];
    sandbox.kluis(make).run().any_stdout().exits(0);
    sandbox
}

#[test]
fn a_misspelt_secret_is_recognised_by_every_verb() {
    let sandbox = vault();
    let bytes = sandbox.bytes();
    for line in [
        "get githb_token",
        "show githb_token",
        "history githb_token",
        "delete githb_token --yes",
        "rotate githb_token --generate 8",
        "rollback githb_token",
        "vault prune githb_token",
        "update githb_token --description x",
        "move githb_token --to-workspace staging",
        "app link billing A=githb_token",
        "export --format json -e A=githb_token",
    ] {
        let failed = sandbox.kluis(line.split(' ')).run();
        let failed = failed.stderr_has("there is no secret githb_token in the workspace default");
        let hint = "kluis: hint: did you mean github_token?\n";
        failed.stderr_has(hint).exits(3);
    }
    let run = ["run", "-e", "A=githb_token", "--", "true"];
    let failed = sandbox.kluis(run).run();
    failed.stderr_has("did you mean github_token?").exits(125);
    let template = sandbox.given("template", "{{ kluis://githb_token }}");
    let inject = sandbox.kluis(["inject", "-i", template.to_str().unwrap()]);
    let failed = inject.run();
    failed.stderr_has("did you mean github_token?").exits(3);
    assert_eq!(sandbox.bytes(), bytes);
}

#[test]
fn json_carries_it_as_the_hint() {
    let sandbox = vault();
    let failed = sandbox.kluis(["get", "githb_token", "--json"]).run();
    let object: serde_json::Value = serde_json::from_str(&failed.stderr).unwrap();
    assert_eq!(object["hint"], "did you mean github_token?");
    assert_eq!(object["code"], "not_found");
    failed.any_stderr().exits(3);
}

#[test]
fn a_suggestion_is_a_reference_that_leads_there() {
    let sandbox = vault();
    for (line, meant) in [
        ("get stripe_key", "staging/stripe_key"),
        ("get staging/stripe_kye", "staging/stripe_key"),
        ("-w staging get stripe_kye", "stripe_key"),
        ("-w staging get default/githb_token", "default/github_token"),
        ("-w stagin get stripe_key", "staging"),
        ("app show biling", "billing"),
        ("list --app biling", "billing"),
        ("run --app biling -- true", "billing"),
        ("workspace delete stagin --yes", "staging"),
    ] {
        let failed = sandbox.kluis(line.split(' ')).run();
        let code = if line.starts_with("run") { 125 } else { 3 };
        let hint = format!("hint: did you mean {meant}?\n");
        failed.stderr_has(&hint).exits(code);
    }
}

#[test]
fn check_suggests_a_similar_name() {
    let sandbox = vault();
    let file = "[env]\nA = 'githb_token'\nB = 'nothing_like_it'\nPATH = 'db_password'\n";
    std::fs::write(sandbox.home().join("kluis.toml"), file).unwrap();
    sandbox.trust(sandbox.home());
    let checked = sandbox.kluis(["check"]).run();
    let text = String::from_utf8(checked.stdout.clone()).unwrap();
    checked.any_stdout().any_stderr().exits(3);
    let rows: Vec<&str> = text.lines().collect();
    assert!(rows[0].ends_with("; did you mean github_token?"), "{text}");
    assert!(
        rows[1].ends_with("run `kluis list` to see the secrets"),
        "{text}"
    );
    let checked = sandbox.kluis(["check", "--json"]).run();
    let entries = checked.json()["entries"].take();
    checked.any_stdout().any_stderr().exits(3);
    assert_eq!(entries[0]["hint"], "did you mean github_token?");
    let problem = "there is no secret githb_token in the workspace default";
    assert_eq!(entries[0]["problem"], problem);
    assert_eq!(entries[1]["hint"], "run `kluis list` to see the secrets");
    let allow = entries[2]["hint"].as_str().unwrap();
    assert!(allow.ends_with("--allow-env PATH"), "{allow}");
}

#[test]
fn a_misplaced_value_gets_a_hint() {
    let sandbox = vault();
    let bytes = sandbox.bytes();
    let never = "hint: pipe the value in, or give --value-file or --generate";
    for line in [
        "create x --value hunter2",
        "create x --value=hunter2",
        "set x --password hunter2",
        "rotate github_token --secret hunter2",
        "create x hunter2",
    ] {
        let refused = sandbox.kluis(line.split(' ')).run();
        assert!(!refused.stderr.contains("hunter2"), "{}", refused.stderr);
        refused.stderr_has(never).exits(2);
    }
    for line in ["create x", "set x", "update github_token --value"] {
        let nothing = sandbox.kluis(line.split(' ')).run();
        let hint = "hint: pipe the value in, or give --value-file or --generate\n";
        nothing.stderr_has(hint).exits(7);
    }
    let path = ["run", "-e", "PATH=github_token", "--", "true"];
    let refused = sandbox.kluis(path).run();
    refused
        .stderr_has("or allow this one with --allow-env PATH\n")
        .exits(125);
    assert_eq!(sandbox.bytes(), bytes);
}

#[test]
fn a_mistake_leads_to_the_page_of_its_command() {
    let sandbox = vault();
    for (line, hint) in [
        (
            "key",
            "use one of: new, show, add, list, remove, renew, passphrase; see `kluis key --help`",
        ),
        ("identity", "did you mean `kluis key new`?"),
        (
            "workspace",
            "use one of: create, list, update, delete; see `kluis workspace --help`",
        ),
        ("key bogus", "see `kluis key --help`"),
        ("app link x", "see `kluis app link --help`"),
        ("get a b", "see `kluis get --help`"),
        ("--bogus", "see `kluis --help`"),
        ("list --sort x", "see `kluis list --help`"),
        ("ls --sort x", "see `kluis list --help`"),
        ("-w default list --sort x", "see `kluis list --help`"),
        ("rotate name --keep x", "see `kluis rotate --help`"),
        ("export --format env --all", "did you mean dotenv?"),
        ("export --format docer --all", "did you mean docker?"),
        (
            "export --format dotenv-nod --all",
            "did you mean dotenv-node?",
        ),
    ] {
        let failed = sandbox.kluis(line.split(' ')).run();
        failed
            .stderr_has(&format!("kluis: hint: {hint}\n"))
            .exits(2);
    }
}

#[test]
fn a_part_of_a_name_recalls_the_only_one_that_has_it() {
    let sandbox = vault();
    for (line, meant) in [
        ("get github", "github_token"),
        ("get token", "github_token"),
        ("-w staging get stripe", "stripe_key"),
    ] {
        let failed = sandbox.kluis(line.split(' ')).run();
        let hint = format!("kluis: hint: did you mean {meant}?\n");
        failed.stderr_has(&hint).exits(3);
    }
    sandbox.create("github_key", sandbox.secret("value"));
    let failed = sandbox.kluis(["get", "github"]).run();
    failed
        .stderr_has("run `kluis list` to see the secrets")
        .exits(3);
}

#[test]
fn an_unknown_command_gets_the_one_that_does_it_here() {
    let sandbox = Sandbox::empty();
    for (typed, hint) in [
        ("frobnicate", "run `kluis -h` to see the commands"),
        ("version", "did you mean `kluis --version`?"),
        ("cat", "did you mean `kluis get NAME`?"),
        ("add", "did you mean `kluis set NAME`?"),
        ("insert", "did you mean `kluis set NAME`?"),
        ("rename", "did you mean `kluis move NAME NEW`?"),
        ("remove", "did you mean `kluis delete NAME`?"),
        ("gte", "did you mean `get`?"),
    ] {
        let failed = sandbox.kluis([typed]).run();
        let told = format!("kluis: error: there is no command {typed}\nkluis: hint: {hint}\n");
        failed.stderr(&told).exits(2);
    }
    // Text that could be a value is not repeated.
    for typed in [
        "hunter2",
        "Hunter",
        "kls_x",
        "thisissomewhatlongerthanacommand",
    ] {
        let failed = sandbox.kluis([typed]).run();
        assert!(!failed.stderr.contains(typed), "{}", failed.stderr);
        failed.stderr_has("there is no such command\n").exits(2);
    }
}

#[test]
fn no_command_gets_the_short_help() {
    let sandbox = Sandbox::empty();
    let short = sandbox.prints(["-h"], "");
    let bare = sandbox.kluis([""; 0]).run();
    bare.stderr(&short).exits(2);
    let json = sandbox.kluis(["--json"]).run();
    assert_eq!(json.json_error()["code"], "usage");
    json.any_stderr().exits(2);
}

#[test]
fn another_word_gets_the_way_to_look() {
    let sandbox = vault();
    for (line, hint) in [
        ("get nothing_like_it", "run `kluis list` to see the secrets"),
        ("get sec_00000000000000000000000000", "run `kluis list`"),
        ("app show nothing_like_it", "`kluis app list` to see"),
    ] {
        let failed = sandbox.kluis(line.split(' ')).run();
        let has_guessed = failed.stderr.contains("did you mean");
        assert!(!has_guessed, "{}", failed.stderr);
        failed.stderr_has(hint).exits(3);
    }
}

#[test]
fn a_key_learns_no_name_that_it_does_not_reach() {
    let sandbox = vault();
    let add = ["key", "add", "-q", "--token", "--workspace", "staging"];
    let token = sandbox.prints(add, "");
    sandbox.keep_token(token.as_bytes());
    for (line, code) in [
        ("get githb_token", 3),
        ("get github_token", 3),
        ("get default/githb_token", 8),
        ("-w defaul get x", 8),
    ] {
        let get = sandbox.kluis(line.split(' '));
        let failed = get.env("KLUIS_TOKEN", token.trim_end()).run();
        let told = failed.stderr.contains("github_token") && !line.contains("github_token");
        let told = told || failed.stderr.contains("did you mean");
        assert!(!told, "{}", failed.stderr);
        failed.any_stderr().exits(code);
    }
}

#[test]
fn a_name_to_be_created_gets_no_suggestion() {
    let sandbox = vault();
    sandbox.create("githb_token", sandbox.secret("value"));
    let set = sandbox
        .kluis(["set", "db_passwrd", "--generate", "8"])
        .run();
    set.any_stdout().exits(0);
}
