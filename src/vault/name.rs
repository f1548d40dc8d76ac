//! The names of secrets, workspaces and apps. A name never looks like an id, a path or an option, so that
//! an argument has one meaning.

use super::rule::{RuleViolation, checked_text, quoted};
use crate::sealed::id::{AppId, ID_CHARACTERS, KeyId, SecretId, VaultId, WorkspaceId};
use std::sync::Arc;

pub const MAX_SECRET_NAME_CHARACTERS: usize = 128;
pub const MAX_WORKSPACE_NAME_CHARACTERS: usize = 63;
pub const MAX_APP_NAME_CHARACTERS: usize = 63;

/// The name of a secret: 1 to 128 of `A-Z a-z 0-9 _ + = - @ # $ .`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct SecretName(Box<str>);

impl SecretName {
    pub fn parse(text: &str) -> Result<Self, RuleViolation> {
        let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"_+=-@#$.".contains(&byte);
        check_length("a secret", text, MAX_SECRET_NAME_CHARACTERS)?;
        let rule = if !text.bytes().all(allowed) {
            "use only A-Z a-z 0-9 _ + = - @ # $ ."
        } else if text.starts_with('-') {
            "it cannot begin with -"
        } else if text == "." || text == ".." {
            "it cannot be . or .."
        } else if looks_like_an_id(text) {
            "it looks like an id"
        } else {
            return Ok(Self(text.into()));
        };
        Err(mismatch("a secret", text, rule))
    }
}

checked_text!(SecretName);

/// The name of a workspace: 1 to 63 of `a-z A-Z 0-9 _ . -`, the first a letter or digit. Every secret has a copy,
/// so copies are cheap.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct WorkspaceName(Arc<str>);

impl WorkspaceName {
    /// The workspace that always exists.
    pub const DEFAULT: &'static str = "default";

    pub fn parse(text: &str) -> Result<Self, RuleViolation> {
        check_plain("a workspace", text, MAX_WORKSPACE_NAME_CHARACTERS)?;
        Ok(Self(text.into()))
    }

    /// The name of the chosen workspace, or of the default one.
    pub fn or_default(chosen: Option<&Self>) -> &str {
        chosen.map_or(Self::DEFAULT, Self::as_str)
    }
}

impl Default for WorkspaceName {
    fn default() -> Self {
        Self(Self::DEFAULT.into())
    }
}

checked_text!(WorkspaceName);

/// The name of an app, under the same rule as a workspace's.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct AppName(String);

impl AppName {
    pub fn parse(text: &str) -> Result<Self, RuleViolation> {
        check_plain("an app", text, MAX_APP_NAME_CHARACTERS)?;
        Ok(Self(text.to_owned()))
    }
}

checked_text!(AppName);

/// Whether this is an id of some kind, or an id mistyped in case or in its first character.
pub(super) fn looks_like_an_id(text: &str) -> bool {
    let prefixes = [
        VaultId::PREFIX,
        KeyId::PREFIX,
        WorkspaceId::PREFIX,
        SecretId::PREFIX,
        AppId::PREFIX,
    ];
    let ulid = |byte: u8| byte.is_ascii_alphanumeric() && !b"ILOUilou".contains(&byte);
    // Every name is checked, and few have this length.
    if text.len() != SecretId::PREFIX.len() + ID_CHARACTERS {
        return false;
    }
    prefixes.iter().any(|prefix| {
        text.split_at_checked(prefix.len())
            .is_some_and(|(start, rest)| {
                start.eq_ignore_ascii_case(prefix)
                    && rest.len() == ID_CHARACTERS
                    && rest.bytes().all(ulid)
            })
    })
}

/// The rule for names other than a secret's.
fn check_plain(what: &str, text: &str, most: usize) -> Result<(), RuleViolation> {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"_.-".contains(&byte);
    check_length(what, text, most)?;
    let rule = if !text.bytes().all(allowed) {
        "use only A-Z a-z 0-9 _ . -"
    } else if !text.starts_with(|first: char| first.is_ascii_alphanumeric()) {
        "it must begin with a letter or a digit"
    } else if looks_like_an_id(text) {
        "it looks like an id"
    } else {
        return Ok(());
    };
    Err(mismatch(what, text, rule))
}

