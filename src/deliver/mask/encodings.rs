//! The encodings in which programs print bytes: base64, hex, percent-encoding, JSON.
//!
//! Each function adds the texts that appear in an encoded text wherever the bytes occur. Those of base64 and hex
//! are also found across line ends.

use data_encoding::{HEXLOWER, HEXUPPER};
use std::fmt::Write as _;
use zeroize::Zeroizing;

/// The encodings of a value; the caller decides which are long enough to search for.
pub type Forms = Vec<Zeroizing<Vec<u8>>>;

/// The alphabets of RFC 4648, sections 4 and 5.
const BASE64_ALPHABETS: [&[u8; 64]; 2] = [
    b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/",
    b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_",
];

/// The line lengths of `base64` and MIME, and of OpenSSL and PEM.
const BASE64_COLUMNS: [usize; 2] = [76, 64];

/// The line length of `xxd -p`.
const HEX_COLUMNS: usize = 60;

/// Base64 of the value alone and inside a longer text, where it begins at one of three positions in a group.
///
/// A character that the value shares with its neighbours is searched for in each possible form, except a
/// first one that holds only two bits of the value.
pub fn base64(value: &[u8], forms: &mut Forms) {
    for alphabet in BASE64_ALPHABETS {
        for before in [&[][..], &[0], &[1], &[2], &[3], &[0, 0]] {
            inside_base64(alphabet, before, value, forms);
        }
        for line_end in [&b""[..], b"\n"] {
            let alone = Zeroizing::new([value, line_end].concat());
            let mut text = base64_characters(alphabet, &alone, &[]);
            let padded = text.len().next_multiple_of(4);
            text.resize(padded, b'=');
            for columns in BASE64_COLUMNS {
                lines(&text, columns, forms);
            }
        }
    }
}

/// The value after the bytes `before`, without the characters that depend only on `before`.
fn inside_base64(alphabet: &[u8; 64], before: &[u8], value: &[u8], forms: &mut Forms) {
    // After two bytes, the second one shares a character with two bits of the value.
    let skipped = [0, 1, 3][before.len()];
    let bytes = Zeroizing::new([before, value].concat());
    let text = base64_characters(alphabet, &bytes, &[]);
    let bits_left = bytes.len() * 8 % 6;
    let whole = &text[skipped..bytes.len() * 8 / 6];
    if bits_left == 0 {
        forms.push(Zeroizing::new(whole.to_vec()));
        return;
    }
    for next in 0..1_u8 << (6 - bits_left) {
        let text = base64_characters(alphabet, &bytes, &[next << (bits_left + 2)]);
        forms.push(Zeroizing::new(text[skipped..=bytes.len() * 8 / 6].to_vec()));
    }
    let mut padded = Zeroizing::new(text[skipped..].to_vec());
    padded.extend_from_slice(if bits_left == 2 { b"==" } else { b"=" });
    forms.push(padded);
}

/// Base64 without padding; `after` is the text after the bytes.
fn base64_characters(alphabet: &[u8; 64], bytes: &[u8], after: &[u8]) -> Zeroizing<Vec<u8>> {
    let length = (bytes.len() + after.len()) * 8;
    let mut text = Zeroizing::new(Vec::with_capacity(length.div_ceil(6) + 4));
    let mut all = bytes.iter().chain(after).copied();
    loop {
        let group = [all.next(), all.next(), all.next()];
        let [first, second, third] = group.map(|byte| usize::from(byte.unwrap_or(0)));
        let given = group.iter().flatten().count();
        let bits = first << 16 | second << 8 | third;
        let characters = [18, 12, 6, 0].map(|shift| alphabet[bits >> shift & 63]);
        match given {
            0 => return text,
            given => text.extend_from_slice(&characters[..=given]),
        }
    }
}

/// Hexadecimal digits, in either case.
pub fn hex(value: &[u8], forms: &mut Forms) {
    for encoding in [&HEXLOWER, &HEXUPPER] {
        let text = Zeroizing::new(encoding.encode(value).into_bytes());
        lines(&text, HEX_COLUMNS, forms);
        forms.push(text);
    }
}

/// The lines of a text that is broken at `columns`: each is found by itself, such as after a prefix of `docker
/// logs`.
fn lines(text: &[u8], columns: usize, forms: &mut Forms) {
    if text.len() > columns {
        forms.extend(
            text.chunks(columns)
                .map(|line| Zeroizing::new(line.to_vec())),
        );
    }
}

/// Percent-encoding, by libraries that leave the fewest or the most characters unchanged, with digits in either
/// case (RFC 3986, and HTML forms).
pub fn percent(value: &[u8], forms: &mut Forms) {
    for (kept, space) in [
        ("-._~", "%20"),
        ("-._~/", "%20"),
        ("-_.!~*'()", "%20"),
        ("*-._", "+"),
        ("-_.~!*'()$&,;=:@+", "%20"),
    ] {
        for encoding in [&HEXUPPER, &HEXLOWER] {
            let mut text = Zeroizing::new(Vec::with_capacity(value.len() * 3));
            for &byte in value {
                if byte.is_ascii_alphanumeric() || kept.as_bytes().contains(&byte) {
                    text.push(byte);
                } else if byte == b' ' {
                    text.extend_from_slice(space.as_bytes());
                } else {
                    text.push(b'%');
                    text.extend_from_slice(encoding.encode(&[byte]).as_bytes());
                }
            }
            forms.push(text);
        }
    }
}

