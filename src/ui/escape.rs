//! Makes text from outside safe to show: it cannot steer a terminal or hide from a reader.
//!
//! It is for people only: it is not quoting for a shell, and cannot be reversed.

use std::borrow::Cow;
use std::fmt::Write;

/// Writes each character that a terminal might obey or hide as `\u{…}`, including newlines and tabs.
pub fn for_terminal(text: &str) -> Cow<'_, str> {
    replace(text, is_unsafe, |safe, c| {
        safe.extend(c.escape_unicode());
    })
}

/// Keeps a line break before two spaces, and escapes every other one.
pub(super) fn indented_lines(text: &str) -> Cow<'_, str> {
    let mut lines = text.split('\n');
    if lines.clone().skip(1).all(|line| line.starts_with("  ")) {
        return Cow::Borrowed(text);
    }
    let mut safe = lines.next().unwrap_or_default().to_owned();
    for line in lines {
        safe.push_str(if line.starts_with("  ") {
            "\n"
        } else {
            "\\u{a}"
        });
        safe.push_str(line);
    }
    Cow::Owned(safe)
}

/// Like [`for_terminal`], for text of several lines: `\n` stays.
pub(super) fn for_terminal_lines(text: &str) -> Cow<'_, str> {
    let is_unsafe = |c| c != '\n' && is_unsafe(c);
    replace(text, is_unsafe, |safe, c| safe.extend(c.escape_unicode()))
}

/// The same document, with the characters that `serde_json` leaves unescaped as JSON's own `\uXXXX`.
///
/// For JSON only: outside of its strings only layout could be replaced, and the layout stays.
pub(super) fn for_json(document: &str) -> Cow<'_, str> {
    let is_unsafe = |c| c != '\n' && is_unsafe(c);
    replace(document, is_unsafe, |safe, c| {
        for unit in c.encode_utf16(&mut [0; 2]) {
            let _ = write!(safe, "\\u{unit:04x}");
        }
    })
}

fn replace(
    text: &str,
    is_unsafe: impl Fn(char) -> bool,
    write: impl Fn(&mut String, char),
) -> Cow<'_, str> {
    let is_plain = text.bytes().all(|byte| matches!(byte, b' '..=b'~'));
    if is_plain || !text.contains(&is_unsafe) {
        return Cow::Borrowed(text);
    }
    let mut safe = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        if is_unsafe(c) {
            write(&mut safe, c);
        } else {
            safe.push(c);
        }
    }
    Cow::Owned(safe)
}

/// Whether it can steer a terminal, or is invisible: the controls, and the property
/// `Default_Ignorable_Code_Point` of Unicode's `DerivedCoreProperties.txt`, except the two selectors that choose
/// the look of an emoji.
fn is_unsafe(c: char) -> bool {
    matches!(
        c,
        '\u{0}'..='\u{1f}' | '\u{7f}'..='\u{9f}' // C0, DEL, C1
        | '\u{ad}' | '\u{34f}' // the soft hyphen, the grapheme joiner
        | '\u{61c}' // the Arabic letter mark turns direction
        | '\u{115f}'..='\u{1160}' | '\u{3164}' | '\u{ffa0}' // Hangul fillers
        | '\u{17b4}'..='\u{17b5}' | '\u{180b}'..='\u{180f}' // Khmer and Mongolian
        | '\u{200b}'..='\u{200f}' // zero width, and marks of direction
        | '\u{2028}'..='\u{202e}' // line separators, bidirectional embeddings
        | '\u{2060}'..='\u{206f}' // invisible operators, bidirectional isolates
        | '\u{2800}' // the empty Braille pattern, which looks like a space
        | '\u{fdd0}'..='\u{fdef}' // for no character, ever
        | '\u{fe00}'..='\u{fe0d}' | '\u{feff}'
        | '\u{fff0}'..='\u{fffb}' // unassigned, and annotations
        | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}' // shorthand and music
        | '\u{e0000}'..='\u{e0fff}' // tags, and selectors that can carry any text
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Written independently of the code, from the Unicode charts.
    const UNSAFE: &[u32] = &[
        0x00, 0x07, 0x08, 0x09, 0x0a, 0x0d, 0x1b, 0x1f, 0x7f, 0x80, 0x85, 0x9b, 0x9f, 0x061c,
        0x200b, 0x200c, 0x200d, 0x200e, 0x200f, 0x2028, 0x2029, 0x202a, 0x202b, 0x202c, 0x202d,
        0x202e, 0x2060, 0x2066, 0x2067, 0x2068, 0x2069, 0xfeff, 0x00ad, 0x034f, 0x115f, 0x1160,
        0x17b4, 0x180b, 0x180e, 0x3164, 0xfe00, 0xffa0, 0xfff9, 0xfffb, 0x1bca0, 0x1d173, 0xe0001,
        0xe0020, 0xe0041, 0xe007f, 0xe0100, 0xe01ef,
    ];

    fn any_text() -> impl Strategy<Value = String> {
        let unsafe_char = prop::sample::select(UNSAFE).prop_map(|c| char::from_u32(c).unwrap());
        let c = prop_oneof![any::<char>(), unsafe_char];
        prop::collection::vec(c, 0..40).prop_map(String::from_iter)
    }

    #[test]
    fn plain_text_is_left_as_it_is() {
        for text in [
            "",
            "db_password",
            "Zürich €5",
            "日本語",
            "a\\u{1b}",
            "it's \"so\"",
            "❤\u{fe0f} and 한글",
        ] {
            assert!(matches!(for_terminal(text), Cow::Borrowed(same) if same == text));
        }
    }

    #[test]
    fn characters_that_steer_or_hide_are_escaped() {
        assert_eq!(for_terminal("a\u{1b}[31mb"), "a\\u{1b}[31mb");
        assert_eq!(for_terminal("two\nlines\t"), "two\\u{a}lines\\u{9}");
        assert_eq!(for_terminal("x\u{202e}gpj.exe"), "x\\u{202e}gpj.exe");
        assert_eq!(for_terminal("\u{2800}\u{fdd0}"), "\\u{2800}\\u{fdd0}");
        for &c in UNSAFE {
            let c = char::from_u32(c).unwrap();
            assert_eq!(for_terminal(&c.to_string()), c.escape_unicode().to_string());
        }
    }

    #[test]
    fn lines_of_a_message_stay_lines() {
        assert_eq!(for_terminal_lines("a\n  b\r\u{9b}"), "a\n  b\\u{d}\\u{9b}");
    }

    proptest! {
        #[test]
        fn nothing_unsafe_is_left(text in any_text()) {
            let safe = for_terminal(&text);
            prop_assert!(!safe.chars().any(|c| UNSAFE.contains(&u32::from(c)) || c.is_control()));
        }

        #[test]
        fn json_stays_the_same_value(text in any_text()) {
            let document = serde_json::to_string_pretty(&[&text]).unwrap();
            let safe = for_json(&document);
            prop_assert!(safe.chars().all(|c| c == '\n' || !is_unsafe(c)));
            let back: Vec<String> = serde_json::from_str(&safe).unwrap();
            prop_assert_eq!(back, [text]);
        }
    }
}
