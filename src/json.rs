//! Parses JSON without copying. A string stays in the input until it is requested, and is then copied once, into
//! memory that is wiped.

use crate::plaintext::Plaintext;
use serde::de::{Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;
use std::fmt;
use std::mem::take;
use zeroize::Zeroizing;

/// One more than any list of a secret may have; later items are only checked to be JSON.
pub const MAX_PARTS: usize = 101;

/// The place where a text stops being JSON.
pub struct NotJson {
    pub line: usize,
    pub column: usize,
}

/// The reason why there is no string.
#[derive(Debug, PartialEq, Eq)]
pub enum NoString {
    /// Another type.
    OtherType,
    /// Half of a surrogate pair, which UTF-8 cannot express.
    Surrogate,
}

/// The whole text, checked to be JSON at any depth.
pub fn document(text: &[u8]) -> Result<&RawValue, NotJson> {
    serde_json::from_slice(text).map_err(|error| NotJson {
        line: error.line(),
        column: error.column(),
    })
}

pub fn is_null(json: &RawValue) -> bool {
    json.get() == "null"
}

/// The first members of an object with their names, in order and with repetitions. Those after `most` are
/// only checked to be JSON.
pub fn members(json: &RawValue, most: usize) -> Option<Vec<(&RawValue, &RawValue)>> {
    let mut parser = serde_json::Deserializer::from_str(json.get());
    parser.deserialize_map(Members { most }).ok()
}

/// The first items of a list. Those after `most` are only checked to be JSON.
pub fn items(json: &RawValue, most: usize) -> Option<Vec<&RawValue>> {
    let mut parser = serde_json::Deserializer::from_str(json.get());
    parser.deserialize_seq(Items { most }).ok()
}

/// The text of a string. The parser would decode escapes in memory of its own, which is never wiped.
pub fn string(json: &RawValue) -> Result<Plaintext, NoString> {
    let inner = json.get().strip_prefix('"');
    let mut rest = inner
        .and_then(|inner| inner.strip_suffix('"'))
        .ok_or(NoString::OtherType)?;
    // No escape is shorter than its character, so the buffer never grows.
    let mut text = Zeroizing::new(Vec::with_capacity(rest.len()));
    while let Some((plain, escape)) = rest.split_once('\\') {
        text.extend_from_slice(plain.as_bytes());
        let (letter, after) = unescape(escape).ok_or(NoString::Surrogate)?;
        text.extend_from_slice(letter.encode_utf8(&mut [0; 4]).as_bytes());
        rest = after;
    }
    text.extend_from_slice(rest.as_bytes());
    Ok(Plaintext::new(take(&mut *text)))
}

/// The character of an escape, and the text after it. The escape is valid JSON.
fn unescape(escape: &str) -> Option<(char, &str)> {
    let (kind, rest) = escape.split_at_checked(1)?;
    let letter = match kind {
        "b" => '\u{8}',
        "f" => '\u{c}',
        "n" => '\n',
        "r" => '\r',
        "t" => '\t',
        "u" => {
            let (first, rest) = code_unit(rest)?;
            if let Some(letter) = char::from_u32(first.into()) {
                return Some((letter, rest));
            }
            let (second, rest) = code_unit(rest.strip_prefix("\\u")?)?;
            let letter = char::decode_utf16([first, second]).next()?.ok()?;
            return Some((letter, rest));
        }
        other => other.chars().next()?,
    };
    Some((letter, rest))
}

fn code_unit(escape: &str) -> Option<(u16, &str)> {
    let (digits, rest) = escape.split_at_checked(4)?;
    Some((u16::from_str_radix(digits, 16).ok()?, rest))
}

struct Members {
    most: usize,
}

impl<'de> Visitor<'de> for Members {
    type Value = Vec<(&'de RawValue, &'de RawValue)>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut members = Vec::new();
        while let Some(member) = map.next_entry()? {
            if members.len() < self.most {
                members.push(member);
            }
        }
        Ok(members)
    }
}

struct Items {
    most: usize,
}

