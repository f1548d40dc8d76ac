//! The content of the ciphertexts beside values: JSON in one encoding, like the lines. A text that does not
//! re-encode to the same bytes is damage.

use super::id::{SecretId, WorkspaceId};
use crate::plaintext::Plaintext;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;

/// Milliseconds since 1970-01-01T00:00:00Z.
pub type Milliseconds = i64;
/// The end of the year 9999.
pub const MAX_MILLISECONDS: Milliseconds = 253_402_300_799_999;

/// A secret's fields and the list of its slots. Ciphertext *i* of the record belongs to slot *i*.
#[derive(Serialize, Deserialize, Clone, PartialEq, Eq, Debug)]
#[serde(deny_unknown_fields)]
pub struct Secret<'a> {
    #[serde(borrow)]
    pub name: Cow<'a, str>,
    #[serde(borrow)]
    pub description: Cow<'a, str>,
    #[serde(borrow)]
    pub env_key: Cow<'a, str>,
    pub allowed_domains: Vec<String>,
    /// Seconds after which a value is due for rotation.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rotate_every: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<Milliseconds>,
    /// Ascending by slot.
    pub slots: Vec<Slot>,
    pub created_at: Milliseconds,
    pub updated_at: Milliseconds,
}

#[derive(Serialize, Deserialize, Clone, PartialEq, Eq, Debug)]
#[serde(deny_unknown_fields)]
pub struct Slot {
    /// The Unix second from which the value is effective.
    pub slot: u64,
    /// SHA-256 of the value, lower-case hex.
    pub checksum: String,
    pub written_at: Milliseconds,
    /// Written before a change elsewhere that must succeed first; never effective.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub pending: bool,
}

/// An app's links into one workspace, ascending by environment key.
#[derive(Serialize, Deserialize, Clone, PartialEq, Eq, Debug)]
#[serde(deny_unknown_fields)]
pub struct App {
    pub name: String,
    pub links: Vec<Link>,
    pub created_at: Milliseconds,
    pub updated_at: Milliseconds,
}

#[derive(Serialize, Deserialize, Clone, PartialEq, Eq, Debug)]
#[serde(deny_unknown_fields)]
pub struct Link {
    pub env_key: String,
    pub secret: SecretId,
}

#[derive(Serialize, Deserialize, Clone, PartialEq, Eq, Debug)]
#[serde(deny_unknown_fields)]
pub struct Workspace {
    pub name: String,
    pub description: String,
    pub created_at: Milliseconds,
    pub updated_at: Milliseconds,
}

/// The owner's notes about a key. Its reach is repeated here, because only the key's holder can open the
/// grant, and a new grant must reach as far.
#[derive(Serialize, Deserialize, Clone, PartialEq, Eq, Debug)]
#[serde(deny_unknown_fields)]
pub struct Key {
    pub label: String,
    pub created_at: Milliseconds,
    /// Absent: everything.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub workspaces: Option<Vec<Reach>>,
}

#[derive(Serialize, Deserialize, Clone, Copy, PartialEq, Eq, Debug)]
#[serde(deny_unknown_fields)]
pub struct Reach {
    pub workspace: WorkspaceId,
    pub write: bool,
}

pub fn encode(meta: &impl Serialize) -> Vec<u8> {
    // Maps with text keys only, so writing them cannot fail.
    serde_json::to_vec(meta).unwrap_or_default()
}

/// Decodes an opened text, unless it could have been written differently.
pub fn decode<'a, T: Serialize + Deserialize<'a>>(text: &'a Plaintext) -> Option<T> {
    let meta: T = serde_json::from_slice(text.expose()).ok()?;
    let mut again = Vec::with_capacity(text.len());
    serde_json::to_writer(&mut again, &meta).ok()?;
    (again == text.expose()).then_some(meta)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_has_one_spelling() {
        let good = r#"{"name":"web","links":[],"created_at":1,"updated_at":2}"#;
        let decode = |text: &str| decode::<App>(&Plaintext::new(text.into())).is_some();
        assert!(decode(good));
        for wrong in [
            good.replace(':', ": "),
            good.replace("web", "\\u0077eb"),
            good.replace(
                "\"created_at\":1,\"updated_at\":2",
                "\"updated_at\":2,\"created_at\":1",
            ),
            good.replace('}', ",\"more\":1}"),
            good.replace(":1", ":1.0"),
            format!("{good} "),
        ] {
            assert!(!decode(&wrong), "{wrong}");
        }
    }
}
