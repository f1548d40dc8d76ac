//! The format of `docker run --env-file`: lines of `KEY=value` without quotes or escapes, as docker/cli's
//! `kvfile` reads them: UTF-8, at most 64 KiB a line; it drops a carriage return before the newline.

use super::format::{NEWLINE, Why, variable_text};
use super::page::Page;

/// Go's `bufio.MaxScanTokenSize`, the newline counted.
const MAX_LINE_BYTES: usize = 64 * 1024;

const RETURN: Why =
    "its value ends with a carriage return, which docker reads as the end of the line";
const LONG: Why = "its line is longer than the 64 KiB that docker reads";
const QUOTED: Why = "its value is in quotes, which some programs keep and others drop";

pub fn line(key: &str, value: &[u8], page: &mut Page) -> Result<(), Why> {
    let text = variable_text(value)?;
    if text.contains('\n') {
        return Err(NEWLINE);
    }
    if text.ends_with('\r') {
        return Err(RETURN);
    }
    let is_in = |quote| text.len() > 1 && text.starts_with(quote) && text.ends_with(quote);
    if is_in('"') || is_in('\'') {
        return Err(QUOTED);
    }
    if key.len() + "=".len() + text.len() + "\n".len() > MAX_LINE_BYTES {
        return Err(LONG);
    }
    page.texts(&[key, "=", text, "\n"]);
    Ok(())
}
