//! Compares a vault with what this machine has seen of it. An older copy is authentic, so only memory can reveal
//! it. It remembers only vaults that a trusted key has opened.

use crate::project::resolve;
use crate::sealed::header::Header;
use crate::sealed::history::PartHistory;
use crate::sealed::id::{KeyId, VaultId};
use crate::sealed::key::{Key, Lock};
use crate::sealed::sign::VerifyKey;
use crate::settings::directories::state_directory;
use crate::state::{Accept, Folder, ObservedParts, Pin, Recalled, RollbackState};
use crate::vault::Vault;
use std::io;
use std::path::Path;

const FOLDER: &str = "kluis/vaults";

/// The memory of the vault in use.
pub struct RollbackGuard {
    pub folder: Folder,
    pub memory: RollbackState,
    /// The damage of the memory's file, until it is reported.
    pub damage: Option<&'static str>,
    pub accept: Accept,
    /// The signer after a change, if it could not be remembered beforehand.
    pub unwritten: Option<VerifyKey>,
    /// The key that you confirmed; remembered once it has opened the vault.
    pub confirmed: Option<Pin>,
    /// Whether the warning about an older copy in a git work tree was printed.
    pub is_told: bool,
}

/// The reason for looking at a vault.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    Read,
    Change,
}

/// The facts to remember about an opened vault.
pub struct Observation {
    pub vault: VaultId,
    pub signer: VerifyKey,
    /// Keys that signed before it, according to the header.
    pub retired: Vec<VerifyKey>,
    pub parts: Vec<PartHistory>,
    /// Set only for a passphrase key.
    pub opened_by: Option<KeyId>,
}

impl Observation {
    pub fn of(vault: &Vault) -> Self {
        let content = vault.header().content();
        let is_passphrase = |key: &&Key| matches!(key.lock, Lock::Passphrase { .. });
        let key = content.key(vault.key()).filter(is_passphrase);
        Self {
            vault: content.vault,
            signer: content.verify,
            retired: content.successions.iter().map(|one| one.old).collect(),
            parts: vault.histories(),
            opened_by: key.map(|key| key.id),
        }
    }

    pub fn observed_parts(&self) -> ObservedParts<'_> {
        (&self.signer, &self.parts)
    }
}

impl RollbackGuard {
    /// The guard of the vault at this path.
    pub fn new(accept_older: bool, vault: &Path) -> Self {
        let real = resolve(vault).unwrap_or_else(|| vault.to_owned());
        let folder = state_directory().map(|state| state.join(FOLDER));
        Self {
            folder: Folder::new(folder, &real),
            memory: RollbackState::default(),
            damage: None,
            accept: if accept_older {
                Accept::Anything
            } else {
                Accept::Newer
            },
            unwritten: None,
            confirmed: None,
            is_told: false,
        }
    }

    /// Loads the memory of a vault, after reading its header and before unlocking: the memory names the key to
    /// try first.
    pub fn recall(&mut self, header: &Header) -> &RollbackState {
        self.recall_of(header.content().vault);
        &self.memory
    }

    fn recall_of(&mut self, vault: VaultId) {
        let Recalled { memory, damage } = self.folder.recall(vault);
        (self.memory, self.damage) = (memory, damage);
    }

    /// The damage of the memory's file, for a vault that was just recalled.
    pub fn problem(&self, header: &Header) -> Option<String> {
        let place = self.folder.place_of(header.content().vault)?;
        Some(format!("{} {}", place.display(), self.damage?))
    }

    /// Reads the memory again, and adds the vault to be changed.
    pub fn look_again(&mut self, opened: &Observation) {
        self.recall_of(opened.vault);
        let (signer, parts) = opened.observed_parts();
        self.memory.note(signer, parts, Accept::Newer);
    }

    /// Remembers the signer of the vault after the coming change. After an interruption this machine knows either
    /// the old or the new state.
    pub fn expect_change(&mut self, vault: VaultId, there: ObservedParts<'_>, signer: &VerifyKey) {
        let written = self.remember_durably(vault, |memory| memory.expect_change(there, signer));
        let is_new = signer != there.0;
        self.unwritten = (written.is_err() && is_new).then_some(*signer);
    }

    /// The same for a copy that is to replace the vault on purpose. Fails if it cannot be written.
    pub fn expect_copy(
        &mut self,
        copy: &Observation,
        there: Option<&Observation>,
    ) -> io::Result<()> {
        let there = there.map(Observation::observed_parts);
        let note = |memory: &mut RollbackState| memory.expect_copy(there, &copy.parts);
        note(&mut self.memory);
        // Written even if it is expected already: another process, killed while writing, may not have made it
        // durable.
        self.folder.remember_durably(copy.vault, note)
    }

    /// Expects only the copy from here on.
    pub fn remember_restored(&mut self, copy: &Observation) -> io::Result<()> {
        let (signer, parts) = copy.observed_parts();
        self.remember_durably(copy.vault, |memory| {
            memory.note(signer, parts, Accept::Anything)
        })
    }

    pub fn remember_durably(
        &mut self,
        vault: VaultId,
        note: impl Fn(&mut RollbackState) -> bool,
    ) -> io::Result<()> {
        if note(&mut self.memory) {
            self.folder.remember_durably(vault, note)?;
        }
        Ok(())
    }

    /// Whether you confirmed a different key of this vault before.
    pub fn is_pinned_otherwise(&self, vault_key: &str) -> bool {
        let pin = self.memory.pin();
        pin.is_some_and(|pin| pin.vault_key != vault_key)
    }

    /// Remembers the key of a new vault.
    pub fn pin(&mut self, header: &Header, pin: &Pin) {
        let note = |memory: &mut RollbackState| memory.set_pin(pin.clone());
        if note(&mut self.memory) {
            let _ = self.folder.remember(header.content().vault, note);
        }
    }

    /// Records that you confirmed the key of this vault. It is remembered once the vault is opened.
    pub fn confirm(&mut self, pin: Pin) {
        self.confirmed = Some(pin);
    }
}
