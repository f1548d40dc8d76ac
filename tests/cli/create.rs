//! Tests `create`.

use crate::sandbox::Sandbox;
use serde_json::json;

#[test]
fn a_new_secret_gets_an_id_and_its_value_back() {
    let sandbox = Sandbox::with_vault();
    let value = sandbox.secret("value");
    let id = sandbox.create("db_password", &value);
    let (prefix, letters) = id.split_at(4);
    assert_eq!(prefix, "sec_");
    assert_eq!(letters.len(), 26, "{id}");
    let crockford = |byte: u8| b"0123456789ABCDEFGHJKMNPQRSTVWXYZ".contains(&byte);
    assert!(letters.bytes().all(crockford), "{id}");
    assert_eq!(sandbox.get(&id), value.as_bytes());
    assert_eq!(sandbox.get("db_password"), value.as_bytes());
}

#[test]
fn with_json_it_prints_the_same_as_show() {
    let sandbox = Sandbox::with_vault();
    let value = sandbox.secret("value");
    let made = sandbox
        .kluis([
            "create",
            "tls-key.pem",
            "--comment",
            "for the proxy",
            "--json",
        ])
        .stdin(value)
        .run();
    let printed = made.json();
    made.any_stdout().exits(0);
    let shown = sandbox.kluis(["show", "tls-key.pem", "--json"]).run();
    assert_eq!(printed, shown.json());
    shown.any_stdout().exits(0);
    assert_eq!(printed["description"], "for the proxy");
    assert_eq!(printed["env_key"], "TLS_KEY_PEM");
    assert_eq!(printed["workspace"], "default");
    assert_eq!(printed["allowed_domains"], json!([]));
    assert_eq!(printed["app_count"], 0);
    assert_eq!(printed["created_at"], printed["updated_at"]);
    assert_eq!(printed["slots"][0]["slot"], 0);
}

#[test]
fn a_taken_name_is_a_conflict_and_nothing_is_written() {
    let sandbox = Sandbox::with_vault();
    let (first, second) = (sandbox.secret("first"), sandbox.secret("second"));
    sandbox.create("name", &first);
    let before = sandbox.bytes();
    sandbox
        .kluis(["create", "name", "--description", "another"])
        .stdin(second)
        .run()
        .stderr(
            "kluis: error: there is already a secret name in the workspace default\n\
             kluis: hint: to give it a value, use `kluis set`; to change its fields, `kluis update`\n",
        )
        .exits(6);
    assert_eq!(sandbox.bytes(), before);
    assert_eq!(sandbox.get("name"), first.as_bytes());
}

#[test]
fn names_that_differ_in_case_or_workspace_are_different_secrets() {
    let sandbox = Sandbox::with_vault();
    let values = ["one", "two", "three"].map(|label| sandbox.secret(label));
    sandbox
        .kluis(["workspace", "create", "staging"])
        .run()
        .any_stdout()
        .exits(0);
    sandbox.create("key", &values[0]);
    sandbox.create("KEY", &values[1]);
    sandbox
        .kluis(["create", "key", "-w", "staging"])
        .stdin(&values[2])
        .run()
        .any_stdout()
        .exits(0);
    assert_eq!(sandbox.get("key"), values[0].as_bytes());
    assert_eq!(sandbox.get("KEY"), values[1].as_bytes());
    assert_eq!(sandbox.get("staging/key"), values[2].as_bytes());
}

#[test]
fn a_workspace_that_is_not_there_is_not_made_by_the_way() {
    let sandbox = Sandbox::with_vault();
    sandbox
        .kluis(["create", "name", "-w", "nope", "--generate", "8"])
        .run()
        .stderr_has("there is no workspace nope")
        .exits(3);
}

