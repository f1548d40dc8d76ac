//! Reads `toml`: one table of names and strings. A number, a boolean or a date is imported as it is written.

use super::tree::{Node, Tree, check_depth};
use crate::import::entries::Location;
use crate::import::line_index::Lines;
use crate::import::text::{line_at, text};
use crate::plaintext::Plaintext;
use crate::vault::rule::RuleViolation;
use ::toml::Spanned;
use ::toml::de::{DeTable, DeValue};
use std::borrow::Cow;

/// The whole input as a tree.
pub fn tree(input: &Plaintext) -> Result<Tree, RuleViolation> {
    let text = text(input)?;
    // The parser's own message quotes the line.
    let table = DeTable::parse(text).map_err(|error| {
        let at = error.span().map_or(text.len(), |span| span.start);
        let place = line_at(text.as_bytes(), at.min(text.len()));
        RuleViolation::new(
            format!("{place}: the input is not valid TOML"),
            "value_error",
        )
    })?;
    let lines = Lines::of(text.as_bytes());
    let place = Location::Line(1);
    let node = mapping(table.into_inner(), place, text, &lines, 0)?;
    Ok(Tree { place, node })
}

/// The members of a table, in the order of the file.
fn mapping(
    table: DeTable<'_>,
    place: Location,
    text: &str,
    lines: &Lines<'_>,
    depth: usize,
) -> Result<Node, RuleViolation> {
    check_depth(place, depth)?;
    let mut given: Vec<_> = table.into_iter().collect();
    given.sort_by_key(|(name, _)| name.span().start);
    let mut members = Vec::with_capacity(given.len());
    for (name, value) in given {
        let place = lines.line(name.span().start);
        let node = node(value, place, text, lines, depth + 1)?;
        members.push((name.into_inner().into_owned(), Tree { place, node }));
    }
    Ok(Node::Mapping(members))
}

fn node(
    value: Spanned<DeValue<'_>>,
    place: Location,
    text: &str,
    lines: &Lines<'_>,
    depth: usize,
) -> Result<Node, RuleViolation> {
    let span = value.span();
    Ok(match value.into_inner() {
        DeValue::String(Cow::Borrowed(value)) => Node::Text(Plaintext::new(value.into())),
        DeValue::String(Cow::Owned(value)) => Node::Text(Plaintext::new(value.into_bytes())),
        DeValue::Table(table) => mapping(table, place, text, lines, depth)?,
        DeValue::Array(items) => {
            check_depth(place, depth)?;
            let mut trees = Vec::with_capacity(items.len());
            for item in items {
                let place = lines.line(item.span().start);
                let node = node(item, place, text, lines, depth + 1)?;
                trees.push(Tree { place, node });
            }
            Node::List(trees)
        }
        DeValue::Integer(_) | DeValue::Float(_) | DeValue::Boolean(_) | DeValue::Datetime(_) => {
            let written = text.get(span).unwrap_or_default();
            // The parser takes some texts after a number for a part of it.
            let is_written = |byte: u8| byte.is_ascii_alphanumeric() || b"_+-.: ".contains(&byte);
            if !written.bytes().all(is_written) {
                let rule = format!("{place}: the input is not valid TOML");
                return Err(RuleViolation::new(rule, "value_error"));
            }
            Node::Text(Plaintext::new(written.into()))
        }
    })
}

#[cfg(test)]
mod tests {
    use crate::import::formats::nesting::Nesting;
    use crate::import::reading::{pairs, read};
    use crate::import::{Format, Rules};

    fn joined() -> Rules<'static> {
        Rules {
            nesting: Nesting::Joined,
            ..Rules::default()
        }
    }

    #[test]
    fn a_table_of_texts_is_read_in_its_order() {
        let input = "# c\nZ = \"a\\tb\\u00e9\"\nA = 'raw \\n'\nM = \"\"\"\none\ntwo\"\"\"\nPORT = 5_432\nON = true\nAT = 2026-01-01\nF = 1.50\n";
        let gathered = read(Format::Toml, input, Rules::default()).unwrap();
        let expected = [
            ("Z", "a\tb\u{e9}"),
            ("A", "raw \\n"),
            ("M", "one\ntwo"),
            ("PORT", "5_432"),
            ("ON", "true"),
            ("AT", "2026-01-01"),
            ("F", "1.50"),
        ];
        assert_eq!(pairs(&gathered), expected);
    }

    #[test]
    fn tables_are_joined_when_asked() {
        let input = "[db]\npass = 'p'\nuser.name = 'u'\n[db.more]\nx = { y = 'z' }\n";
        let told = read(Format::Toml, input, Rules::default()).err().unwrap();
        let said = "line 1: db is a table, not a string; to join nested names with _, add --nested; to take one part, add --path";
        assert_eq!(told, [said]);
        let gathered = read(Format::Toml, input, joined()).unwrap();
        let expected = [
            ("db_pass", "p"),
            ("db_user_name", "u"),
            ("db_more_x_y", "z"),
        ];
        assert_eq!(pairs(&gathered), expected);
    }

    #[test]
    fn a_mistake_has_its_line_and_repeats_nothing() {
        for (input, said) in [
            (
                "A = 'x'\nB = hunter2\n",
                "line 2: the input is not valid TOML",
            ),
            ("A = 'x'\nA = 'y'\n", "line 2: the input is not valid TOML"),
            ("A = ['hunter2']\n", "line 1: A is a list, not a string"),
            ("A = 'x", "line 1: the input is not valid TOML"),
            ("A = 1_000'hunter2'", "line 1: the input is not valid TOML"),
        ] {
            let told = read(Format::Toml, input, Rules::default()).err().unwrap();
            assert_eq!(told, [said], "{input:?}");
        }
    }

    #[test]
    fn deep_nesting_is_refused_and_ends() {
        for input in [
            format!("A = {}{}", "[".repeat(40), "]".repeat(40)),
            format!("A = {}", "[".repeat(100_000)),
            format!("[{}a]\nx = 'y'", "a.".repeat(40)),
        ] {
            assert!(read(Format::Toml, input, joined()).is_err());
        }
    }
}
