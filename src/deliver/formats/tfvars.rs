//! The format of Terraform's `.tfvars` files: `KEY = "value"`, a quoted template of HCL's native syntax.
//!
//! It is ASCII with `$` and `%` as numeric escapes, so that nothing begins an interpolation or a directive.
//! Terraform normalises every string to NFC (`cty.StringVal`): a value in another form is refused.

use super::format::{Why, text};
use super::page::Page;
use std::io::Write;
use unicode_normalization::is_nfc;

const NOT_NFC: Why = "its value is not in Unicode's form NFC, so Terraform would change it";

pub fn line(key: &str, value: &[u8], page: &mut Page) -> Result<(), Why> {
    let text = text(value)?;
    if !is_nfc(text) {
        return Err(NOT_NFC);
    }
    page.texts(&[key, " = \""]);
    let escape = |character| match character {
        '"' => Some("\\\""),
        '\\' => Some("\\\\"),
        '\n' => Some("\\n"),
        '\r' => Some("\\r"),
        '\t' => Some("\\t"),
        '$' => Some("\\u0024"),
        '%' => Some("\\u0025"),
        _ => None,
    };
    page.ascii(text, escape, |page, number| match number {
        ..=0xffff => write!(page, "\\u{number:04x}"),
        _ => write!(page, "\\U{number:08x}"),
    });
    page.text("\"\n");
    Ok(())
}
