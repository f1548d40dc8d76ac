//! Full access: the root key, which wraps every workspace's keys, and the header's signing seed.

use super::Error;
use super::workspace::WorkspaceKeys;
use crate::plaintext::Plaintext;
use crate::sealed::aad_context::AadContext;
use crate::sealed::derive::{Key, subkey};
use crate::sealed::grant::Grant;
use crate::sealed::header::{self, Content};
use crate::sealed::id::{KeyId, VaultId, WorkspaceId};
use crate::sealed::sign::{self, SignatureBytes, Signed, VerifyKey};
use crate::sealed::succession::Succession;
use crate::sealed::xaes::Xaes;
use crate::sealed::{self, Part, random};
use zeroize::Zeroizing;

const WRAPPED_BYTES: usize = 64;

#[derive(Clone)]
pub struct Master {
    vault: VaultId,
    root: Key,
    header: Key,
}

impl Master {
    /// The root key and the header seed of a new vault.
    pub fn random(vault: VaultId) -> Self {
        Self::new(vault, Key::new(random::bytes()), Key::new(random::bytes()))
    }

    /// The same root key with another header seed.
    pub(super) fn with_other_signer(&self) -> Self {
        Self::new(self.vault, self.root.clone(), Key::new(random::bytes()))
    }

    pub(super) fn new(vault: VaultId, root: Key, header: Key) -> Self {
        Self {
            vault,
            root,
            header,
        }
    }

    /// Signs that `next` signs headers from this revision on.
    pub(super) fn succession(&self, next: &Self, header: u64) -> Succession {
        let vault = self.vault.to_string();
        Succession::sign(&vault, &self.header, self.verify(), next.verify(), header)
    }

    pub(super) fn vault(&self) -> VaultId {
        self.vault
    }

    /// The key that verifies headers.
    pub fn verify(&self) -> VerifyKey {
        sign::verify_key(&self.header)
    }

    pub(super) fn grant(&self) -> Grant {
        Grant::Root {
            root: self.root.clone(),
            header: self.header.clone(),
        }
    }

    fn cipher(&self, label: &str) -> Xaes {
        Xaes::new(&subkey(&self.root, label, &[&self.vault.to_string()]))
    }

    fn about(&self) -> Xaes {
        self.cipher("about")
    }

    pub fn seal_about(&self, key: KeyId, content: &[u8]) -> Vec<u8> {
        self.about().seal(
            &AadContext::KeyAbout(key).associated_data(self.vault),
            content,
        )
    }

    pub(super) fn open_about(&self, key: KeyId, about: &[u8]) -> Option<Plaintext> {
        self.about().open(
            &AadContext::KeyAbout(key).associated_data(self.vault),
            about,
        )
    }

    /// New keys for a workspace: the verify key of its sections, and both keys wrapped.
    pub fn new_workspace(&self, workspace: WorkspaceId) -> (VerifyKey, Vec<u8>) {
        let keys = Zeroizing::new(random::bytes::<WRAPPED_BYTES>());
        let place = AadContext::Wrapped(workspace).associated_data(self.vault);
        let wrapped = self.cipher("wrap").seal(&place, keys.as_slice());
        let mut seed = Key::default();
        seed.copy_from_slice(&keys[32..]);
        (sign::verify_key(&seed), wrapped)
    }

    /// A workspace's keys, from its line in the header.
    pub fn workspace(&self, line: &header::Workspace) -> Result<WorkspaceKeys, Error> {
        let (read, seed) = self.unwrapped(line)?;
        Ok(WorkspaceKeys::new(self.vault, line, &read, Some(seed)))
    }

    /// A workspace's read key and signing seed.
    pub(super) fn unwrapped(&self, line: &header::Workspace) -> Result<(Key, Key), Error> {
        let damaged = || sealed::Error::Damaged(Part::Workspace(line.id));
        let place = AadContext::Wrapped(line.id).associated_data(self.vault);
        let keys = self
            .cipher("wrap")
            .open(&place, &line.wrapped)
            .ok_or_else(damaged)?;
        let keys: &[u8; WRAPPED_BYTES] = keys.expose().try_into().map_err(|_| damaged())?;
        let (mut read, mut seed) = (Key::default(), Key::default());
        read.copy_from_slice(&keys[..32]);
        seed.copy_from_slice(&keys[32..]);
        Ok((read, seed))
    }

    /// Signs a header, which must name this master's verify key.
    pub fn sign(&self, content: &Content) -> Result<SignatureBytes, Error> {
        if content.verify != self.verify() {
            return Err(sealed::Error::Forged.into());
        }
        let vault = content.vault.to_string();
        Ok(Signed::Header { vault: &vault }.sign(&self.header, &content.digest()))
    }

    /// Signs any text as a header, for tests that a reader refuses it.
    #[cfg(test)]
    pub fn sign_text(&self, text: &str) -> SignatureBytes {
        let vault = self.vault.to_string();
        Signed::Header { vault: &vault }.sign(&self.header, &sign::sha256(text.as_bytes()))
    }
}
