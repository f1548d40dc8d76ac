//! Tests `--input`: a secret as one JSON object, for `create`, `set` and `update`.

mod mistakes;
mod slots;

use crate::sandbox::{Invocation, Outcome, Sandbox};
use crate::screen::Screen;
use serde_json::{Value, json};

/// A line that reads `object` from stdin.
fn piped<'s>(sandbox: &'s Sandbox, line: &[&str], object: &Value) -> Invocation<'s> {
    let line = line.iter().chain(&["--input", "-"]);
    sandbox.kluis(line).stdin(object.to_string())
}

/// Runs it, and gives the `show` object that it prints.
fn written(sandbox: &Sandbox, line: &[&str], object: &Value) -> Value {
    let done = piped(sandbox, &[line, &["--json"]].concat(), object).run();
    let printed = done.json();
    done.any_stdout().exits(0);
    printed
}

fn shown(sandbox: &Sandbox, name: &str) -> Value {
    let shown = sandbox.kluis(["show", name, "--json"]).run();
    let object = shown.json();
    shown.any_stdout().exits(0);
    object
}

fn slots(object: &Value) -> Vec<u64> {
    let slots = object["slots"].as_array().unwrap().iter();
    slots.map(|slot| slot["slot"].as_u64().unwrap()).collect()
}

fn slot_value(sandbox: &Sandbox, name: &str, slot: u64) -> Vec<u8> {
    let get = ["get", name, "--slot", &slot.to_string()];
    let got = sandbox.kluis(get).run();
    let value = got.stdout.clone();
    got.any_stdout().exits(0);
    value
}

/// Checks that it is refused for these fields, each with its kind of mistake.
#[track_caller]
fn refused(outcome: Outcome, expected: &Value) {
    let error = outcome.json_error();
    assert_eq!(error["code"], "invalid", "{error}");
    let details = error["detail"].as_array().unwrap().iter();
    let found: Value = details
        .map(|detail| json!([detail["loc"], detail["type"]]))
        .collect();
    assert_eq!(&found, expected, "{error}");
    outcome.any_stderr().exits(7);
}

#[test]
fn one_object_can_express_all_options() {
    let sandbox = Sandbox::with_vault();
    let value = sandbox.secret("value");
    let object = json!({
        "name": "api_key",
        "description": "for the shop",
        "value": value,
        "env_key": "SHOP_KEY",
        "allowed_domains": ["*.Example.com", "api.example.org", "*.example.com"],
    });
    let made = piped(&sandbox, &["create"], &object).run();
    let id = String::from_utf8(made.stdout.clone()).unwrap();
    made.any_stdout().exits(0);
    let after = shown(&sandbox, "api_key");
    assert_eq!(format!("{}\n", after["id"].as_str().unwrap()), id);
    assert_eq!(after["description"], "for the shop");
    assert_eq!(after["env_key"], "SHOP_KEY");
    let domains = json!(["*.example.com", "api.example.org"]);
    assert_eq!(after["allowed_domains"], domains);
    assert_eq!(slots(&after), [0]);
    let get = ["get", "api_key", "--for", "api.example.org"];
    sandbox.kluis(get).run().stdout(&value).exits(0);

    // The same by options: nothing differs.
    let bytes = sandbox.bytes();
    let options = [
        "--description",
        "for the shop",
        "--env-key",
        "SHOP_KEY",
        "--allow-domain",
        "api.example.org",
        "--allow-domain",
        "*.example.com",
    ];
    let set = ["set", "api_key"].iter().chain(&options);
    let same = sandbox.kluis(set).stdin(value).run();
    same.stdout(id).stderr("kluis: note: unchanged\n").exits(0);
    assert_eq!(sandbox.bytes(), bytes);
}

