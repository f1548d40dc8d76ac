//! Reads `systemd`: the file of `EnvironmentFile=` (systemd.exec(5)). A backslash continues a line; without
//! quotes and in double quotes it escapes; single quotes keep everything. A comment begins with `#` or `;`.

use super::cursor::{Cursor, Growing, escaped_in_double_quotes};
use crate::import::entries::Entries;
use crate::import::text::text;
use crate::plaintext::Plaintext;
use crate::vault::env_key::EnvKey;
use crate::vault::rule::RuleViolation;

pub fn read(input: &Plaintext, into: &mut Entries) -> Result<(), RuleViolation> {
    let mut cursor = Cursor::new(text(input)?.as_bytes());
    loop {
        cursor.take_while(|byte| byte.is_ascii_whitespace());
        let place = cursor.place();
        match cursor.peek() {
            None => return Ok(()),
            Some(b'#' | b';') => {
                if goes_on(&mut cursor) {
                    let rule = "this comment ends with a backslash: systemd before 254 takes the next line for a comment, too";
                    into.refuse(place, rule, "value_error");
                }
                continue;
            }
            Some(_) => {}
        }
        let name = cursor.take_while(|byte| !matches!(byte, b'=' | b'\n' | b'\r'));
        if !cursor.eat(b"=") {
            into.refuse(place, "this line has no NAME=", "value_error");
            continue;
        }
        let value = value(&mut cursor).ok_or_else(|| {
            let rule = format!("{place}: a quotation mark is not closed");
            RuleViolation::new(rule, "value_error")
        })?;
        let name = name.trim_ascii_end();
        if str::from_utf8(name).is_ok_and(|name| EnvKey::parse(name).is_ok()) {
            into.push(place, name, value)?;
        } else {
            into.refuse(
                place,
                "systemd ignores a variable of this name",
                "value_error",
            );
        }
    }
}

/// Moves past a comment; true if a backslash stands at its end.
fn goes_on(cursor: &mut Cursor<'_>) -> bool {
    let line = cursor.take_while(|byte| !matches!(byte, b'\n' | b'\r'));
    line.ends_with(b"\\")
}

/// The value to the end of its line; `None` if a quote is not closed.
fn value(cursor: &mut Cursor<'_>) -> Option<Plaintext> {
    let mut value = Growing::default();
    // Spaces before this position stay at the end of the value.
    let mut kept = 0;
    let mut is_begun = false;
    loop {
        match cursor.next() {
            None | Some(b'\n' | b'\r') => break,
            Some(b'\\') => {
                is_begun = true;
                match cursor.next() {
                    None => break,
                    Some(b'\n') => {}
                    Some(b'\r') => {
                        cursor.eat(b"\n");
                    }
                    Some(byte) => value.push(byte),
                }
                kept = value.len();
            }
            Some(mark @ (b'"' | b'\'')) if !is_begun => {
                quoted(cursor, mark, &mut value)?;
                kept = value.len();
            }
            Some(byte) if byte.is_ascii_whitespace() => {
                if is_begun {
                    value.push(byte);
                }
            }
            Some(byte) => {
                is_begun = true;
                value.push(byte);
                kept = value.len();
            }
        }
    }
    value.truncate(kept);
    Some(value.into())
}

/// A part in quotes, up to the mark that closes it; `None` if there is none.
fn quoted(cursor: &mut Cursor<'_>, mark: u8, value: &mut Growing) -> Option<()> {
    loop {
        match cursor.next()? {
            byte if byte == mark => return Some(()),
            b'\\' if mark == b'"' => escaped_in_double_quotes(cursor, value).then_some(())?,
            byte => value.push(byte),
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::import::reading::{pairs_or_empty, read};
    use crate::import::{Format, Rules};

    #[test]
    fn values_are_read_as_systemd_reads_them() {
        let input = "; note\nA=one\\\n two\nB=\"x\"\nC=a\\tb\nD='a\\b'\"\\$\\q\" c  \nE=it's # x\n F = g\nG=\nH=\"a\nb\"";
        let pairs = pairs_or_empty(read(Format::Systemd, input, Rules::default()).unwrap());
        let values: Vec<_> = pairs.iter().map(|(_, value)| value.as_str()).collect();
        let expected = [
            "one two",
            "x",
            "atb",
            "a\\b$\\qc",
            "it's # x",
            "g",
            "",
            "a\nb",
        ];
        assert_eq!(values, expected);
    }

    #[test]
    fn a_mistake_has_its_line_and_repeats_nothing() {
        for (input, said) in [
            ("A=1\nhunter2\nB=2", "line 2: this line has no NAME="),
            (
                "# hunter2 \\\nA=1\n",
                "line 1: this comment ends with a backslash: systemd before 254 takes the next line for a comment, too",
            ),
            (
                "1A=hunter2\n",
                "line 1: systemd ignores a variable of this name",
            ),
            (
                "A=1\nB=\"hunter2\n",
                "line 2: a quotation mark is not closed",
            ),
        ] {
            let told = read(Format::Systemd, input, Rules::default())
                .err()
                .unwrap();
            assert_eq!(told, [said], "{input:?}");
        }
    }
}
