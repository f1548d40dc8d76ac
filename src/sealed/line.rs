//! One line of the format, read exactly: members in their order, no spaces, no escapes, numbers without
//! leading zeros, base64 in its one spelling. What does not fit has no second reading.

use data_encoding::BASE64_NOPAD;

/// Revisions stay below this, so that every JSON reader keeps them exact.
pub const MAX_NUMBER: u64 = (1 << 53) - 1;

/// What is left of a line. Each step takes its part off the front or gives `None`.
#[derive(Clone, Copy)]
pub struct Line<'a>(&'a str);

impl<'a> Line<'a> {
    pub fn new(text: &'a str) -> Self {
        Self(text)
    }

    /// Exactly this text comes next.
    pub fn literal(&mut self, text: &str) -> Option<()> {
        self.0 = self.0.strip_prefix(text)?;
        Some(())
    }

    /// Takes the text if it comes next.
    pub fn optional(&mut self, text: &str) -> bool {
        self.literal(text).is_some()
    }

    /// Everything up to the next quotation mark, which is taken too. No escape is known.
    pub fn string(&mut self) -> Option<&'a str> {
        let (text, rest) = self.0.split_once('"')?;
        self.0 = rest;
        Some(text)
    }

    /// A decimal number up to [`MAX_NUMBER`].
    pub fn number(&mut self) -> Option<u64> {
        let digits = self.0.bytes().take_while(u8::is_ascii_digit).count();
        let (text, rest) = self.0.split_at(digits);
        if digits > 16 || (digits > 1 && text.starts_with('0')) {
            return None;
        }
        self.0 = rest;
        text.parse().ok().filter(|&number| number <= MAX_NUMBER)
    }

    /// Base64 of exactly `N` bytes, and the quotation mark behind it.
    pub fn bytes<const N: usize>(&mut self) -> Option<[u8; N]> {
        decode(self.string()?)?.try_into().ok()
    }

    /// Base64 of any length, and the quotation mark behind it.
    pub fn blob(&mut self) -> Option<Vec<u8>> {
        decode(self.string()?)
    }

    /// `"…","…"]`: a list of base64 texts and the bracket behind it, not decoded yet.
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

    /// Nothing is left.
    pub fn end(self) -> Option<()> {
        self.0.is_empty().then_some(())
    }
}

/// Strict: no padding, no other alphabet, no bits left over.
pub fn decode(text: &str) -> Option<Vec<u8>> {
    BASE64_NOPAD.decode(text.as_bytes()).ok()
}

pub fn encode(bytes: &[u8]) -> String {
    BASE64_NOPAD.encode(bytes)
}

/// Whether a text is 32 bytes in base64's one spelling, for texts that are compared, not decoded.
pub fn is_32_bytes(text: &[u8]) -> bool {
    BASE64_NOPAD.decode_len(text.len()) == Ok(32)
        && BASE64_NOPAD.decode_mut(text, &mut [0; 32]).is_ok()
}

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
    fn base64_has_one_spelling() {
        assert_eq!(decode("AA"), Some(vec![0]));
        for wrong in ["AB", "AA==", "A", "A-", "A A", "AA\n"] {
            assert_eq!(decode(wrong), None, "{wrong}");
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
