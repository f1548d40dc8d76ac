//! 32 bytes as base64 in the state's JSON.

use crate::sealed::sign::Digest;
use data_encoding::BASE64_NOPAD;
use serde::{Deserialize, Deserializer, Serializer, de};
use std::borrow::Cow;

pub fn serialize<S: Serializer>(digest: &Digest, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_str(&BASE64_NOPAD.encode(digest))
}

pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Digest, D::Error> {
    let text = Cow::<'de, str>::deserialize(from)?;
    let bytes = BASE64_NOPAD.decode(text.as_bytes()).ok();
    bytes
        .and_then(|bytes| bytes.try_into().ok())
        .ok_or_else(|| de::Error::custom("not a digest"))
}
