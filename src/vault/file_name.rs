//! The name of the file in which a program finds a value.

use super::env_key::EnvKey;
use super::name::SecretName;
use super::rule::{RuleViolation, checked_text};

/// As long as most file systems allow (`NAME_MAX`).
pub const MAX_FILE_NAME_BYTES: usize = 255;

/// One component of a path. It leads to no other folder, and is safe for a terminal.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct FileName(Box<str>);

impl FileName {
    pub fn parse(text: &str) -> Result<Self, RuleViolation> {
        if text.is_empty() {
            return Err(RuleViolation::too_short("a file name cannot be empty"));
        }
        if text.len() > MAX_FILE_NAME_BYTES {
            let rule = format!("a file name can have at most {MAX_FILE_NAME_BYTES} bytes");
            return Err(RuleViolation::too_long(rule));
        }
        let is_refused = |letter: char| letter == '/' || letter.is_control();
        if matches!(text, "." | "..") || text.contains(is_refused) {
            return Err(RuleViolation::mismatch(
                "a file name cannot be a path, be . or .., or have control characters",
            ));
        }
        Ok(Self(text.into()))
    }

    /// The name of the secret, which is always a valid file name.
    pub fn of(name: &SecretName) -> Self {
        Self(name.as_str().into())
    }

    /// The name of the variable, for a value that is not a whole secret.
    pub fn of_variable(key: &EnvKey) -> Self {
        Self(key.as_str().into())
    }
}

checked_text!(FileName);

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_file_name_is_one_component_of_a_path() {
        for name in [
            "a",
            "tls.pem",
            "...",
            ".netrc",
            "-",
            "a b",
            "é",
            &"x".repeat(255),
        ] {
            assert_eq!(FileName::parse(name).unwrap().as_str(), name);
        }
        for (name, kind) in [
            ("", "string_too_short"),
            (&*"x".repeat(256), "string_too_long"),
            (&*"é".repeat(128), "string_too_long"),
            (".", "string_pattern_mismatch"),
            ("..", "string_pattern_mismatch"),
            ("a/b", "string_pattern_mismatch"),
            ("/", "string_pattern_mismatch"),
            ("../a", "string_pattern_mismatch"),
            ("a\0", "string_pattern_mismatch"),
            ("a\nb", "string_pattern_mismatch"),
            ("\x1b[2J", "string_pattern_mismatch"),
            ("a\x7f", "string_pattern_mismatch"),
            ("a\u{9b}", "string_pattern_mismatch"),
        ] {
            assert_eq!(FileName::parse(name).unwrap_err().kind, kind, "{name:?}");
        }
    }

    proptest! {
        #[test]
        fn the_name_of_every_secret_is_a_file_name(name in "[A-Za-z0-9_+=@#$.-]{1,128}") {
            if let Ok(name) = SecretName::parse(&name) {
                let file = FileName::of(&name);
                prop_assert_eq!(FileName::parse(name.as_str()).unwrap(), file);
            }
        }

        #[test]
        fn a_valid_name_stays_in_its_folder(name in any::<String>()) {
            if let Ok(name) = FileName::parse(&name) {
                let folder = std::path::Path::new("/folder");
                let path = folder.join(name.as_str());
                prop_assert_eq!(path.parent(), Some(folder));
                prop_assert_eq!(path.file_name(), Some(name.as_str().as_ref()));
            }
        }
    }
}