#[test]
fn it_comes_from_a_file_too_and_then_stdin_is_left_alone() {
    let sandbox = Sandbox::with_vault();
    for (line, label) in [
        (&["create"][..], "created"),
        (&["set"], "set"),
        (&["update", "name"], "updated"),
    ] {
        let value = sandbox.secret(label);
        let object = json!({"name": "name", "value": value}).to_string();
        let file = sandbox.given("object", object);
        let line = [line, &["--input", file.to_str().unwrap()]].concat();
        let done = sandbox.kluis(line).stdin("not this").run();
        done.any_stdout().exits(0);
        assert_eq!(sandbox.get("name"), value.as_bytes());
    }
}

#[test]
fn an_unreadable_file_is_not_named_and_nothing_is_written() {
    let sandbox = Sandbox::with_vault();
    let before = sandbox.bytes();
    // You may have meant that the option takes the object itself.
    for path in [r#"{"value": "hunter2"}"#, "/hunter2", "/"] {
        let create = sandbox.kluis(["create", "name", "--input", path]).run();
        assert!(!create.stderr.contains("hunter2"), "{}", create.stderr);
        create
            .stderr_has("cannot read the file of --input")
            .exits(1);
    }
    assert_eq!(sandbox.bytes(), before);
}

#[test]
fn a_name_stands_in_the_object_or_beside_it_and_two_are_one() {
    let sandbox = Sandbox::with_vault();
    let value = sandbox.secret("value");
    for verb in ["create", "set"] {
        let name = format!("{verb}_name");
        let both = json!({"name": name, "value": value});
        let before = sandbox.bytes();
        let other = piped(&sandbox, &[verb, "other"], &both).run();
        other
            .stderr_has("the argument and the input name two different secrets")
            .exits(2);
        refused(
            piped(&sandbox, &[verb, "--json"], &json!({"value": value})).run(),
            &json!([[["name"], "missing"]]),
        );
        assert_eq!(sandbox.bytes(), before);
        let same = written(&sandbox, &[verb, &name], &both);
        assert_eq!(same["name"], *name);
        let beside = written(
            &sandbox,
            &[verb, &format!("{name}2")],
            &json!({"value": value}),
        );
        assert_eq!(beside["name"], format!("{name}2"));
    }
}

/// As an argument such a name could be a mistyped value; in the object it cannot.
#[test]
fn a_name_with_an_equals_sign_needs_no_option_in_the_object() {
    let sandbox = Sandbox::with_vault();
    let value = sandbox.secret("value");
    written(
        &sandbox,
        &["create"],
        &json!({"name": "a=b", "value": value}),
    );
    let get = ["get", "a=b", "--literal-name"];
    sandbox.kluis(get).run().stdout(value).exits(0);
}

#[test]
fn an_update_takes_the_objects_name_for_a_new_one() {
    let sandbox = Sandbox::with_vault();
    let value = sandbox.secret("value");
    let id = sandbox.create("old", &value);
    sandbox.create("taken", sandbox.secret("other"));
    let before = sandbox.bytes();
    let onto = json!({"name": "taken", "description": "d"});
    let taken = piped(&sandbox, &["update", "old"], &onto).run();
    taken.stderr_has("there is already a secret taken").exits(6);
    assert_eq!(sandbox.bytes(), before);
    let update = written(&sandbox, &["update", &id], &json!({"name": "new"}));
    assert_eq!(
        (&update["id"], &update["name"]),
        (&id.into(), &"new".into())
    );
    assert_eq!(sandbox.get("new"), value.as_bytes());
    sandbox.kluis(["get", "old"]).run().any_stderr().exits(3);
}

