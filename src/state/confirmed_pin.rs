//! A vault's public key that you confirmed on this machine.

use serde::{Deserialize, Serialize};

/// The vault's public key as you confirmed it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pin {
    /// In the form that people compare: `klv_…`.
    pub vault_key: String,
    /// RFC 3339, UTC.
    pub confirmed_at: String,
}
