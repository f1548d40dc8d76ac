//! A keyring with its keys in this process.

use super::master::Master;
use super::workspace::WorkspaceKeys;
use super::{Error, Keyring, Reach};
use crate::plaintext::Plaintext;
use crate::sealed::aad_context::AadContext;
use crate::sealed::derive::Key;
use crate::sealed::grant::Grant;
use crate::sealed::header::{Content, Header};
use crate::sealed::history::RevisionId;
use crate::sealed::id::{KeyId, VaultId, WorkspaceId};
use crate::sealed::index::{Index, RecordKind};
use crate::sealed::seed::Seed;
use crate::sealed::sign::{Digest, SignatureBytes, VerifyKey};
use crate::sealed::{self, Part};
use std::collections::HashMap;

#[derive(Clone)]
pub struct LocalKeyring {
    vault: VaultId,
    key: KeyId,
    seed: Seed,
    /// The verify key known from a pin, for a key without an anchor.
    pinned: Option<VerifyKey>,
    master: Option<Master>,
    workspaces: HashMap<WorkspaceId, WorkspaceKeys>,
}

impl LocalKeyring {
    /// Opens the grant of `key`. The caller has compared the commitment. The anchor decides here whether the key
    /// was made for this header.
    pub(super) fn new(header: &Header, key: KeyId, seed: Seed) -> Result<Self, Error> {
        Self::anchored(header, key, seed, None)
    }

    /// Opens the grant of a key file's `key`, in a header that `expected` signed.
    pub(super) fn pinned(
        header: &Header,
        key: KeyId,
        seed: Seed,
        expected: VerifyKey,
    ) -> Result<Self, Error> {
        Self::anchored(header, key, seed, Some(expected))
    }

    fn anchored(
        header: &Header,
        key: KeyId,
        seed: Seed,
        pinned: Option<VerifyKey>,
    ) -> Result<Self, Error> {
        let mut keyring = Self {
            vault: header.content().vault,
            key,
            seed,
            pinned,
            master: None,
            workspaces: HashMap::new(),
        };
        keyring.read_grant(header)?;
        Ok(keyring)
    }

    fn read_grant(&mut self, header: &Header) -> Result<(), Error> {
        let content = header.content();
        let damaged = || sealed::Error::Damaged(Part::Key(self.key));
        let line = content.key(self.key).ok_or(Error::KeyChanged)?;
        let anchor = match (line.bond(), self.pinned) {
            (Some(bond), None) => self.seed.open_anchor(&bond.anchor),
            (None, pinned) => pinned,
            (Some(_), Some(_)) => None,
        };
        if !content.is_trusted_by(&anchor.ok_or_else(damaged)?) {
            return Err(sealed::Error::Forged.into());
        }
        let grant = self
            .seed
            .open_grant(&line.public_part(), &line.grant)
            .ok_or_else(damaged)?;
        let mut keys = HashMap::new();
        let master = match Grant::decode(&grant).ok_or_else(damaged)? {
            Grant::Root { root, header } => {
                let master = Master::new(self.vault, root, header);
                for line in &content.workspaces {
                    keys.insert(line.id, master.workspace(line)?);
                }
                Some(master)
            }
            Grant::Workspaces(granted) => {
                for granted in granted {
                    // A deleted workspace may still be in the grant.
                    if let Some(line) = content.workspace(granted.workspace) {
                        let made =
                            WorkspaceKeys::new(self.vault, line, &granted.read, granted.sign);
                        keys.insert(line.id, made);
                    }
                }
                None
            }
        };
        (self.master, self.workspaces) = (master, keys);
        Ok(())
    }

    /// The same passphrase, token or key file, with other keys of the vault.
    pub(super) fn succeeded_by(
        &self,
        master: Master,
        workspaces: HashMap<WorkspaceId, WorkspaceKeys>,
    ) -> Self {
        let pinned = self.pinned.map(|_| master.verify());
        Self {
            vault: self.vault,
            key: self.key,
            seed: self.seed.clone(),
            master: Some(master),
            workspaces,
            pinned,
        }
    }

    pub(super) fn own_seed(&self) -> &Seed {
        &self.seed
    }

