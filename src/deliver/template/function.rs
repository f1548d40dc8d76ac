//! The functions of a template: each writes a value so that the text around it keeps its meaning.

use crate::deliver::formats::page::Page;
use crate::deliver::formats::{shell, yaml};
use crate::plaintext::Plaintext;
use crate::vault::rule::RuleViolation;
use data_encoding::BASE64;
use std::io::Write;
use zeroize::Zeroizing;

#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Function {
    /// A JSON string with its quotes (RFC 8259).
    Json,
    /// The same without the quotes.
    JsonText,
    /// A double-quoted YAML scalar, which 1.1 and 1.2 read alike.
    Yaml,
    /// One word of a POSIX shell, in single quotes.
    Shell,
    /// Percent-encoded, all but RFC 3986's unreserved characters.
    Url,
    Base64,
    /// A field of PostgreSQL's password file.
    Pgpass,
    /// Without white space at both ends.
    Trim,
}

/// The reason why a function cannot write a value. It never repeats the value.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Unfit {
    #[error("the value is not UTF-8 text, which `{0}` needs: use `base64`")]
    NotText(&'static str),
    #[error("the value has a NUL, which no shell can hold")]
    Nul,
    #[error("the value has a line break, which a password file cannot hold")]
    LineBreak,
}

const ALL: [(&str, Function); 8] = [
    ("json", Function::Json),
    ("json-text", Function::JsonText),
    ("yaml", Function::Yaml),
    ("shell", Function::Shell),
    ("url", Function::Url),
    ("base64", Function::Base64),
    ("pgpass", Function::Pgpass),
    ("trim", Function::Trim),
];

impl Function {
    pub fn parse(name: &[u8]) -> Result<Self, RuleViolation> {
        let known = ALL.iter().find(|(known, _)| known.as_bytes() == name);
        known.map(|(_, function)| *function).ok_or_else(|| {
            RuleViolation::mismatch(
                "there is no such function; there are json, json-text, yaml, shell, url, base64, pgpass, trim and default",
            )
        })
    }

    fn name(self) -> &'static str {
        let known = ALL.iter().find(|(_, function)| *function == self);
        known.map_or("", |(name, _)| name)
    }

    pub fn apply(self, value: &Plaintext) -> Result<Plaintext, Unfit> {
        let bytes = value.expose();
        let text = || std::str::from_utf8(bytes).map_err(|_| Unfit::NotText(self.name()));
        let mut page = Page::default();
        match self {
            // Writing to memory does not fail.
            Self::Json => drop(serde_json::to_writer(&mut page, text()?)),
            Self::JsonText => {
                let mut quoted = Page::default();
                drop(serde_json::to_writer(&mut quoted, text()?));
                let quoted = quoted.finish();
                let all = quoted.expose();
                page.bytes(&all[1..all.len() - 1]);
            }
            Self::Yaml => yaml::quote(text()?, &mut page),
            Self::Shell if bytes.contains(&0) => return Err(Unfit::Nul),
            Self::Shell => shell::quote(bytes, &mut page),
            Self::Url => encode_url(bytes, &mut page),
            Self::Base64 => page.text(&Zeroizing::new(BASE64.encode(bytes))),
            Self::Pgpass if bytes.contains(&b'\n') || bytes.contains(&b'\r') => {
                return Err(Unfit::LineBreak);
            }
            Self::Pgpass => page.replaced(bytes, |byte| match byte {
                b'\\' => Some("\\\\"),
                b':' => Some("\\:"),
                _ => None,
            }),
            Self::Trim => page.bytes(bytes.trim_ascii()),
        }
        Ok(page.finish())
    }
}

/// Percent-encodes all but RFC 3986's unreserved characters.
pub fn encode_url(bytes: &[u8], page: &mut Page) {
    for byte in bytes {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(byte) {
            page.bytes(&[*byte]);
        } else {
            // Writing to memory does not fail.
            let _ = write!(page, "%{byte:02X}");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn applied(function: Function, value: &[u8]) -> Result<Vec<u8>, Unfit> {
        let written = function.apply(&Plaintext::new(value.to_vec()))?;
        Ok(written.expose().to_vec())
    }

    #[test]
    fn each_function_writes_what_its_reader_reads() {
        let value = "a\"b\\c'd:e f\u{e9}\u{2028}\t$(id)%\n";
        for (function, expected) in [
            (
                Function::Json,
                "\"a\\\"b\\\\c'd:e f\u{e9}\u{2028}\\t$(id)%\\n\"",
            ),
            (
                Function::JsonText,
                "a\\\"b\\\\c'd:e f\u{e9}\u{2028}\\t$(id)%\\n",
            ),
            (Function::Yaml, r#""a\"b\\c'd:e f\xe9\u2028\t$(id)%\n""#),
            (
                Function::Shell,
                "'a\"b\\c'\\''d:e f\u{e9}\u{2028}\t$(id)%\n'",
            ),
            (
                Function::Url,
                "a%22b%5Cc%27d%3Ae%20f%C3%A9%E2%80%A8%09%24%28id%29%25%0A",
            ),
            (Function::Base64, "YSJiXGMnZDplIGbDqeKAqAkkKGlkKSUK"),
            (Function::Trim, "a\"b\\c'd:e f\u{e9}\u{2028}\t$(id)%"),
        ] {
            let written = applied(function, value.as_bytes()).unwrap();
            assert_eq!(
                String::from_utf8(written).unwrap(),
                expected,
                "{function:?}"
            );
        }
        assert_eq!(applied(Function::Pgpass, b"a:b\\c").unwrap(), b"a\\:b\\\\c");
    }

    #[test]
    fn what_a_reader_cannot_hold_is_refused() {
        for (function, value, unfit) in [
            (Function::Json, &b"\xff"[..], Unfit::NotText("json")),
            (Function::JsonText, b"\xff", Unfit::NotText("json-text")),
            (Function::Yaml, b"\xff", Unfit::NotText("yaml")),
            (Function::Shell, b"a\0b", Unfit::Nul),
            (Function::Pgpass, b"a\nb", Unfit::LineBreak),
            (Function::Pgpass, b"a\rb", Unfit::LineBreak),
        ] {
            assert_eq!(applied(function, value), Err(unfit));
        }
        assert!(applied(Function::Shell, b"\xff").is_ok());
    }

    proptest! {
        #[test]
        fn json_and_base64_read_back(value in proptest::collection::vec(any::<u8>(), 0..60)) {
            let encoded = applied(Function::Base64, &value).unwrap();
            prop_assert_eq!(BASE64.decode(&encoded).unwrap(), value.clone());
            if let Ok(text) = std::str::from_utf8(&value) {
                let json = applied(Function::Json, &value).unwrap();
                prop_assert_eq!(&serde_json::from_slice::<String>(&json).unwrap(), text);
                let inside = applied(Function::JsonText, &value).unwrap();
                let quoted = [b"\"", &inside[..], b"\""].concat();
                prop_assert_eq!(quoted, json);
            }
        }
    }
}
