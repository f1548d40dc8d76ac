//! The rules of python-dotenv 1.2.4, whose values are not interpolated here.
//!
//! A line that python-dotenv skips with a warning, or reads as a name without a value, is a mistake here.

use super::binding::{Binding, Quote, Value, copied, unescaped, with_newlines};
use crate::import::entries::{Entries, Location, MAX_ENTRIES};
use crate::vault::rule::RuleViolation;

/// Whether backticks are quotes, as for Node, or part of the value, as for Python.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Backticks {
    Quote,
    Stay,
}

pub fn read<'t>(
    text: &'t str,
    backticks: Backticks,
    into: &mut Entries,
) -> Result<Vec<Binding<'t>>, RuleViolation> {
    let mut reader = Reader {
        rest: text,
        line: 1,
        backticks,
    };
    let mut bindings = Vec::new();
    loop {
        reader.take_while(is_space);
        if reader.rest.is_empty() || bindings.len() > MAX_ENTRIES {
            return Ok(bindings);
        }
        bindings.extend(reader.binding(into)?);
    }
}

/// The unread rest of the text, and its line number.
struct Reader<'t> {
    rest: &'t str,
    line: usize,
    backticks: Backticks,
}

impl<'t> Reader<'t> {
    /// Reads one name with its value, or a comment, to the end of its line.
    fn binding(&mut self, into: &mut Entries) -> Result<Option<Binding<'t>>, RuleViolation> {
        let place = Location::Line(self.line);
        self.skip_export();
        if self.rest.starts_with('#') {
            self.take_while(|letter| !is_break(letter));
            return Ok(None);
        }
        let name = self.name(place)?;
        self.take_while(is_blank);
        if !self.rest.starts_with('=') {
            // This may be a line of a value whose quotes are missing, so it is not shown.
            let rule = "there is no = after the name; a value of several lines needs quotes";
            into.refuse(place, rule, "value_error");
            self.take_while(|letter| !is_break(letter));
            return Ok(None);
        }
        self.advance(1);
        let gap = self.take_while(is_blank);
        let quote = match self.rest.bytes().next() {
            Some(b'`') if self.backticks == Backticks::Stay || !self.has_closing_backtick() => {
                Quote::None
            }
            Some(b'#') if !gap.is_empty() => Quote::None,
            first => Quote::of(first.unwrap_or_default()),
        };
        let raw = match quote {
            Quote::None if !gap.is_empty() && self.rest.starts_with('#') => "",
            Quote::None => unquoted(self.take_while(|letter| !is_break(letter))),
            _ => self.quoted(place)?,
        };
        self.end_of_line(place)?;
        Ok(Some(Binding {
            place,
            name,
            quote,
            raw,
            value: value(quote, raw),
        }))
    }

    /// Skips `export`, which counts only with a space after it, because it may be a name.
    fn skip_export(&mut self) {
        if let Some(after) = self.rest.strip_prefix("export")
            && after.starts_with(is_blank)
        {
            self.advance("export".len());
            self.take_while(is_blank);
        }
    }

    fn name(&mut self, place: Location) -> Result<&'t str, RuleViolation> {
        let name = if self.rest.starts_with('\'') {
            self.advance(1);
            let name = self.take_while(|letter| letter != '\'');
            if self.rest.is_empty() {
                return Err(unclosed(place));
            }
            self.advance(1);
            name
        } else {
            self.take_while(|letter| !is_space(letter) && letter != '=' && letter != '#')
        };
        if name.is_empty() {
            let rule = format!("{place}: the name is missing");
            return Err(RuleViolation::new(rule, "value_error"));
        }
        Ok(name)
    }

    /// Reads the text between quotation marks. A backslash escapes the next character, except in backticks.
    fn quoted(&mut self, place: Location) -> Result<&'t str, RuleViolation> {
        let mark = self.rest.as_bytes()[0];
        let mut escaped = false;
        let mut bytes = self.rest.bytes().skip(1);
        let end = bytes.position(|byte| {
            let closes = byte == mark && !escaped;
            escaped = byte == b'\\' && mark != b'`' && !escaped;
            closes
        });
        let end = end.ok_or_else(|| unclosed(place))?;
        Ok(&self.advance(1 + end + 1)[1..=end])
    }

    /// Whether another backtick closes the one here, with only a comment after it. Otherwise it is text, as for
    /// every reader.
    fn has_closing_backtick(&self) -> bool {
        let after = self.rest[1..].split_once('`').map(|(_, after)| after);
        after.is_some_and(|after| {
            let after = after.trim_start_matches(is_blank);
            after.is_empty() || after.starts_with(is_break) || after.starts_with('#')
        })
    }

    /// After a closing quote only a comment may follow.
    fn end_of_line(&mut self, place: Location) -> Result<(), RuleViolation> {
        self.take_while(is_blank);
        if self.rest.starts_with('#') {
            self.take_while(|letter| !is_break(letter));
        }
        if self.rest.is_empty() || self.rest.starts_with(is_break) {
            return Ok(());
        }
        let rule = format!("{place}: there is text after the closing quotation mark");
        Err(RuleViolation::new(rule, "value_error"))
    }

    fn take_while(&mut self, belongs: impl Fn(char) -> bool) -> &'t str {
        let end = self.rest.find(|letter| !belongs(letter));
        self.advance(end.unwrap_or(self.rest.len()))
    }

    /// Moves on by this number of bytes. It never stops inside `\r\n`.
    fn advance(&mut self, bytes: usize) -> &'t str {
        let (passed, rest) = self.rest.split_at(bytes);
        let breaks = memchr::memchr2_iter(b'\n', b'\r', passed.as_bytes()).count();
        self.line += breaks - passed.matches("\r\n").count();
        self.rest = rest;
        passed
    }
}

