//! Blind indexes: they order and find records without revealing their names.

use super::derive::Key;
use super::line::{TEXT_BYTES, encode};
use data_encoding::BASE64_NOPAD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use std::fmt;

/// HMAC-SHA-256 of a kind and a name. The records of a section ascend by it, byte by byte.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Index([u8; 32]);

/// The kind in a blind index, so that records of two kinds and one name do not collide.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum RecordKind {
    /// Found by its name.
    Secret,
    /// Found by its name.
    App,
    /// Found by its id: its name is free for another secret.
    Deleted,
    /// Not a record but a value, to compare two copies. No file contains this index; it has a key of its own.
    Value,
}

/// The key of a workspace's blind indexes, prepared: its first block is hashed once.
#[derive(Clone)]
pub struct IndexKey(Hmac<Sha256>);

impl IndexKey {
    #[expect(clippy::expect_used, reason = "HMAC takes a key of any length")]
    pub fn new(key: &Key) -> Self {
        Self(Hmac::new_from_slice(key.as_slice()).expect("any length"))
    }
}

impl Index {
    pub fn new(key: &IndexKey, kind: RecordKind, name: &str) -> Self {
        let kind: &[u8] = match kind {
            RecordKind::Secret => b"secret\0",
            RecordKind::App => b"app\0",
            RecordKind::Deleted => b"deleted\0",
            RecordKind::Value => b"value\0",
        };
        let mac = key.0.clone().chain_update(kind).chain_update(name);
        Self(mac.finalize().into_bytes().into())
    }

    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    pub fn bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// Reads base64 in its one spelling.
    pub fn from_text(text: &[u8; TEXT_BYTES]) -> Option<Self> {
        let mut bytes = [0; 32];
        BASE64_NOPAD.decode_mut(text, &mut bytes).ok()?;
        Some(Self(bytes))
    }
}

impl fmt::Display for Index {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&encode(&self.0))
    }
}

impl fmt::Debug for Index {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_of_two_kinds_and_one_name_have_two_indexes() {
        let key = IndexKey::new(&Key::new([1; 32]));
        let of = |name, kind| Index::new(&key, kind, name);
        let kinds = [
            RecordKind::Secret,
            RecordKind::App,
            RecordKind::Deleted,
            RecordKind::Value,
        ];
        for (one, two) in [(0, 1), (0, 2), (1, 2)] {
            assert_ne!(of("web", kinds[one]), of("web", kinds[two]));
        }
        assert_ne!(of("web", RecordKind::Secret), of("wec", RecordKind::Secret));
    }

    #[test]
    fn a_text_reads_back_in_its_one_spelling() {
        let index = Index::from_bytes([255; 32]);
        let text: [u8; TEXT_BYTES] = index.to_string().into_bytes().try_into().expect("43");
        assert_eq!(Index::from_text(&text), Some(index));
        for (at, byte) in [(42, b'/'), (0, b'"'), (7, b'-')] {
            let mut wrong = text;
            wrong[at] = byte;
            assert_eq!(Index::from_text(&wrong), None);
        }
    }
}
