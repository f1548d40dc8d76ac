//! One record's line: an id, a blind index and ciphertexts. It borrows from the file and decodes on demand.

use super::derive::Key;
use super::error::{Error, Part};
use super::id::{AppId, SecretId};
use super::line::{Line, decode, encode, is_32_bytes};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use std::fmt;

/// Base64 characters of 32 bytes.
pub const TEXT_BYTES: usize = 43;

/// HMAC-SHA-256 of a kind and a name, as base64: it finds a record without revealing its name. Records are
/// sorted by this text, byte by byte.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Index(pub(super) [u8; TEXT_BYTES]);

/// The kind in a blind index, so that a secret and an app of one name do not collide.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum RecordKind {
    Secret,
    App,
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
    #[expect(clippy::expect_used, reason = "32 bytes are 43 characters")]
    pub fn new(key: &IndexKey, kind: RecordKind, name: &str) -> Self {
        let kind: &[u8] = match kind {
            RecordKind::Secret => b"secret\0",
            RecordKind::App => b"app\0",
        };
        let mac = key.0.clone().chain_update(kind).chain_update(name);
        let mut text = [0; TEXT_BYTES];
        let code = mac.finalize().into_bytes();
        data_encoding::BASE64_NOPAD.encode_mut(&code, &mut text);
        Self::from_text(&text).expect("32 bytes are 43 characters")
    }

    /// Its text.
    pub fn text(&self) -> &[u8; TEXT_BYTES] {
        &self.0
    }

    pub fn from_text(text: &[u8]) -> Option<Self> {
        is_32_bytes(text).then_some(Self(text.try_into().ok()?))
    }
}

impl fmt::Display for Index {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(std::str::from_utf8(&self.0).unwrap_or_default())
    }
}

impl fmt::Debug for Index {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
pub enum RecordId {
    Secret(SecretId),
    App(AppId),
}

impl RecordId {
    /// The index in a record's line; the rest of the line is not checked.
    pub fn of(text: &str) -> Option<Self> {
        Self::take(&mut Line::new(text))
    }

    fn take(line: &mut Line<'_>) -> Option<Self> {
        if line.optional("{\"secret\":\"") {
            return SecretId::parse(line.string()?).map(Self::Secret);
        }
        line.literal("{\"app\":\"")?;
        AppId::parse(line.string()?).map(Self::App)
    }
}

impl fmt::Display for RecordId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Secret(id) => id.fmt(f),
            Self::App(id) => id.fmt(f),
        }
    }
}

/// A record in its line, with no ciphertext decoded.
#[derive(Clone, Debug)]
pub struct Record<'a> {
    pub id: RecordId,
    pub index: Index,
    meta: &'a str,
    /// Empty for an app.
    slots: Vec<&'a str>,
}

impl<'a> Record<'a> {
    /// Parses a line without its newline.
    pub fn parse(text: &'a str) -> Option<Self> {
        let mut line = Line::new(text);
        let id = RecordId::take(&mut line)?;
        line.literal(",\"index\":\"")?;
        let index = Index::from_text(line.string()?.as_bytes())?;
        line.literal(",\"meta\":\"")?;
        let meta = line.string()?;
        let slots = match id {
            RecordId::Secret(_) => {
                line.literal(",\"slots\":[")?;
                line.strings()?
            }
            RecordId::App(_) => Vec::new(),
        };
        line.literal("}")?;
        line.end()?;
        Some(Self {
            id,
            index,
            meta,
            slots,
        })
    }

    pub fn meta(&self) -> Result<Vec<u8>, Error> {
        self.decode(self.meta)
    }

    pub fn slot_count(&self) -> usize {
        self.slots.len()
    }

    /// The ciphertext of the slot at this position of the metadata's list.
    pub fn slot(&self, position: usize) -> Result<Vec<u8>, Error> {
        let text = self.slots.get(position).ok_or_else(|| self.damaged())?;
        self.decode(text)
    }

    pub fn damaged(&self) -> Error {
        Error::Damaged(Part::Record(self.id.to_string()))
    }

    fn decode(&self, text: &str) -> Result<Vec<u8>, Error> {
        decode(text).ok_or_else(|| self.damaged())
    }
}

/// A record's line, newline included.
pub fn write(id: RecordId, index: Index, meta: &[u8], slots: &[Vec<u8>]) -> String {
    let (word, tail) = match id {
        RecordId::Secret(_) => {
            let slots: Vec<_> = slots
                .iter()
                .map(|slot| format!("\"{}\"", encode(slot)))
                .collect();
            ("secret", format!(",\"slots\":[{}]", slots.join(",")))
        }
        RecordId::App(_) => ("app", String::new()),
    };
    let meta = encode(meta);
    format!("{{\"{word}\":\"{id}\",\"index\":\"{index}\",\"meta\":\"{meta}\"{tail}}}\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn index(name: &str, kind: RecordKind) -> Index {
        Index::new(&IndexKey::new(&Key::new([1; 32])), kind, name)
    }

    #[test]
    fn a_line_reads_back_as_it_was_written() {
        let id = RecordId::Secret(SecretId::from_bits(5));
        let line = write(
            id,
            index("name", RecordKind::Secret),
            b"meta",
            &[b"one".into(), b"two".into()],
        );
        let record = Record::parse(line.trim_end()).expect("written here");
        assert_eq!((record.id, record.slot_count()), (id, 2));
        assert_eq!(record.meta(), Ok(b"meta".to_vec()));
        assert_eq!(record.slot(1), Ok(b"two".to_vec()));
        assert!(record.slot(2).is_err());
    }

    #[test]
    fn a_line_has_one_spelling() {
        let id = RecordId::App(AppId::from_bits(5));
        let line = write(id, index("web", RecordKind::App), b"meta", &[]);
        let line = line.trim_end();
        assert!(Record::parse(line).is_some());
        for wrong in [
            line.replace(',', ", "),
            line.replace("app_", "sec_"),
            line.replace('}', ",\"slots\":[]}"),
            line.replace("meta\"", "mete\""),
            line.replace("\"index\":\"", "\"index\":\"A"),
            line.replace(
                &index("web", RecordKind::App).to_string(),
                &"B".repeat(TEXT_BYTES),
            ),
            format!("{line} "),
            format!(" {line}"),
        ] {
            assert!(Record::parse(&wrong).is_none(), "{wrong}");
        }
    }

    #[test]
    fn a_secret_and_an_app_of_one_name_have_two_indexes() {
        assert_ne!(
            index("web", RecordKind::Secret),
            index("web", RecordKind::App)
        );
        assert_ne!(
            index("web", RecordKind::Secret),
            index("wec", RecordKind::Secret)
        );
    }
}
