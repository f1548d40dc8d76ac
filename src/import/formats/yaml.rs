//! Reads `yaml`: one mapping of names and strings, or a list with a name and a value in each item. A number, a
//! boolean or a date is imported as it is written; a null is left out; an alias is followed.
//!
//! A value is moved out of the parser, which leaves behind only the old buffers that it outgrew.

use super::tree::{Node, Tree, check_depth};
use crate::import::entries::Location;
use crate::import::text::{line_at, text};
use crate::plaintext::Plaintext;
use crate::vault::rule::RuleViolation;
use saphyr_parser::{Event, Parser, ScalarStyle, StrInput};
use std::borrow::Cow;
use std::collections::HashMap;

/// The greatest size that an input may have without aliases.
const MAX_COPIED_BYTES: usize = 48 << 20;

/// The one document of the input; `None` if the input is empty.
pub fn document(input: &Plaintext) -> Result<Option<Tree>, RuleViolation> {
    let mut documents = documents(input)?.into_iter();
    let first = documents.next();
    if let Some(Tree { place, .. }) = documents.next() {
        let rule = format!("{place}: a second document begins, but an import takes one");
        return Err(RuleViolation::new(rule, "value_error"));
    }
    Ok(first)
}

/// Every document of the input.
pub fn documents(input: &Plaintext) -> Result<Vec<Tree>, RuleViolation> {
    let text = text(input)?;
    check_printable(text)?;
    let mut reader = Reader {
        events: Events::of(text),
        anchors: HashMap::new(),
        copied_bytes: 0,
    };
    let mut documents = Vec::new();
    loop {
        match reader.events.next()? {
            (_, Event::StreamStart | Event::DocumentEnd | Event::Nothing) => {}
            (_, Event::DocumentStart(_)) => reader.anchors.clear(),
            (_, Event::StreamEnd) => return Ok(documents),
            (place, event) => {
                let node = reader.node(place, event, 0)?;
                let node = if is_empty(&node) { Node::Null } else { node };
                documents.push(Tree { place, node });
            }
        }
    }
}

/// A document without content.
fn is_empty(node: &Node) -> bool {
    matches!(node, Node::Text(text) if text.len() == 0)
}

struct Reader<'t> {
    events: Events<'t>,
    anchors: HashMap<usize, Node>,
    copied_bytes: usize,
}

impl<'t> Reader<'t> {
    /// The node that begins with this event.
    fn node(
        &mut self,
        place: Location,
        event: Event<'t>,
        depth: usize,
    ) -> Result<Node, RuleViolation> {
        let (anchor, node) = match event {
            Event::Alias(anchor) => return self.alias(place, anchor),
            Event::Scalar(text, style, anchor, tag) => {
                let tag = tag
                    .as_deref()
                    .map(|tag| tag.is_yaml_core_schema() && tag.suffix == "str");
                (anchor, scalar(text, style, tag))
            }
            Event::SequenceStart(anchor, _) => {
                check_depth(place, depth)?;
                (anchor, Node::List(self.list(depth)?))
            }
            Event::MappingStart(anchor, _) => {
                check_depth(place, depth)?;
                (anchor, Node::Mapping(self.mapping(depth)?))
            }
            _ => return Err(not_yaml(place)),
        };
        if anchor > 0 {
            let copy = self.copy(place, &node)?;
            self.anchors.insert(anchor, copy);
        }
        Ok(node)
    }

    fn mapping(&mut self, depth: usize) -> Result<Vec<(String, Tree)>, RuleViolation> {
        let mut members = Vec::new();
        loop {
            let (place, event) = self.events.next()?;
            if event == Event::MappingEnd {
                return Ok(members);
            }
            let name = name(place, event)?;
            let (value_place, event) = self.events.next()?;
            let node = self.node(value_place, event, depth + 1)?;
            members.push((name, Tree { place, node }));
        }
    }

    fn list(&mut self, depth: usize) -> Result<Vec<Tree>, RuleViolation> {
        let mut items = Vec::new();
        loop {
            let (place, event) = self.events.next()?;
            if event == Event::SequenceEnd {
                return Ok(items);
            }
            let node = self.node(place, event, depth + 1)?;
            items.push(Tree { place, node });
        }
    }

