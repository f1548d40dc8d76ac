//! The texts that the header seals besides keys: JSON in one spelling, like the lines. A text that does not
//! re-encode to the same bytes is damage.

use super::id::WorkspaceId;
use crate::plaintext::Plaintext;
use serde::{Deserialize, Serialize};

/// Milliseconds since 1970-01-01T00:00:00Z.
pub type Milliseconds = i64;
/// The end of the year 9999.
pub const MAX_MILLISECONDS: Milliseconds = 253_402_300_799_999;

#[derive(Serialize, Deserialize, Clone, PartialEq, Eq, Debug)]
#[serde(deny_unknown_fields)]
pub struct Workspace {
    pub name: String,
    pub description: String,
    pub created_at: Milliseconds,
    pub updated_at: Milliseconds,
}

/// The owner's notes about a key. They repeat its reach, because only the key's holder can open the grant, and a
/// new grant must reach as far.
#[derive(Serialize, Deserialize, Clone, PartialEq, Eq, Debug)]
#[serde(deny_unknown_fields)]
pub struct Key {
    pub label: String,
    pub created_at: Milliseconds,
    /// Absent for full access.
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

/// Decodes an opened text, unless it has another spelling than its own.
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
        let good = r#"{"name":"web","description":"","created_at":1,"updated_at":2}"#;
        let decode = |text: &str| decode::<Workspace>(&Plaintext::new(text.into())).is_some();
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
