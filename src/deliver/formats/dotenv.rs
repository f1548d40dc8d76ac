//! The `.env` format of python-dotenv with interpolation off: `KEY="value"`, as its `parser.py` reads it.
//!
//! In double quotes it knows the escapes of `\abfnrtv"`. A backslash before the closing quote would make it
//! look for another quote, in the next value: such a value is written without quotes, or refused.

use super::format::{Why, variable_text};
use super::page::Page;

const BACKSLASH: Why =
    "its value ends with a backslash and needs quotes, which python-dotenv cannot read";

pub fn line(key: &str, value: &[u8], page: &mut Page) -> Result<(), Why> {
    let text = variable_text(value)?;
    page.texts(&[key, "="]);
    if !text.ends_with('\\') {
        page.text("\"");
        page.replaced(value, |byte| match byte {
            b'"' => Some("\\\""),
            b'\\' => Some("\\\\"),
            0x07 => Some("\\a"),
            0x08 => Some("\\b"),
            b'\t' => Some("\\t"),
            b'\n' => Some("\\n"),
            0x0b => Some("\\v"),
            0x0c => Some("\\f"),
            // Python would read a bare one as a newline.
            b'\r' => Some("\\r"),
            _ => None,
        });
        page.text("\"");
    } else if needs_no_quotes(text) {
        page.text(text);
    } else {
        return Err(BACKSLASH);
    }
    page.text("\n");
    Ok(())
}

/// Whether the text needs no quotes, here and for Node.
pub fn needs_no_quotes(text: &str) -> bool {
    let is_plain = |character: char| {
        let is_space = character.is_whitespace() && character != ' ';
        !is_space && !character.is_control() && !['#', '\u{feff}'].contains(&character)
    };
    text.chars().all(is_plain) && !text.starts_with([' ', '\'', '"', '`']) && !text.ends_with(' ')
}

pub fn caution(value: &[u8]) -> Option<&'static str> {
    let holds_reference = value.windows(2).any(|pair| pair == b"${");
    holds_reference
        .then_some("the value contains ${, which python-dotenv replaces unless you load the file with interpolate=False")
}
