//! The place where a ciphertext belongs, used as its associated data. A ciphertext sealed for one place never
//! opens in another: another vault, workspace, record or slot, or for another purpose.

use super::derive::{FORMAT, fields};
use super::error::{Error, Part};
use super::id::{AppId, KeyId, SecretId, VaultId, WorkspaceId};
use super::index::Index;

/// The place of a ciphertext under one of the vault's keys.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum AadContext {
    /// A key's label, dates and reach; sealed under the root key.
    KeyAbout(KeyId),
    /// A workspace's read key and signing seed; sealed under the root key.
    Wrapped(WorkspaceId),
    /// A workspace's name, description and dates.
    WorkspaceAbout(WorkspaceId),
    /// The entries of the page that begins with this record.
    Index(WorkspaceId, Index),
    /// An app's links.
    Links(WorkspaceId, AppId),
    /// The value of one slot.
    Value(WorkspaceId, SecretId, u64),
}

impl AadContext {
    /// The error when the ciphertext here does not open.
    pub fn damaged(self) -> Error {
        Error::Damaged(match self {
            Self::KeyAbout(key) => Part::Key(key),
            Self::Wrapped(workspace) | Self::WorkspaceAbout(workspace) => {
                Part::Workspace(workspace)
            }
            Self::Index(workspace, _) => Part::Page(workspace),
            Self::Value(_, id, _) => Part::Record(id.to_string()),
            Self::Links(_, id) => Part::Record(id.to_string()),
        })
    }

    /// Length-prefixed: format, purpose, vault, workspace, record, slot; a part that does not apply is empty.
    pub fn associated_data(self, vault: VaultId) -> Vec<u8> {
        let (purpose, workspace, record, slot) = match self {
            Self::KeyAbout(key) => ("key", None, Some(key.to_string()), None),
            Self::Wrapped(workspace) => ("wrapped", Some(workspace), None, None),
            Self::WorkspaceAbout(workspace) => ("workspace", Some(workspace), None, None),
            Self::Index(workspace, first) => {
                ("index", Some(workspace), Some(first.to_string()), None)
            }
            Self::Links(workspace, id) => ("links", Some(workspace), Some(id.to_string()), None),
            Self::Value(workspace, id, slot) => {
                ("value", Some(workspace), Some(id.to_string()), Some(slot))
            }
        };
        let workspace = workspace.as_ref().map(WorkspaceId::text);
        let slot = slot.map(|slot| slot.to_string());
        fields(&[
            FORMAT.as_bytes(),
            purpose.as_bytes(),
            &vault.text(),
            workspace.as_ref().map_or(&[], |text| text.as_slice()),
            record.as_deref().unwrap_or_default().as_bytes(),
            slot.as_deref().unwrap_or_default().as_bytes(),
        ])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_places_share_their_associated_data() {
        let (one, two) = (WorkspaceId::from_bits(1), WorkspaceId::from_bits(2));
        let secret = SecretId::from_bits(1);
        let places = [
            AadContext::KeyAbout(KeyId::from_bits(1)),
            AadContext::Wrapped(one),
            AadContext::WorkspaceAbout(one),
            AadContext::WorkspaceAbout(two),
            AadContext::Index(one, Index::from_bytes([1; 32])),
            AadContext::Index(one, Index::from_bytes([2; 32])),
            AadContext::Index(two, Index::from_bytes([1; 32])),
            AadContext::Links(one, AppId::from_bits(1)),
            AadContext::Links(one, AppId::from_bits(2)),
            AadContext::Value(one, secret, 0),
            AadContext::Value(one, secret, 1),
            AadContext::Value(one, SecretId::from_bits(2), 0),
            AadContext::Value(two, secret, 0),
        ];
        let mut seen: Vec<_> = [VaultId::from_bits(1), VaultId::from_bits(2)]
            .iter()
            .flat_map(|&vault| places.map(|place| place.associated_data(vault)))
            .collect();
        seen.sort();
        seen.dedup();
        assert_eq!(seen.len(), 2 * places.len());
    }
}
