//! The YAML format: one flat mapping of strings, in YAML 1.1 and 1.2, as PyYAML and libyaml read it.
//!
//! Keys and values are double-quoted (`NO` and `null` stay strings), in ASCII: YAML folds lines, ends them
//! at U+0085 and U+2028 as well, and bans characters that are not printable.

use super::format::{Why, text};
use super::page::Page;
use std::io::Write;

pub fn line(key: &str, value: &[u8], page: &mut Page) -> Result<(), Why> {
    let text = text(value)?;
    page.texts(&["\"", key, "\": "]);
    quote(text, page);
    page.text("\n");
    Ok(())
}

/// A double-quoted scalar.
pub fn quote(text: &str, page: &mut Page) {
    page.text("\"");
    let escape = |character| match character {
        '"' => Some("\\\""),
        '\\' => Some("\\\\"),
        '\n' => Some("\\n"),
        '\r' => Some("\\r"),
        '\t' => Some("\\t"),
        _ => None,
    };
    page.ascii(text, escape, |page, number| match number {
        ..=0xff => write!(page, "\\x{number:02x}"),
        0x100..=0xffff => write!(page, "\\u{number:04x}"),
        _ => write!(page, "\\U{number:08x}"),
    });
    page.text("\"");
}
