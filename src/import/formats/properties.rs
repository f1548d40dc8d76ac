//! Reads `properties`, as java.util.Properties loads it: `NAME=value`, `NAME: value` or `NAME value`. A backslash
//! continues a line and begins an escape. A comment begins with `#` or `!`.

use super::cursor::{Cursor, Growing};
use super::nesting::push;
use crate::import::entries::{Entries, Location};
use crate::import::text::text;
use crate::plaintext::Plaintext;
use crate::vault::rule::RuleViolation;
use zeroize::Zeroize;

const NOT_ASCII: &str = "older programs read this file as Latin-1; taken as UTF-8. Escapes such as \\u00e9 are the same for all";
const PLACEHOLDER: &str =
    "programs such as Spring put another value in the place of ${…}; taken as it is written";

pub fn read(input: &Plaintext, into: &mut Entries) -> Result<(), RuleViolation> {
    let mut cursor = Cursor::new(text(input)?.as_bytes());
    loop {
        cursor.take_while(|byte| is_blank(byte) || is_end(byte));
        let place = cursor.place();
        match cursor.peek() {
            None => return Ok(()),
            Some(b'#' | b'!') => {
                cursor.take_while(|byte| !is_end(byte));
            }
            // A line that is empty except for its continuation adds nothing to the next one.
            Some(b'\\') if cursor.peek_second().is_some_and(is_end) => {
                cursor.next();
            }
            Some(_) => property(&mut cursor, place, into)?,
        }
    }
}

fn property(
    cursor: &mut Cursor<'_>,
    place: Location,
    into: &mut Entries,
) -> Result<(), RuleViolation> {
    let broken = |_| {
        let rule = format!("{place}: a \\u escape is broken");
        RuleViolation::new(rule, "value_error")
    };
    let is_separator = |byte| matches!(byte, b'=' | b':') || is_blank(byte);
    let name = unescaped(cursor, is_separator).map_err(broken)?;
    // Java gives a name without a separator an empty value. More often it is a line of a value without its escapes.
    if cursor.peek().is_none_or(is_end) {
        let name = String::from_utf8_lossy(name.text.expose()).into_owned();
        return into.leave_out_name(place, &name, "it has no value");
    }
    skip_blanks(cursor);
    if matches!(cursor.peek(), Some(b'=' | b':')) {
        cursor.next();
        skip_blanks(cursor);
    }
    let value = unescaped(cursor, |_| false).map_err(broken)?;
    if into.refuses_line(place, name.text.expose(), value.text.expose())? {
        return Ok(());
    }
    let name = String::from_utf8_lossy(name.text.expose()).into_owned();
    if value.has_other_letters {
        into.warn(place, &name, NOT_ASCII);
    }
    if memchr::memmem::find(value.text.expose(), b"${").is_some() {
        into.warn(place, &name, PLACEHOLDER);
    }
    push(into, place, &[name], Some(value.text))
}

/// Moves past blanks, also over a line that continues.
fn skip_blanks(cursor: &mut Cursor<'_>) {
    loop {
        cursor.take_while(is_blank);
        if !["\\\r\n", "\\\n", "\\\r"]
            .iter()
            .any(|end| cursor.eat(end.as_bytes()))
        {
            return;
        }
    }
}

struct Unescaped {
    text: Plaintext,
    /// Whether a letter beyond ASCII is written directly.
    has_other_letters: bool,
}

/// An escape that is not half of a character, or a half without the other.
struct BrokenEscape;

/// The text up to the end of the line or to a byte that ends it; an escaped byte does not.
fn unescaped(
    cursor: &mut Cursor<'_>,
    ends: impl Fn(u8) -> bool,
) -> Result<Unescaped, BrokenEscape> {
    let mut text = Growing::default();
    let mut has_other_letters = false;
    while let Some(byte) = cursor.peek() {
        if is_end(byte) || ends(byte) {
            break;
        }
        cursor.next();
        if byte != b'\\' {
            has_other_letters |= !byte.is_ascii();
            text.push(byte);
            continue;
        }
        match cursor.next() {
            None => {}
            Some(b'\r') => {
                cursor.eat(b"\n");
                cursor.take_while(is_blank);
            }
            Some(b'\n') => {
                cursor.take_while(is_blank);
            }
            Some(b't') => text.push(b'\t'),
            Some(b'n') => text.push(b'\n'),
            Some(b'r') => text.push(b'\r'),
            Some(b'f') => text.push(b'\x0c'),
            Some(b'u') => {
                let mut letter = [0; 4];
                text.extend(escaped(cursor)?.encode_utf8(&mut letter).as_bytes());
                letter.zeroize();
            }
            Some(byte) => text.push(byte),
        }
    }
    let text = text.into();
    Ok(Unescaped {
        text,
        has_other_letters,
    })
}

