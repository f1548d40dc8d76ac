//! Unlocks a vault: turns a passphrase, a token or a key file into a [`Keyring`] that opens, seals, indexes
//! and signs.
//!
//! A keyring never hands out a key. A caller can use the keys, but not copy them.

pub mod about;
pub mod base62;
pub mod error;
pub mod identity;
pub mod issue;
pub mod local;
pub mod master;
pub mod recipient;
pub mod renew;
pub mod token;
pub mod unlock;
pub mod vault_key;
pub mod workspace;

pub use error::Error;

use crate::plaintext::Plaintext;
use crate::sealed::aad_context::AadContext;
use crate::sealed::header::{Content, Header};
use crate::sealed::id::{KeyId, WorkspaceId};
use crate::sealed::index::{Index, RecordKind};
use crate::sealed::sign::{Digest, SignatureBytes, VerifyKey};

/// The reach of a key into a workspace.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Reach {
    Read,
    Write,
}

/// The operations of an unlocked key.
pub trait Keyring {
    /// The id of the key that unlocked.
    fn key(&self) -> KeyId;

    /// Whether it reaches everything, and may change keys and workspaces.
    fn has_full_access(&self) -> bool;

    /// The reach into a workspace; `None` if the key does not reach it.
    fn reach(&self, workspace: WorkspaceId) -> Option<Reach>;

    /// The blind index of a name.
    fn index(&self, workspace: WorkspaceId, kind: RecordKind, name: &str) -> Result<Index, Error>;

    /// Opens a ciphertext sealed for this place.
    fn open(&self, place: AadContext, sealed: &[u8]) -> Result<Plaintext, Error>;

    /// Opens each one, in order. A keyring in the agent sends one request for many.
    fn open_all(&self, sealed: &[(AadContext, Vec<u8>)]) -> Result<Vec<Plaintext>, Error> {
        let each = sealed.iter();
        each.map(|(place, sealed)| self.open(*place, sealed))
            .collect()
    }

    /// The blind index of each name, in order.
    fn index_all(
        &self,
        workspace: WorkspaceId,
        names: &[(RecordKind, &str)],
    ) -> Result<Vec<Index>, Error> {
        let each = names.iter();
        each.map(|(kind, name)| self.index(workspace, *kind, name))
            .collect()
    }

    /// The same keyring for several threads, if several threads can use it.
    fn shared(&self) -> Option<&(dyn Keyring + Sync)> {
        None
    }

    /// Seals content for this place.
    fn seal(&self, place: AadContext, content: &[u8]) -> Result<Vec<u8>, Error>;

    /// Signs a section's digest. Needs the workspace's signing seed.
    fn sign_section(
        &self,
        workspace: WorkspaceId,
        digest: &Digest,
    ) -> Result<SignatureBytes, Error>;

    /// Signs a header. Needs full access.
    fn sign_header(&self, content: &Content) -> Result<SignatureBytes, Error>;

    /// Makes keys for a new workspace: the verify key of its sections, and both keys as the header stores them.
    /// Needs full access.
    fn add_workspace(&mut self, workspace: WorkspaceId) -> Result<(VerifyKey, Vec<u8>), Error>;

    /// Moves to a newer header of the vault, whose keys may have changed since unlocking.
    fn follow(&mut self, header: &Header) -> Result<(), Error>;
}

#[cfg(test)]
mod tests {
    use super::Keyring;
    use super::identity::{Identity, Locked, Stored};
    use super::issue::Credential;
    use super::local::LocalKeyring;
    use super::master::Master;
    use super::token::Token;
    use super::workspace::WorkspaceKeys;
    use serde::Serialize;
    use static_assertions::assert_not_impl_any;
    use std::fmt::{Debug, Display};

    // A keyring can be used, but never printed or serialised by mistake.
    assert_not_impl_any!(dyn Keyring: Debug, Display);
    assert_not_impl_any!(LocalKeyring: Debug, Display, Serialize, Copy, PartialEq);
    assert_not_impl_any!(Master: Debug, Display, Serialize, Copy, PartialEq);
    assert_not_impl_any!(WorkspaceKeys: Debug, Display, Serialize, Copy, PartialEq);
    assert_not_impl_any!(Credential: Debug, Display, Serialize, Clone, PartialEq);
    assert_not_impl_any!(Token: Debug, Display, Serialize, Clone, PartialEq);
    assert_not_impl_any!(Identity: Debug, Display, Serialize, Clone, PartialEq);
    assert_not_impl_any!(Locked: Debug, Display, Serialize, Clone, PartialEq);
    assert_not_impl_any!(Stored: Debug, Display, Serialize, Clone, PartialEq);
}
