//! Reads `github`: the file named by `GITHUB_ENV`. A line is `NAME=value`, or `NAME<<WORD` and then the lines of
//! the value up to a line that is WORD.

use crate::import::entries::{Entries, Location};
use crate::import::text::text;
use crate::plaintext::Plaintext;
use crate::vault::rule::RuleViolation;

const RETURNS: &str =
    "GitHub's runner on Windows drops the carriage returns at the ends of lines; taken with them";

pub fn read(input: &Plaintext, into: &mut Entries) -> Result<(), RuleViolation> {
    let text = text(input)?;
    let mut lines = text.split_inclusive('\n').enumerate();
    while let Some((number, whole)) = lines.next() {
        let place = Location::Line(number + 1);
        let line = without_end(whole);
        if line.trim_end_matches('\r').is_empty() {
            continue;
        }
        let equals = line.find('=').unwrap_or(line.len());
        let Some(at) = line[..equals].find("<<") else {
            match line.split_once('=') {
                Some((name, value)) => push(place, name, value, into)?,
                None => into.refuse(place, "this line has no NAME= and no NAME<<", "value_error"),
            }
            continue;
        };
        let (name, word) = (&line[..at], &line[at + 2..]);
        let mut length = 0;
        let begins = number_of_bytes(text, whole) + whole.len();
        let closed = lines.by_ref().any(|(_, next)| {
            let closes = without_end(next) == word;
            length += if closes { 0 } else { next.len() };
            closes
        });
        if !closed || word.is_empty() {
            let rule = format!("{place}: no line ends the value that begins here");
            return Err(RuleViolation::new(rule, "value_error"));
        }
        push(
            place,
            name,
            without_end(&text[begins..begins + length]),
            into,
        )?;
    }
    Ok(())
}

/// Adds a value as the runner on Linux reads it.
fn push(place: Location, name: &str, value: &str, into: &mut Entries) -> Result<(), RuleViolation> {
    if value.ends_with('\r') || value.contains("\r\n") {
        into.warn(place, name, RETURNS);
    }
    into.push(place, name.as_bytes(), Plaintext::new(value.into()))
}

/// Where a part of the text begins.
fn number_of_bytes(text: &str, part: &str) -> usize {
    part.as_ptr().addr() - text.as_ptr().addr()
}

/// A line without its end.
fn without_end(line: &str) -> &str {
    line.strip_suffix('\n').unwrap_or(line)
}

#[cfg(test)]
mod tests {
    use crate::import::reading::{pairs, read};
    use crate::import::{Format, Rules};

    #[test]
    fn a_value_is_a_line_or_ends_with_its_word() {
        let input = "A=1\nKEY<<ghadelim_1\nline one\nline=two\n\nghadelim_1\nB=x<<y\n";
        let gathered = read(Format::Github, input, Rules::default()).unwrap();
        assert_eq!(
            pairs(&gathered),
            [("A", "1"), ("KEY", "line one\nline=two\n"), ("B", "x<<y")]
        );
    }

    #[test]
    fn carriage_returns_stay_and_are_warned_of() {
        let input = "A=1\r\nB<<E\r\nx\r\ny\r\nE\r\n\r\nC=2\n";
        let gathered = read(Format::Github, input, Rules::default()).unwrap();
        let expected = [("A", "1\r"), ("B", "x\r\ny\r"), ("C", "2")];
        assert_eq!(pairs(&gathered), expected);
        assert_eq!(gathered.warnings[0].names, ["A (line 1)", "B (line 2)"]);
    }

    #[test]
    fn a_mistake_has_its_line_and_repeats_nothing() {
        for (input, said) in [
            (
                "A=1\nhunter2",
                "line 2: this line has no NAME= and no NAME<<",
            ),
            (
                "A=1\nB<<E\nhunter2\n",
                "line 2: no line ends the value that begins here",
            ),
            (
                "B<<\nhunter2\n\n",
                "line 1: no line ends the value that begins here",
            ),
        ] {
            let told = read(Format::Github, input, Rules::default()).err().unwrap();
            assert_eq!(told, [said], "{input:?}");
        }
    }
}
