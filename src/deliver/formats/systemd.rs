//! The format of systemd's `EnvironmentFile=`: `KEY="value"`, as `parse_env_file` of systemd's `env-file.c`
//! reads it (systemd.exec(5)). In double quotes a backslash escapes `"`, `\`, `` ` `` and `$`; newlines are
//! kept, and nothing is expanded.
//!
//! systemd's UTF-8 check rejects noncharacters, and then the whole file.

use super::format::{Why, variable_text};
use super::page::Page;

const NONCHARACTER: Why = "its value contains a character that Unicode forbids (a noncharacter), and systemd rejects files with one";

pub fn line(key: &str, value: &[u8], page: &mut Page) -> Result<(), Why> {
    let text = variable_text(value)?;
    if text.chars().any(is_noncharacter) {
        return Err(NONCHARACTER);
    }
    page.texts(&[key, "=\""]);
    page.replaced(value, |byte| match byte {
        b'"' => Some("\\\""),
        b'\\' => Some("\\\\"),
        b'`' => Some("\\`"),
        b'$' => Some("\\$"),
        _ => None,
    });
    page.text("\"\n");
    Ok(())
}

fn is_noncharacter(character: char) -> bool {
    let number = u32::from(character);
    (0xfdd0..=0xfdef).contains(&number) || number & 0xfffe == 0xfffe
}
