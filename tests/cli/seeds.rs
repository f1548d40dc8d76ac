//! Tests the request bodies of four services' API references with `--input`, unchanged, and the services' rules
//! that also apply here. `stories` makes more of the same calls with options.

mod gcore;
mod nairi;
mod nemo;
mod wix;

use crate::sandbox::{Invocation, Sandbox};
use serde_json::Value;

/// The two ways to pass a body to `--input`.
#[derive(Clone, Copy, Debug)]
enum Way {
    Stdin,
    File,
}

const WAYS: [Way; 2] = [Way::Stdin, Way::File];

fn sends<'s>(sandbox: &'s Sandbox, way: Way, line: &[&str], body: &str) -> Invocation<'s> {
    match way {
        Way::Stdin => {
            let line = [line, &["--input", "-"]].concat();
            sandbox.kluis(line).stdin(body)
        }
        Way::File => {
            let file = sandbox.given("body", body);
            let line = [line, &["--input", file.to_str().unwrap()]].concat();
            sandbox.kluis(line)
        }
    }
}

/// Sends it through stdin, and returns the output.
fn sent(sandbox: &Sandbox, line: &[&str], body: &str) -> String {
    let done = sends(sandbox, Way::Stdin, line, body).run();
    let printed = String::from_utf8(done.stdout.clone()).unwrap();
    done.any_stdout().exits(0);
    printed
}

fn shown(sandbox: &Sandbox, reference: &str) -> Value {
    let shown = sandbox.kluis(["show", reference, "--json"]).run();
    let object = shown.json();
    shown.any_stdout().exits(0);
    object
}

#[track_caller]
fn unchanged(invocation: Invocation<'_>, sandbox: &Sandbox) {
    let before = sandbox.bytes();
    let same = invocation.run();
    same.any_stdout()
        .stderr("kluis: note: unchanged\n")
        .exits(0);
    assert_eq!(sandbox.bytes(), before);
}

/// The members that differ.
fn changed<'a>(old: &'a Value, new: &Value) -> Vec<&'a str> {
    let members = old.as_object().unwrap().iter();
    let changed = members.filter(|(member, value)| new[*member] != **value);
    changed.map(|(member, _)| &**member).collect()
}

fn slots(object: &Value) -> Vec<u64> {
    let slots = object["slots"].as_array().unwrap().iter();
    slots.map(|slot| slot["slot"].as_u64().unwrap()).collect()
}

/// The output of a call that must report that it changed nothing.
fn sent_unchanged(sandbox: &Sandbox, line: &[&str], body: &str) -> String {
    let same = sends(sandbox, Way::Stdin, line, body).run();
    let printed = String::from_utf8(same.stdout.clone()).unwrap();
    same.any_stdout()
        .stderr("kluis: note: unchanged\n")
        .exits(0);
    printed
}
