//! Parses one line of the format exactly: members in their order, no spaces, no escapes, numbers without leading
//! zeros, base64 in its one spelling. Refuses anything else.

use data_encoding::BASE64_NOPAD;
use memchr::memchr;
use std::borrow::Cow;

/// Base64 characters of 32 bytes.
pub const TEXT_BYTES: usize = 43;

/// Revisions stay below this, so that every JSON reader keeps them exact.
pub const MAX_NUMBER: u64 = (1 << 53) - 1;

/// The unread rest of a line. Each step removes its part from the front or returns `None`.
#[derive(Clone, Copy)]
pub struct Line<'a>(&'a str);

impl<'a> Line<'a> {
    pub fn new(text: &'a str) -> Self {
        Self(text)
    }

    /// Removes this text.
    pub fn literal(&mut self, text: &str) -> Option<()> {
        self.0 = self.0.strip_prefix(text)?;
        Some(())
    }

    /// Removes the text if it comes next.
    pub fn optional(&mut self, text: &str) -> bool {
        self.literal(text).is_some()
    }

    /// Removes everything up to and including the next quotation mark. There are no escapes.
    pub fn string(&mut self) -> Option<&'a str> {
        let end = memchr(b'"', self.0.as_bytes())?;
        let text = &self.0[..end];
        self.0 = &self.0[end + 1..];
        Some(text)
    }

    /// Removes a JSON text in its one spelling, and the quotation mark after it.
    pub fn text(&mut self) -> Option<Cow<'a, str>> {
        let bytes = self.0.as_bytes();
        let is_plain = |byte: &&u8| !matches!(byte, b'"' | b'\\' | 0..b' ');
        let mut end = bytes.iter().take_while(is_plain).count();
        if bytes.get(end) == Some(&b'"') {
            let text = &self.0[..end];
            self.0 = &self.0[end + 1..];
            return Some(text.into());
        }
        while *bytes.get(end)? != b'"' {
            end += if bytes[end] == b'\\' { 2 } else { 1 };
        }
        let quoted = format!("\"{}\"", self.0.get(..end)?);
        let text: String = serde_json::from_str(&quoted).ok()?;
        self.0 = &self.0[end + 1..];
        (serde_json::to_string(&text).ok()? == quoted).then_some(text.into())
    }

    /// Removes a decimal number up to [`MAX_NUMBER`].
    pub fn number(&mut self) -> Option<u64> {
        let digits = self.0.bytes().take_while(u8::is_ascii_digit).count();
        let (text, rest) = self.0.split_at(digits);
        if digits > 16 || (digits > 1 && text.starts_with('0')) {
            return None;
        }
        self.0 = rest;
        text.parse().ok().filter(|&number| number <= MAX_NUMBER)
    }

    /// Removes base64 of exactly `N` bytes, and the quotation mark after it.
    pub fn bytes<const N: usize>(&mut self) -> Option<[u8; N]> {
        decode(self.string()?)?.try_into().ok()
    }

    /// Removes base64 of any length, and the quotation mark after it.
    pub fn blob(&mut self) -> Option<Vec<u8>> {
        decode(self.string()?)
    }

    /// Removes `"…","…"]`: a list of base64 texts and the bracket after it. Does not decode them.
    pub fn strings(&mut self) -> Option<Vec<&'a str>> {
        let mut all = Vec::new();
        if self.optional("]") {
            return Some(all);
        }
        loop {
            self.literal("\"")?;
            all.push(self.string()?);
            if self.optional("]") {
                return Some(all);
            }
            self.literal(",")?;
        }
    }

    pub fn rest(&self) -> &'a str {
        self.0
    }

    /// Checks that nothing is left.
    pub fn end(self) -> Option<()> {
        self.0.is_empty().then_some(())
    }
}

/// Decodes base64 strictly: no padding, no other alphabet, no bits left over.
pub fn decode(text: &str) -> Option<Vec<u8>> {
    BASE64_NOPAD.decode(text.as_bytes()).ok()
}

pub fn encode(bytes: &[u8]) -> String {
    BASE64_NOPAD.encode(bytes)
}

