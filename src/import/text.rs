//! Rules that all text formats share: UTF-8, without a byte order mark and without NUL.

use super::entries::Location;
use crate::plaintext::Plaintext;
use crate::vault::rule::RuleViolation;

/// The input without the byte order mark that some editors write.
pub fn unmarked(input: &Plaintext) -> &[u8] {
    let bytes = input.expose();
    bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes)
}

/// The input as text. It must not contain NUL, which ends the text for some parsers.
pub fn text(input: &Plaintext) -> Result<&str, RuleViolation> {
    let bytes = unmarked(input);
    let text = str::from_utf8(bytes).map_err(|error| {
        let place = line_at(bytes, error.valid_up_to());
        RuleViolation::new(
            format!("{place}: the input is not valid UTF-8"),
            "string_unicode",
        )
    })?;
    match text.find('\0') {
        None => Ok(text),
        Some(at) => {
            let place = line_at(bytes, at);
            let rule = format!(
                "{place}: the input contains a NUL; for the output of `env -0`, use --format env"
            );
            Err(RuleViolation::new(rule, "value_error"))
        }
    }
}

/// The line of this byte.
pub fn line_at(bytes: &[u8], at: usize) -> Location {
    Location::Line(1 + memchr::memchr_iter(b'\n', &bytes[..at]).count())
}
