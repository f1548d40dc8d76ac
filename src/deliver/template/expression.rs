//! Reads the text between the delimiters: a reference, and the functions for its value.

use super::function::Function;
use crate::vault::reference::Reference;
use crate::vault::rule::RuleViolation;

/// Longer than any reference, with some room for spaces.
const MAX_REFERENCE_BYTES: usize = 512;
const MAX_FUNCTIONS: usize = 16;
const MAX_DEFAULT_BYTES: usize = 64 * 1024;

/// `kluis://name | default "x" | json`
#[derive(Debug)]
pub struct Expression {
    pub reference: Reference,
    pub default: Option<String>,
    pub functions: Vec<Function>,
}

/// Reads the expression at the beginning of `text`, and returns the position after its closing delimiter.
pub fn read(text: &[u8], closing: &[u8]) -> Result<(Expression, usize), RuleViolation> {
    let (reference, mut rest) = reference(text, closing)?;
    let mut expression = Expression {
        reference,
        default: None,
        functions: Vec::new(),
    };
    loop {
        rest = rest.trim_ascii_start();
        if let Some(after) = rest.strip_prefix(closing) {
            return Ok((expression, text.len() - after.len()));
        }
        rest = rest
            .strip_prefix(b"|")
            .ok_or_else(|| missing(closing))?
            .trim_ascii_start();
        let name = rest
            .iter()
            .take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'-')
            .count();
        let (name, after) = rest.split_at(name);
        rest = after;
        if name == b"default" {
            if expression.default.is_some() || !expression.functions.is_empty() {
                return Err(RuleViolation::mismatch("`default` comes first, and once"));
            }
            let (default, after) = string(after.trim_ascii_start())?;
            expression.default = Some(default);
            rest = after;
            continue;
        }
        expression.functions.push(Function::parse(name)?);
        if expression.functions.len() > MAX_FUNCTIONS {
            return Err(RuleViolation::too_long(
                "a reference takes at most 16 functions",
            ));
        }
    }
}

/// The reference at the beginning, and what comes after it.
fn reference<'t>(text: &'t [u8], closing: &[u8]) -> Result<(Reference, &'t [u8]), RuleViolation> {
    let near = &text[..text.len().min(MAX_REFERENCE_BYTES)];
    let is_reference = |byte: u8| byte.is_ascii_alphanumeric() || b"_+=-@#$./:?".contains(&byte);
    let end = (0..near.len())
        .find(|&at| !is_reference(near[at]) || near[at..].starts_with(closing))
        .ok_or_else(|| missing(closing))?;
    let (reference, rest) = text.split_at(end);
    let after = rest.trim_ascii_start();
    if !after.starts_with(closing) && !after.starts_with(b"|") {
        return Err(missing(closing));
    }
    // Only ASCII, as checked above.
    let reference = std::str::from_utf8(reference).unwrap_or_default();
    Ok((Reference::parse(reference)?, rest))
}

/// The error for a missing closing delimiter. The text may be anything, if the delimiter was forgotten further
/// up.
fn missing(closing: &[u8]) -> RuleViolation {
    let closing = String::from_utf8_lossy(closing);
    RuleViolation::mismatch(format!(
        "the {closing} at the end of the reference is missing, or there is more than a reference and functions before it"
    ))
}

/// A string as JSON writes it, and the text after it.
fn string(text: &[u8]) -> Result<(String, &[u8]), RuleViolation> {
    let wrong = || RuleViolation::mismatch("`default` takes a text in double quotes, as in JSON");
    let near = &text[..text.len().min(MAX_DEFAULT_BYTES)];
    if near.first() != Some(&b'"') {
        return Err(wrong());
    }
    let mut is_escaped = false;
    let end = near.iter().skip(1).position(|&byte| {
        let is_end = byte == b'"' && !is_escaped;
        is_escaped = byte == b'\\' && !is_escaped;
        is_end
    });
    let end = end.ok_or_else(wrong)? + 2;
    let parsed = serde_json::from_slice(&near[..end]).map_err(|_| wrong())?;
    Ok((parsed, &text[end..]))
}
