//! Tests what `--input` accepts, and the place it names when it refuses.

use super::*;
use crate::vault::value::MAX_VALUE_BYTES;
use proptest::prelude::*;
use serde_json::{Value, json};

fn parse(text: impl Into<Vec<u8>>) -> Result<Input, Vec<Detail>> {
    Input::parse(&Plaintext::new(text.into()))
}

/// Every mistake as JSON, without its text.
fn mistakes(text: impl Into<Vec<u8>>) -> Value {
    let details = parse(text).err().unwrap();
    let details = details
        .iter()
        .map(|detail| json!([detail.loc, detail.kind]));
    details.collect()
}

fn bytes(value: Option<Plaintext>) -> Option<Vec<u8>> {
    value.map(|value| value.expose().to_vec())
}

fn slots(input: Input) -> Vec<(u64, Vec<u8>)> {
    let slots = input.slots.into_iter();
    slots
        .map(|(slot, value)| (slot, value.expose().to_vec()))
        .collect()
}

#[test]
fn a_wix_create_body_is_accepted_unchanged() {
    let input = parse(
        r#"{
  "secret": {
    "name": "secret_key",
    "description": "AWS secret access key",
    "value": "Fm8OfflH6bJOwWjenqAtLurLbkiMNvmhQHZV+118"
  }
}"#,
    );
    let input = input.unwrap();
    assert_eq!(input.name.unwrap().as_str(), "secret_key");
    assert_eq!(input.description.unwrap().as_str(), "AWS secret access key");
    assert_eq!(
        bytes(input.value).unwrap(),
        b"Fm8OfflH6bJOwWjenqAtLurLbkiMNvmhQHZV+118"
    );
    assert!(input.env_key.is_none() && input.allowed_domains.is_none());
    assert!(input.slots.is_empty());
}

#[test]
fn a_wix_update_body_is_accepted_unchanged() {
    let input = parse(
        r#"{ "secret": { "name": "updated_secret_key", "description": "AWS secret access key", "value": "44aSQCljxL9FLvTVA.9dKbpwueYoQ8isyQhvun19pOT9gHEdgxam39LJ0Ts70" } }"#,
    );
    let input = input.unwrap();
    assert_eq!(input.name.unwrap().as_str(), "updated_secret_key");
    assert_eq!(
        bytes(input.value).unwrap(),
        b"44aSQCljxL9FLvTVA.9dKbpwueYoQ8isyQhvun19pOT9gHEdgxam39LJ0Ts70"
    );
}

#[test]
fn a_gcore_body_is_accepted_with_its_slots_in_order() {
    let input = parse(
        r#"{"name": "token-secret", "comment": "Updated description", "secret_slots": [
                {"slot": 1704067200, "value": "P@ssw0rd123!"}, {"value": "original_password", "slot": 0}]}"#,
    );
    let input = input.unwrap();
    assert_eq!(input.name.as_ref().unwrap().as_str(), "token-secret");
    assert_eq!(
        input.description.as_ref().unwrap().as_str(),
        "Updated description"
    );
    let expected = [
        (0, b"original_password".to_vec()),
        (1_704_067_200, b"P@ssw0rd123!".to_vec()),
    ];
    assert_eq!(slots(input), expected);
}

#[test]
fn a_nairi_body_is_accepted_unchanged() {
    let input = parse(
        r#"{
        "value": "postgresql://new-connection...",
        "allowed_domains": ["*.newdomain.com"]
      }"#,
    );
    let input = input.unwrap();
    assert_eq!(
        bytes(input.value).unwrap(),
        b"postgresql://new-connection..."
    );
    let domains = input.allowed_domains.unwrap();
    assert_eq!(domains.iter().collect::<Vec<_>>(), ["*.newdomain.com"]);
}

