//! The `.env` format of Docker Compose: `KEY="value"`, as the `dotenv` package of compose-go reads it, for
//! `env_file:` and `--env-file`.
//!
//! In double quotes a backslash escapes `"`, `\` and `$`, which would name a variable. Everything else stands
//! for itself, line ends too.

use super::format::{Why, variable_text};
use super::page::Page;

pub fn line(key: &str, value: &[u8], page: &mut Page) -> Result<(), Why> {
    variable_text(value)?;
    page.texts(&[key, "=\""]);
    page.replaced(value, |byte| match byte {
        b'"' => Some("\\\""),
        b'\\' => Some("\\\\"),
        b'$' => Some("\\$"),
        _ => None,
    });
    page.text("\"\n");
    Ok(())
}
