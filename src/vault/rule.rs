//! The error for a field that breaks its rule, and text types that can only contain valid text.
//!
//! A message here may quote a name, never anything that could be a value, a description or a token.

/// A field that breaks a rule.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{rule}")]
pub struct RuleViolation {
    /// For people: the rule, without a full stop.
    pub rule: String,
    /// For programs: a word that never changes, as pydantic spells it.
    pub kind: &'static str,
}

impl RuleViolation {
    pub fn too_short(rule: impl Into<String>) -> Self {
        Self::new(rule, "string_too_short")
    }

    pub fn too_long(rule: impl Into<String>) -> Self {
        Self::new(rule, "string_too_long")
    }

    pub fn mismatch(rule: impl Into<String>) -> Self {
        Self::new(rule, "string_pattern_mismatch")
    }

    pub fn new(rule: impl Into<String>, kind: &'static str) -> Self {
        let rule = rule.into();
        Self { rule, kind }
    }
}

/// A name for a message: in quotes, or "this" if it is unsafe for a terminal.
pub fn quoted(name: &str) -> String {
    let printable = |byte: u8| byte == b' ' || byte.is_ascii_graphic();
    if name.bytes().all(printable) {
        format!("\"{name}\"")
    } else {
        "this".to_owned()
    }
}

/// The rule without the name that it quotes. That name may be a value in the wrong place.
pub fn unquoted(field: &str, broken: RuleViolation) -> RuleViolation {
    if broken.kind != "string_pattern_mismatch" {
        return broken;
    }
    match field {
        "name" => RuleViolation::mismatch(
            "a name can use A-Z a-z 0-9 _ + = - @ # $ . but cannot begin with -, be . or .., or look like an id",
        ),
        "env_key" => RuleViolation::mismatch(
            "an environment variable can use A-Z a-z 0-9 _ and cannot begin with a digit",
        ),
        _ => broken,
    }
}

/// Gives a newtype around `String` that has its own `parse` everything else it needs.
///
/// Reading it from sealed data calls `parse`, too: a writer may be hostile.
macro_rules! checked_text {
    ($name:ident) => {
        impl $name {
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(&self.0)
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
                to.serialize_str(&self.0)
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                let text = <std::borrow::Cow<'de, str>>::deserialize(from)?;
                Self::parse(&text).map_err(|broken| serde::de::Error::custom(broken.kind))
            }
        }
    };
}
pub(super) use checked_text;