#[test]
fn an_empty_body_and_nulls_give_nothing() {
    for body in [
        "{}",
        " {\n} ",
        r#"{"secret": {}}"#,
        r#"{"description": null, "value": null}"#,
        r#"{"name":null,"comment":null,"env_key":null,"allowed_domains":null,"secret_slots":null}"#,
    ] {
        let input = parse(body).unwrap();
        assert!(input.name.is_none() && input.description.is_none());
        assert!(input.env_key.is_none() && input.allowed_domains.is_none());
        assert!(input.value.is_none() && input.slots.is_empty());
    }
    let input = parse(r#"{"description": "a", "comment": null, "env_key": "K"}"#).unwrap();
    assert_eq!(input.description.unwrap().as_str(), "a");
    assert_eq!(input.env_key.unwrap().as_str(), "K");
    let cleared = parse(r#"{"description": "", "allowed_domains": []}"#).unwrap();
    assert_eq!(cleared.description.unwrap().as_str(), "");
    assert!(cleared.allowed_domains.unwrap().is_empty());
}

#[test]
fn every_mistake_in_the_whole_has_its_place_and_kind() {
    for (text, expected) in [
        ("", json!([[[], "json_invalid"]])),
        ("{", json!([[[], "json_invalid"]])),
        ("{} x", json!([[[], "json_invalid"]])),
        ("{\"value\": 'x'}", json!([[[], "json_invalid"]])),
        ("[]", json!([[[], "dict_type"]])),
        ("null", json!([[[], "dict_type"]])),
        ("\"secret\"", json!([[[], "dict_type"]])),
        (r#"{"secret": null}"#, json!([[["secret"], "dict_type"]])),
        (r#"{"secret": ["x"]}"#, json!([[["secret"], "dict_type"]])),
        (
            r#"{"secret": {"secret": {}}}"#,
            json!([[["secret", "secret"], "extra_forbidden"]]),
        ),
        (
            r#"{"secret": {}, "name": "a"}"#,
            json!([[["name"], "extra_forbidden"]]),
        ),
        (
            r#"{"secret": {}, "secret": {}}"#,
            json!([[["secret"], "duplicate"]]),
        ),
    ] {
        assert_eq!(mistakes(text), expected, "{text}");
    }
}

#[test]
fn every_mistake_in_a_field_has_its_place_and_kind() {
    let long = "x".repeat(MAX_VALUE_BYTES + 1);
    for (text, expected) in [
        (r#"{"name": 1}"#, json!([[["name"], "string_type"]])),
        (
            r#"{"secret": {"name": 1}}"#,
            json!([[["secret", "name"], "string_type"]]),
        ),
        (r#"{"name": ""}"#, json!([[["name"], "string_too_short"]])),
        (
            r#"{"name": "a b"}"#,
            json!([[["name"], "string_pattern_mismatch"]]),
        ),
        (
            r#"{"description": ["a"]}"#,
            json!([[["description"], "string_type"]]),
        ),
        (
            r#"{"description": "\u0000"}"#,
            json!([[["description"], "string_pattern_mismatch"]]),
        ),
        (r#"{"comment": {}}"#, json!([[["comment"], "string_type"]])),
        (
            r#"{"comment": "a", "description": "a"}"#,
            json!([[["comment"], "value_error"]]),
        ),
        (
            r#"{"env_key": "1A"}"#,
            json!([[["env_key"], "string_pattern_mismatch"]]),
        ),
        (r#"{"value": 1}"#, json!([[["value"], "string_type"]])),
        (r#"{"value": ""}"#, json!([[["value"], "string_too_short"]])),
        (
            &format!("{{\"value\": \"{long}\"}}"),
            json!([[["value"], "string_too_long"]]),
        ),
        (
            r#"{"value": "\ud800"}"#,
            json!([[["value"], "string_unicode"]]),
        ),
        (
            r#"{"value": "a", "value": "a"}"#,
            json!([[["value"], "duplicate"]]),
        ),
        (
            r#"{"value": "a", "\u0076alue": "b"}"#,
            json!([[["value"], "duplicate"]]),
        ),
        (
            r#"{"value": null, "value": "b"}"#,
            json!([[["value"], "duplicate"]]),
        ),
        (
            r#"{"value": "a", "secret_slots": []}"#,
            json!([[["secret_slots"], "value_error"]]),
        ),
        (
            r#"{"allowed_domains": "a.example"}"#,
            json!([[["allowed_domains"], "list_type"]]),
        ),
        (
            r#"{"allowed_domains": ["a.example", 1, "*", "b.example", "*.com"]}"#,
            json!([
                [["allowed_domains", 1], "string_type"],
                [["allowed_domains", 2], "string_pattern_mismatch"],
                [["allowed_domains", 4], "string_pattern_mismatch"],
            ]),
        ),
        (
            r#"{"app_count": 1}"#,
            json!([[["app_count"], "extra_forbidden"]]),
        ),
        (r#"{"Value": "a"}"#, json!([[["Value"], "extra_forbidden"]])),
        (r#"{"two words": "a"}"#, json!([[[], "extra_forbidden"]])),
        (r#"{"": "a"}"#, json!([[[], "extra_forbidden"]])),
        (
            r#"{"secret": {"\ud800": "a"}}"#,
            json!([[["secret"], "extra_forbidden"]]),
        ),
        (
            r#"{"secret_slots": {}}"#,
            json!([[["secret_slots"], "list_type"]]),
        ),
        (
            r#"{"secret_slots": [1]}"#,
            json!([[["secret_slots", 0], "dict_type"]]),
        ),
        (
            r#"{"secret_slots": [null]}"#,
            json!([[["secret_slots", 0], "dict_type"]]),
        ),
    ] {
        assert_eq!(mistakes(text), expected, "{text:.60}");
    }
}

#[test]
fn every_mistake_in_a_slot_has_its_place_and_kind() {
    for (item, expected) in [
        ("{}", json!([[["slot"], "missing"], [["value"], "missing"]])),
        (r#"{"value": "a"}"#, json!([[["slot"], "missing"]])),
        (r#"{"slot": 1}"#, json!([[["value"], "missing"]])),
        (
            r#"{"slot": 1, "value": null}"#,
            json!([[["value"], "string_type"]]),
        ),
        (
            r#"{"slot": 1, "value": ""}"#,
            json!([[["value"], "string_too_short"]]),
        ),
        (
            r#"{"slot": null, "value": "a"}"#,
            json!([[["slot"], "int_type"]]),
        ),
        (
            r#"{"slot": 1.0, "value": "a"}"#,
            json!([[["slot"], "int_type"]]),
        ),
        (
            r#"{"slot": 1e3, "value": "a"}"#,
            json!([[["slot"], "int_type"]]),
        ),
        (
            r#"{"slot": "5", "value": "a"}"#,
            json!([[["slot"], "int_type"]]),
        ),
        (
            r#"{"slot": true, "value": "a"}"#,
            json!([[["slot"], "int_type"]]),
        ),
        (
            r#"{"slot": [5], "value": "a"}"#,
            json!([[["slot"], "int_type"]]),
        ),
        (
            r#"{"slot": -1, "value": "a"}"#,
            json!([[["slot"], "greater_than_equal"]]),
        ),
        (
            r#"{"slot": -1.5, "value": "a"}"#,
            json!([[["slot"], "int_type"]]),
        ),
        (
            r#"{"slot": 18446744073709551616, "value": "a"}"#,
            json!([[["slot"], "less_than_equal"]]),
        ),
        (
            r#"{"slot": 1, "slot": 2, "value": "a"}"#,
            json!([[["slot"], "duplicate"]]),
        ),
        (
            r#"{"slot": 7, "value": "a"}"#,
            json!([[["slot"], "duplicate"]]),
        ),
        (
            r#"{"slot": 1, "value": "a", "checksum": "5e"}"#,
            json!([[["checksum"], "extra_forbidden"]]),
        ),
        (
            r#"{"slot": 1, "value": "a", "name": "a"}"#,
            json!([[["name"], "extra_forbidden"]]),
        ),
    ] {
        let text = format!(r#"{{"secret_slots": [{{"slot": 7, "value": "v"}}, {item}]}}"#);
        let mut expected = expected;
        for mistake in expected.as_array_mut().unwrap() {
            let field = mistake[0][0].take();
            mistake[0] = json!(["secret_slots", 1, field]);
        }
        assert_eq!(mistakes(text), expected, "{item}");
    }
    let greatest = r#"{"secret_slots": [{"slot": 18446744073709551615, "value": "a"}]}"#;
    assert_eq!(slots(parse(greatest).unwrap())[0].0, u64::MAX);
}

#[test]
fn all_mistakes_are_reported_at_once() {
    let text = r#"{"secret": {"name": "", "env_key": 5, "value": "", "app_count": 3,
            "allowed_domains": ["https://api.example.com"], "secret_slots": [{"slot": -1}, 2]}}"#;
    let expected = json!([
        [["secret", "app_count"], "extra_forbidden"],
        [["secret", "secret_slots"], "value_error"],
        [["secret", "name"], "string_too_short"],
        [["secret", "env_key"], "string_type"],
        [["secret", "allowed_domains", 0], "string_pattern_mismatch"],
        [["secret", "value"], "string_too_short"],
        [["secret", "secret_slots", 0, "value"], "missing"],
        [["secret", "secret_slots", 0, "slot"], "greater_than_equal"],
        [["secret", "secret_slots", 1], "dict_type"],
    ]);
    assert_eq!(mistakes(text), expected);
}

#[test]
fn a_list_has_at_most_a_hundred_items() {
    let slots = |count| {
        let items = (0..count).map(|slot| json!({"slot": slot, "value": "a"}));
        json!({"secret_slots": items.collect::<Value>()}).to_string()
    };
    assert_eq!(parse(slots(100)).unwrap().slots.len(), 100);
    let details = parse(slots(101)).err().unwrap();
    assert_eq!(details[0].kind, "too_long");
    assert!(
        details[0].msg.contains("kluis vault prune NAME"),
        "{}",
        details[0].msg
    );
    assert_eq!(details.len(), 1);
    let domains = |count| json!({"allowed_domains": vec!["a.example"; count]}).to_string();
    assert!(parse(domains(100)).is_ok());
    assert_eq!(
        mistakes(domains(101)),
        json!([[["allowed_domains"], "too_long"]])
    );
}

#[test]
fn a_field_that_is_only_answered_is_called_read_only() {
    for field in READ_ONLY_FIELDS {
        let details = parse(format!(r#"{{"{field}": 1}}"#)).err().unwrap();
        assert_eq!(
            details[0].msg,
            format!("\"{field}\" is read-only: leave it out")
        );
    }
    let details = parse(r#"{"vlaue": 1}"#).err().unwrap();
    assert!(details[0].msg.starts_with("\"vlaue\" is not a field here"));
}

#[test]
fn a_value_in_the_wrong_place_is_in_no_message() {
    const CANARY: &str = "correct-horse battery:staple";
    for text in [
        CANARY.to_owned(),
        format!("\"{CANARY}\""),
        format!("{{\"{CANARY}\": 1}}"),
        format!("{{\"secret\": {{\"{CANARY}\": 1}}, \"{CANARY}\": 2}}"),
        format!("{{\"secret\": \"{CANARY}\"}}"),
        format!("{{\"value\": {CANARY}}}"),
        format!("{{\"value\": [\"{CANARY}\"]}}"),
        format!("{{\"value\": \"{CANARY}\", \"value\": \"{CANARY}\"}}"),
        format!("{{\"value\": \"{CANARY}\\ud800\"}}"),
        format!("{{\"value\": \"{CANARY}"),
        format!("{{\"value\": \"{CANARY}\", \"secret_slots\": [\"{CANARY}\"]}}"),
        format!("{{\"name\": \"{CANARY}\"}}"),
        format!("{{\"name\": \"{CANARY}{}\"}}", "x".repeat(128)),
        format!("{{\"env_key\": \"{CANARY}\"}}"),
        format!("{{\"description\": \"{CANARY}\\u0000\"}}"),
        format!("{{\"description\": [\"{CANARY}\"]}}"),
        format!("{{\"allowed_domains\": [\"{CANARY}\"]}}"),
        format!("{{\"allowed_domains\": \"{CANARY}\"}}"),
        format!("{{\"secret_slots\": [{{\"slot\": \"{CANARY}\", \"{CANARY}\": 1}}]}}"),
        format!("{{\"secret_slots\": {{\"{CANARY}\": 1}}}}"),
    ] {
        let error = vault_error(parse(text.as_str()).err().unwrap());
        assert!(!error.contains("horse"), "{text}: {error}");
    }
    // It looks like a field's name, except for its length.
    let key = "x".repeat(MAX_SHOWN_CHARACTERS + 1);
    let error = vault_error(parse(format!("{{\"{key}\": 1}}")).err().unwrap());
    assert!(!error.contains(&key), "{error}");
}

/// Everything that is printed for people and programs.
fn vault_error(details: Vec<Detail>) -> String {
    let told = serde_json::to_string(&details).unwrap();
    told + &crate::vault::Error::Invalid(details).to_string()
}

#[test]
fn deep_or_large_input_is_refused_safely() {
    let depth = 1_000_000;
    let deep = "[".repeat(depth) + &"]".repeat(depth);
    assert_eq!(mistakes(deep.as_str()), json!([[[], "dict_type"]]));
    let deep = format!(r#"{{"name": {deep}, "x": {deep}}}"#);
    let expected = json!([[["x"], "extra_forbidden"], [["name"], "string_type"]]);
    assert_eq!(mistakes(deep), expected);
    assert_eq!(mistakes("[".repeat(depth)), json!([[[], "json_invalid"]]));
    let deep = r#"{"secret":"#.repeat(depth) + "1" + &"}".repeat(depth);
    let expected = json!([[["secret", "secret"], "extra_forbidden"]]);
    assert_eq!(mistakes(deep), expected);
    let wide = format!("{{{}\"x\": 1}}", "\"a\": 1,".repeat(depth));
    assert_eq!(mistakes(wide).as_array().unwrap().len(), MAX_PARTS);

    let escaped = "\\u0001".repeat(MAX_VALUE_BYTES);
    let slot = |slot| format!(r#"{{"slot": {slot}, "value": "{escaped}"}}"#);
    let items: Vec<String> = (0..MAX_SLOTS).map(slot).collect();
    let mut largest = format!(r#"{{"secret_slots": [{}]}}"#, items.join(",")).into_bytes();
    largest.resize(MAX_INPUT_BYTES, b' ');
    let slots = parse(largest.as_slice()).unwrap().slots;
    assert!(
        slots
            .iter()
            .all(|(_, value)| value.len() == MAX_VALUE_BYTES)
    );
    largest.push(b' ');
    assert_eq!(mistakes(largest), json!([[[], "too_long"]]));
}

proptest! {
    #[test]
    fn any_value_comes_through(value in any::<String>(), slot in any::<u64>()) {
        prop_assume!(!value.is_empty());
        let whole = json!({ "value": &value }).to_string();
        prop_assert_eq!(bytes(parse(whole).unwrap().value).unwrap(), value.as_bytes());
        let item = serde_json::to_string_pretty(&json!({"secret": {"secret_slots": [{"slot": slot, "value": &value}]}}));
        prop_assert_eq!(slots(parse(item.unwrap()).unwrap()), [(slot, value.into_bytes())]);
    }

    #[test]
    fn no_text_panics(text in r#"[{}\[\],:"a1 \\-]{0,40}|\{"(name|value|secret|secret_slots)": ?.{0,20}\}"#) {
        if let Err(details) = parse(text) {
            prop_assert!(!details.is_empty());
        }
    }
}