impl<'de> Visitor<'de> for Items {
    type Value = Vec<&'de RawValue>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = list.next_element()? {
            if items.len() < self.most {
                items.push(item);
            }
        }
        Ok(items)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn decoded(text: &str) -> Result<String, NoString> {
        let json = document(text.as_bytes()).ok().unwrap();
        string(json).map(|text| String::from_utf8(text.expose().to_vec()).unwrap())
    }

    fn texts(parts: Vec<&RawValue>) -> Vec<&str> {
        parts.into_iter().map(RawValue::get).collect()
    }

    #[test]
    fn a_string_is_decoded_whichever_way_it_is_escaped() {
        for (json, text) in [
            (r#""""#, ""),
            (r#" "plain ü 🔐" "#, "plain ü 🔐"),
            (r#""\"\\\/\b\f\n\r\t""#, "\"\\/\u{8}\u{c}\n\r\t"),
            (r#""\u0000\u00fc\u20AC\\u0041""#, "\0ü€\\u0041"),
            (r#""a\ud83d\uDD10z""#, "a🔐z"),
        ] {
            assert_eq!(decoded(json).unwrap(), text, "{json}");
            assert_eq!(serde_json::from_str::<String>(json).unwrap(), text);
        }
    }

    #[test]
    fn half_a_pair_and_other_types_are_no_strings() {
        for json in [
            r#""\ud83d""#,
            r#""\ud83dx""#,
            r#""\ud83d\n""#,
            r#""\ud83d\u0041""#,
            r#""\ud83d\ud83d""#,
            r#""\udd10\ud83d""#,
            r#""\udd10""#,
        ] {
            assert_eq!(decoded(json), Err(NoString::Surrogate), "{json}");
        }
        for json in ["1", "null", "true", "[\"a\"]", "{\"a\":\"b\"}"] {
            assert_eq!(decoded(json), Err(NoString::OtherType), "{json}");
        }
    }

    #[test]
    fn members_come_in_order_with_those_that_are_there_twice() {
        let json = document(br#" {"a": 1, "b" : [ 2 ], "a":{"c":3}} "#)
            .ok()
            .unwrap();
        let (names, given) = members(json, MAX_PARTS).unwrap().into_iter().unzip();
        assert_eq!(texts(names), ["\"a\"", "\"b\"", "\"a\""]);
        assert_eq!(texts(given), ["1", "[ 2 ]", "{\"c\":3}"]);
        assert_eq!(members(json, 2).unwrap().len(), 2);
        assert!(items(json, MAX_PARTS).is_none());
    }

    #[test]
    fn items_come_in_order_and_no_more_of_them_than_can_be_of_use() {
        let json = document(b"[1, \"2\" ,[3]]").ok().unwrap();
        assert_eq!(
            texts(items(json, MAX_PARTS).unwrap()),
            ["1", "\"2\"", "[3]"]
        );
        assert!(members(json, MAX_PARTS).is_none());
        let many = format!("[{}0]", "0,".repeat(1_000_000));
        let many = document(many.as_bytes()).ok().unwrap();
        assert_eq!(items(many, MAX_PARTS).unwrap().len(), MAX_PARTS);
    }

    #[test]
    fn invalid_json_is_reported_by_place() {
        for (text, line, column) in [("", 1, 0), ("{\n  \"a\": hunter2}", 2, 8), ("{} {}", 1, 4)] {
            let wrong = document(text.as_bytes()).err().unwrap();
            assert_eq!((wrong.line, wrong.column), (line, column), "{text:?}");
        }
        for text in [
            &b"{\"a\":\"\x01\"}"[..],
            b"{\"a\":01}",
            b"{\"a\":1,}",
            b"\"\\x\"",
            b"\"\\u12g4\"",
            b"\"\xff\"",
        ] {
            assert!(document(text).is_err(), "{}", text.escape_ascii());
        }
    }

    proptest! {
        #[test]
        fn any_string_equals_what_a_full_parser_reads(text in any::<String>(), escapes in any::<Vec<u16>>()) {
            let json = serde_json::to_string(&text).unwrap();
            prop_assert_eq!(decoded(&json), Ok(text));
            let escapes: Vec<String> = escapes.iter().map(|unit| format!("\\u{unit:04x}")).collect();
            let json = format!("\"{}\"", escapes.concat());
            prop_assert_eq!(decoded(&json).ok(), serde_json::from_str::<String>(&json).ok());
        }
    }
}
