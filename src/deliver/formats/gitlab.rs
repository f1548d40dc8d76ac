//! The format of GitLab's `artifacts:reports:dotenv`: lines of `KEY=value`, as GitLab's
//! `Ci::ParseDotenvArtifactService` reads them. It trims white space around a value and knows no quotes; it
//! replaces `$KEY`, `${KEY}` and `%KEY%` when the variable is used.
//!
//! GitLab itself refuses files of more than 5 KB or too many variables; the number is a setting there.

use super::format::{NEWLINE, Why, variable_text};
use super::page::Page;

const TRIMMED: Why = "its value begins or ends with white space, which GitLab removes";
const EXPANDED: Why = "its value contains a $ or a name between two %, which GitLab replaces";

pub fn line(key: &str, value: &[u8], page: &mut Page) -> Result<(), Why> {
    let text = variable_text(value)?;
    if text.contains('\n') {
        return Err(NEWLINE);
    }
    // The characters that Ruby's `strip` removes; other white space stays.
    let is_stripped = |character: char| matches!(character, '\t' | '\x0b'..='\r' | ' ');
    if text.starts_with(is_stripped) || text.ends_with(is_stripped) {
        return Err(TRIMMED);
    }
    if text.contains('$') || holds_name_in_percents(text) {
        return Err(EXPANDED);
    }
    page.texts(&[key, "=", text, "\n"]);
    Ok(())
}

fn holds_name_in_percents(text: &str) -> bool {
    let is_name = |part: &&str| {
        !part.is_empty()
            && !part.starts_with(|first: char| first.is_ascii_digit())
            && part
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
    };
    let parts: Vec<&str> = text.split('%').collect();
    let between = parts.len().saturating_sub(2);
    parts[1..].iter().take(between).any(is_name)
}
