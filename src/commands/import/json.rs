//! `json`: one object of names and texts. Anything but a text is told by name, not guessed.

use super::entries::{Entries, MAX_ENTRIES, Place};
use super::format::unmarked;
use crate::commands::input::raw_json::{self, NoString, document, members};
use crate::plaintext::Plaintext;
use crate::vault::rule::Broken;
use serde_json::value::RawValue;

pub fn read(input: &Plaintext, into: &mut Entries) -> Result<(), Broken> {
    let bytes = unmarked(input);
    let json = document(bytes).map_err(|wrong| {
        let (line, column) = (wrong.line, wrong.column);
        let rule = format!("the input is not JSON: see line {line}, column {column}");
        Broken::new(rule, "json_invalid")
    })?;
    let members = members(json, MAX_ENTRIES + 1).ok_or_else(|| {
        let rule = "the input is not one object of names and texts";
        Broken::new(rule, "dict_type")
    })?;
    let mut line = Line::before(bytes);
    for (name, given) in members {
        let place = line.of(name);
        let Ok(name) = raw_json::string(name) else {
            let rule = "a name has half of a surrogate pair in it";
            into.refuse(place, rule, "string_unicode");
            continue;
        };
        match raw_json::string(given) {
            Ok(value) => into.push(place, name.expose(), value)?,
            Err(NoString::OtherType) => {
                into.refuse_value(place, name.expose(), other_type(given));
            }
            Err(NoString::Surrogate) => {
                let rule = "has half of a surrogate pair in it";
                into.refuse_value(place, name.expose(), rule);
            }
        }
    }
    Ok(())
}

/// What a value is that is no string.
fn other_type(json: &RawValue) -> &'static str {
    match json.get().as_bytes().first() {
        Some(b'n') => "is null, not a string",
        Some(b't' | b'f') => "is a boolean, not a string: put it in quotes",
        Some(b'[') => "is a list, not a string",
        Some(b'{') => "is an object, not a string",
        _ => "is a number, not a string: put it in quotes",
    }
}

/// Finds lines from the first to the last, looking at each byte once.
struct Line<'t> {
    text: &'t [u8],
    at: usize,
    breaks: usize,
}

impl<'t> Line<'t> {
    fn before(text: &'t [u8]) -> Self {
        Self {
            text,
            at: 0,
            breaks: 0,
        }
    }

    /// Where a part of the text stands that comes after the last one.
    fn of(&mut self, part: &RawValue) -> Place {
        let start = self.text.as_ptr().addr();
        let at = part.get().as_ptr().addr().saturating_sub(start);
        let at = at.clamp(self.at, self.text.len());
        let passed = &self.text[self.at..at];
        self.breaks += memchr::memchr_iter(b'\n', passed).count();
        self.at = at;
        Place::Line(self.breaks + 1)
    }
}

#[cfg(test)]
mod tests {
    use super::super::entries::{Empty, Entry};
    use super::super::format::Format;
    use crate::plaintext::Plaintext;
    use proptest::prelude::*;
    use std::collections::BTreeMap;

    fn read_all(input: &str) -> Result<Vec<Entry>, Vec<String>> {
        let read = Format::Json.read(&Plaintext::new(input.into()), Empty::Refused);
        read.map_err(|details| details.into_iter().map(|detail| detail.msg).collect())
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
    fn other_types_are_told_by_name_and_line() {
        let input = "{\"A\": 1,\n\"B\": true, \"C\": null,\n\n\"D\": [\"hunter2\"],\n\"E\": {\"hunter2\": 2},\n\"F\": \"\\ud800\"}";
        assert_eq!(
            told(input),
            [
                "line 1: A is a number, not a string: put it in quotes",
                "line 2: B is a boolean, not a string: put it in quotes",
                "line 2: C is null, not a string",
                "line 4: D is a list, not a string",
                "line 5: E is an object, not a string",
                "line 6: F has half of a surrogate pair in it",
            ]
        );
    }

    #[test]
    fn a_name_that_is_there_twice_is_told_with_both_lines() {
        assert_eq!(
            told("{\n\"A\": \"1\",\n\"B\": \"2\",\n\"\\u0041\": \"1\"}"),
            ["A is there twice, at line 2 and at line 4"]
        );
    }

    #[test]
    fn what_is_no_object_is_refused_and_not_repeated() {
        for input in [
            "",
            "{",
            "[",
            "hunter2",
            "{\"A\": \"hunter2\" \"B\"}",
            "{\"A\": 01}",
        ] {
            assert!(told(input)[0].starts_with("the input is not JSON: see line 1"));
        }
        for input in ["[\"hunter2\"]", "\"hunter2\"", "1", "null"] {
            assert_eq!(
                told(input),
                ["the input is not one object of names and texts"]
            );
        }
        assert_eq!(told("{}"), ["there is nothing in the input"]);
        let deep = format!("{{\"A\": {}{}}}", "[".repeat(100_000), "]".repeat(100_000));
        assert_eq!(told(&deep), ["line 1: A is a list, not a string"]);
    }

    proptest! {
        #[test]
        fn what_another_program_wrote_comes_back(
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