/// The character of a `\uXXXX`, or of two that are the halves of one (UTF-16).
fn escaped(cursor: &mut Cursor<'_>) -> Result<char, BrokenEscape> {
    let first = unit(cursor)?;
    let is_half = (0xd800..0xdc00).contains(&first);
    let second = if is_half && cursor.eat(b"\\u") {
        Some(unit(cursor)?)
    } else {
        None
    };
    let units = [first].into_iter().chain(second);
    let mut letters = char::decode_utf16(units);
    match (letters.next(), letters.next()) {
        (Some(Ok(letter)), None) => Ok(letter),
        _ => Err(BrokenEscape),
    }
}

fn unit(cursor: &mut Cursor<'_>) -> Result<u16, BrokenEscape> {
    let number = cursor.take_hexadecimal(4).ok_or(BrokenEscape)?;
    u16::try_from(number).map_err(|_| BrokenEscape)
}

fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\x0c')
}

fn is_end(byte: u8) -> bool {
    matches!(byte, b'\n' | b'\r')
}

#[cfg(test)]
mod tests {
    use crate::import::reading::{pairs_or_empty, read};
    use crate::import::{Format, Rules};

    fn read_all(input: &str) -> Vec<(String, String)> {
        pairs_or_empty(read(Format::Properties, input, Rules::default()).unwrap())
    }

    #[test]
    fn lines_are_read_as_java_reads_them() {
        let input = "# c\n! c\\\n\\\n  # c\ndb.url=jdbc:x\ndb.password: p w \n\tname = caf\\u00e9 \\uD83D\\uDE00\nlong=a \\\n   b\\\r\n\tc\nspace\\ d\\:k v\nempty\nlast=x\\";
        let expected = [
            ("db.url", "jdbc:x"),
            ("db.password", "p w "),
            ("name", "caf\u{e9} \u{1f600}"),
            ("long", "a bc"),
            ("space_d_k", "v"),
            ("last", "x"),
        ];
        let expected = expected.map(|(name, value)| (name.to_owned(), value.to_owned()));
        assert_eq!(read_all(input), expected);
    }

    #[test]
    fn lines_of_a_text_without_escapes_are_refused_and_not_repeated() {
        let input = "a=-----BEGIN PRIVATE KEY-----\nMIIEvhunter2\nhunterTW+/==\n";
        let told = read(Format::Properties, input, Rules::default());
        let told = told.err().unwrap();
        assert_eq!(told.len(), 3, "{told:?}");
        assert!(!told.concat().contains("hunter"), "{told:?}");
    }

    #[test]
    fn where_programs_differ_there_is_a_warning_by_name() {
        let input = "a=\u{fc}\nb=x${c}\nd=\\u00fc\n";
        let gathered = read(Format::Properties, input, Rules::default()).unwrap();
        let warnings: Vec<_> = gathered.warnings.iter().map(ToString::to_string).collect();
        assert!(warnings[0].starts_with("a (line 1): older programs"));
        assert!(warnings[1].starts_with("b (line 2): programs such as Spring"));
        assert_eq!(warnings.len(), 2);
    }

    #[test]
    fn a_broken_escape_has_its_line_and_repeats_nothing() {
        for escape in ["\\u12", "\\ud83dx", "\\ud83d\\u0041", "\\uzzzz"] {
            let input = format!("a=1\nb=hunter2{escape}\n");
            let told = read(Format::Properties, input, Rules::default());
            assert_eq!(told.err().unwrap(), ["line 2: a \\u escape is broken"]);
        }
    }
}
