//! A secret together with one of its values.

use super::secret::Secret;
use crate::plaintext::Plaintext;

/// A secret and the value of one of its slots.
pub struct Selected {
    pub secret: Secret,
    pub slot: u64,
    pub value: Plaintext,
}
