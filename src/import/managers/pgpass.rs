//! Reads `pgpass`, the password file of PostgreSQL's libpq: `HOST:PORT:DATABASE:USER:PASSWORD`, with `\` before a
//! literal `:` or `\`. The first four name the secret; `*` means all, and adds nothing to the name.

use super::item::{Item, Items};
use crate::import::entries::Location;
use crate::import::formats::cursor::Growing;
use crate::import::text::text;
use crate::plaintext::Plaintext;
use crate::vault::rule::RuleViolation;

const UNESCAPED: &str = "libpq ends the password at its first :, so the rest of the line is left out; write \\: for a colon";

/// Before the password.
const FIELDS: usize = 4;

pub fn read(input: &Plaintext, items: &mut Items<'_>) -> Result<(), RuleViolation> {
    for (number, line) in text(input)?.split('\n').enumerate() {
        let place = Location::Line(number + 1);
        let line = line.strip_suffix('\r').unwrap_or(line);
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let mut rest = line.as_bytes();
        let mut named = Vec::with_capacity(FIELDS);
        while named.len() < FIELDS
            && let Some((field, after)) = field(rest)
        {
            named.push(String::from_utf8_lossy(field.expose()).into_owned());
            rest = after;
        }
        if named.len() < FIELDS {
            items.refuse(place, "this line is no HOST:PORT:DATABASE:USER:PASSWORD");
            continue;
        }
        let mut item = Item::new([], &named.join(":"));
        match field(rest) {
            Some((password, _)) => {
                items.warn(place, &item, UNESCAPED);
                item.main(password);
            }
            None => item.main(unescaped(rest)),
        }
        items.push(place, item)?;
    }
    Ok(())
}

/// The text before the next `:`, and the one after it.
fn field(text: &[u8]) -> Option<(Plaintext, &[u8])> {
    let mut is_escaped = false;
    let end = text.iter().position(|&byte| {
        let ends = byte == b':' && !is_escaped;
        is_escaped = byte == b'\\' && !is_escaped;
        ends
    })?;
    Some((unescaped(&text[..end]), &text[end + 1..]))
}

/// The text without the backslashes that escape.
fn unescaped(text: &[u8]) -> Plaintext {
    let mut plain = Growing::default();
    let mut bytes = text.iter().copied();
    while let Some(byte) = bytes.next() {
        let escaped = (byte == b'\\').then(|| bytes.next()).flatten();
        plain.push(escaped.unwrap_or(byte));
    }
    plain.into()
}

#[cfg(test)]
mod tests {
    use crate::import::reading::{pairs, read};
    use crate::import::{Format, Rules};

    #[test]
    fn the_place_names_the_password() {
        let input = "# c\ndb.example.com:5432:shop:ann:pa=ss\n\n*:*:*:bob:a\\:b\\\\c\r\n*:*:*:eve:f:g\n\\:\\:1:5432:x:y:z\n";
        let gathered = read(Format::Pgpass, input, Rules::default()).unwrap();
        let expected = [
            ("db.example.com_5432_shop_ann", "pa=ss"),
            ("bob", "a:b\\c"),
            ("eve", "f"),
            ("1_5432_x_y", "z"),
        ];
        assert_eq!(pairs(&gathered), expected);
        assert_eq!(gathered.warnings[0].names, ["eve (line 5)"]);
        assert_eq!(gathered.entries[1].origin.as_deref(), Some("*:*:*:bob"));
    }

    #[test]
    fn a_line_with_too_few_fields_is_refused_and_not_repeated() {
        let told = read(Format::Pgpass, "a:b:c:d:e\nhunter2:x\n", Rules::default());
        let said = "line 2: this line is no HOST:PORT:DATABASE:USER:PASSWORD";
        assert_eq!(told.err().unwrap(), [said]);
    }
}
