//! `--keep-existing`: the variables that keep their value in this process's environment.

use super::pairs::parse_keys;
use crate::error::Error;
use crate::plaintext::Plaintext;
use crate::vault::env_key::EnvKey;
use std::os::unix::ffi::OsStringExt;

pub enum KeepExisting {
    /// These, and those that the project file marks so.
    Named(Vec<EnvKey>),
    All,
}

impl KeepExisting {
    /// `None` without the option; an empty list if it names nothing.
    pub fn parse(keys: Option<&[String]>) -> Result<Self, Error> {
        match keys {
            Some([]) => Ok(Self::All),
            keys => parse_keys(keys.unwrap_or_default()).map(Self::Named),
        }
    }

    /// The value that this variable has and keeps; an empty one counts as not set.
    pub fn value(&self, key: &EnvKey, is_kept_by_file: bool) -> Option<Plaintext> {
        let is_kept = match self {
            Self::All => true,
            Self::Named(keys) => is_kept_by_file || keys.contains(key),
        };
        let value = is_kept.then(|| std::env::var_os(key.as_str())).flatten()?;
        let value = value.into_vec();
        (!value.is_empty()).then(|| Plaintext::new(value))
    }
}