    /// A copy of the node that an alias names.
    fn alias(&mut self, place: Location, anchor: usize) -> Result<Node, RuleViolation> {
        let Some(node) = self.anchors.remove(&anchor) else {
            return Ok(Node::Other("is an alias of what it is in"));
        };
        let copy = self.copy(place, &node);
        self.anchors.insert(anchor, node);
        copy
    }

    /// Copies a node; aliases of aliases end at a limit.
    fn copy(&mut self, place: Location, node: &Node) -> Result<Node, RuleViolation> {
        self.copied_bytes += size_of::<Tree>();
        if let Node::Text(text) = node {
            self.copied_bytes += text.len();
        }
        if self.copied_bytes > MAX_COPIED_BYTES {
            let rule = format!("{place}: the aliases stand for more than 48 MiB");
            return Err(RuleViolation::new(rule, "too_long"));
        }
        let mut tree = |tree: &Tree| {
            let node = self.copy(tree.place, &tree.node)?;
            let place = tree.place;
            Ok(Tree { place, node })
        };
        Ok(match node {
            Node::Null => Node::Null,
            Node::Text(text) => Node::Text(Plaintext::new(text.expose().to_vec())),
            Node::Other(rule) => Node::Other(rule),
            Node::List(items) => Node::List(items.iter().map(tree).collect::<Result<_, _>>()?),
            Node::Mapping(members) => {
                let members = members.iter();
                let members = members.map(|(name, member)| Ok((name.clone(), tree(member)?)));
                Node::Mapping(members.collect::<Result<_, _>>()?)
            }
        })
    }
}

/// A scalar; `tag` is whether its tag is that of a text.
fn scalar(text: Cow<'_, str>, style: ScalarStyle, tag: Option<bool>) -> Node {
    if tag.is_none() && style == ScalarStyle::Plain && is_null(&text) {
        return Node::Null;
    }
    let text = Plaintext::new(text.into_owned().into_bytes());
    match tag {
        Some(false) => Node::Other("is tagged as something else than !!str, not a string"),
        Some(true) | None => Node::Text(text),
    }
}

fn is_null(text: &str) -> bool {
    matches!(text, "~" | "null" | "Null" | "NULL")
}

fn name(place: Location, event: Event<'_>) -> Result<String, RuleViolation> {
    let what = match event {
        Event::Scalar(text, ScalarStyle::Plain, _, None) if text == "<<" => {
            let rule = format!("{place}: << merges another mapping: write its names out instead");
            return Err(RuleViolation::new(rule, "value_error"));
        }
        Event::Scalar(text, _, _, tag) => match tag {
            Some(tag) if !tag.is_yaml_core_schema() || tag.suffix != "str" => {
                "tagged as something else than !!str"
            }
            _ => return Ok(text.into_owned()),
        },
        Event::Alias(_) => "an alias",
        Event::SequenceStart(..) => "a list",
        _ => "a mapping",
    };
    let rule = format!("{place}: {what} cannot be a name");
    Err(RuleViolation::new(rule, "string_type"))
}

fn not_yaml(place: Location) -> RuleViolation {
    let rule = format!("the input is not valid YAML at {place}");
    RuleViolation::new(rule, "yaml_invalid")
}

struct Events<'t> {
    parser: Parser<'t, StrInput<'t>>,
    /// The characters of a text whose last line has no end.
    unended: Option<usize>,
}

impl<'t> Events<'t> {
    fn of(text: &'t str) -> Self {
        let parser = Parser::new_from_str(text);
        // A last line of blanks is no part of a block: the line before it has its end.
        let last = text.rsplit(['\n', '\r']).next().unwrap_or_default();
        let is_open = !last.trim_matches([' ', '\t']).is_empty();
        let unended = is_open.then(|| text.chars().count());
        Self { parser, unended }
    }

