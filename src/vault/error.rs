//! What can keep a vault from doing what it was asked. The kind decides the exit code.

use super::rule::Broken;
use super::time::Timestamp;
use crate::{keyring, sealed, store};

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("there is no {what} {name}")]
    NotFound { what: &'static str, name: String },
    #[error("no slot of {name} is effective at {at}")]
    NotEffective {
        name: String,
        at: Timestamp,
        /// When the first slot will be.
        first: Option<Timestamp>,
    },
    #[error("there is already a {what} {name}")]
    Exists { what: &'static str, name: String },
    /// Something that is needed elsewhere, or not empty. Nothing was changed.
    #[error("{message}")]
    InUse { message: String, hint: &'static str },
    #[error("{}", list(.0))]
    Invalid(Vec<Detail>),
    #[error("{name} may only go to {allowed}")]
    Denied { name: String, allowed: String },
    #[error("this key does not reach the workspace {name}")]
    OutOfReach { name: String },
    #[error(transparent)]
    Sealed(#[from] sealed::Error),
    #[error(transparent)]
    Keyring(#[from] keyring::Error),
    #[error(transparent)]
    Store(#[from] store::Error),
}

impl Error {
    /// One field that breaks its rule.
    pub fn invalid(field: &str, broken: Broken) -> Self {
        Self::Invalid(vec![Detail::new(field, broken)])
    }

    /// This error, met in what was staged to be the vault at `place`: the vault itself is well.
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

/// A field that breaks a rule, in the shape of an HTTP 422 answer's `detail`.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Detail {
    pub loc: Vec<String>,
    pub msg: String,
    #[serde(rename = "type")]
    pub kind: &'static str,
}

impl Detail {
    pub fn new(field: &str, broken: Broken) -> Self {
        Self {
            loc: vec![field.to_owned()],
            msg: broken.rule,
            kind: broken.kind,
        }
    }
}

fn list(details: &[Detail]) -> String {
    let messages: Vec<_> = details.iter().map(|detail| detail.msg.as_str()).collect();
    messages.join("; ")
}
