//! Reads `shell`: assignments as `export KEY='value'`, in the quotes of a POSIX shell (XCU 2.2). Nothing is run
//! or expanded: a value with a `$` or a backtick that the shell would expand is a mistake.

use super::cursor::{Cursor, Growing, escaped_in_double_quotes};
use crate::import::entries::{Entries, Location};
use crate::import::text::unmarked;
use crate::plaintext::Plaintext;
use crate::vault::rule::RuleViolation;

/// The words before an assignment, as `export -p` prints them.
const PREFIXES: [&[u8]; 4] = [b"export ", b"declare -x ", b"typeset -x ", b"declare -- "];

pub fn read(input: &Plaintext, into: &mut Entries) -> Result<(), RuleViolation> {
    let mut cursor = Cursor::new(unmarked(input));
    loop {
        cursor.take_while(|byte| byte.is_ascii_whitespace() || byte == b';');
        if cursor.peek().is_none() {
            return Ok(());
        }
        if cursor.peek() == Some(b'#') {
            cursor.take_line();
            continue;
        }
        assignment(&mut cursor, into)?;
    }
}

fn assignment(cursor: &mut Cursor<'_>, into: &mut Entries) -> Result<(), RuleViolation> {
    let place = cursor.place();
    while PREFIXES.iter().any(|prefix| cursor.eat(prefix)) {
        cursor.take_while(|byte| byte == b' ');
    }
    let name = cursor.take_while(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    if name.is_empty() || !cursor.eat(b"=") {
        let rule = "this is no NAME=value; --format shell reads assignments only";
        into.refuse(place, rule, "value_error");
        cursor.take_line();
        return Ok(());
    }
    match word(cursor) {
        Ok(value) => into.push(place, name, value)?,
        Err(Problem::Expansion) => {
            let rule =
                "has a $, ` or ~ that a shell would expand; put single quotes around the value";
            into.refuse_value(place, name, rule);
            cursor.take_line();
            return Ok(());
        }
        Err(Problem::Return) => {
            let rule = "ends with a carriage return, which a shell takes for a part of the value: convert the file to Unix line ends";
            into.refuse_value(place, name, rule);
            cursor.take_line();
            return Ok(());
        }
        Err(Problem::Unclosed) => return Err(unclosed(place)),
    }
    end(cursor, place, into);
    Ok(())
}

enum Problem {
    Expansion,
    Return,
    Unclosed,
}

/// One word: parts in quotes and without, to the first space.
fn word(cursor: &mut Cursor<'_>) -> Result<Plaintext, Problem> {
    let mut value = Growing::default();
    // A home directory can be named at the beginning and after each `:`.
    let mut is_tilde_home = true;
    loop {
        let begins = std::mem::take(&mut is_tilde_home);
        match cursor.peek() {
            None => break,
            Some(b'~') if begins => return Err(Problem::Expansion),
            Some(b'\r') => return Err(Problem::Return),
            Some(byte) if byte.is_ascii_whitespace() || b";&|<>()".contains(&byte) => break,
            Some(b'\'') => {
                cursor.next();
                loop {
                    match cursor.next().ok_or(Problem::Unclosed)? {
                        b'\'' => break,
                        byte => value.push(byte),
                    }
                }
            }
            Some(b'"') => {
                cursor.next();
                double_quoted(cursor, &mut value)?;
            }
            Some(b'\\') => {
                cursor.next();
                match cursor.next() {
                    None => value.push(b'\\'),
                    Some(b'\n') => {}
                    Some(byte) => value.push(byte),
                }
            }
            Some(b'$' | b'`') if is_expanded(cursor, b"'\"") => return Err(Problem::Expansion),
            Some(byte) => {
                cursor.next();
                is_tilde_home = byte == b':';
                value.push(byte);
            }
        }
    }
    Ok(value.into())
}

fn double_quoted(cursor: &mut Cursor<'_>, value: &mut Growing) -> Result<(), Problem> {
    loop {
        if is_expanded(cursor, b"") {
            return Err(Problem::Expansion);
        }
        match cursor.next().ok_or(Problem::Unclosed)? {
            b'"' => return Ok(()),
            b'\\' if escaped_in_double_quotes(cursor, value) => {}
            b'\\' => return Err(Problem::Unclosed),
            byte => value.push(byte),
        }
    }
}

/// Whether a shell expands the text that begins here: a `$` before a space or the end is a `$`. `quotes` are
/// those that a `$` can be in front of.
fn is_expanded(cursor: &Cursor<'_>, quotes: &[u8]) -> bool {
    match (cursor.peek(), cursor.peek_second()) {
        (Some(b'`'), _) => true,
        (Some(b'$'), Some(after)) => {
            after.is_ascii_alphanumeric()
                || b"_{(*@#?-$!".contains(&after)
                || quotes.contains(&after)
        }
        _ => false,
    }
}

/// Checks that only a comment, or the next assignment on the same line, follows the value.
fn end(cursor: &mut Cursor<'_>, place: Location, into: &mut Entries) {
    let gap = cursor.take_while(|byte| byte == b' ' || byte == b'\t' || byte == b'\r');
    match cursor.peek() {
        None | Some(b'\n' | b';') => {}
        Some(b'#') if !gap.is_empty() => {
            cursor.take_line();
        }
        Some(_) => {
            into.refuse(
                place,
                "there is more than one assignment on this line",
                "value_error",
            );
            cursor.take_line();
        }
    }
}

fn unclosed(place: Location) -> RuleViolation {
    let rule = format!("{place}: a quotation mark is not closed");
    RuleViolation::new(rule, "value_error")
}

#[cfg(test)]
mod tests {
    use crate::import::reading::{pairs, read};
    use crate::import::{Format, Rules};

    #[test]
    fn words_are_read_as_a_shell_reads_them() {
        let input = "# c\nA=plain\nexport B='two words' # c\nC='it'\\''s'; D=\"a\\\"b\\$c\\d\"\ndeclare -x E=\"x\ny\"\nF=a\\ b#c\nG=5$\nH=\"$\"\n";
        let gathered = read(Format::Shell, input, Rules::default()).unwrap();
        let expected = [
            ("A", "plain"),
            ("B", "two words"),
            ("C", "it's"),
            ("D", "a\"b$c\\d"),
            ("E", "x\ny"),
            ("F", "a b#c"),
            ("G", "5$"),
            ("H", "$"),
        ];
        assert_eq!(pairs(&gathered), expected);
    }

    #[test]
    fn what_a_shell_would_run_or_expand_is_refused_by_name() {
        for value in [
            "$hunter2",
            "\"${hunter2}\"",
            "`hunter2`",
            "$(hunter2)",
            "$'hunter2'",
            "\"a$hunter2\"",
            "~hunter2",
            "a:~/hunter2",
        ] {
            let input = format!("OK=a~\nA={value}\nB=2\n");
            let told = read(Format::Shell, &*input, Rules::default())
                .err()
                .unwrap();
            let said = "line 2: A has a $, ` or ~ that a shell would expand; put single quotes around the value";
            assert_eq!(told, [said], "{value}");
        }
    }

    #[test]
    fn what_is_no_assignment_is_refused_by_its_line() {
        for (input, said) in [
            (
                "A=1\nhunter2 x\n",
                "line 2: this is no NAME=value; --format shell reads assignments only",
            ),
            (
                "A=1 hunter2\n",
                "line 1: there is more than one assignment on this line",
            ),
            (
                "A=1\nB='hunter2\n",
                "line 2: a quotation mark is not closed",
            ),
        ] {
            let told = read(Format::Shell, input, Rules::default()).err().unwrap();
            assert_eq!(told, [said], "{input:?}");
        }
    }
}
