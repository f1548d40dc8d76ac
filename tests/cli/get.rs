//! Tests `get`.

use crate::sandbox::Sandbox;
use serde_json::json;

#[test]
fn a_pipe_receives_the_exact_bytes() {
    let sandbox = Sandbox::with_vault();
    let value = sandbox.secret("value");
    sandbox.create("name", &value);
    sandbox.kluis(["get", "name"]).run().stdout(&value).exits(0);
}

#[test]
fn a_secret_is_found_by_name_path_id_and_address() {
    let sandbox = Sandbox::with_vault();
    let (value, other) = (sandbox.secret("value"), sandbox.secret("other"));
    sandbox
        .kluis(["workspace", "create", "staging"])
        .run()
        .any_stdout()
        .exits(0);
    sandbox.create("key", &other);
    let made = sandbox
        .kluis(["create", "key", "-w", "staging"])
        .stdin(&value)
        .run();
    let id = String::from_utf8(made.stdout.clone()).unwrap();
    made.any_stdout().exits(0);
    let id = id.trim_end();
    for reference in [
        "staging/key",
        id,
        "kluis://staging/key",
        "kluis://staging/key?slot=0",
    ] {
        sandbox
            .kluis(["get", reference])
            .run()
            .stdout(&value)
            .exits(0);
    }
    sandbox
        .kluis(["get", "key", "-w", "staging"])
        .run()
        .stdout(&value)
        .exits(0);
    sandbox
        .kluis(["-w", "staging", "get", "default/key"])
        .run()
        .stdout(&other)
        .exits(0);
}

#[test]
fn json_names_the_workspace_and_the_slot() {
    let sandbox = Sandbox::with_vault();
    let value = sandbox.secret("value\n\"quoted\" é");
    sandbox.create("name", &value);
    let got = sandbox.kluis(["get", "name", "--json"]).run();
    let expected = json!({"workspace": "default", "name": "name", "slot": 0, "value": value});
    assert_eq!(got.json(), expected);
    got.any_stdout().exits(0);
}

#[test]
fn json_carries_bytes_that_are_no_text_as_base64() {
    let sandbox = Sandbox::with_vault();
    sandbox.create("binary", b"\xff\x00\x01");
    let got = sandbox.kluis(["get", "binary", "--json"]).run();
    let expected =
        json!({"workspace": "default", "name": "binary", "slot": 0, "value_base64": "/wAB"});
    assert_eq!(got.json(), expected);
    got.any_stdout().exits(0);
}

#[test]
fn each_missing_thing_has_its_own_error_and_prints_nothing() {
    let sandbox = Sandbox::with_vault();
    sandbox.create("name", sandbox.secret("value"));
    for (reference, said) in [
        ("nope", "there is no secret nope in the workspace default"),
        ("nope/name", "there is no workspace nope"),
        (
            "sec_00000000000000000000000000",
            "there is no secret sec_0000",
        ),
        ("kluis://name?slot=7", "7"),
        ("NAME", "there is no secret NAME"),
    ] {
        sandbox
            .kluis(["get", reference])
            .run()
            .stderr_has(said)
            .exits(3);
    }
}

#[test]
fn names_of_every_length_lead_to_their_own_value() {
    let sandbox = Sandbox::with_vault();
    for length in [1, 2, 64, 127, 128] {
        let name = "n".repeat(length);
        sandbox.create(&name, sandbox.secret(&format!("value-{length}-")));
    }
    for length in [1, 2, 64, 127, 128] {
        let value = String::from_utf8(sandbox.get(&"n".repeat(length))).unwrap();
        assert!(value.starts_with(&format!("value-{length}-")), "{length}");
    }
}