#[test]
fn options_for_fields_of_the_object_conflict_with_it() {
    let sandbox = Sandbox::with_vault();
    sandbox.create("name", sandbox.secret("old"));
    let before = sandbox.bytes();
    let object = json!({"value": sandbox.secret("new")});
    let for_all = [
        &["--description", "d"][..],
        &["--comment", "d"],
        &["--env-key", "K"],
        &["--allow-domain", "a.example.com"],
        &["--slot", "5"],
        &["--value-file", "-"],
        &["--generate", "8"],
        &["--raw"],
    ];
    let for_update = [&["--value"][..], &["--name", "new"], &["--no-allow-domain"]];
    let create = for_all.map(|options| ("create", options)).into_iter();
    let set = for_all.map(|options| ("set", options)).into_iter();
    let update = for_all.into_iter().chain(for_update);
    let lines = create
        .chain(set)
        .chain([("set", for_update[2])])
        .chain(update.map(|options| ("update", options)));
    for (verb, options) in lines {
        let line = [&[verb, "name"], options].concat();
        let both = piped(&sandbox, &line, &object).run();
        both.stderr_has("cannot be used with").exits(2);
        assert_eq!(sandbox.bytes(), before, "{line:?}");
    }
}

/// Services have no fields for these.
#[test]
fn rotation_options_can_stand_beside_the_object() {
    let sandbox = Sandbox::with_vault();
    let object = json!({"name": "name", "value": sandbox.secret("value")});
    let create = [
        "create",
        "--rotate-every",
        "90d",
        "--expires",
        "2100-01-01T00:00:00Z",
    ];
    piped(&sandbox, &create, &object)
        .run()
        .any_stdout()
        .exits(0);
    let bytes = sandbox.bytes();
    let update = ["update", "name", "--rotate-every", "90d"];
    let same = piped(&sandbox, &update, &object).run();
    same.stderr("kluis: note: unchanged\n").exits(0);
    assert_eq!(sandbox.bytes(), bytes);
    let update = ["update", "name", "--rotate-every", "30d", "--no-expires"];
    piped(&sandbox, &update, &object).run().exits(0);
    assert_ne!(sandbox.bytes(), bytes);
}

#[test]
fn a_passphrase_and_an_object_do_not_fit_through_one_stdin() {
    let (sandbox, passphrase) = Sandbox::with_passphrase();
    let before = sandbox.bytes();
    let object = json!({"name": "name", "value": sandbox.secret("value")});
    for line in [&["create"][..], &["set"], &["update", "name"]] {
        let unlock = [line, &["--passphrase-file", "-"]].concat();
        let both = piped(&sandbox, &unlock, &object).run();
        both.stderr_has("the passphrase and the input cannot both come from stdin")
            .exits(2);
        let variable = piped(&sandbox, line, &object).env("KLUIS_PASSPHRASE_FILE", "-");
        variable.run().any_stderr().exits(2);
    }
    assert_eq!(sandbox.bytes(), before);
    // Each from a different source.
    let create = piped(&sandbox, &["create"], &object).env("KLUIS_PASSPHRASE_FILE", &passphrase);
    create.run().any_stdout().exits(0);
    let file = sandbox.given("object", json!({"description": "d"}).to_string());
    let update = ["update", "name", "--passphrase-file", "-", "--input"];
    let update = sandbox.kluis(update.iter().chain(&[file.to_str().unwrap()]));
    update.stdin_file(passphrase).run().exits(0);
}

#[test]
fn an_object_with_a_value_in_it_is_not_typed_at_a_terminal() {
    let sandbox = Sandbox::with_vault();
    for line in [&["create"][..], &["set", "name"], &["update", "name"]] {
        let line = line.iter().chain(&["--input", "-"]);
        let mut screen = Screen::start(sandbox.kluis(line).command_at_terminal(), 100);
        let (said, code) = screen.ends();
        assert_eq!(code, 2, "{said}");
        assert!(said.contains("would show the value"), "{said}");
    }
}