#[test]
fn every_field_is_checked_before_anything_is_written() {
    let sandbox = Sandbox::with_vault();
    let before = sandbox.bytes();
    let (long_name, long_text) = ("n".repeat(129), "t".repeat(1_025));
    for (arguments, field) in [
        (vec![&*long_name], "name"),
        (vec!["name", "--description", &long_text], "description"),
        (vec!["name", "--description", "a\u{1b}[2J"], "description"),
        (vec!["name", "--env-key", "1A"], "env_key"),
        (vec!["name", "--env-key", "A-B"], "env_key"),
        (vec!["name", "--env-key", ""], "env_key"),
    ] {
        let options = ["create", "--generate", "8", "--json"];
        let refused = sandbox.kluis(options.into_iter().chain(arguments)).run();
        let error = refused.json_error();
        assert_eq!(error["code"], "invalid");
        assert_eq!(error["detail"][0]["loc"], json!([field]));
        assert!(error["detail"][0]["type"].is_string() && error["detail"][0]["msg"].is_string());
        refused.any_stderr().exits(7);
    }
    assert_eq!(sandbox.bytes(), before);
}

#[test]
fn an_env_key_is_as_given_and_a_leading_digit_is_prefixed() {
    let sandbox = Sandbox::with_vault();
    for (arguments, expected) in [
        (vec!["2fa.code"], "_2FA_CODE"),
        (vec!["a@b", "--env-key", "mixedCase_1"], "mixedCase_1"),
    ] {
        let create = ["create", "--json", "--generate", "digits:6"];
        let made = sandbox.kluis(create.into_iter().chain(arguments)).run();
        assert_eq!(made.json()["env_key"], expected);
        made.any_stdout().exits(0);
    }
}

#[test]
fn the_name_may_come_with_its_workspace() {
    let sandbox = Sandbox::with_vault();
    let workspace = ["workspace", "create", "staging"];
    sandbox.kluis(workspace).run().any_stdout().exits(0);
    let [made, set] = ["made", "set"].map(|label| sandbox.secret(label));
    sandbox.prints(["create", "staging/key"], &made);
    assert_eq!(sandbox.get("staging/key"), made.as_bytes());
    assert_eq!(sandbox.show("staging/key")["env_key"], "KEY");
    sandbox.prints(["set", "staging/key", "-w", "staging"], &set);
    assert_eq!(sandbox.get("staging/key"), set.as_bytes());
    sandbox.prints(["set", "kluis://staging/other"], &set);
    let in_variable = sandbox.kluis(["set", "default/other", "--generate", "8"]);
    let in_variable = in_variable.env("KLUIS_WORKSPACE", "staging").run();
    in_variable.any_stdout().exits(0);
    assert_ne!(sandbox.get("default/other"), set.as_bytes());
    let id = sandbox.show("staging/key")["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let before = sandbox.bytes();
    for verb in ["create", "set"] {
        for (line, code, said) in [
            (
                &["default/new", "-w", "staging"][..],
                2,
                "two different workspaces",
            ),
            (&["nope/new"], 3, "there is no workspace nope"),
            (&["stagign/new"], 3, "did you mean staging?"),
            (&["a/b/c"], 7, "cannot be the name of a secret"),
            (&["staging/"], 7, "cannot be empty"),
            (&[&id], 7, "looks like an id"),
            (
                &["kluis://staging/new?slot=0"],
                2,
                "remove ?slot= from the address",
            ),
        ] {
            let line = [verb].iter().chain(line).copied().collect::<Vec<_>>();
            let refused = sandbox.kluis(&line).stdin("x").run();
            refused.stderr_has(said).exits(code);
        }
    }
    assert_eq!(sandbox.bytes(), before);
}

#[test]
fn a_key_that_run_refuses_gives_a_warning() {
    let sandbox = Sandbox::with_vault();
    for (line, said) in [
        (
            "create key --env-key LD_PRELOAD",
            "refuse LD_PRELOAD unless you add --allow-env LD_PRELOAD",
        ),
        (
            "set key --env-key PATH",
            "refuse PATH unless you add --allow-env PATH",
        ),
        (
            "update key --env-key KLUIS_TOKEN",
            "always refuse KLUIS_TOKEN: the name is reserved",
        ),
    ] {
        let done = sandbox.kluis(line.split(' ')).stdin("value").run();
        done.any_stdout()
            .stderr_has(&format!("kluis: warning: `run` and `export` {said}"))
            .exits(0);
    }
    assert_eq!(sandbox.show("key")["env_key"], "KLUIS_TOKEN");
    let set = ["set", "key", "--env-key", "FINE", "--generate", "8"];
    sandbox.kluis(set).run().any_stdout().exits(0);
}
