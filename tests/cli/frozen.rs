//! Tests the binary with the frozen vaults: their content cannot be made by any verb yet, and every later version
//! must read them.

use crate::sandbox::{Invocation, Sandbox};
use crate::snapshots::root;
use serde_json::Value;
use std::fs;

/// A frozen vault in a home of its own, and the ways to unlock it.
struct Frozen {
    sandbox: Sandbox,
    openings: Vec<Value>,
}

fn frozen(name: &str) -> Frozen {
    let vectors = root().join("tests/vectors");
    let expected = fs::read(vectors.join("expected.json")).unwrap();
    let expected: Value = serde_json::from_slice(&expected).unwrap();
    let sandbox = Sandbox::empty();
    fs::copy(vectors.join(name), sandbox.home().join("v.kluis")).unwrap();
    let openings = expected[name]["openings"].as_array().unwrap().clone();
    Frozen { sandbox, openings }
}

impl Frozen {
    /// A command line on the vault, unlocked in the way at this position.
    fn kluis<const N: usize>(&self, way: usize, arguments: [&str; N]) -> Invocation<'_> {
        let token = self.openings[way]["unlock"]["token"].as_str().unwrap();
        let vault = self.sandbox.home().join("v.kluis");
        let invocation = self.sandbox.kluis(arguments);
        invocation
            .env("KLUIS_TOKEN", token)
            .env("KLUIS_VAULT", vault)
    }

    fn denied<const N: usize>(&self, way: usize, arguments: [&str; N], code: i32) {
        let outcome = self.kluis(way, arguments).stdin("value").run();
        assert_eq!(outcome.json_error()["code"], "denied", "{arguments:?}");
        outcome.any_stderr().exits(code);
    }
}

#[test]
fn a_secret_that_is_bound_to_domains_leaves_by_no_verb() {
    let vault = frozen("good-fields.kluis");
    vault.denied(0, ["get", "bound", "--json"], 8);
    vault.denied(0, ["run", "-e", "A=bound", "--json", "--", "true"], 125);
    vault.denied(0, ["run", "--all", "--json", "--", "true"], 125);
    let refused = vault.kluis(0, ["get", "bound"]).run();
    refused
        .stderr_has("default/bound may only go to *.example.org, api.example.com")
        .exits(8);
}

#[test]
fn the_slot_that_has_begun_last_is_read_and_each_can_be_named() {
    let vault = frozen("good-fields.kluis");
    let value = |reference: &str| {
        let read = vault.kluis(0, ["get", reference, "--json"]).run();
        let slot = read.json()["slot"].clone();
        read.any_stdout().stderr_has("is not finished").exits(0);
        slot
    };
    assert_eq!(value("slots"), 1_700_000_000);
    assert_eq!(value("kluis://default/slots?slot=0"), 0);
    assert_eq!(
        value("kluis://default/slots?slot=4000000000"),
        4_000_000_000_u64
    );
    let missing = vault
        .kluis(0, ["get", "kluis://default/slots?slot=5"])
        .run();
    missing
        .stderr_has("there is no slot 5 of default/slots")
        .exits(3);
}

#[test]
fn linked_secrets_are_counted_and_not_deleted() {
    let vault = frozen("good-fields.kluis");
    let listed = vault.kluis(0, ["list", "--json"]).run();
    let secrets = listed.json()["secrets"].as_array().unwrap().clone();
    listed.any_stdout().exits(0);
    let linked = secrets
        .iter()
        .find(|secret| secret["app_count"] == 1)
        .unwrap();
    let id = linked["id"].as_str().unwrap();
    let kept = vault.kluis(0, ["delete", id, "--yes", "--json"]).run();
    assert_eq!(kept.json_error()["code"], "conflict");
    kept.any_stderr().exits(6);
}

#[test]
fn a_key_reaches_as_far_as_it_was_granted() {
    let vault = frozen("good-keys.kluis");
    let (reader, writer) = (2, 3);
    for key in [reader, writer] {
        // The only workspace it reaches needs no name.
        let read = vault.kluis(key, ["get", "name"]).run();
        assert!(!read.stdout.is_empty());
        read.any_stdout().exits(0);
        vault.denied(key, ["get", "default/name", "--json"], 8);
        vault.denied(key, ["list", "-w", "default", "--json"], 8);
        vault.denied(key, ["workspace", "create", "mine", "--json"], 8);
        vault.denied(
            key,
            [
                "key",
                "passphrase",
                "--new-passphrase-file",
                "/dev/null",
                "--json",
            ],
            8,
        );
    }
    vault.denied(reader, ["create", "new", "--json"], 8);
    vault.denied(reader, ["set", "name", "--json"], 8);
    vault.denied(reader, ["rotate", "name", "--json"], 8);
    vault.denied(reader, ["delete", "name", "--yes", "--json"], 8);
    let set = vault.kluis(writer, ["set", "name"]).stdin("written").run();
    set.any_stdout().exits(0);
    vault
        .kluis(reader, ["get", "name"])
        .run()
        .stdout("written")
        .exits(0);
}
