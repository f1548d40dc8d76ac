//! A grant's content: the root key and the header's signing seed, or the keys of some workspaces. A holder
//! without a workspace's signing seed can read it, and every reader refuses what that holder writes.

use super::derive::Key;
use super::id::WorkspaceId;
use super::line::{Line, encode};
use crate::plaintext::Plaintext;
use std::fmt::Write;
use zeroize::Zeroizing;

pub enum Grant {
    /// Full access: the root key opens every workspace's keys.
    Root {
        root: Key,
        header: Key,
    },
    Workspaces(Vec<Granted>),
}

pub struct Granted {
    pub workspace: WorkspaceId,
    pub read: Key,
    /// The signing seed; `None` for reading only.
    pub sign: Option<Key>,
}

/// More than the text of any workspace, so that the buffer never grows and leaves a copy behind.
const TEXT_BYTES_PER_WORKSPACE: usize = 192;

impl Grant {
    pub fn encode(&self) -> Plaintext {
        let key = |key: &Key| Zeroizing::new(encode(key.as_slice()));
        let text = match self {
            Self::Root { root, header } => {
                format!(
                    "{{\"root\":\"{}\",\"header\":\"{}\"}}",
                    *key(root),
                    *key(header)
                )
            }
            Self::Workspaces(all) => {
                let mut text = String::with_capacity(32 + all.len() * TEXT_BYTES_PER_WORKSPACE);
                text.push_str("{\"workspaces\":[");
                for (position, granted) in all.iter().enumerate() {
                    let comma = if position == 0 { "" } else { "," };
                    let (id, read) = (granted.workspace, key(&granted.read));
                    let _ = write!(
                        text,
                        "{comma}{{\"workspace\":\"{id}\",\"read\":\"{}\"",
                        *read
                    );
                    if let Some(sign) = &granted.sign {
                        let _ = write!(text, ",\"sign\":\"{}\"", *key(sign));
                    }
                    text.push('}');
                }
                text.push_str("]}");
                text
            }
        };
        Plaintext::new(text.into_bytes())
    }

    /// Decodes exactly what [`Grant::encode`] writes, else `None`.
    pub fn decode(text: &Plaintext) -> Option<Self> {
        let mut line = Line::new(std::str::from_utf8(text.expose()).ok()?);
        let grant = if line.optional("{\"root\":\"") {
            let root = line.bytes().map(Key::new)?;
            line.literal(",\"header\":\"")?;
            let header = line.bytes().map(Key::new)?;
            line.literal("}")?;
            Self::Root { root, header }
        } else {
            line.literal("{\"workspaces\":[")?;
            let mut all: Vec<Granted> = Vec::new();
            while !line.optional("]}") {
                if !all.is_empty() {
                    line.literal(",")?;
                }
                line.literal("{\"workspace\":\"")?;
                let workspace = WorkspaceId::parse(line.string()?)?;
                line.literal(",\"read\":\"")?;
                let read = line.bytes().map(Key::new)?;
                let sign = if line.optional(",\"sign\":\"") {
                    Some(line.bytes().map(Key::new)?)
                } else {
                    None
                };
                line.literal("}")?;
                if all.iter().any(|granted| granted.workspace == workspace) {
                    return None;
                }
                all.push(Granted {
                    workspace,
                    read,
                    sign,
                });
            }
            Self::Workspaces(all)
        };
        line.end()?;
        Some(grant)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_grant_reads_back_as_it_was_written() {
        let granted = |bits, sign: bool| Granted {
            workspace: WorkspaceId::from_bits(bits),
            read: Key::new([1; 32]),
            sign: sign.then(|| Key::new([2; 32])),
        };
        for grant in [
            Grant::Root {
                root: Key::new([3; 32]),
                header: Key::new([4; 32]),
            },
            Grant::Workspaces(vec![granted(1, false), granted(2, true)]),
        ] {
            let text = grant.encode();
            let again = Grant::decode(&text).expect("written here").encode();
            assert!(again.same_as(&text));
            let spaced = String::from_utf8_lossy(text.expose()).replace(':', ": ");
            assert!(Grant::decode(&Plaintext::new(spaced.into_bytes())).is_none());
        }
        let twice = Grant::Workspaces(vec![granted(1, false), granted(1, true)]);
        assert!(Grant::decode(&twice.encode()).is_none());
    }
}