/// Whether a text is 32 bytes in base64's one spelling. For texts that are compared without decoding: each line
/// of a directory has two.
pub fn is_32_bytes(text: &[u8]) -> bool {
    // 43 characters carry 258 bits: the last two are zero.
    let (Some((last, rest)), TEXT_BYTES) = (text.split_last(), text.len()) else {
        return false;
    };
    let value = |byte: &u8| VALUES[usize::from(*byte)];
    rest.iter().all(|byte| value(byte) < 64) && value(last) < 64 && value(last) % 4 == 0
}

/// The value of each byte in base64 (RFC 4648, table 1); 64 for other bytes.
const VALUES: [u8; 256] = {
    let mut values = [64; 256];
    let mut value = 0;
    while value < 64 {
        let byte = match value {
            0..=25 => b'A' + value,
            26..=51 => b'a' + (value - 26),
            52..=61 => b'0' + (value - 52),
            62 => b'+',
            _ => b'/',
        };
        values[byte as usize] = value;
        value += 1;
    }
    values
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_one_spelling() {
        let number = |text| {
            let mut line = Line::new(text);
            line.number().filter(|_| line.end().is_some())
        };
        assert_eq!(number("0"), Some(0));
        assert_eq!(number("9007199254740991"), Some(MAX_NUMBER));
        for wrong in ["", "00", "01", "+1", "-1", "1.0", "1e3", "9007199254740992"] {
            assert_eq!(number(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn texts_have_one_spelling() {
        let text = |text| {
            let mut line = Line::new(text);
            line.text().filter(|_| line.end().is_some())
        };
        for (spelled, expected) in [
            ("\"", ""),
            ("caf\u{e9} \u{1f510}\u{7f}\"", "caf\u{e9} \u{1f510}\u{7f}"),
            ("\\\"\\\\\\n\\t\\u0007\"", "\"\\\n\t\u{7}"),
        ] {
            assert_eq!(text(spelled).as_deref(), Some(expected));
        }
        for wrong in [
            "",
            "a",
            "\\",
            "\\\"",
            "\\\"a",
            "a\n\"",
            "\u{1}\"",
            "\\/\"",
            "\\u0041\"",
            "\\u001F\"",
            "\\u000a\"",
            "\\ud83d\\udd10\"",
            "\\x\"",
            "\u{e9}\\\"",
        ] {
            assert_eq!(text(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn base64_has_one_spelling() {
        assert_eq!(decode("AA"), Some(vec![0]));
        for wrong in ["AB", "AA==", "A", "A-", "A A", "AA\n"] {
            assert_eq!(decode(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_text_that_is_compared_is_judged_as_decoding_would() {
        for byte in 0..=255 {
            let mut text = encode(&[7; 32]).into_bytes();
            for place in [0, 20, 42] {
                text[place] = byte;
                let decoded = BASE64_NOPAD.decode(&text).is_ok();
                assert_eq!(is_32_bytes(&text), decoded, "{byte} at {place}");
                text = encode(&[7; 32]).into_bytes();
            }
        }
    }

    #[test]
    fn a_text_that_is_compared_has_one_spelling_too() {
        assert!(is_32_bytes(encode(&[255; 32]).as_bytes()));
        let text = encode(&[0; 32]);
        for wrong in [
            text.replacen('A', "\"", 1),
            text.replacen('A', "\n", 1),
            text.replacen('A', "-", 1),
            format!("{}B", &text[1..]),
            format!("{text}A"),
            text[1..].to_owned(),
        ] {
            assert!(!is_32_bytes(wrong.as_bytes()), "{wrong}");
        }
    }

    #[test]
    fn lists_end_where_they_say() {
        let list = |text| Line::new(text).strings();
        assert_eq!(list("]"), Some(vec![]));
        assert_eq!(list("\"AA\",\"AQ\"]"), Some(vec!["AA", "AQ"]));
        for wrong in ["", "\"AA\"", "\"AA\",]", ",]", "\"AA\"\"AQ\"]"] {
            assert_eq!(list(wrong), None, "{wrong}");
        }
    }
}
