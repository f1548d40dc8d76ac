//! A vault's public key, as people write it down and pin it.

use super::base62;
use crate::sealed::header::Header;
use crate::sealed::sign::VerifyKey;

const PREFIX: &str = "klv_";

/// The public key of this header's vault, as text.
pub fn vault_key(header: &Header) -> String {
    encode_vault_key(&header.content().verify)
}

/// Writes `klv_`, then the 32 bytes and a checksum in base62.
pub fn encode_vault_key(key: &VerifyKey) -> String {
    base62::encode(PREFIX, key).to_string()
}

/// Parses the text of [`encode_vault_key`], ignoring white space around it; `None` if it is mistyped.
pub fn parse_vault_key(text: &str) -> Option<VerifyKey> {
    let key = base62::decode::<32>(PREFIX, text.trim());
    key.map(|key| *key)
}
