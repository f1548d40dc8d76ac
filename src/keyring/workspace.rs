//! The keys of one workspace, each for one purpose.

use super::{Error, Reach};
use crate::sealed::aad_context::AadContext;
use crate::sealed::derive::{Key, subkey};
use crate::sealed::id::{VaultId, WorkspaceId};
use crate::sealed::index::{Index, IndexKey, RecordKind};
use crate::sealed::sign::{self, Digest, SignatureBytes};
use crate::sealed::xaes::Xaes;
use crate::sealed::{Part, header, section};

#[derive(Clone)]
pub struct WorkspaceKeys {
    id: WorkspaceId,
    vault: VaultId,
    index: IndexKey,
    digest: IndexKey,
    pub(super) meta: Xaes,
    pub(super) value: Xaes,
    pub(super) about: Xaes,
    /// `None` for a key that only reads.
    sign: Option<Key>,
    /// The verify key of its sections, from the header.
    verify: sign::VerifyKey,
}

impl WorkspaceKeys {
    pub(super) fn new(
        vault: VaultId,
        line: &header::Workspace,
        read: &Key,
        sign: Option<Key>,
    ) -> Self {
        let context = [vault.to_string(), line.id.to_string()];
        let derive = |label| subkey(read, label, &[&context[0], &context[1]]);
        Self {
            id: line.id,
            vault,
            index: IndexKey::new(&derive("index")),
            digest: IndexKey::new(&derive("digest")),
            meta: Xaes::new(&derive("meta")),
            value: Xaes::new(&derive("value")),
            about: Xaes::new(&derive("workspace")),
            sign,
            verify: line.verify,
        }
    }

    pub(super) fn reach(&self) -> Reach {
        if self.sign.is_some() {
            Reach::Write
        } else {
            Reach::Read
        }
    }

    pub(super) fn index(&self, kind: RecordKind, name: &str) -> Index {
        let key = match kind {
            RecordKind::Value => &self.digest,
            RecordKind::Secret | RecordKind::App | RecordKind::Deleted => &self.index,
        };
        Index::new(key, kind, name)
    }

    /// Seals the workspace's name, description and dates.
    pub fn seal_about(&self, content: &[u8]) -> Vec<u8> {
        let place = AadContext::WorkspaceAbout(self.id).associated_data(self.vault);
        self.about.seal(&place, content)
    }

    /// Signs a section's digest. Refused without the signing seed.
    pub fn sign(&self, digest: &Digest) -> Result<SignatureBytes, Error> {
        let seed = self.sign.as_ref().ok_or(Error::ReadOnly)?;
        // A grant could contain a seed that does not belong to the workspace. Every reader would refuse its
        // section, so the signature is refused before anything is written.
        if sign::verify_key(seed) != self.verify {
            return Err(crate::sealed::Error::Damaged(Part::Workspace(self.id)).into());
        }
        Ok(section::signed(self.vault, self.id, |part| {
            part.sign(seed, digest)
        }))
    }
}
