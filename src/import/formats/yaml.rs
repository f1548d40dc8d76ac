//! Reads `yaml`: one mapping of names and strings. A number, a boolean or a date is imported as it is written;
//! a null is left out.
//!
//! A value is moved out of the parser, which leaves behind only what its own buffers held while they grew.

use super::nesting::{self, Nesting};
use crate::import::entries::{Entries, Location};
use crate::import::text::{line_at, text};
use crate::plaintext::Plaintext;
use crate::vault::rule::RuleViolation;
use saphyr_parser::{Event, Parser, ScalarStyle, StrInput};

pub fn read(input: &Plaintext, nesting: Nesting, into: &mut Entries) -> Result<(), RuleViolation> {
    let text = text(input)?;
    check_printable(text)?;
    let mut events = Events(Parser::new_from_str(text));
    loop {
        match events.next()? {
            (_, Event::StreamStart | Event::DocumentStart(_) | Event::Nothing) => {}
            (_, Event::MappingStart(..)) => break,
            (_, Event::StreamEnd) => return Ok(()),
            (_, Event::Scalar(text, ScalarStyle::Plain, ..)) if text.is_empty() => return Ok(()),
            (place, _) => {
                let rule = format!("{place}: the input must be one mapping of names and strings");
                return Err(RuleViolation::new(rule, "dict_type"));
            }
        }
    }
    if mapping(&mut events, nesting, into)? == Rest::Unread {
        return Ok(());
    }
    loop {
        match events.next()? {
            (_, Event::DocumentEnd | Event::Nothing) => {}
            (_, Event::StreamEnd) => return Ok(()),
            (place, _) => {
                let rule = format!("{place}: a second document begins, but an import takes one");
                return Err(RuleViolation::new(rule, "value_error"));
            }
        }
    }
}

/// Whether to read on after a mapping.
#[derive(PartialEq, Eq)]
enum Rest {
    Read,
    Unread,
}

/// Reads a mapping that has begun, and the mappings in it.
fn mapping(
    events: &mut Events<'_>,
    nesting: Nesting,
    into: &mut Entries,
) -> Result<Rest, RuleViolation> {
    // The names of the open mappings within the outermost one.
    let mut above: Vec<Vec<u8>> = Vec::new();
    loop {
        let (place, name) = events.next()?;
        if name == Event::MappingEnd {
            if above.pop().is_none() {
                return Ok(Rest::Read);
            }
            continue;
        }
        let name = match node(name) {
            Node::Text(name) => {
                nesting::below(above.last().map_or(&[], |name| name), name.expose())
            }
            Node::Other(what) | Node::List(what) | Node::Mapping(what) => {
                let rule = format!("{place}: {what} cannot be a name");
                return Err(RuleViolation::new(rule, "string_type"));
            }
        };
        let (_, value) = events.next()?;
        if is_null(&value) {
            into.push(place, &name, None)?;
            continue;
        }
        match node(value) {
            Node::Text(value) => into.push(place, &name, value)?,
            Node::Other(what) => {
                into.refuse_value(place, &name, &format!("is {what}, not a string"));
            }
            Node::Mapping(what) => match nesting.enter(&name, what, above.len()) {
                Ok(()) => above.push(name),
                Err(rule) => {
                    // Skip its content, however deep.
                    into.refuse_value(place, &name, &rule);
                    return Ok(Rest::Unread);
                }
            },
            Node::List(what) => {
                into.refuse_value(place, &name, &format!("is {what}, not a string"));
                return Ok(Rest::Unread);
            }
        }
    }
}