#[test]
fn null_counts_as_absent() {
    let sandbox = Sandbox::with_vault();
    let value = sandbox.secret("value");
    let object = json!({
        "name": "name",
        "description": null,
        "comment": "kept",
        "value": value,
        "env_key": null,
        "allowed_domains": null,
        "secret_slots": null,
    });
    let made = written(&sandbox, &["create"], &object);
    assert_eq!(
        (&made["description"], &made["env_key"]),
        (&"kept".into(), &"NAME".into())
    );
    let bytes = sandbox.bytes();
    let nothing =
        json!({"secret": {"name": null, "comment": null, "value": null, "secret_slots": null}});
    let same = piped(&sandbox, &["update", "name"], &nothing).run();
    same.stderr("kluis: note: unchanged\n").exits(0);
    assert_eq!(sandbox.bytes(), bytes);
    // An empty field counts as given and clears the field; an item of a list always counts as given.
    written(
        &sandbox,
        &["update", "name"],
        &json!({"allowed_domains": ["a.example.com"]}),
    );
    let empty = json!({"description": "", "allowed_domains": []});
    let cleared = written(&sandbox, &["update", "name"], &empty);
    assert_eq!(
        (&cleared["description"], &cleared["allowed_domains"]),
        (&"".into(), &json!([]))
    );
    let item = json!({"secret_slots": [{"slot": 0, "value": null}]});
    refused(
        piped(&sandbox, &["update", "name", "--json"], &item).run(),
        &json!([[["secret_slots", 0, "value"], "string_type"]]),
    );
    assert_eq!(sandbox.get("name"), value.as_bytes());
}

#[test]
fn comment_is_an_alias_of_description_and_both_conflict() {
    let sandbox = Sandbox::with_vault();
    let object = json!({"name": "name", "comment": "c", "value": sandbox.secret("value")});
    assert_eq!(written(&sandbox, &["set"], &object)["description"], "c");
    let before = sandbox.bytes();
    let both = json!({"comment": "one", "description": "other"});
    refused(
        piped(&sandbox, &["update", "name", "--json"], &both).run(),
        &json!([[["comment"], "value_error"]]),
    );
    assert_eq!(sandbox.bytes(), before);
}

#[test]
fn any_text_is_a_value_to_its_last_character() {
    let sandbox = Sandbox::with_vault();
    sandbox.create("name", "old");
    for text in [
        " outer spaces \t",
        "a line\n",
        "\r\n",
        "\0\u{1b}[2J\u{7f}",
        "\"quoted\" \\ $HOME `id` 'x'",
        "é 金庫 🔐 \u{202e}",
        "{\"value\": \"nested\"}",
    ] {
        let object = json!({ "value": text });
        written(&sandbox, &["update", "name"], &object);
        assert_eq!(sandbox.get("name"), text.as_bytes(), "{text:?}");
    }
    let escaped = r#"{"\u0076alue": "\u00e9\ud83d\udd10\/\b"}"#;
    let update = ["update", "name", "--input", "-"];
    sandbox.kluis(update).stdin(escaped).run().exits(0);
    assert_eq!(sandbox.get("name"), "é🔐/\u{8}".as_bytes());
    for length in [1, 65_536] {
        let longest = "v".repeat(length);
        written(&sandbox, &["update", "name"], &json!({ "value": longest }));
        assert_eq!(sandbox.get("name"), longest.as_bytes());
    }
}

#[test]
fn a_new_secret_needs_a_value_and_an_update_needs_nothing() {
    let sandbox = Sandbox::with_vault();
    let before = sandbox.bytes();
    for object in [
        json!({}),
        json!({"value": null}),
        json!({"secret_slots": []}),
    ] {
        for verb in ["create", "set"] {
            let line = [verb, "name", "--json"];
            let none = piped(&sandbox, &line, &object).run();
            refused(none, &json!([[["value"], "missing"]]));
        }
    }
    assert_eq!(sandbox.bytes(), before);
    let value = sandbox.secret("value");
    sandbox.create("name", &value);
    let before = sandbox.bytes();
    for verb in ["set", "update"] {
        let same = piped(&sandbox, &[verb, "name"], &json!({})).run();
        same.any_stdout()
            .stderr("kluis: note: unchanged\n")
            .exits(0);
    }
    assert_eq!(sandbox.bytes(), before);
    assert_eq!(sandbox.get("name"), value.as_bytes());
}