fn unclosed(place: Location) -> RuleViolation {
    let rule = format!("{place}: a quotation mark is not closed");
    RuleViolation::new(rule, "value_error")
}

/// A value without quotes: it ends at a comment, which has a space before it.
fn unquoted(line: &str) -> &str {
    let comment = line
        .match_indices('#')
        .find(|&(at, _)| line[..at].ends_with(is_space));
    let value = &line[..comment.map_or(line.len(), |(at, _)| at)];
    value.trim_end_matches(is_space)
}

/// The value of a text in the file. Unknown escapes stay, and every line break becomes `\n`.
fn value(quote: Quote, raw: &str) -> Value {
    match quote {
        Quote::None => copied(raw),
        Quote::Backtick => with_newlines(raw),
        Quote::Single => unescaped(&with_newlines(raw), |after| {
            let letter = after.chars().next()?;
            "\\'".contains(letter).then_some((letter, 1))
        }),
        Quote::Double => unescaped(&with_newlines(raw), double_escape),
    }
}

fn double_escape(after: &str) -> Option<(char, usize)> {
    let letter = match after.bytes().next()? {
        letter @ (b'\\' | b'\'' | b'"') => char::from(letter),
        b'a' => '\u{7}',
        b'b' => '\u{8}',
        b'f' => '\u{c}',
        b'n' => '\n',
        b'r' => '\r',
        b't' => '\t',
        b'v' => '\u{b}',
        _ => return None,
    };
    Some((letter, 1))
}

/// The characters that Python's regular expressions match with `\s`.
fn is_space(letter: char) -> bool {
    letter.is_whitespace() || ('\u{1c}'..='\u{1f}').contains(&letter)
}

fn is_break(letter: char) -> bool {
    matches!(letter, '\n' | '\r')
}

fn is_blank(letter: char) -> bool {
    is_space(letter) && !is_break(letter)
}

/// The pairs of a file in a dialect, for the tests of each.
#[cfg(test)]
pub fn read_as(
    dialect: Option<super::Dialect>,
    input: &str,
) -> Result<Vec<(String, String)>, Vec<String>> {
    use crate::import::reading::{pairs_or_empty, read};
    use crate::import::{Format, Rules};
    let mut rules = Rules::default();
    rules.dotenv.dialect = dialect;
    read(Format::Dotenv, input, rules).map(pairs_or_empty)
}

#[cfg(test)]
mod tests {
    use super::read_as;
    use crate::import::formats::dotenv::Dialect;
    use proptest::prelude::*;

    fn read_all(input: &str) -> Result<Vec<(String, String)>, Vec<String>> {
        read_as(Some(Dialect::Python), input)
    }

    /// The value that `K` gets from this.
    fn value(given: &str) -> String {
        let read = read_all(&format!("K={given}"));
        let read = read.unwrap_or_else(|told| panic!("{given:?}: {told:?}"));
        assert_eq!(read.len(), 1, "{given:?}");
        read.into_iter().next().unwrap().1
    }

    fn told(input: &str) -> Vec<String> {
        read_all(input).unwrap_err()
    }

    #[test]
    fn names_may_be_exported_quoted_and_spaced() {
        let input = "A=1\nexport B=2\n export\tC = 3\n\r\n'D'=4\r\nexport=5\n  E =6 # six\n#F=7\n# G\nexport # H\nx.y-z=8\rI=9";
        let pairs = [
            ("A", "1"),
            ("B", "2"),
            ("C", "3"),
            ("D", "4"),
            ("export", "5"),
            ("E", "6"),
            ("x.y-z", "8"),
            ("I", "9"),
        ];
        let pairs = pairs.map(|(name, value)| (name.to_owned(), value.to_owned()));
        assert_eq!(read_all(input).unwrap(), pairs);
    }