/// The inside of a JSON string (RFC 8259), as writers escape it: as little as possible, everything beyond ASCII,
/// the slash too, or the characters special in HTML. Bytes that are not text have no such form.
pub fn json(value: &[u8], forms: &mut Forms) {
    let Ok(value) = std::str::from_utf8(value) else {
        return;
    };
    for (escaped, ascii_only) in [
        ("", false),
        ("", true),
        ("/", false),
        ("/", true),
        ("<>&\u{2028}\u{2029}", false),
    ] {
        // Room for the longest escapes, so that it never grows and leaves a copy.
        let mut text = Zeroizing::new(String::with_capacity(value.len() * 6));
        for character in value.chars() {
            let short = match character {
                '"' => Some("\\\""),
                '\\' => Some("\\\\"),
                '\n' => Some("\\n"),
                '\r' => Some("\\r"),
                '\t' => Some("\\t"),
                '\u{8}' => Some("\\b"),
                '\u{c}' => Some("\\f"),
                '/' if escaped.contains('/') => Some("\\/"),
                _ => None,
            };
            let is_escaped = character.is_ascii_control()
                || escaped.contains(character)
                || (ascii_only && !character.is_ascii());
            if let Some(short) = short {
                text.push_str(short);
            } else if is_escaped {
                for unit in character.encode_utf16(&mut [0; 2]) {
                    // Writing into a string never fails.
                    let _ = write!(text, "\\u{unit:04x}");
                }
            } else {
                text.push(character);
            }
        }
        forms.push(Zeroizing::new(text.as_bytes().to_vec()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use data_encoding::{BASE64, BASE64_NOPAD, BASE64URL};
    use proptest::prelude::*;

    fn contains(text: &[u8], part: &[u8]) -> bool {
        text.windows(part.len()).any(|window| window == part)
    }

    fn has(forms: &Forms, text: &str) -> bool {
        forms.iter().any(|form| form[..] == *text.as_bytes())
    }

    proptest! {
        #[test]
        fn base64_is_found_wherever_the_value_stands(
            before in prop::collection::vec(any::<u8>(), 0..7),
            value in prop::collection::vec(any::<u8>(), 6..40),
            after in prop::collection::vec(any::<u8>(), 0..7),
        ) {
            let mut forms = Forms::new();
            base64(&value, &mut forms);
            let whole = [&before[..], &value, &after].concat();
            for encoding in [BASE64, BASE64URL, BASE64_NOPAD] {
                let text = encoding.encode(&whole);
                let mut hidden = vec![false; text.len()];
                for form in &forms {
                    for at in 0..text.len() {
                        if text.as_bytes()[at..].starts_with(form) {
                            hidden[at..at + form.len()].fill(true);
                        }
                    }
                }
                // Every character that holds more than two bits of the value.
                let first = (before.len() * 8).div_ceil(6) - usize::from(before.len() % 3 == 1);
                let end = ((before.len() + value.len()) * 8).div_ceil(6);
                prop_assert!(hidden[first..end].iter().all(|&hidden| hidden), "{text}");
            }
        }
    }

    #[test]
    fn long_base64_is_found_in_lines() {
        let value: Vec<u8> = (0..200).collect();
        let mut forms = Forms::new();
        base64(&value, &mut forms);
        let text = BASE64.encode(&value);
        for columns in [64, 76] {
            for line in text.as_bytes().chunks(columns) {
                assert!(forms.iter().any(|form| contains(line, form)), "{columns}");
            }
        }
    }

    #[test]
    fn digits_are_found_in_either_case() {
        let mut forms = Forms::new();
        hex(b"\xab\x01z", &mut forms);
        assert!(has(&forms, "ab017a") && has(&forms, "AB017A"));
    }

    #[test]
    fn percent_encoding_is_that_of_common_libraries() {
        let mut forms = Forms::new();
        percent("a/b c!é".as_bytes(), &mut forms);
        for form in [
            "a%2Fb%20c%21%C3%A9",
            "a%2fb%20c%21%c3%a9",
            "a/b%20c%21%C3%A9",
            "a%2Fb%20c!%C3%A9",
            "a%2Fb+c%21%C3%A9",
        ] {
            assert!(has(&forms, form), "{form}");
        }
    }

    #[test]
    fn json_is_that_of_common_writers() {
        let mut forms = Forms::new();
        json("a\"/\n\u{1}é<😀".as_bytes(), &mut forms);
        for form in [
            "a\\\"/\\n\\u0001é<😀",
            "a\\\"/\\n\\u0001\\u00e9<\\ud83d\\ude00",
            "a\\\"\\/\\n\\u0001é<😀",
            "a\\\"/\\n\\u0001é\\u003c😀",
        ] {
            assert!(has(&forms, form), "{form}");
        }
        let mut none = Forms::new();
        json(b"\xff\xff\xff\xff\xff\xff", &mut none);
        assert!(none.is_empty());
    }
}
