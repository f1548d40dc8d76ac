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

/// Many programs read `.env` files, and most of them expand more than python-dotenv does.
pub fn cautions(value: &[u8]) -> Vec<&'static str> {
    let mut cautions = Vec::new();
    if holds(value, b"${") {
        cautions.push(
            "the value contains ${, which python-dotenv replaces unless you load the file with interpolate=False",
        );
    }
    if holds(value, b"$(") {
        cautions.push("the value contains $(, with which ruby's dotenv and shells run a command");
    }
    if value.contains(&b'`') {
        cautions.push("the value contains `, with which shells run a command");
    }
    if holds_dollar(value) {
        cautions.push("the value contains $, which ruby's dotenv, Docker Compose (see --format compose) and shells replace");
    }
    cautions
}

/// Whether a `$` stands before something that it could give a meaning to.
pub fn holds_dollar(value: &[u8]) -> bool {
    value
        .windows(2)
        .any(|pair| pair[0] == b'$' && pair[1].is_ascii_graphic())
}

pub fn holds(value: &[u8], part: &[u8]) -> bool {
    value.windows(part.len()).any(|window| window == part)
}
