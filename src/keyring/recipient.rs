//! A recipient: the public half of an identity, as one text to give away. It unlocks nothing.

use super::base62;
use crate::sealed::seed::PublicKey;

pub const PREFIX: &str = "klp_";

pub fn encode(public: &PublicKey) -> String {
    base62::encode(PREFIX, public).to_string()
}

/// Reads `klp_…`; `None` when it is mistyped.
pub fn parse(text: &str) -> Option<PublicKey> {
    base62::decode::<32>(PREFIX, text).map(|public| *public)
}
