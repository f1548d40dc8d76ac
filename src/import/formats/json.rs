//! Reads `json`: one object of names and strings. A number or a boolean is imported as it is written; a null is
//! left out.

use super::nesting::{self, Nesting};
use crate::import::entries::{Entries, MAX_ENTRIES};
use crate::import::line_index::Lines;
use crate::import::text::unmarked;
use crate::json::{self, NoString, document, is_null, members};
use crate::plaintext::Plaintext;
use crate::vault::rule::RuleViolation;
use serde_json::value::RawValue;

pub fn read(input: &Plaintext, nesting: Nesting, into: &mut Entries) -> Result<(), RuleViolation> {
    let bytes = unmarked(input);
    let json = document(bytes).map_err(|wrong| not_json(&wrong))?;
    if members(json, 0).is_none() {
        let rule = "the input must be one JSON object of names and strings";
        return Err(RuleViolation::new(rule, "dict_type"));
    }
    let mut reader = Reader {
        nesting,
        lines: Lines::of(bytes),
        into,
    };
    reader.object(&[], json, 0)
}

/// The mistake for text that is not JSON; it never quotes the text.
pub fn not_json(wrong: &json::NotJson) -> RuleViolation {
    let (line, column) = (wrong.line, wrong.column);
    let rule = format!("the input is not valid JSON at line {line}, column {column}");
    RuleViolation::new(rule, "json_invalid")
}

struct Reader<'t, 'e> {
    nesting: Nesting,
    lines: Lines<'t>,
    into: &'e mut Entries,
}

impl Reader<'_, '_> {
    /// Reads the members of an object named `above`.
    fn object(&mut self, above: &[u8], json: &RawValue, depth: usize) -> Result<(), RuleViolation> {
        for (name, given) in members(json, MAX_ENTRIES + 1).unwrap_or_default() {
            let place = self.lines.line_of(name.get().as_bytes());
            let Ok(name) = json::string(name) else {
                let rule = "a name contains a broken \\u escape: half of a surrogate pair";
                self.into.refuse(place, rule, "string_unicode");
                continue;
            };
            let name = nesting::below(above, name.expose());
            match json::string(given) {
                Ok(value) => self.into.push(place, &name, value)?,
                Err(NoString::OtherType) if members(given, 0).is_some() => {
                    match self.nesting.enter(&name, "an object", depth) {
                        Ok(()) => self.object(&name, given, depth + 1)?,
                        Err(rule) => self.into.refuse_value(place, &name, &rule),
                    }
                }
                Err(NoString::OtherType) if is_null(given) => {
                    self.into.push(place, &name, None)?;
                }
                Err(NoString::OtherType) if given.get().starts_with('[') => {
                    let rule = "is a list, not a string";
                    self.into.refuse_value(place, &name, rule);
                }
                Err(NoString::OtherType) => {
                    let written = Plaintext::new(given.get().into());
                    self.into.push(place, &name, written)?;
                }
                Err(NoString::Surrogate) => {
                    let rule = "contains a broken \\u escape: half of a surrogate pair";
                    self.into.refuse_value(place, &name, rule);
                }
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::import::entries::Entry;
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
                "line 5: E is an object, not a string; to join nested names with _, add --nested",
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
                "line 1: A_B is a list, not a string",
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
            told[0].ends_with("is an object, nested too deep"),
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
        for input in ["[\"hunter2\"]", "\"hunter2\"", "1", "null"] {
            assert_eq!(
                told(input),
                ["the input must be one JSON object of names and strings"]
            );
        }
        assert_eq!(told("{}"), ["the input is empty"]);
        let deep = format!("{{\"A\": {}{}}}", "[".repeat(100_000), "]".repeat(100_000));
        assert_eq!(told(&deep), ["line 1: A is a list, not a string"]);
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
