//! The `.env` format of npm's dotenv, version 15 and later: `KEY='value'`, as the `LINE` expression of its
//! `parse` reads it.
//!
//! It knows three quotes but no way to escape one, `\n` and `\r` in double quotes only, and no escaped
//! backslash. The first notation that reproduces the value is used; if none does, the value is refused.

use super::dotenv::{holds, holds_dollar, needs_no_quotes};
use super::format::{Why, variable_text};
use super::page::Page;

const NO_NOTATION: Why =
    "dotenv for Node cannot write its mix of quotes, backslashes, # or line ends";

pub fn line(key: &str, value: &[u8], page: &mut Page) -> Result<(), Why> {
    let text = variable_text(value)?;
    // A quote after a backslash does not close the value.
    let may_be_quoted = !text.ends_with('\\');
    let has_return = text.contains('\r');
    let fits = |quote| may_be_quoted && !has_return && !text.contains(quote);
    let quote = if fits('\'') {
        "'"
    } else if fits('`') {
        "`"
    } else if needs_no_quotes(text) {
        ""
    } else if may_be_quoted && !text.contains('"') && !holds_escape(text) {
        "\""
    } else {
        return Err(NO_NOTATION);
    };
    page.texts(&[key, "=", quote]);
    // A bare carriage return would be read as a newline.
    page.replaced(value, |byte| (byte == b'\r').then_some("\\r"));
    page.texts(&[quote, "\n"]);
    Ok(())
}

/// dotenv-expand works on the values, whatever their quotes were.
pub fn cautions(value: &[u8]) -> Vec<&'static str> {
    let mut cautions = Vec::new();
    if holds(value, b"$(") {
        cautions.push("the value contains $(, with which dotenv-expand and dotenvx run a command");
    }
    if holds_dollar(value) {
        cautions
            .push("the value contains $, which dotenv-expand replaces, also in Vite and Next.js");
    }
    cautions
}

/// Whether double quotes would turn some text into a line end.
fn holds_escape(text: &str) -> bool {
    text.contains("\\n") || text.contains("\\r")
}
