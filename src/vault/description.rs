//! A description of a secret or a workspace. It never appears in a message and never names anything.

use super::rule::{RuleViolation, checked_text};

pub const MAX_DESCRIPTION_CHARACTERS: usize = 1_024;

/// Free text of at most 1,024 Unicode characters; its only control characters are newline and tab.
#[derive(Clone, Default, PartialEq, Eq, Debug)]
pub struct Description(Box<str>);

impl Description {
    pub fn parse(text: &str) -> Result<Self, RuleViolation> {
        if text.chars().count() > MAX_DESCRIPTION_CHARACTERS {
            let rule =
                format!("a description can have at most {MAX_DESCRIPTION_CHARACTERS} characters");
            return Err(RuleViolation::too_long(rule));
        }
        if text
            .bytes()
            .any(|byte| byte < b' ' && byte != b'\n' && byte != b'\t')
        {
            let rule =
                "a description cannot contain control characters other than newlines and tabs";
            return Err(RuleViolation::mismatch(rule));
        }
        Ok(Self(text.into()))
    }
}

checked_text!(Description);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_description_is_counted_in_characters_not_bytes() {
        assert!(Description::parse(&"é".repeat(1_024)).is_ok());
        assert_eq!(
            Description::parse(&"é".repeat(1_025)).unwrap_err().kind,
            "string_too_long"
        );
    }

    #[test]
    fn a_description_may_have_lines_but_no_escape_sequences() {
        for text in ["", "two\nlines\tand a tab", "Kluis — 金庫 🔐"] {
            assert_eq!(Description::parse(text).unwrap().as_str(), text);
        }
        for text in ["\0", "\x1b[2J", "a\r\nb", "\x07"] {
            let broken = Description::parse(text).unwrap_err();
            assert_eq!(broken.kind, "string_pattern_mismatch", "{text:?}");
        }
    }
}
