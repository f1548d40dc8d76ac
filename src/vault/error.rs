//! The reasons why a vault cannot do what you asked. The kind decides the exit code.

use super::rule::RuleViolation;
use super::time::Timestamp;
use crate::sealed::id::SecretId;
use crate::{keyring, sealed, store};

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("there is no {what} {name}{}", place(within.as_deref()))]
    NotFound {
        what: &'static str,
        name: String,
        /// The workspace that was searched, if only one was.
        within: Option<String>,
        /// A similar name.
        near: Option<String>,
    },
    /// The secret is deleted and can be restored.
    #[error("{name} was deleted at {since}")]
    Deleted {
        name: String,
        since: Timestamp,
        id: SecretId,
    },
    #[error("{name} has no effective value at {at}")]
    NotEffective {
        name: String,
        at: Timestamp,
        /// When the first slot begins.
        first: Option<Timestamp>,
    },
    #[error("there is already {} {what} {name}", article(what))]
    Exists { what: &'static str, name: String },
    /// The thing is in use or not empty. Nothing was changed.
    #[error("{message}")]
    InUse {
        message: String,
        hint: &'static str,
        /// The ids of the apps that need it.
        ids: Vec<String>,
    },
    #[error("{}", list(.0))]
    Invalid(Vec<Detail>),
    #[error("{name} may only go to {allowed}{}", not_to(host.as_deref()))]
    Denied {
        name: String,
        allowed: String,
        /// The requested destination, if one was given.
        host: Option<String>,
    },
    /// An app has a link that its secret does not name, so the link gives nothing.
    #[error("the app {app} links {env_key} to {secret}, but {secret} does not name this link")]
    OneSidedLink {
        app: String,
        env_key: String,
        secret: String,
    },
    #[error("this key has no access to the workspace {name}")]
    OutOfReach { name: String },
    #[error("this key expired at {at}")]
    Expired { at: Timestamp },
    #[error(transparent)]
    Sealed(#[from] sealed::Error),
    #[error(transparent)]
    Keyring(#[from] keyring::Error),
    #[error(transparent)]
    Store(#[from] store::Error),
}

impl Error {
    /// The error when another process changed a thing that this change was decided for.
    pub fn changed_meanwhile(what: &str) -> Self {
        Self::InUse {
            message: format!("another process changed {what} meanwhile"),
            hint: "nothing was written; run the command again",
            ids: Vec::new(),
        }
    }

    /// The error for a missing thing, without a suggestion.
    pub fn absent(what: &'static str, name: impl Into<String>) -> Self {
        Self::NotFound {
            what,
            name: name.into(),
            within: None,
            near: None,
        }
    }

    /// The error for one field that breaks its rule.
    pub fn invalid(field: &str, broken: RuleViolation) -> Self {
        Self::Invalid(vec![Detail::new(field, broken)])
    }

    /// Whether the new vault is in place, and only its durability or keeping the old one failed.
    pub fn was_replaced(&self) -> bool {
        use store::Error as S;
        matches!(self, Self::Store(S::NotDurable { .. } | S::NotKept { .. }))
    }

    /// The same error, met in the staged bytes for `place`: the vault itself is undamaged.
    pub fn of_staged(self, place: String) -> Self {
        match self {
            Self::Sealed(_) | Self::Keyring(keyring::Error::Sealed(_)) => {
                store::Error::NotStored { place }.into()
            }
            Self::Store(store::Error::Io { path, source, .. }) => {
                let doing = "read back";
                store::Error::NotWritten {
                    doing,
                    path,
                    source,
                }
                .into()
            }
            other => other,
        }
    }
}

/// One step on the path to a field: into an object, or into a list.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[serde(untagged)]
pub enum Step {
    Field(String),
    Position(usize),
}

impl From<&str> for Step {
    fn from(field: &str) -> Self {
        Self::Field(field.to_owned())
    }
}

impl From<usize> for Step {
    fn from(position: usize) -> Self {
        Self::Position(position)
    }
}

/// A field that breaks a rule, in the form of `detail` in an HTTP 422 answer.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Detail {
    pub loc: Vec<Step>,
    pub msg: String,
    #[serde(rename = "type")]
    pub kind: &'static str,
}

impl Detail {
    pub fn new(field: &str, broken: RuleViolation) -> Self {
        Self::at(vec![field.into()], broken)
    }

    /// Whether a value is missing where one was expected.
    pub fn is_of_no_value(&self) -> bool {
        self.loc == ["value".into()] && self.kind == "string_too_short"
    }

    /// The rule, with the place of the error unless only one field can be meant.
    pub fn message(&self) -> String {
        let mut message = String::new();
        if self.loc.len() > 1 {
            for (depth, step) in self.loc.iter().enumerate() {
                match step {
                    Step::Field(field) if depth == 0 => message.push_str(field),
                    Step::Field(field) => message.extend([".", field]),
                    Step::Position(position) => {
                        message.extend(["[", &position.to_string(), "]"]);
                    }
                }
            }
            message.push_str(": ");
        }
        message + &self.msg
    }

    /// The violation of a rule at `loc`, or by the whole if `loc` is empty.
    pub fn at(loc: Vec<Step>, broken: RuleViolation) -> Self {
        Self {
            loc,
            msg: broken.rule,
            kind: broken.kind,
        }
    }
}

fn place(workspace: Option<&str>) -> String {
    workspace
        .map(|workspace| format!(" in the workspace {workspace}"))
        .unwrap_or_default()
}

fn not_to(host: Option<&str>) -> String {
    host.map(|host| format!(", not to {host}"))
        .unwrap_or_default()
}

fn article(noun: &str) -> &'static str {
    if noun.starts_with(['a', 'i']) {
        "an"
    } else {
        "a"
    }
}

fn list(details: &[Detail]) -> String {
    let messages: Vec<_> = details.iter().map(Detail::message).collect();
    messages.join("; ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_detail_has_its_place_for_programs_and_for_people() {
        let broken = || RuleViolation::new("a slot is a whole number", "int_type");
        let loc: Vec<Step> = vec!["secret_slots".into(), 1.into(), "slot".into()];
        let deep = Detail::at(loc, broken());
        assert_eq!(
            serde_json::to_string(&deep).unwrap(),
            r#"{"loc":["secret_slots",1,"slot"],"msg":"a slot is a whole number","type":"int_type"}"#
        );
        let flat = Detail::new("slot", broken());
        assert_eq!(
            serde_json::to_value(&flat).unwrap()["loc"],
            serde_json::json!(["slot"])
        );
        assert_eq!(
            Error::Invalid(vec![deep, flat]).to_string(),
            "secret_slots[1].slot: a slot is a whole number; a slot is a whole number"
        );
    }
}