    #[test]
    fn a_value_without_quotes_ends_before_a_comment() {
        for (given, kept) in [
            ("v", "v"),
            ("  v  ", "v"),
            ("v #c", "v"),
            ("v \t # c # d", "v"),
            ("v#c", "v#c"),
            ("#c", "#c"),
            (" # c", ""),
            ("\t#c", ""),
            ("a b=c", "a b=c"),
            ("a'b\"c", "a'b\"c"),
            (r"a\nb", r"a\nb"),
            ("$A${B}$(C)`D`", "$A${B}$(C)`D`"),
            ("", ""),
            ("  ", ""),
        ] {
            assert_eq!(value(given), kept, "{given:?}");
        }
    }

    #[test]
    fn quotes_keep_lines_and_escapes_count_as_in_python() {
        for (given, kept) in [
            ("''", ""),
            ("\"\"", ""),
            ("' v '", " v "),
            ("'a\nb\n'", "a\nb\n"),
            ("\"a\r\nb\rc\"", "a\nb\nc"),
            (r"'a\nb\\c\'d\e'", r"a\nb\c'd\e"),
            (
                r#""a\n\r\t\\\"\'\a\b\f\v\$\x41""#,
                "a\n\r\t\\\"'\u{7}\u{8}\u{c}\u{b}\\$\\x41",
            ),
            ("'#' # c", "#"),
            ("\"a\"#c", "a"),
            ("\"$A${B}\"", "$A${B}"),
            (r"'C:\dir\\'", r"C:\dir\"),
            ("`a`", "`a`"),
            ("\"ü\u{2028}\"", "ü\u{2028}"),
        ] {
            assert_eq!(value(given), kept, "{given:?}");
        }
    }

    #[test]
    fn an_escaped_backslash_does_not_swallow_the_next_line() {
        let read = read_all("A=\"x\\\\\"\nB='y\\\\'\nC=z").unwrap();
        let values: Vec<_> = read.iter().map(|(_, value)| value.as_str()).collect();
        assert_eq!(values, ["x\\", "y\\", "z"]);
    }

    #[test]
    fn backticks_quote_where_no_dialect_is_chosen() {
        for (given, kept) in [
            ("K=`it's \"x\"` # c", "it's \"x\""),
            ("K=`a\r\nb`", "a\nb"),
            ("K=`a` b", "`a` b"),
            ("K=`", "`"),
            ("K=`a\\`", "a\\"),
        ] {
            assert_eq!(read_as(None, given).unwrap()[0].1, kept, "{given:?}");
        }
    }

    #[test]
    fn mistakes_have_their_line_and_repeat_nothing() {
        let no_equals = "there is no = after the name; a value of several lines needs quotes";
        for (input, expected) in [
            ("A=1\nhunter2\nB=2", format!("line 2: {no_equals}")),
            ("A=1\r\n\r\nexport hunter2", format!("line 3: {no_equals}")),
            ("A='1\n2'\nhunter2 # c", format!("line 3: {no_equals}")),
            ("\n=hunter2", "line 2: the name is missing".into()),
            (
                "\n\nA='hunter2",
                "line 3: a quotation mark is not closed".into(),
            ),
            (
                "A=\"hunter2\nB=2\n",
                "line 1: a quotation mark is not closed".into(),
            ),
            ("'hunter2", "line 1: a quotation mark is not closed".into()),
            (
                r"A='hunter2\'",
                "line 1: a quotation mark is not closed".into(),
            ),
            (
                "A='1\n2'hunter2",
                "line 1: there is text after the closing quotation mark".into(),
            ),
            (
                "A=\"1\"\n\nA=hunter2",
                "A is given twice, at line 1 and at line 3; --on-repeat last, first or number chooses".into(),
            ),
            ("\n# only this\n", "the input is empty".into()),
        ] {
            assert_eq!(told(input), [expected], "{input:?}");
        }
    }

    #[test]
    fn a_key_without_its_quotes_gives_a_mistake_for_each_line() {
        let input = "KEY=-----BEGIN PRIVATE KEY-----\nhunter2/hunter2+\nhunter2/==\n-----END PRIVATE KEY-----\n";
        let told = told(input);
        assert_eq!(told.len(), 4, "{told:?}");
        assert!(!told.concat().contains("hunter2"), "{told:?}");
    }

    proptest! {
        #[test]
        fn any_value_comes_back_from_either_kind_of_quotes(given in r"(?s)[^\r\x00]{1,60}") {
            let single = given.replace('\\', r"\\").replace('\'', r"\'");
            let double = given.replace('\\', r"\\").replace('"', "\\\"");
            prop_assert_eq!(value(&format!("'{single}'")), given.clone());
            prop_assert_eq!(value(&format!("\"{double}\" # comment")), given);
        }

        #[test]
        fn no_input_panics(
            parts in prop::collection::vec(prop::sample::select(vec![
                "A", "=", "'", "\"", "\\", "\n", "\r", " ", "#", "export ", "ü", "\u{1c}", "\u{85}",
            ]), 0..30)
        ) {
            let _ = read_all(&parts.concat());
        }
    }
}