fn check_length(what: &str, text: &str, most: usize) -> Result<(), RuleViolation> {
    if text.is_empty() {
        return Err(RuleViolation::too_short(format!(
            "the name of {what} cannot be empty"
        )));
    }
    if text.chars().count() > most {
        let rule = format!("the name of {what} can have at most {most} characters");
        return Err(RuleViolation::too_long(rule));
    }
    Ok(())
}

fn mismatch(what: &str, text: &str, rule: &str) -> RuleViolation {
    let shown = quoted(text);
    RuleViolation::mismatch(format!("{shown} cannot be the name of {what}: {rule}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "7ZZZZZZZZZZZZZZZZZZZZZZZZZ";

    #[test]
    fn secret_names_keep_every_character_of_the_rule() {
        for name in [
            "a",
            "A_z+0=9-@#$.",
            "...",
            "_",
            "=",
            "sec_",
            "db.password",
            &"x".repeat(128),
        ] {
            assert_eq!(SecretName::parse(name).unwrap().as_str(), name);
        }
    }

    #[test]
    fn an_invalid_secret_name_is_refused_by_kind() {
        let long = "x".repeat(129);
        for (name, kind) in [
            ("", "string_too_short"),
            (long.as_str(), "string_too_long"),
            ("-a", "string_pattern_mismatch"),
            (".", "string_pattern_mismatch"),
            ("..", "string_pattern_mismatch"),
            ("a\n", "string_pattern_mismatch"),
            ("a b", "string_pattern_mismatch"),
            ("a/b", "string_pattern_mismatch"),
            ("a\0", "string_pattern_mismatch"),
            ("naïve", "string_pattern_mismatch"),
            ("ａ", "string_pattern_mismatch"), // full width
        ] {
            assert_eq!(SecretName::parse(name).unwrap_err().kind, kind, "{name:?}");
        }
    }

    #[test]
    fn no_name_looks_like_an_id() {
        for prefix in ["sec_", "vlt_", "key_", "wsp_", "app_", "SEC_", "Sec_"] {
            for id in [ID.to_owned(), ID.to_lowercase(), "Z".repeat(26)] {
                let name = format!("{prefix}{id}");
                assert!(SecretName::parse(&name).is_err(), "{name}");
                assert!(WorkspaceName::parse(&name).is_err(), "{name}");
                assert!(AppName::parse(&name).is_err(), "{name}");
            }
        }
        for name in [
            format!("sec_{ID}Z"),
            format!("sec_{}", "U".repeat(26)),
            format!("klp_{ID}"),
        ] {
            assert!(SecretName::parse(&name).is_ok(), "{name}");
        }
    }

    #[test]
    fn names_of_workspaces_and_apps_begin_with_a_letter_or_a_digit() {
        for name in ["default", "0", "a.b_c-d", "Prod", &"x".repeat(63)] {
            assert_eq!(WorkspaceName::parse(name).unwrap().as_str(), name);
            assert_eq!(AppName::parse(name).unwrap().as_str(), name);
        }
        for name in [
            "",
            "-a",
            ".",
            "_a",
            "a b",
            "a/b",
            "a+b",
            "a\n",
            "é",
            &"x".repeat(64),
        ] {
            assert!(WorkspaceName::parse(name).is_err(), "{name:?}");
            assert!(AppName::parse(name).is_err(), "{name:?}");
        }
        assert_eq!(
            WorkspaceName::parse("default").unwrap(),
            WorkspaceName::default()
        );
    }

    #[test]
    fn a_message_shows_the_name_unless_a_terminal_would_act_on_it() {
        assert_eq!(
            SecretName::parse("db password").unwrap_err().to_string(),
            "\"db password\" cannot be the name of a secret: use only A-Z a-z 0-9 _ + = - @ # $ ."
        );
        assert_eq!(
            WorkspaceName::parse("\x1b[2J").unwrap_err().to_string(),
            "this cannot be the name of a workspace: use only A-Z a-z 0-9 _ . -"
        );
    }

    #[test]
    fn a_stored_name_is_checked_when_it_is_read() {
        assert!(serde_json::from_str::<SecretName>("\"a\\u002db\"").is_ok());
        assert!(serde_json::from_str::<SecretName>("\"a b\"").is_err());
    }
}
