//! The errors in sealed bytes. No message quotes the bytes.

use super::id::{KeyId, WorkspaceId};
use std::fmt;

#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// Not authentic, truncated, or not in the format's one encoding.
    #[error("the vault is damaged: {0}")]
    Damaged(Part),
    /// Valid in itself, but signed by a key other than the one that the holder's anchor names.
    #[error("this is not the vault that your key belongs to: another key signed its header")]
    Forged,
    /// Key derivation parameters outside the format's bounds, refused before any work.
    #[error("the vault has invalid key derivation settings: {what}, but {bounds} is allowed")]
    Kdf { what: String, bounds: &'static str },
    #[error("the vault has format {0}, but this kluis reads only format 1")]
    Unsupported(u64),
    /// The change would make the vault larger than the format allows.
    #[error("the vault is full: it can hold at most {limit}")]
    Full { limit: &'static str },
}

/// The damaged part of a vault, as far as it is known.
#[derive(Debug, PartialEq, Eq, Clone)]
pub enum Part {
    /// The first line is not that of a vault.
    FirstLine,
    Header,
    HeaderSignature,
    Key(KeyId),
    Workspace(WorkspaceId),
    Section(WorkspaceId),
    SectionSignature(WorkspaceId),
    /// It is from another age than the rest: an older part was put back, or two vaults were mixed.
    SectionAge(WorkspaceId),
    Page(WorkspaceId),
    /// A record's id.
    Record(String),
    /// The file ends too early, or continues after its last section.
    End,
    /// This part is damaged because the file has lines of two versions, as git leaves them in a conflict.
    Mixed(Box<Part>),
    /// This part is damaged because lines end with `\r\n`, as git writes them for Windows.
    LineEnds(Box<Part>),
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::FirstLine => f.write_str("the file does not begin like a vault"),
            Self::Header => f.write_str("its header is not valid"),
            Self::HeaderSignature => f.write_str("the signature of its header does not match"),
            Self::Key(id) => write!(f, "the key {id} is not valid"),
            Self::Workspace(id) => write!(f, "the workspace {id} is not valid"),
            Self::Section(id) => write!(f, "the directory of the workspace {id} is not valid"),
            Self::SectionSignature(id) => {
                write!(f, "the signature of the workspace {id} does not match")
            }
            Self::SectionAge(id) => {
                write!(f, "the workspace {id} is older or newer than the header")
            }
            Self::Page(id) => write!(f, "a page of the workspace {id} is not valid"),
            Self::Record(id) => write!(f, "the record {id} is not valid"),
            Self::Mixed(_) => f.write_str("it holds two versions mixed by git"),
            Self::LineEnds(_) => f.write_str("git changed its line ends"),
            Self::End => f.write_str("the file is cut off, or has something at its end"),
        }
    }
}
