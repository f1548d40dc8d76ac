//! Tests `import` of `.env` files: differences between programs, the choice of rules, and repeated names.

use crate::sandbox::Sandbox;
use serde_json::json;

/// The output and the secrets of an import of a `.env` file: each line of stderr, then each value by its name.
#[track_caller]
fn imported(sandbox: &Sandbox, input: &str, more: &[&str], values: &[(&str, &str)]) -> String {
    let line = ["import", "--format", "dotenv", "--on-conflict", "replace"];
    let done = sandbox.kluis(line.iter().chain(more)).stdin(input).run();
    let told = done.stderr.clone();
    done.any_stdout().any_stderr().exits(0);
    for (name, value) in values {
        assert_eq!(sandbox.get(name), value.as_bytes(), "{name}");
    }
    told
}

#[test]
fn a_comment_after_nothing_is_no_value() {
    let sandbox = Sandbox::with_vault();
    let input = "MAIL_PASSWORD= # leave blank for none\nPORT=25\n";
    let line = ["import", "--format", "dotenv"];
    let done = sandbox.kluis(line).stdin(input).run();
    let said = "kluis: warning: MAIL_PASSWORD (line 1): read differently by Docker Compose; --dialect decides\n\
                kluis: note: skipped, because the value is empty: MAIL_PASSWORD; --on-empty fail refuses them\n";
    done.stdout("skipped MAIL_PASSWORD\ncreated PORT\n")
        .stderr(said)
        .exits(0);
    let strict = sandbox.kluis(line.iter().chain(&["--on-empty", "fail"]));
    strict
        .stdin(input)
        .run()
        .stderr_has(
            "line 1: MAIL_PASSWORD is empty; to leave out empty values, add --on-empty skip",
        )
        .exits(7);
}

#[test]
fn references_are_named_and_replaced_where_that_is_asked_for() {
    let sandbox = Sandbox::with_vault();
    let input = "DB_USER=ann\nDB_PW=s3\nDB_URL=\"postgres://${DB_USER}:${DB_PW}@db/x\"\n";
    let literal = [("DB_URL", "postgres://${DB_USER}:${DB_PW}@db/x")];
    for more in [&[][..], &["--dialect", "python"], &["--dialect", "compose"]] {
        let told = imported(&sandbox, input, more, &literal);
        assert!(
            told.contains("warning: DB_URL (line 3): kept as text"),
            "{told}"
        );
    }
    assert_eq!(
        imported(&sandbox, input, &["--dialect", "node"], &literal),
        ""
    );
    let expanded = [("DB_URL", "postgres://ann:s3@db/x")];
    assert_eq!(imported(&sandbox, input, &["--expand"], &expanded), "");
    let line = ["import", "--format", "dotenv", "--expand", "--json"];
    let refused = sandbox
        .kluis(line)
        .stdin("A=$hunter2\nB=${B}\nC=${D}\n")
        .run();
    let error = refused.json_error();
    let told: Vec<_> = error["detail"].as_array().unwrap().iter().collect();
    assert_eq!(told.len(), 3);
    assert_eq!(told[1]["msg"], "line 2: B is in a circle of references");
    assert_eq!(told[1]["loc"], json!(["B"]));
    assert!(!refused.stderr.contains("hunter2"));
    refused.any_stderr().exits(7);
}

