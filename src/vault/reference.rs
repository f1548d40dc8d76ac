//! Parses references to secrets: `name`, `workspace/name`, an id, or a `kluis://` address in a file.
//!
//! Parsing does not read a vault, so it does not check that the secret exists.

use super::name::{SecretName, WorkspaceName, looks_like_an_id};
use super::rule::{RuleViolation, quoted};
use crate::sealed::id::SecretId;
use std::fmt;

/// The beginning of a reference inside a file.
pub const SCHEME: &str = "kluis://";

#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Reference {
    /// `None`: the workspace in use.
    pub workspace: Option<WorkspaceName>,
    pub secret: Target,
    /// `None`: the slot effective at that time. Only a `kluis://` address can name a slot.
    pub slot: Option<u64>,
}

#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum Target {
    Name(SecretName),
    Id(SecretId),
}

impl Reference {
    /// A secret of the workspace in use.
    pub fn to(secret: Target) -> Self {
        Self {
            workspace: None,
            secret,
            slot: None,
        }
    }

    /// Parses a reference from an argument or a file. Each has exactly one meaning.
    pub fn parse(text: &str) -> Result<Self, RuleViolation> {
        let (path, slot) = match text.strip_prefix(SCHEME) {
            Some(address) => match address.split_once('?') {
                Some((path, query)) => (path, Some(parse_query(query)?)),
                None => (address, None),
            },
            None => (text, None),
        };
        let (workspace, secret) = match path.split_once('/') {
            Some((workspace, secret)) => (Some(WorkspaceName::parse(workspace)?), secret),
            None => (None, path),
        };
        let secret = Target::parse(secret)?;
        Ok(Self {
            workspace,
            secret,
            slot,
        })
    }
}

impl Target {
    fn parse(text: &str) -> Result<Self, RuleViolation> {
        if let Some(id) = SecretId::parse(text) {
            return Ok(Self::Id(id));
        }
        if looks_like_an_id(text) {
            return Err(RuleViolation::mismatch(format!(
                "{} is not the id of a secret: such an id is sec_ and 26 upper-case characters",
                quoted(text)
            )));
        }
        SecretName::parse(text).map(Self::Name)
    }
}

/// Parses `slot=N` in its one spelling, and nothing else.
fn parse_query(query: &str) -> Result<u64, RuleViolation> {
    query
        .strip_prefix("slot=")
        .and_then(|number| {
            number
                .parse()
                .ok()
                .filter(|slot: &u64| slot.to_string() == number)
        })
        .ok_or_else(|| {
            RuleViolation::mismatch(
                "the only thing after a ? can be slot=N, where N is a Unix second",
            )
        })
}

impl fmt::Display for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.slot.is_some() {
            f.write_str(SCHEME)?;
        }
        if let Some(workspace) = &self.workspace {
            write!(f, "{workspace}/")?;
        }
        match &self.secret {
            Target::Name(name) => write!(f, "{name}")?,
            Target::Id(id) => write!(f, "{id}")?,
        }
        self.slot.map_or(Ok(()), |slot| write!(f, "?slot={slot}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const ID: &str = "sec_7ZZZZZZZZZZZZZZZZZZZZZZZZZ";

    fn parts(text: &str) -> (Option<String>, String, Option<u64>) {
        let reference = Reference::parse(text).unwrap();
        let secret = match reference.secret {
            Target::Name(name) => format!("name {name}"),
            Target::Id(id) => format!("id {id}"),
        };
        (
            reference.workspace.map(|name| name.to_string()),
            secret,
            reference.slot,
        )
    }

    #[test]
    fn a_reference_is_a_name_a_workspace_and_a_name_or_an_id() {
        let staging = || Some("staging".to_owned());
        assert_eq!(parts("key"), (None, "name key".into(), None));
        assert_eq!(parts("staging/key"), (staging(), "name key".into(), None));
        assert_eq!(parts(ID), (None, format!("id {ID}"), None));
        assert_eq!(parts("kluis://key"), (None, "name key".into(), None));
        assert_eq!(
            parts("kluis://staging/key?slot=0"),
            (staging(), "name key".into(), Some(0))
        );
        assert_eq!(parts("kluis://key#1"), (None, "name key#1".into(), None));
    }

    #[test]
    fn an_invalid_reference_is_refused() {
        let lower = ID.to_lowercase();
        for wrong in [
            "",
            "/",
            "a/",
            "/a",
            "a/b/c",
            "a b",
            "a\n",
            "key?slot=1",
            "kluis://",
            "kluis:///a",
            "kluis://a/",
            "kluis://a?",
            "kluis://a?slot=",
            "kluis://a?slot=01",
            "kluis://a?slot=+1",
            "kluis://a?slot=-1",
            "kluis://a?slot=1&slot=2",
            "kluis://a?slot=18446744073709551616",
            "kluis://a?at=1",
            "kluis://%61",
            "KLUIS://a",
            "https://a/b",
            &lower,
            "app_7ZZZZZZZZZZZZZZZZZZZZZZZZZ",
        ] {
            assert!(Reference::parse(wrong).is_err(), "{wrong:?}");
        }
    }

    #[test]
    fn a_mistyped_id_is_called_an_id() {
        let broken = Reference::parse(&ID.to_lowercase()).unwrap_err();
        assert!(
            broken.rule.contains("is not the id of a secret"),
            "{broken}"
        );
    }

    proptest! {
        #[test]
        fn a_reference_reads_back_as_it_was_written(
            workspace in proptest::option::of("[a-zA-Z0-9][a-zA-Z0-9_.-]{0,62}"),
            name in "[A-Za-z0-9_+=@#$][A-Za-z0-9_+=@#$.-]{0,127}",
            id in proptest::option::of(any::<u128>()),
            slot in proptest::option::of(any::<u64>()),
        ) {
            let reference = Reference {
                workspace: workspace.map(|name| WorkspaceName::parse(&name).unwrap()),
                secret: match id {
                    Some(bits) => Target::Id(SecretId::from_bits(bits)),
                    None => Target::Name(SecretName::parse(&name).unwrap()),
                },
                slot,
            };
            prop_assert_eq!(Reference::parse(&reference.to_string()), Ok(reference));
        }
    }
}
