//! The JSON format: one flat object of strings (RFC 8259), as jq and every language read it.
//!
//! Bytes that are not UTF-8 are refused, not encoded: a program would use the encoded text as the value.

use super::format::{Entry, Format, Refused, text};
use super::page::Page;
use crate::plaintext::Plaintext;

pub fn document(entries: &[Entry<'_>]) -> Result<Plaintext, Refused> {
    let mut page = Page::default();
    let mut before = "{\n";
    for (key, value) in entries {
        let text = text(value.expose()).map_err(|why| Format::Json.refused(key, why))?;
        page.texts(&[before, "  \"", key.as_str(), "\": "]);
        // Writing to memory does not fail.
        let _ = serde_json::to_writer(&mut page, text);
        before = ",\n";
    }
    page.text("\n}\n");
    Ok(page.finish())
}
