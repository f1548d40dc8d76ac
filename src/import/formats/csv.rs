//! Reads CSV as password managers write it: RFC 4180 with a header, values of several lines in quotes.
//!
//! Values pass through buffers of our own, which are wiped.

use crate::import::entries::Location;
use crate::import::line_index::Lines;
use crate::import::text::text;
use crate::plaintext::Plaintext;
use crate::vault::rule::RuleViolation;
use csv_core::{ReadRecordResult, Reader};
use zeroize::Zeroizing;

/// More columns than any password manager writes.
const MAX_COLUMNS: usize = 256;

/// Passes each row's fields on, in the order of the header, which comes first.
pub fn read(
    input: &Plaintext,
    mut header: impl FnMut(Vec<String>) -> Result<(), RuleViolation>,
    mut row: impl FnMut(Location, &[&str]) -> Result<(), RuleViolation>,
) -> Result<(), RuleViolation> {
    let text = text(input)?;
    // The parser never fails: if the text ends inside quotes, it would read the rest as one value.
    if memchr::memchr_iter(b'"', text.as_bytes()).count() % 2 == 1 {
        let rule = "a quotation mark is not closed: is the file cut off?";
        return Err(RuleViolation::new(rule, "value_error"));
    }
    let mut reader = Reader::new();
    let lines = Lines::of(text.as_bytes());
    let mut rest = text.as_bytes();
    // A field is never longer than its text.
    let mut fields = Zeroizing::new(vec![0; rest.len() + 1]);
    let mut ends = [0; MAX_COLUMNS + 1];
    let mut columns = None;
    loop {
        // Empty lines are not rows, and the second half of the last line's end may be left.
        while let [b'\r' | b'\n', after @ ..] = rest {
            rest = after;
        }
        let place = lines.line_of(rest);
        let (mut written, mut count) = (0, 0);
        loop {
            let (result, read, more, ended) =
                reader.read_record(rest, &mut fields[written..], &mut ends[count..]);
            rest = &rest[read..];
            written += more;
            count += ended;
            match result {
                ReadRecordResult::InputEmpty => {}
                ReadRecordResult::Record => break,
                ReadRecordResult::End => return Ok(()),
                ReadRecordResult::OutputFull | ReadRecordResult::OutputEndsFull => {
                    let rule = format!("{place}: there are more than {MAX_COLUMNS} columns");
                    return Err(RuleViolation::new(rule, "too_long"));
                }
            }
        }
        let cells = cells(&fields[..written], &ends[..count]).ok_or_else(|| {
            RuleViolation::new(
                format!("{place}: the line is not valid UTF-8"),
                "string_unicode",
            )
        })?;
        match columns {
            None => {
                columns = Some(count);
                header(
                    cells
                        .into_iter()
                        .map(|cell| cell.trim().to_owned())
                        .collect(),
                )?;
            }
            Some(columns) if columns == count => row(place, &cells)?,
            Some(columns) => {
                let rule = format!(
                    "{place}: this line and the first one differ in their number of fields: {count} and {columns}"
                );
                return Err(RuleViolation::new(rule, "value_error"));
            }
        }
    }
}

/// Fails if a heading occurs twice. A heading that kluis does not know may be a value in the wrong place.
pub fn check_once(header: &[String], known: impl Fn(&str) -> bool) -> Result<(), RuleViolation> {
    for (at, heading) in header.iter().enumerate() {
        let is_same = |other: &String| !heading.is_empty() && other.eq_ignore_ascii_case(heading);
        let Some(first) = header[..at].iter().position(is_same) else {
            continue;
        };
        let rule = if known(heading) {
            format!("the column {heading} occurs twice")
        } else {
            format!("the columns {} and {} have one heading", first + 1, at + 1)
        };
        return Err(RuleViolation::new(rule, "duplicate"));
    }
    Ok(())
}

/// The line end within a cell. A program that writes CRLF may also have it in a value, so it stays.
pub fn line_end(cell: &str) -> &'static str {
    let breaks = memchr::memchr_iter(b'\n', cell.as_bytes()).count();
    if breaks > 0 && cell.matches("\r\n").count() == breaks {
        "\r\n"
    } else {
        "\n"
    }
}

fn cells<'f>(fields: &'f [u8], ends: &[usize]) -> Option<Vec<&'f str>> {
    let mut start = 0;
    let cells = ends.iter().map(|&end| {
        let cell = fields.get(start..end)?;
        start = end;
        str::from_utf8(cell).ok()
    });
    cells.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    type Rows = Vec<(Location, Vec<String>)>;

    fn rows(input: &str) -> Result<(Vec<String>, Rows), String> {
        let (mut names, mut rows) = (Vec::new(), Vec::new());
        let read = read(
            &Plaintext::new(input.into()),
            |header| {
                names = header;
                Ok(())
            },
            |place, cells| {
                rows.push((place, cells.iter().map(|&cell| cell.to_owned()).collect()));
                Ok(())
            },
        );
        read.map(|()| (names, rows)).map_err(|broken| broken.rule)
    }

    #[test]
    fn quotes_lines_marks_and_line_ends_are_read() {
        let input = "\u{feff}A, B\r\n\"a \"\"x\"\", y\",\"one\r\ntwo\"\r\n,é\r\n";
        let (names, rows) = rows(input).unwrap();
        assert_eq!(names, ["A", "B"]);
        assert_eq!(
            rows[0],
            (
                Location::Line(2),
                vec!["a \"x\", y".into(), "one\r\ntwo".into()]
            )
        );
        assert_eq!(
            rows[1],
            (Location::Line(4), vec![String::new(), "é".into()])
        );
    }

    #[test]
    fn cut_off_or_uneven_rows_are_reported_and_not_repeated() {
        for (input, told) in [
            (
                "A,B\n\"hunter2,x\nhunter2,y\n",
                "a quotation mark is not closed: is the file cut off?",
            ),
            (
                "A,B\nhunter2\n",
                "line 2: this line and the first one differ in their number of fields: 1 and 2",
            ),
            (
                "A\nhunter2,hunter2\n",
                "line 2: this line and the first one differ in their number of fields: 2 and 1",
            ),
        ] {
            assert_eq!(rows(input).unwrap_err(), told);
        }
        assert!(
            rows(&",".repeat(MAX_COLUMNS + 5))
                .unwrap_err()
                .contains("256 columns")
        );
    }

    proptest! {
        #[test]
        fn quoted_values_come_back(
            given in prop::collection::vec(prop::collection::vec("[a,\"\r\né ]{0,9}", 2), 1..9)
        ) {
            let quoted = |cell: &String| format!("\"{}\"", cell.replace('"', "\"\""));
            let lines = given.iter().map(|row| row.iter().map(quoted).collect::<Vec<_>>().join(","));
            let input = format!("A,B\n{}\n", lines.collect::<Vec<_>>().join("\r\n"));
            let read: Vec<_> = rows(&input).unwrap().1.into_iter().map(|(_, row)| row).collect();
            prop_assert_eq!(read, given);
        }
    }
}