    /// The root key and header seed, for issuing keys. An agent's keyring has no such method.
    pub fn master(&self) -> Result<&Master, Error> {
        self.master.as_ref().ok_or(Error::NeedsFullAccess)
    }

    /// The seed, for the agent to unlock with. The agent's own keyring has no such method.
    pub fn seed(&self) -> &Key {
        self.seed.secret()
    }

    /// Like [`Keyring::seal`], for tests that pad wrongly.
    #[cfg(test)]
    pub fn seal_padded(&self, place: AadContext, padded: Vec<u8>) -> Result<Vec<u8>, Error> {
        let data = place.associated_data(self.vault);
        Ok(self.cipher(place)?.seal_padded(&data, padded))
    }

    fn workspace(&self, id: WorkspaceId) -> Result<&WorkspaceKeys, Error> {
        self.workspaces.get(&id).ok_or(Error::OutOfReach)
    }

    fn cipher(&self, place: AadContext) -> Result<&sealed::xaes::Xaes, Error> {
        match place {
            AadContext::WorkspaceAbout(id) => Ok(&self.workspace(id)?.about),
            AadContext::Index(id, _) | AadContext::Links(id, _) => Ok(&self.workspace(id)?.meta),
            AadContext::Value(id, ..) => Ok(&self.workspace(id)?.value),
            // Ciphertexts under the root key are opened only inside the keyring.
            AadContext::KeyAbout(_) | AadContext::Wrapped(_) => Err(Error::NeedsFullAccess),
        }
    }
}

impl Keyring for LocalKeyring {
    fn key(&self) -> KeyId {
        self.key
    }

    fn has_full_access(&self) -> bool {
        self.master.is_some()
    }

    fn reach(&self, workspace: WorkspaceId) -> Option<Reach> {
        self.workspaces.get(&workspace).map(WorkspaceKeys::reach)
    }

    fn index(&self, workspace: WorkspaceId, kind: RecordKind, name: &str) -> Result<Index, Error> {
        Ok(self.workspace(workspace)?.index(kind, name))
    }

    fn open(&self, place: AadContext, sealed: &[u8]) -> Result<Plaintext, Error> {
        if let AadContext::KeyAbout(key) = place {
            let opened = self.master()?.open_about(key, sealed);
            return opened.ok_or_else(|| place.damaged().into());
        }
        let opened = self
            .cipher(place)?
            .open(&place.associated_data(self.vault), sealed);
        opened.ok_or_else(|| place.damaged().into())
    }

    fn shared(&self) -> Option<&(dyn Keyring + Sync)> {
        Some(self)
    }

    fn seal(&self, place: AadContext, content: &[u8]) -> Result<Vec<u8>, Error> {
        Ok(self
            .cipher(place)?
            .seal(&place.associated_data(self.vault), content))
    }

    fn sign_section(
        &self,
        workspace: WorkspaceId,
        digest: &Digest,
    ) -> Result<SignatureBytes, Error> {
        self.workspace(workspace)?.sign(digest)
    }

    fn sign_header(&self, content: &Content) -> Result<SignatureBytes, Error> {
        self.master()?.sign(content)
    }

    fn add_workspace(&mut self, workspace: WorkspaceId) -> Result<(VerifyKey, Vec<u8>), Error> {
        let master = self.master()?;
        let (verify, wrapped) = master.new_workspace(workspace);
        let line = sealed::header::Workspace {
            id: workspace,
            verify,
            wrapped: wrapped.clone(),
            about: Vec::new(),
            section: RevisionId::default(),
        };
        let keys = master.workspace(&line)?;
        self.workspaces.insert(workspace, keys);
        Ok((verify, wrapped))
    }

    fn follow(&mut self, header: &Header) -> Result<(), Error> {
        if header.content().vault != self.vault {
            return Err(Error::KeyChanged);
        }
        let line = header.content().key(self.key).ok_or(Error::KeyChanged)?;
        let held = match (line.bond(), self.pinned) {
            (Some(bond), None) => self.seed.commits_to(&bond.commit),
            (None, Some(_)) => line.public == self.seed.public(),
            (Some(_), Some(_)) | (None, None) => false,
        };
        if !held {
            return Err(Error::KeyChanged);
        }
        self.read_grant(header)
    }
}