#[test]
fn a_difference_is_named_and_a_dialect_decides() {
    let sandbox = Sandbox::with_vault();
    let input =
        "PW=\"pa\\$\\$word\"\nNOTE=`it's \"quoted\"`\nPEM=one\\ntwo\nOK=\"x\\\\\"\nLAST=\"y\"\n";
    let plain = [("NOTE", "it's \"quoted\""), ("OK", "x\\"), ("LAST", "y")];
    let told = imported(&sandbox, input, &[], &plain);
    for line in [
        "PW (line 1): read differently by Docker Compose; --dialect decides\n",
        "NOTE (line 2): read differently by python-dotenv, Docker Compose; --dialect decides\n",
        "PEM (line 3): read differently by sops; --dialect decides\n",
        "OK (line 4): read differently by npm's dotenv; --dialect decides\n",
    ] {
        assert!(told.contains(line), "{told}");
    }
    for (dialect, values) in [
        (
            "python",
            [("PW", "pa\\$\\$word"), ("NOTE", "`it's \"quoted\"`")],
        ),
        ("node", [("PW", "pa\\$\\$word"), ("OK", "x\\\\")]),
        (
            "compose",
            [("PW", "pa$$word"), ("NOTE", "`it's \"quoted\"`")],
        ),
        ("sops", [("PEM", "one\ntwo"), ("LAST", "\"y\"")]),
    ] {
        let told = imported(&sandbox, input, &["--dialect", dialect], &values);
        assert_eq!(told, "", "{dialect}");
    }
    let line = ["import", "--format", "dotenv", "--json", "--dry-run"];
    let line = line.iter().chain(&["--on-conflict", "skip"]);
    let done = sandbox.kluis(line).stdin(input).run();
    let warnings = done.json_error()["warnings"].clone();
    assert_eq!(warnings.as_array().unwrap().len(), 4);
    done.any_stdout().any_stderr().exits(0);
}

#[test]
fn a_name_given_again_is_decided_by_choice() {
    let sandbox = Sandbox::with_vault();
    let input = "A=1\nB=2\nA=3\n";
    let import = |workspace: &str, more: &[&str]| {
        let made = sandbox.kluis(["workspace", "create", workspace]).run();
        made.any_stdout().exits(0);
        let line = ["import", "--format", "dotenv", "-w", workspace];
        sandbox.kluis(line.iter().chain(more)).stdin(input).run()
    };
    import("fail", &[])
        .stderr_has(
            "A is given twice, at line 1 and at line 3; --on-repeat last, first or number chooses",
        )
        .exits(7);
    import("last", &["--on-repeat", "last"])
        .stdout("created A\ncreated B\nleft out A: line 3 gives it again; the value at line 1 does not count\n")
        .exits(0);
    assert_eq!(sandbox.get("last/A"), b"3");
    import("first", &["--on-repeat", "first"])
        .stdout(
            "created A\ncreated B\nleft out A: line 3 gives it again; the value at line 1 counts\n",
        )
        .exits(0);
    assert_eq!(sandbox.get("first/A"), b"1");
    import("number", &["--on-repeat", "number"])
        .stdout("created A\ncreated B\ncreated A_2 from A\n")
        .exits(0);
    assert_eq!(sandbox.get("number/A_2"), b"3");
}

#[test]
fn ciphertext_is_refused_with_the_way_to_decrypt_it() {
    let sandbox = Sandbox::with_vault();
    let before = sandbox.bytes();
    for (input, said) in [
        (
            "DOTENV_PUBLIC_KEY=\"03ab\"\nAPI_KEY=\"encrypted:BDn0t4realCipherTextAAAA==\"\n",
            "line 2: API_KEY is still encrypted: import the output of `dotenvx decrypt --stdout`",
        ),
        (
            "DOTENV_VAULT_PRODUCTION=\"6hYEXAMPLEciphertext==\"\n",
            "line 1: DOTENV_VAULT_PRODUCTION is still encrypted: get the .env file by `npx dotenv-vault pull`, and import that",
        ),
        (
            "-----BEGIN AGE ENCRYPTED FILE-----\nYWdlLWVu\n",
            "the file is still encrypted by age: import the output of `age -d -i KEY FILE`",
        ),
        (
            "\0GITCRYPT\0\u{1}",
            "the file is still encrypted by git-crypt: run `git-crypt unlock` first",
        ),
    ] {
        let line = ["import", "--format", "dotenv"];
        let refused = sandbox.kluis(line).stdin(input).run();
        refused.stderr(&format!("kluis: error: {said}\n")).exits(7);
    }
    assert_eq!(sandbox.bytes(), before);
}
