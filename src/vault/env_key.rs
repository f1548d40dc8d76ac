//! The name of the environment variable that a secret becomes. `deliver::environment` decides which names are too
//! dangerous; this rule does not.

use super::name::SecretName;
use super::rule::{RuleViolation, checked_text, quoted};

pub const MAX_ENV_KEY_CHARACTERS: usize = 255;

/// `[A-Za-z_][A-Za-z0-9_]*`, at most 255 characters: a variable name in every shell.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct EnvKey(Box<str>);

impl EnvKey {
    pub fn parse(text: &str) -> Result<Self, RuleViolation> {
        if text.is_empty() {
            return Err(RuleViolation::too_short(
                "an environment variable cannot have an empty name",
            ));
        }
        if text.chars().count() > MAX_ENV_KEY_CHARACTERS {
            let rule = format!(
                "an environment variable can have at most {MAX_ENV_KEY_CHARACTERS} characters in its name"
            );
            return Err(RuleViolation::too_long(rule));
        }
        let allowed = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
        if !text.bytes().all(allowed) || text.starts_with(|first: char| first.is_ascii_digit()) {
            return Err(RuleViolation::mismatch(format!(
                "{} cannot be an environment variable: use A-Z a-z 0-9 _ and no digit at the beginning",
                quoted(text)
            )));
        }
        Ok(Self(text.into()))
    }

    /// The key of a secret that has none of its own.
    pub fn from_name(name: &SecretName) -> Self {
        let name = name.as_str();
        let mut key = String::with_capacity(name.len() + 1);
        if name.starts_with(|first: char| first.is_ascii_digit()) {
            key.push('_');
        }
        key.extend(name.chars().map(|letter| match letter {
            'a'..='z' | 'A'..='Z' | '0'..='9' => letter.to_ascii_uppercase(),
            _ => '_',
        }));
        Self(key.into_boxed_str())
    }
}

checked_text!(EnvKey);

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_key_is_a_valid_shell_variable_name() {
        for key in ["A", "_", "a1", "DATABASE_URL", &"K".repeat(255)] {
            assert_eq!(EnvKey::parse(key).unwrap().as_str(), key);
        }
        for key in [
            "",
            "1A",
            "A-B",
            "A=B",
            "A ",
            "A\n",
            "É",
            "A\0",
            &"K".repeat(256),
        ] {
            assert!(EnvKey::parse(key).is_err(), "{key:?}");
        }
    }

    #[test]
    fn a_name_becomes_a_key() {
        for (name, key) in [
            ("database_url", "DATABASE_URL"),
            ("tls-key.pem", "TLS_KEY_PEM"),
            ("2fa", "_2FA"),
            ("a+b=c@d#e$f", "A_B_C_D_E_F"),
        ] {
            let name = SecretName::parse(name).unwrap();
            assert_eq!(EnvKey::from_name(&name).as_str(), key);
        }
    }

    proptest! {
        #[test]
        fn every_name_has_a_valid_key(name in "[A-Za-z0-9_+=@#$.][A-Za-z0-9_+=@#$.-]{0,127}") {
            if let Ok(name) = SecretName::parse(&name) {
                let key = EnvKey::from_name(&name);
                prop_assert_eq!(EnvKey::parse(key.as_str()), Ok(key));
            }
        }
    }
}
