//! Reads `json`: one object of names and strings, or a list with a name and a value in each item. A number or a
//! boolean is imported as it is written; a null is left out.

use super::tree::{Node, Tree, check_depth};
use crate::import::entries::Location;
use crate::import::line_index::Lines;
use crate::json::{self, NoString, document, is_null, items, members};
use crate::plaintext::Plaintext;
use crate::vault::rule::RuleViolation;
use serde_json::value::RawValue;

/// The whole text as a tree.
pub fn tree(text: &[u8]) -> Result<Tree, RuleViolation> {
    let json = document(text).map_err(|wrong| not_json(&wrong))?;
    let places = Places::Lines(Lines::of(text));
    let place = places.of(json);
    let node = node(json, place, &places, 0)?;
    Ok(Tree { place, node })
}

/// The JSON in a value. All its parts have the value's place.
pub fn tree_in(value: &Plaintext, place: Location) -> Result<Tree, RuleViolation> {
    let json = document(value.expose()).map_err(|wrong| not_json(&wrong))?;
    tree_of(json, place)
}

/// A part of a document. All its parts have one place.
pub fn tree_of(json: &RawValue, place: Location) -> Result<Tree, RuleViolation> {
    let node = node(json, place, &Places::One(place), 0)?;
    Ok(Tree { place, node })
}

/// The error for text that is not JSON; it never quotes the text.
pub fn not_json(wrong: &json::NotJson) -> RuleViolation {
    let (line, column) = (wrong.line, wrong.column);
    let rule = format!("the input is not valid JSON at line {line}, column {column}");
    RuleViolation::new(rule, "json_invalid")
}

enum Places<'t> {
    Lines(Lines<'t>),
    One(Location),
}

impl Places<'_> {
    fn of(&self, part: &RawValue) -> Location {
        match self {
            Self::Lines(lines) => lines.line_of(part.get().as_bytes()),
            Self::One(place) => *place,
        }
    }
}

fn node(
    json: &RawValue,
    place: Location,
    places: &Places<'_>,
    depth: usize,
) -> Result<Node, RuleViolation> {
    match json.get().as_bytes().first() {
        Some(b'{') => {
            check_depth(place, depth)?;
            let given = members(json, usize::MAX).unwrap_or_default();
            // Exactly as large as needed: an export has a hundred thousand small objects.
            let mut members = Vec::with_capacity(given.len());
            for (name, given) in given {
                let place = places.of(name);
                let name = name_of(name, place)?;
                let node = node(given, place, places, depth + 1)?;
                members.push((name, Tree { place, node }));
            }
            Ok(Node::Mapping(members))
        }
        Some(b'[') => {
            check_depth(place, depth)?;
            let given = items(json, usize::MAX).unwrap_or_default();
            let mut items = Vec::with_capacity(given.len());
            for item in given {
                let place = places.of(item);
                let node = node(item, place, places, depth + 1)?;
                items.push(Tree { place, node });
            }
            Ok(Node::List(items))
        }
        _ if is_null(json) => Ok(Node::Null),
        _ => Ok(match json::string(json) {
            Ok(text) => Node::Text(text),
            Err(NoString::OtherType) => Node::Text(Plaintext::new(json.get().into())),
            Err(NoString::Surrogate) => {
                Node::Other("contains a broken \\u escape: half of a surrogate pair")
            }
        }),
    }
}

fn name_of(name: &RawValue, place: Location) -> Result<String, RuleViolation> {
    let name = json::string(name).map_err(|_| {
        let rule =
            format!("{place}: a name contains a broken \\u escape: half of a surrogate pair");
        RuleViolation::new(rule, "string_unicode")
    })?;
    Ok(String::from_utf8_lossy(name.expose()).into_owned())
}

#[cfg(test)]
mod tests {
    use crate::import::formats::nesting::Nesting;
    use crate::import::gathered::Entry;
    use crate::import::reading::read;
    use crate::import::{Format, Rules};
    use proptest::prelude::*;
    use std::collections::BTreeMap;

    fn read_all(input: &str) -> Result<Vec<Entry>, Vec<String>> {
        read_with(input, Nesting::Refused)
    }

    fn read_with(input: &str, nesting: Nesting) -> Result<Vec<Entry>, Vec<String>> {
        let rules = Rules {
            nesting,
            ..Rules::default()
        };
        read(Format::Json, input, rules).map(|gathered| gathered.entries)
    }

    fn told(input: &str) -> Vec<String> {
        read_all(input).err().unwrap()
    }

