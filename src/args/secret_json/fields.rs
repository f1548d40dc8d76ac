//! The fields of a secret that the JSON of `--input` sets.

use crate::plaintext::Plaintext;
use crate::vault::description::Description;
use crate::vault::domain::AllowedDomains;
use crate::vault::env_key::EnvKey;
use crate::vault::name::SecretName;

/// A hundred slots of 65,536 bytes, each byte an escape of six, and room for the rest.
pub const MAX_INPUT_BYTES: usize = 48 << 20;

/// Fields to set; what is `None` was not given.
#[derive(Default)]
pub struct Input {
    pub name: Option<SecretName>,
    pub description: Option<Description>,
    pub env_key: Option<EnvKey>,
    pub allowed_domains: Option<AllowedDomains>,
    pub value: Option<Plaintext>,
    /// Ascending, each number once; none when there is a `value`.
    pub slots: Vec<(u64, Plaintext)>,
}
