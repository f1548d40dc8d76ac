//! The fields of a secret that the JSON of `--input` sets.

use crate::plaintext::Plaintext;
use crate::vault::description::Description;
use crate::vault::domain::AllowedDomains;
use crate::vault::env_key::EnvKey;
use crate::vault::name::SecretName;

/// A hundred slots of 65,536 bytes, each byte as an escape of six, and room for the rest.
pub const MAX_INPUT_BYTES: usize = 48 << 20;

/// The fields to set; `None` if one was not given.
#[derive(Default)]
pub struct Input {
    pub name: Option<SecretName>,
    pub description: Option<Description>,
    pub env_key: Option<EnvKey>,
    pub allowed_domains: Option<AllowedDomains>,
    pub value: Option<Plaintext>,
    /// Ascending, each number once; empty if there is a `value`.
    pub slots: Vec<(u64, Plaintext)>,
}
