//! One variable of a project file: the source of its value, and the way a command gets it.

use super::composition::{Composition, Encoding};
use crate::vault::env_key::EnvKey;
use crate::vault::file_name::FileName;
use crate::vault::name::SecretName;
use crate::vault::reference::Reference;
use std::fmt;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    pub key: EnvKey,
    pub source: Source,
    pub delivery: Delivery,
    pub absence: Absence,
    /// Whether a variable that is already set, and not empty, keeps its value.
    pub keep_existing: bool,
    pub description: Option<String>,
    /// The line in the file, counted from 1; 0 if it does not come from a file.
    pub line: usize,
}

/// The source of a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    Secret(Reference),
    /// Text of the file itself. It is not secret.
    Literal(String),
    /// Text with secrets in it.
    Composed(Composition),
}

/// The way a command gets a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Delivery {
    Value,
    /// As the path of a file with the value; the file has this name, or that of the secret.
    File {
        name: Option<FileName>,
    },
}

/// The result if a secret does not exist or has no effective value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Absence {
    Refused,
    /// The variable is left out.
    LeftOut,
    /// The variable gets this text. It is not secret.
    Replaced(String),
}

impl Source {
    /// The name of its member in the file.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Secret(_) => "secret",
            Self::Literal(_) => "value",
            Self::Composed(composition) => match composition.encoding {
                Encoding::AsItIs => "text",
                Encoding::Url => "url",
            },
        }
    }

    /// The text in the file.
    pub fn text(&self) -> String {
        match self {
            Self::Literal(text) => text.clone(),
            other => other.to_string(),
        }
    }
}

/// Writes it for people: a literal in quotes.
impl fmt::Display for Source {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Secret(reference) => reference.fmt(out),
            Self::Literal(text) => write!(out, "{text:?}"),
            Self::Composed(composition) => composition.fmt(out),
        }
    }
}

impl Entry {
    /// A secret that must exist, as a value.
    pub fn of_secret(key: EnvKey, reference: Reference) -> Self {
        Self {
            key,
            source: Source::Secret(reference),
            delivery: Delivery::Value,
            absence: Absence::Refused,
            keep_existing: false,
            description: None,
            line: 0,
        }
    }

    /// The name of the file with its value: the given name, or that of the secret, or its own.
    pub fn file_name(&self, secret: Option<&SecretName>) -> FileName {
        match (&self.delivery, secret) {
            (Delivery::File { name: Some(name) }, _) => name.clone(),
            (_, Some(secret)) => FileName::of(secret),
            (_, None) => FileName::of_variable(&self.key),
        }
    }

    /// The secrets that it needs, in order.
    pub fn references(&self) -> Vec<&Reference> {
        match &self.source {
            Source::Secret(reference) => vec![reference],
            Source::Literal(_) => Vec::new(),
            Source::Composed(composition) => composition.references().collect(),
        }
    }
}