/// A name or a value.
enum Node {
    Text(Plaintext),
    /// A scalar that is no text.
    Other(&'static str),
    Mapping(&'static str),
    List(&'static str),
}

fn node(event: Event<'_>) -> Node {
    let (text, tag) = match event {
        Event::Scalar(text, _, _, tag) => (text, tag),
        Event::Alias(_) => return Node::Other("an alias"),
        Event::SequenceStart(..) => return Node::List("a list"),
        _ => return Node::Mapping("a mapping"),
    };
    let text = Plaintext::new(text.into_owned().into_bytes());
    match tag {
        Some(tag) if tag.is_yaml_core_schema() && tag.suffix == "str" => Node::Text(text),
        Some(_) => Node::Other("tagged as something else than !!str"),
        None => Node::Text(text),
    }
}

fn is_null(event: &Event<'_>) -> bool {
    let Event::Scalar(text, ScalarStyle::Plain, _, None) = event else {
        return false;
    };
    matches!(&**text, "~" | "null" | "Null" | "NULL")
}

struct Events<'t>(Parser<'t, StrInput<'t>>);

impl<'t> Events<'t> {
    fn next(&mut self) -> Result<(Location, Event<'t>), RuleViolation> {
        match self.0.next_event() {
            Some(Ok((event, span))) => Ok((Location::Line(span.start.line()), event)),
            Some(Err(error)) => {
                // The parser's message quotes the text.
                let (line, column) = (error.marker().line(), error.marker().col() + 1);
                let rule = format!("the input is not valid YAML at line {line}, column {column}");
                Err(RuleViolation::new(rule, "yaml_invalid"))
            }
            None => Ok((Location::Line(0), Event::StreamEnd)),
        }
    }
}

/// YAML allows control characters only as escapes in quotes; the parser does not check. Characters that
/// separate lines in YAML 1.1 but not in 1.2 are ambiguous, and refused too.
fn check_printable(text: &str) -> Result<(), RuleViolation> {
    let is_plain = |letter: char| matches!(letter, '\t' | '\n' | '\r') || !letter.is_control();
    let is_wrong = |letter| !is_plain(letter) || matches!(letter, '\u{2028}' | '\u{2029}');
    let Some(at) = text.find(is_wrong) else {
        return Ok(());
    };
    let place = line_at(text.as_bytes(), at);
    let rule = format!("{place}: the input contains a control character, which YAML needs escaped");
    Err(RuleViolation::new(rule, "value_error"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::import::entries::Empty;
    use crate::import::reading::{pairs_or_empty, read};
    use crate::import::{Format, Rules};
    use proptest::prelude::*;
    use std::collections::BTreeMap;

    fn read_all(input: &str) -> Result<Vec<(String, String)>, Vec<String>> {
        read_with(input, Nesting::Refused)
    }

    fn read_with(input: &str, nesting: Nesting) -> Result<Vec<(String, String)>, Vec<String>> {
        let rules = Rules {
            empty: Empty::Skipped,
            nesting,
            ..Rules::default()
        };
        read(Format::Yaml, input, rules).map(pairs_or_empty)
    }

    fn told(input: &str) -> Vec<String> {
        read_all(input).unwrap_err()
    }

    #[test]
    fn texts_are_read_however_they_are_written() {
        let input = "%YAML 1.2\n--- # c\nA: plain text # c\n'B': 'it''s'\n\"C\": \"a\\nb\\u00fc\"\nD: |\n  one\n  two\nE: >-\n  one\n  two\nF: !!str 12\nG: &g anchored\nH: a\n  b\nx.y-z: 10.0.0.1\nI: ''\nJ:\n...\n";
        let pairs = [
            ("A", "plain text"),
            ("B", "it's"),
            ("C", "a\nbü"),
            ("D", "one\ntwo\n"),
            ("E", "one two"),
            ("F", "12"),
            ("G", "anchored"),
            ("H", "a b"),
            ("x.y-z", "10.0.0.1"),
            ("I", ""),
            ("J", ""),
        ];
        let pairs = pairs.map(|(name, value)| (name.to_owned(), value.to_owned()));
        assert_eq!(read_all(input).unwrap(), pairs);
        let flow = read_all("{A: one, \"B\": 'two'}").unwrap();
        assert_eq!(flow[1], ("B".to_owned(), "two".to_owned()));
    }

    #[test]
    fn scalars_are_imported_as_they_are_written() {
        let input = "host: db\nport: 5432\ndebug: true\nNO: 0x1F\n12a: 1_000.50\nday: 2024-01-31\nnone: null\nnil: ~\ntext: \"null\"\n";
        let pairs = [
            ("host", "db"),
            ("port", "5432"),
            ("debug", "true"),
            ("NO", "0x1F"),
            ("12a", "1_000.50"),
            ("day", "2024-01-31"),
            ("none", ""),
            ("nil", ""),
            ("text", "null"),
        ];
        let pairs = pairs.map(|(name, value)| (name.to_owned(), value.to_owned()));
        assert_eq!(read_all(input).unwrap(), pairs);
        let gathered = read(Format::Yaml, "A: ~\n", Rules::default()).unwrap();
        assert!(gathered.entries[0].value.is_none());
    }

    #[test]
    fn an_alias_and_another_tag_are_no_string() {
        assert_eq!(
            told("E: !!binary aHVudGVyMg==\nF: &f v\nG: *f\n"),
            [
                "line 1: E is tagged as something else than !!str, not a string",
                "line 3: G is an alias, not a string",
            ]
        );
        assert_eq!(
            told("a: &f v\n*f : hunter2"),
            ["line 2: an alias cannot be a name"]
        );
    }

    #[test]
    fn nested_values_are_reported_by_name_at_any_depth() {
        assert_eq!(
            told("A: 1\nB:\n  hunter2: v\n")[0],
            "line 2: B is a mapping, not a string; to join nested names with _, add --nested"
        );
        assert_eq!(told("A: [hunter2]"), ["line 1: A is a list, not a string"]);
        assert_eq!(
            told("? [hunter2]\n: v"),
            ["line 1: a list cannot be a name"]
        );
        let deep = "- ".repeat(1_000_000);
        assert_eq!(
            told(&format!("A:\n  {deep}")),
            ["line 1: A is a list, not a string"]
        );
    }

    #[test]
    fn nested_names_are_joined_where_that_is_asked_for() {
        let joined = |input| read_with(input, Nesting::Joined);
        let input = "A: v\nDB:\n  prod:\n    user: u\n    pass: p\n  port: '1'\nE: {}\nB: w\n";
        let pairs = [
            ("A", "v"),
            ("DB_prod_user", "u"),
            ("DB_prod_pass", "p"),
            ("DB_port", "1"),
            ("B", "w"),
        ];
        let pairs = pairs.map(|(name, value)| (name.to_owned(), value.to_owned()));
        assert_eq!(joined(input).unwrap(), pairs);
        for (input, told) in [
            (
                "A:\n  B: v\nA_B: w\n",
                "A_B is given twice, at line 2 and at line 3; --on-repeat last, first or number chooses",
            ),
            (
                "A:\n  B: [hunter2]\n",
                "line 2: A_B is a list, not a string",
            ),
            (
                "A: v\nsops:\n  mac: hunter2\n",
                "line 2: sops belongs to a file that sops encrypted: import the output of `sops decrypt`",
            ),
        ] {
            assert_eq!(joined(input).unwrap_err(), [told]);
        }
        let deep: Vec<_> = (0..40).map(|n| " ".repeat(n) + "A:\n").collect();
        assert!(joined(&deep.concat()).unwrap_err()[0].ends_with("is a mapping, nested too deep"));
    }

    #[test]
    fn a_repeated_name_is_reported_with_both_lines() {
        assert_eq!(
            told("A: v\nB: |\n  one\n  two\n\"A\": v\n"),
            [
                "A is given twice, at line 1 and at line 5; --on-repeat last, first or number chooses"
            ]
        );
    }

    #[test]
    fn input_that_is_no_mapping_is_refused_and_not_repeated() {
        for (input, expected) in [
            (
                "hunter2",
                "line 1: the input must be one mapping of names and strings",
            ),
            (
                "\n- hunter2",
                "line 2: the input must be one mapping of names and strings",
            ),
            (
                "A: v\n---\nB: v",
                "line 2: a second document begins, but an import takes one",
            ),
            ("", "the input is empty"),
            ("---\n", "the input is empty"),
            ("{}", "the input is empty"),
            (
                "A: \"v\u{1b}\"",
                "line 1: the input contains a control character, which YAML needs escaped",
            ),
        ] {
            assert_eq!(told(input), [expected], "{input:?}");
        }
        for input in [
            "A: \"hunter2",
            "A: v\n  B: hunter2",
            "A: v\nhunter2\nB: v",
            "{A: hunter2",
            "A: *hunter2",
            "A: @hunter2",
            "A: v\nB: `hunter2",
        ] {
            let told = told(input).pop().unwrap();
            assert!(
                told.starts_with("the input is not valid YAML at line "),
                "{input:?}: {told}"
            );
            assert!(!told.contains("hunter2"), "{told}");
        }
    }

    proptest! {
        #[test]
        fn json_is_yaml_too(
            given in prop::collection::btree_map("[A-Za-z0-9_+=@#$]{1,20}", r"(?s)[^\x7f-\x9f\u2028\u2029]{1,40}", 1..9)
        ) {
            for text in [serde_json::to_string(&given), serde_json::to_string_pretty(&given)] {
                let read = read_all(&text.unwrap()).unwrap();
                prop_assert_eq!(BTreeMap::from_iter(read), given.clone());
            }
        }

        #[test]
        fn no_input_panics(
            parts in prop::collection::vec(prop::sample::select(vec![
                "A", ":", ": ", "- ", "? ", "'", "\"", "\\", "\n", "\r", " ", "\t", "#", "[", "]", "{", "}", ",", "|", ">",
                "&a", "*a", "!", "!!str ", "%", "---", "...", "ü", "\u{feff}", "\u{2028}", "<<", "@", "`", "~",
            ]), 0..24)
        ) {
            let _ = read_all(&parts.concat());
            let _ = read_all(&format!("A: {}", parts.concat()));
        }
    }
}
