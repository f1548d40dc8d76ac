//! The content of an import: names with valid values, the parts that were left out, and warnings.

use crate::plaintext::Plaintext;
use crate::vault::env_key::EnvKey;
use crate::vault::name::{SecretName, WorkspaceName};
use serde::Serialize;
use std::fmt;

/// One name with its value.
pub struct Entry {
    /// `None`: the workspace in use.
    pub workspace: Option<WorkspaceName>,
    pub name: SecretName,
    /// `None`: the key that follows from the name.
    pub env_key: Option<EnvKey>,
    /// Its name in the source, if that cannot be a secret's name.
    pub origin: Option<String>,
    /// `None` if it is empty, and left out.
    pub value: Option<Plaintext>,
}

/// A part of the input that has no place in a vault.
#[derive(Serialize)]
pub struct LeftOut {
    pub what: String,
    pub why: String,
}

/// The content of an import.
#[derive(Default)]
pub struct Gathered {
    pub entries: Vec<Entry>,
    pub left_out: Vec<LeftOut>,
    pub warnings: Vec<Warning>,
}

/// A doubt about some names. It never contains a value.
pub struct Warning {
    /// The names with their places.
    pub names: Vec<String>,
    /// The number of further names.
    pub more: usize,
    pub what: String,
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.names.join(", "))?;
        if self.more > 0 {
            write!(f, " and {} more", self.more)?;
        }
        write!(f, ": {}", self.what)
    }
}