    #[test]
    fn an_object_of_texts_is_read_with_every_escape() {
        let entries = read_all(r#" {"A": "a\n\u00fc\ud83d\ude00\u0000", "b.c": " "} "#)
            .ok()
            .unwrap();
        assert_eq!(entries[0].name.as_str(), "A");
        let value = entries[0].value.as_ref().unwrap();
        assert_eq!(value.expose(), "a\nü😀\0".as_bytes());
        assert_eq!(entries[1].value.as_ref().unwrap().expose(), b" ");
    }

    #[test]
    fn other_types_are_reported_by_name_and_line() {
        let input = "{\"A\": 1,\n\"B\": true, \"C\": null,\n\n\"D\": [\"hunter2\"],\n\"E\": {\"hunter2\": 2},\n\"F\": \"\\ud800\"}";
        assert_eq!(
            told(input),
            [
                "line 4: D is a list, not a string",
                "line 5: E is an object, not a string; to join nested names with _, add --nested; to take one part, add --path",
                "line 6: F contains a broken \\u escape: half of a surrogate pair",
            ]
        );
    }

    #[test]
    fn numbers_and_booleans_are_imported_as_written_without_nulls() {
        let entries =
            read_all(r#"{"host":"db","port":5432,"rate":1.50e3,"debug":true,"none":null}"#);
        let value = |entry: Entry| {
            let value = entry.value?.expose().to_vec();
            Some(String::from_utf8(value).unwrap())
        };
        let values: Vec<_> = entries.ok().unwrap().into_iter().map(value).collect();
        let expected = ["db", "5432", "1.50e3", "true"].map(|text| Some(text.to_owned()));
        assert_eq!(values[..4], expected);
        assert_eq!(values[4..], [None]);
    }

    #[test]
    fn nested_names_are_joined_where_that_is_asked_for() {
        let input =
            "{\"A\": \"v\",\n\"DB\": {\"prod\": {\"user\": \"u\"},\n\"port\": \"1\"}, \"E\": {}}";
        let entries = read_with(input, Nesting::Joined).ok().unwrap();
        let names: Vec<_> = entries.iter().map(|entry| entry.name.as_str()).collect();
        assert_eq!(names, ["A", "DB_prod_user", "DB_port"]);
        for (input, told) in [
            (
                "{\"A\": {\"B\": \"v\"},\n\"A_B\": \"w\"}",
                "A_B is given twice, at line 1 and at line 2; --on-repeat last, first or number chooses",
            ),
            (
                "{\"A\": {\"B\": [\"hunter2\"]}}",
                "line 1: A.B is a list, not a string",
            ),
            (
                "{\"sops\": {\"mac\": \"hunter2\"}}",
                "line 1: sops belongs to a file that sops encrypted: import the output of `sops decrypt`",
            ),
        ] {
            assert_eq!(read_with(input, Nesting::Joined).err().unwrap(), [told]);
        }
        let deep = format!("{}1{}", "{\"A\":".repeat(40), "}".repeat(40));
        let told = read_with(&deep, Nesting::Joined).err().unwrap();
        assert!(
            told[0] == "line 1: the input is nested deeper than 32 levels",
            "{told:?}"
        );
    }

    #[test]
    fn a_repeated_name_is_reported_with_both_lines() {
        assert_eq!(
            told("{\n\"A\": \"1\",\n\"B\": \"2\",\n\"\\u0041\": \"1\"}"),
            [
                "A is given twice, at line 2 and at line 4; --on-repeat last, first or number chooses"
            ]
        );
    }

    #[test]
    fn input_that_is_no_object_is_refused_and_not_repeated() {
        for input in [
            "",
            "{",
            "[",
            "hunter2",
            "{\"A\": \"hunter2\" \"B\"}",
            "{\"A\": 01}",
        ] {
            assert!(told(input)[0].starts_with("the input is not valid JSON at line 1"));
        }
        for input in [
            "[\"hunter2\"]",
            "\"hunter2\"",
            "1",
            "[]",
            "[{\"name\": \"A\"}]",
        ] {
            assert_eq!(
                told(input),
                [
                    "line 1: the input must be an object of names and strings, or a list with a name and a value in each item"
                ]
            );
        }
        for input in ["{}", "null"] {
            assert_eq!(told(input), ["the input is empty"]);
        }
        let deep = format!("{{\"A\": {}{}}}", "[".repeat(100_000), "]".repeat(100_000));
        assert_eq!(
            told(&deep),
            ["line 1: the input is nested deeper than 32 levels"]
        );
    }

    fn texts(entries: Vec<Entry>) -> Vec<(String, String, Option<String>)> {
        let entries = entries.into_iter().map(|entry| {
            let value = entry.value.unwrap().expose().to_vec();
            let value = String::from_utf8(value).unwrap();
            (entry.name.to_string(), value, entry.origin)
        });
        entries.collect()
    }

    #[test]
    fn names_that_no_secret_can_have_are_adapted() {
        let input = r#"{"db":{"ok":"1","my pass":"2"},"x":{"y/z":"3", "-n:m": "4"}}"#;
        let read = texts(read_with(input, Nesting::Joined).ok().unwrap());
        let expected = [
            ("db_ok", "1", None),
            ("db_my_pass", "2", Some("db.my pass")),
            ("x_y.z", "3", Some("x.y/z")),
            ("x_n_m", "4", Some("x.-n:m")),
        ];
        for ((name, value, origin), expected) in read.iter().zip(expected) {
            assert_eq!((&**name, &**value, origin.as_deref()), expected);
        }
        let long = "hunter2".repeat(20);
        let told = told(&format!(
            r#"{{"a b":"1", "a/b": "2", "a:b": "3", "":"", "{long}": "v"}}"#
        ));
        assert_eq!(
            told[0],
            "a_b is given twice, at line 1 and at line 1; --on-repeat last, first or number chooses"
        );
        assert_eq!(told[1], "line 1: the name of a secret cannot be empty");
        assert!(told[2].starts_with("line 1: hunter2hunter2"), "{told:?}");
        assert!(told[2].ends_with("at most 128 characters"), "{told:?}");
    }

    #[test]
    fn a_list_of_names_and_values_is_read_and_the_rest_named() {
        let input = r#"[{"id": "1", "key": "DB", "value": "v", "note": ""}, {"key": "my key", "value": 5}]"#;
        let rules = Rules::default();
        let gathered = read(Format::Json, input, rules).ok().unwrap();
        let left: Vec<_> = gathered.left_out.iter().map(|left| &*left.why).collect();
        assert_eq!(left, ["id"]);
        let read = texts(gathered.entries);
        assert_eq!(read[0], ("DB".into(), "v".into(), None));
        assert_eq!(
            read[1],
            ("my_key".into(), "5".into(), Some("my key".into()))
        );
        let upper = r#"[{"Name": "A", "Value": "v"}]"#;
        assert_eq!(texts(read_all(upper).ok().unwrap())[0].0, "A");
        for (input, expected) in [
            (
                r#"{"env": [{"name": "A", "value": "hunter2"}]}"#,
                "line 1: env is a list, not a string; to import its names and values alone, add --path .env",
            ),
            (
                r#"[{"name": "A", "value": {"hunter2": 1}}]"#,
                "line 1: A is an object, not a string; to join nested names with _, add --nested; to take one part, add --path",
            ),
            (
                r#"[{"name": "A", "value": "v"}, {"name": "A", "value": "w"}]"#,
                "A is given twice, at line 1 and at line 1; --on-repeat last, first or number chooses",
            ),
        ] {
            assert_eq!(told(input), [expected]);
        }
        // Which one is the name?
        assert!(read_all(r#"[{"name": "A", "key": "B", "value": "v"}]"#).is_err());
    }

    #[test]
    fn a_manifest_of_kubernetes_is_no_object_of_names() {
        let input = r#"{"data": {"A": "dg=="}, "kind": "Secret", "apiVersion": "v1"}"#;
        for nesting in [Nesting::Refused, Nesting::Joined] {
            assert_eq!(
                read_with(input, nesting).err().unwrap(),
                ["this is a manifest of Kubernetes: use --format k8s, which decodes its values"]
            );
        }
    }

    proptest! {
        #[test]
        fn a_document_of_another_program_comes_back(
            given in prop::collection::btree_map("[A-Za-z0-9_+=@#$]{1,20}", "(?s).{1,40}", 1..9)
        ) {
            for text in [serde_json::to_string(&given), serde_json::to_string_pretty(&given)] {
                let entries = read_all(&text.unwrap()).ok().unwrap();
                let read = entries.into_iter().map(|entry| {
                    let value = entry.value.unwrap().expose().to_vec();
                    (entry.name.to_string(), String::from_utf8(value).unwrap())
                });
                prop_assert_eq!(read.collect::<BTreeMap<_, _>>(), given.clone());
            }
        }
    }
}
