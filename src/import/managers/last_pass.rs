//! The peculiarities of LastPass' CSV: it writes `&`, `<` and `>` as HTML does, and keeps forms in notes.

use super::item::Item;
use crate::import::formats::csv;
use crate::plaintext::Plaintext;
use zeroize::Zeroizing;

/// The address of a row that is a note.
pub const NOTE_URL: &str = "http://sn";

const FORM: &str = "NoteType:";

const ENTITIES: [(&str, u8); 5] = [
    ("&amp;", b'&'),
    ("&lt;", b'<'),
    ("&gt;", b'>'),
    ("&quot;", b'"'),
    ("&#39;", b'\''),
];

/// Whether the whole file is written as HTML: some versions do not. Then no `<`, `>` or `&` occurs by itself.
pub fn is_encoded(text: &str) -> bool {
    if text.contains(['<', '>']) {
        return false;
    }
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        rest = &rest[at..];
        let Some((entity, _)) = ENTITIES.iter().find(|(entity, _)| rest.starts_with(entity)) else {
            return false;
        };
        rest = &rest[entity.len()..];
    }
    true
}

/// The text without entities.
pub fn decoded(cell: &str) -> Plaintext {
    // The text only becomes shorter, so the buffer never grows.
    let mut plain = Vec::with_capacity(cell.len());
    let mut rest = cell;
    while !rest.is_empty() {
        let entity = ENTITIES.iter().find(|(entity, _)| rest.starts_with(entity));
        let read = if let Some((entity, byte)) = entity {
            plain.push(*byte);
            entity.len()
        } else {
            let skipped = usize::from(rest.starts_with('&'));
            let next = rest[skipped..].find('&');
            let next = next.map_or(rest.len(), |at| at + skipped);
            plain.extend_from_slice(&rest.as_bytes()[..next]);
            next
        };
        rest = &rest[read..];
    }
    Plaintext::new(plain)
}

pub fn is_form(note: &str) -> bool {
    note.starts_with(FORM)
}

/// Fills an item with the fields of a form: a line of `Name:value` each. Other lines belong to the field before.
/// A key in PEM is one value, and so is everything after `Notes:`.
pub fn fill(item: &mut Item, note: &Plaintext) {
    let note = String::from_utf8_lossy(note.expose());
    let note = Zeroizing::new(note.into_owned());
    let end = csv::line_end(&note);
    let mut fields: Vec<(&str, Vec<&str>)> = Vec::new();
    let mut is_whole = false;
    for line in note.split(end) {
        let pair = line
            .split_once(':')
            .filter(|(name, _)| is_name(name) && !is_whole);
        match (pair, fields.last_mut()) {
            (Some((name, value)), _) => {
                is_whole = name == "Notes" || value.starts_with("-----BEGIN ");
                fields.push((name, vec![value]));
            }
            (None, Some((name, lines))) => {
                lines.push(line);
                is_whole &= *name == "Notes" || !line.starts_with("-----END ");
            }
            (None, None) => {}
        }
    }
    for (name, lines) in fields {
        let value = Plaintext::new(lines.join(end).into());
        match name {
            "NoteType" => item.leave_out(format!("the type of the note: {}", lines.join(" "))),
            "Password" => item.main(value),
            name => item.field(name, value),
        }
    }
}

fn is_name(name: &str) -> bool {
    let is_inner = |letter: char| letter.is_alphanumeric() || " -_/()#.".contains(letter);
    name.starts_with(char::is_alphabetic) && name.chars().all(is_inner)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_file_is_decoded_where_no_sign_stands_by_itself() {
        assert!(is_encoded("a&amp;b&lt;c&#39;"));
        for text in ["a&amp;b<c", "https://a.example.com/?a=1&b=2", "&", "x&amp"] {
            assert!(!is_encoded(text), "{text}");
        }
        assert_eq!(decoded("&amp;lt;é&lt;&x").expose(), "&lt;é<&x".as_bytes());
    }

    proptest! {
        #[test]
        fn what_is_encoded_comes_back(text in any::<String>()) {
            let encoded = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
            prop_assert!(is_encoded(&encoded));
            let decoded = decoded(&encoded);
            prop_assert_eq!(decoded.expose(), text.as_bytes());
        }
    }
}