    fn next(&mut self) -> Result<(Location, Event<'t>), RuleViolation> {
        match self.parser.next_event() {
            Some(Ok((mut event, span))) => {
                // The parser ends a block at the end of the text with a line break that is not there.
                if let Event::Scalar(text, ScalarStyle::Literal | ScalarStyle::Folded, ..) =
                    &mut event
                    && self.unended.is_some_and(|end| span.end.index() >= end)
                    && text.ends_with('\n')
                {
                    text.to_mut().pop();
                }
                Ok((Location::Line(span.start.line()), event))
            }
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

/// Refuses control characters: YAML allows them only as escapes in quotes, and the parser does not check. Also
/// refuses characters that separate lines in YAML 1.1 but not in 1.2, because they are ambiguous.
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
    use crate::import::entries::Empty;
    use crate::import::formats::nesting::Nesting;
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
        for (input, value) in [
            ("A: |\n  x", "x"),
            ("A: |+\n  x\n  y", "x\ny"),
            ("A: >\n  x", "x"),
            ("A: |\n  x\n", "x\n"),
            ("A: |\n  x\n ", "x\n"),
            ("A: |+\n  x\n\n ", "x\n\n"),
            ("A: |\n  x\nB: y", "x\n"),
            ("m:\n  A: |\n    x\n  B: y", "x\n"),
        ] {
            let found = read_with(input, Nesting::Joined).unwrap();
            assert_eq!(found[0].1, value, "{input:?}");
        }
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
    fn an_alias_stands_for_what_it_names() {
        let pairs = |input| read_with(input, Nesting::Joined).unwrap();
        let expected = |all: &[(&str, &str)]| -> Vec<(String, String)> {
            all.iter()
                .map(|&(name, value)| (name.to_owned(), value.to_owned()))
                .collect()
        };
        assert_eq!(
            pairs("a: &x v\nb: *x\n"),
            expected(&[("a", "v"), ("b", "v")])
        );
        assert_eq!(
            pairs("a: &x\n  u: 1\n  p: &y s\nb: *x\nc: *y\n"),
            expected(&[
                ("a_u", "1"),
                ("a_p", "s"),
                ("b_u", "1"),
                ("b_p", "s"),
                ("c", "s")
            ])
        );
        let lines = (1..30).map(|n| {
            let before = n - 1;
            format!("a{n}: &a{n} {{x: *a{before}, y: *a{before}}}\n")
        });
        let laughs = format!("a0: &a0 hunter2\n{}", lines.collect::<String>());
        for (input, told) in [
            ("a: &f hunter2\n*f : v", "line 2: an alias cannot be a name"),
            (
                "a: &x\n  b: *x\n",
                "line 2: a.b is an alias of what it is in",
            ),
            (
                "a: &x\n  b: hunter2\nc:\n  <<: *x\n",
                "line 4: << merges another mapping: write its names out instead",
            ),
            (
                "A: 1\nE: !!binary aHVudGVyMg==\n",
                "line 2: E is tagged as something else than !!str, not a string",
            ),
        ] {
            assert_eq!(read_with(input, Nesting::Joined).unwrap_err(), [told]);
        }
        let told = read_with(&laughs, Nesting::Joined).unwrap_err();
        assert!(
            told[0].ends_with("the aliases stand for more than 48 MiB"),
            "{told:?}"
        );
    }

    #[test]
    fn nested_values_are_reported_by_name_at_any_depth() {
        assert_eq!(
            told("A: 1\nB:\n  hunter2: v\n")[0],
            "line 2: B is a mapping, not a string; to join nested names with _, add --nested; to take one part, add --path"
        );
        assert_eq!(told("A: [hunter2]"), ["line 1: A is a list, not a string"]);
        assert_eq!(
            told("? [hunter2]\n: v"),
            ["line 1: a list cannot be a name"]
        );
        let deep = "- ".repeat(1_000_000);
        assert_eq!(
            told(&format!("A:\n  {deep}")),
            ["line 2: the input is nested deeper than 32 levels"]
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
                "line 2: A.B is a list, not a string",
            ),
            (
                "A: v\nsops:\n  mac: hunter2\n",
                "line 2: sops belongs to a file that sops encrypted: import the output of `sops decrypt`",
            ),
        ] {
            assert_eq!(joined(input).unwrap_err(), [told]);
        }
        let deep: Vec<_> = (0..40).map(|n| " ".repeat(n) + "A:\n").collect();
        assert!(joined(&deep.concat()).unwrap_err()[0].ends_with("nested deeper than 32 levels"));
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
                "line 1: the input must be a mapping of names and strings, or a list with a name and a value in each item",
            ),
            (
                "\n- hunter2",
                "line 2: the input must be a mapping of names and strings, or a list with a name and a value in each item",
            ),
            (
                "A: v\n---\nB: v",
                "line 3: a second document begins, but an import takes one",
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
