//! `--input`: a secret as one JSON object, for `create`, `set` and `update`.

use crate::sandbox::{Invocation, Outcome, Sandbox};
use crate::screen::Screen;
use serde_json::{Value, json};
use std::path::Path;
use std::time::{Duration, Instant};

/// 2100-01-01, which has not begun.
const FUTURE: u64 = 4_102_444_800;

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

/// It is refused for these fields, each with its kind of mistake.
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
fn one_object_holds_all_that_options_say() {
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
fn a_file_that_cannot_be_read_is_not_named_and_nothing_is_written() {
    let sandbox = Sandbox::with_vault();
    let before = sandbox.bytes();
    // Somebody may have taken the option for one that takes the object itself.
    for path in [r#"{"value": "hunter2"}"#, "/hunter2", "/"] {
        let create = sandbox.kluis(["create", "name", "--input", path]).run();
        assert!(!create.stderr.contains("hunter2"), "{}", create.stderr);
        create
            .stderr_has("the file named by --input could not be read")
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
            .stderr_has("the argument and the input give two different names")
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
fn options_for_what_the_object_holds_do_not_stand_beside_it() {
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

/// No service has fields for these.
#[test]
fn when_a_value_should_be_replaced_is_said_beside_it() {
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
    // Each by a way of its own.
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
fn every_mistake_is_told_at_once_to_people_and_to_programs() {
    let sandbox = Sandbox::with_vault();
    sandbox.create("name", sandbox.secret("old"));
    let before = sandbox.bytes();
    let object = json!({"secret": {
        "name": sandbox.secret("in the name"),
        "description": 5,
        "app_count": 1,
        "allowed_domains": ["api.example.com", format!("https://{}.example", sandbox.secret("host"))],
        "secret_slots": [
            {"slot": -1, "value": sandbox.secret("negative")},
            {"slot": sandbox.secret("number"), "value": ""},
            {"value": sandbox.secret("nowhere")},
        ],
    }});
    let expected = json!([
        [["secret", "app_count"], "extra_forbidden"],
        [["secret", "description"], "string_type"],
        [["secret", "name"], "string_pattern_mismatch"],
        [["secret", "allowed_domains", 1], "string_pattern_mismatch"],
        [["secret", "secret_slots", 0, "slot"], "greater_than_equal"],
        [["secret", "secret_slots", 1, "slot"], "int_type"],
        [["secret", "secret_slots", 1, "value"], "string_too_short"],
        [["secret", "secret_slots", 2, "slot"], "missing"],
    ]);
    for line in [&["create"][..], &["set"], &["update", "name"]] {
        let programs = piped(&sandbox, &[line, &["--json"]].concat(), &object).run();
        for detail in programs.json_error()["detail"].as_array().unwrap() {
            assert!(detail["msg"].is_string(), "{detail}");
        }
        refused(programs, &expected);
        let people = piped(&sandbox, line, &object).run();
        for place in [
            "secret.app_count: ",
            "secret.name: ",
            "secret.description: ",
            "secret.allowed_domains[1]: ",
            "secret.secret_slots[0].slot: a slot is 0 or greater",
            "secret.secret_slots[1].slot: a slot is a whole number, without quotes",
            "secret.secret_slots[1].value: ",
            "secret.secret_slots[2].slot: a slot has a slot and a value",
        ] {
            assert!(people.stderr.contains(place), "{place}: {}", people.stderr);
        }
        people.any_stderr().exits(7);
        assert_eq!(sandbox.bytes(), before, "{line:?}");
    }
}

#[test]
fn one_mistake_keeps_everything_else_out() {
    let sandbox = Sandbox::with_vault();
    let old = sandbox.secret("old");
    sandbox.create("name", &old);
    let before = sandbox.bytes();
    let slot = |slot: Value| json!({"slot": slot, "value": sandbox.secret("slot")});
    for (field, wrong, mistake) in [
        ("name", json!(""), "string_too_short"),
        ("name", json!("n".repeat(129)), "string_too_long"),
        ("name", json!(["name"]), "string_type"),
        ("comment", json!("c".repeat(1_025)), "string_too_long"),
        ("comment", json!({}), "string_type"),
        ("env_key", json!("1"), "string_pattern_mismatch"),
        ("allowed_domains", json!("a.example.com"), "list_type"),
        ("value", json!(""), "string_too_short"),
        ("value", json!("v".repeat(65_537)), "string_too_long"),
        ("value", json!(12345), "string_type"),
        ("value", json!(true), "string_type"),
        ("value", json!({"from": "stdin"}), "string_type"),
        ("secret_slots", json!({"0": "v"}), "list_type"),
        (
            "secret_slots",
            (0..101).map(|number| slot(json!(number))).collect(),
            "too_long",
        ),
        (
            "created_at",
            json!("2024-01-15T09:30:00Z"),
            "extra_forbidden",
        ),
        ("slots", json!([]), "extra_forbidden"),
        (
            "vlaue",
            json!(sandbox.secret("mistyped")),
            "extra_forbidden",
        ),
        ("Value", json!(sandbox.secret("capital")), "extra_forbidden"),
    ] {
        for verb in [["create", "new"], ["set", "name"], ["update", "name"]] {
            let mut object = json!({"description": "new", "env_key": "NEW"});
            if field == "comment" {
                object = json!({"env_key": "NEW"});
            }
            object[field] = wrong.clone();
            let line = [&verb[..], &["--json"]].concat();
            let outcome = piped(&sandbox, &line, &object).run();
            refused(outcome, &json!([[[field], mistake]]));
            assert_eq!(sandbox.bytes(), before, "{verb:?} {field}");
        }
    }
    assert_eq!(sandbox.get("name"), old.as_bytes());
}

#[test]
fn what_is_no_single_object_is_refused_by_its_place_and_never_quoted() {
    let sandbox = Sandbox::with_vault();
    let before = sandbox.bytes();
    let value = sandbox.secret("value");
    for (text, mistake, place) in [
        (String::new(), "json_invalid", json!([])),
        (value.clone(), "json_invalid", json!([])),
        (format!("{{\"value\": {value}}}"), "json_invalid", json!([])),
        (format!("{{\"value\": \"{value}"), "json_invalid", json!([])),
        (format!("{{}} \"{value}\""), "json_invalid", json!([])),
        ("{\"value\": \"\u{0}\"}".into(), "json_invalid", json!([])),
        (format!("\"{value}\""), "dict_type", json!([])),
        (
            format!("[{{\"value\": \"{value}\"}}]"),
            "dict_type",
            json!([]),
        ),
        (
            format!("{{\"secret\": \"{value}\"}}"),
            "dict_type",
            json!(["secret"]),
        ),
        (
            format!("{{\"value\": \"{value}\", \"value\": \"v\"}}"),
            "duplicate",
            json!(["value"]),
        ),
        (
            format!("{{\"secret\": {{}}, \"value\": \"{value}\"}}"),
            "extra_forbidden",
            json!(["value"]),
        ),
    ] {
        let create = ["create", "name", "--json", "--input", "-"];
        let outcome = sandbox.kluis(create).stdin(text).run();
        refused(outcome, &json!([[place, mistake]]));
    }
    assert_eq!(sandbox.bytes(), before);
}

#[test]
fn null_is_as_if_nothing_were_there() {
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
    // What is empty is there, and clears; an item of a list is there whatever it is.
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
fn comment_is_another_word_for_description_and_not_a_second_one() {
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
fn a_value_replaces_the_effective_one_and_listed_slots_join_the_others() {
    let sandbox = Sandbox::with_vault();
    let [zero, five, later, new, added] =
        ["zero", "five", "later", "new", "added"].map(|label| sandbox.secret(label));
    let object = json!({"name": "name", "secret_slots": [
        {"slot": FUTURE, "value": later},
        {"slot": 5, "value": five},
        {"slot": 0, "value": zero},
    ]});
    let made = written(&sandbox, &["create"], &object);
    assert_eq!(slots(&made), [0, 5, FUTURE]);
    for (position, effective) in [false, true, false].into_iter().enumerate() {
        assert_eq!(made["slots"][position]["effective"], effective);
    }

    written(&sandbox, &["update", "name"], &json!({ "value": new }));
    assert_eq!(sandbox.get("name"), new.as_bytes());
    for verb in ["update", "set"] {
        let more =
            json!({"secret_slots": [{"slot": 7, "value": added}, {"slot": 0, "value": zero}]});
        written(&sandbox, &[verb, "name"], &more);
        assert_eq!(slots(&shown(&sandbox, "name")), [0, 5, 7, FUTURE]);
        for (slot, value) in [(0, &zero), (5, &new), (7, &added), (FUTURE, &later)] {
            assert_eq!(slot_value(&sandbox, "name", slot), value.as_bytes());
        }
    }
    assert_eq!(sandbox.get("name"), added.as_bytes());
    // An empty list lists nothing.
    let bytes = sandbox.bytes();
    let none = piped(&sandbox, &["update", "name"], &json!({"secret_slots": []}));
    none.run().stderr("kluis: note: unchanged\n").exits(0);
    assert_eq!(sandbox.bytes(), bytes);
}

#[test]
fn with_replace_slots_that_are_not_listed_go_and_other_fields_stay() {
    let sandbox = Sandbox::with_vault();
    let [zero, five, seven] = ["zero", "five", "seven"].map(|label| sandbox.secret(label));
    let create = json!({"name": "name", "comment": "kept", "env_key": "KEPT", "secret_slots": [
        {"slot": 0, "value": zero}, {"slot": 5, "value": five},
    ]});
    let made = written(&sandbox, &["create"], &create);
    let listed = json!({"secret_slots": [{"slot": 5, "value": five}, {"slot": 7, "value": seven}]});
    for verb in ["update", "set"] {
        let done = written(&sandbox, &[verb, "name", "--replace"], &listed);
        assert_eq!(slots(&done), [5, 7], "{verb}");
        for member in ["id", "description", "env_key", "created_at"] {
            assert_eq!(done[member], made[member], "{verb}");
        }
    }
    let bytes = sandbox.bytes();
    let again = piped(&sandbox, &["update", "name", "--replace"], &listed);
    again.run().stderr("kluis: note: unchanged\n").exits(0);
    for object in [
        json!({}),
        json!({"secret_slots": []}),
        json!({"comment": "c"}),
    ] {
        let none = piped(&sandbox, &["update", "name", "--replace"], &object).run();
        none.any_stderr().exits(6);
    }
    assert_eq!(sandbox.bytes(), bytes);
    // A value for no slot in particular is effective since ever.
    written(
        &sandbox,
        &["update", "name", "--replace"],
        &json!({ "value": zero }),
    );
    assert_eq!(slots(&shown(&sandbox, "name")), [0]);
    assert_eq!(sandbox.get("name"), zero.as_bytes());
}

#[test]
fn a_slot_is_a_whole_number_given_once_with_a_value() {
    let sandbox = Sandbox::with_vault();
    let old = sandbox.secret("old");
    sandbox.create("name", &old);
    let before = sandbox.bytes();
    let value = sandbox.secret("slot");
    for (item, field, mistake) in [
        (json!({"value": value}), "slot", "missing"),
        (json!({"slot": 5}), "value", "missing"),
        (
            json!({"slot": -1, "value": value}),
            "slot",
            "greater_than_equal",
        ),
        (json!({"slot": "5", "value": value}), "slot", "int_type"),
        (json!({"slot": 5.5, "value": value}), "slot", "int_type"),
        (json!({"slot": null, "value": value}), "slot", "int_type"),
        (
            json!({"slot": "2027-01-01T00:00:00Z", "value": value}),
            "slot",
            "int_type",
        ),
        (json!({"slot": 3, "value": value}), "slot", "duplicate"),
        (json!({"slot": 5, "value": ""}), "value", "string_too_short"),
        (
            json!({"slot": 5, "value": value, "checksum": "5e88"}),
            "checksum",
            "extra_forbidden",
        ),
    ] {
        let object = json!({"secret_slots": [{"slot": 3, "value": value}, item]});
        for line in [
            &["create", "new"][..],
            &["update", "name"],
            &["set", "name", "--replace"],
        ] {
            let line = [line, &["--json"]].concat();
            let place = json!(["secret_slots", 1, field]);
            refused(
                piped(&sandbox, &line, &object).run(),
                &json!([[place, mistake]]),
            );
            assert_eq!(sandbox.bytes(), before, "{line:?} {mistake}");
        }
    }
    let both = json!({"value": value, "secret_slots": [{"slot": 3, "value": value}]});
    refused(
        piped(&sandbox, &["update", "name", "--json"], &both).run(),
        &json!([[["secret_slots"], "value_error"]]),
    );
    let dropped = ["update", "name", "--remove-slot", "0", "--remove-slot", "3"];
    let object = json!({"secret_slots": [{"slot": 3, "value": value}]});
    let dropped = piped(&sandbox, &dropped, &object).run();
    dropped
        .stderr_has("one slot cannot be given and dropped at once")
        .exits(2);
    assert_eq!(sandbox.bytes(), before);
    // Another one may be dropped in the same write.
    written(&sandbox, &["update", "name", "--remove-slot", "0"], &object);
    assert_eq!(slots(&shown(&sandbox, "name")), [3]);
    assert_eq!(sandbox.get("name"), value.as_bytes());
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

#[test]
fn an_endless_object_ends_quickly_and_a_large_one_comes_through() {
    let sandbox = Sandbox::with_vault();
    let before = sandbox.bytes();
    let started = Instant::now();
    let file = sandbox.kluis(["create", "name", "--json", "--input", "/dev/zero"]);
    refused(file.run(), &json!([[[], "too_long"]]));
    let endless = sandbox.kluis(["create", "name", "--json", "--input", "-"]);
    let endless = endless.prepared("exec < /dev/zero").run();
    refused(endless, &json!([[[], "too_long"]]));
    let sparse = sandbox.given("sparse", "");
    let file = std::fs::File::create(&sparse).unwrap();
    file.set_len(1 << 40).unwrap();
    let line = ["create", "name", "--json", "--input"];
    let line = line.iter().map(Path::new).chain([&*sparse]);
    refused(sandbox.kluis(line).run(), &json!([[[], "too_long"]]));
    let deep = "{\"secret\":".repeat(200_000);
    let deep = sandbox
        .kluis(["create", "name", "--json", "--input", "-"])
        .stdin(deep);
    refused(deep.run(), &json!([[[], "json_invalid"]]));
    assert!(started.elapsed() < Duration::from_secs(20));
    assert_eq!(sandbox.bytes(), before);

    let value = |slot: u64| format!("{slot:03}").repeat(5_000);
    let slots: Value = (0..100)
        .map(|slot| json!({"slot": slot, "value": value(slot)}))
        .collect();
    let object = json!({"name": "name", "secret_slots": slots});
    piped(&sandbox, &["create"], &object)
        .run()
        .any_stdout()
        .exits(0);
    for slot in [0, 57, 99] {
        assert_eq!(slot_value(&sandbox, "name", slot), value(slot).as_bytes());
    }
}
