//! What this machine has seen of a vault, held against what was opened or is about to be changed: an older
//! copy is authentic, so nothing in it can tell. Only what is unlocked, by an anchored key, is compared and
//! remembered.

use super::Context;
use super::context::{parse_vault_key, state_directory};
use super::project_file::Word;
use crate::error::Error;
use crate::sealed::age::Age;
use crate::sealed::header::{Content, Header, Key, Lock};
use crate::sealed::id::{KeyId, VaultId};
use crate::sealed::sign::VerifyKey;
use crate::state::{self, Accept, Folder, Memory, Pin, Recalled, Standing};
use crate::store::work_tree;
use crate::vault::Vault;
use crate::vault::revision::Revision;
use crate::vault::workspace::Workspace;
use std::io;

const FOLDER: &str = "kluis/vaults";

/// What is remembered of the vault in use.
pub struct Seen {
    folder: Folder,
    memory: Memory,
    /// What is wrong with the file, until that is told.
    damage: Option<&'static str>,
    accept: Accept,
    /// Whether an older copy in a git work tree was warned of.
    is_told: bool,
}

/// What there is to remember of a vault that was opened.
pub struct Sight {
    vault: VaultId,
    signer: VerifyKey,
    ages: Vec<Age>,
    /// A passphrase key.
    opened_by: Option<KeyId>,
}

impl Sight {
    pub fn of(vault: &Vault) -> Self {
        let content = vault.header().content();
        let is_passphrase = |key: &&Key| matches!(key.lock, Lock::Passphrase { .. });
        let key = content.key(vault.key()).filter(is_passphrase);
        Self {
            vault: content.vault,
            signer: content.verify,
            ages: vault.ages(),
            opened_by: key.map(|key| key.id),
        }
    }
}

impl Seen {
    pub fn new(accept_older: bool) -> Self {
        Self {
            folder: Folder::new(state_directory().map(|state| state.join(FOLDER))),
            memory: Memory::default(),
            damage: None,
            accept: if accept_older {
                Accept::Anything
            } else {
                Accept::Newer
            },
            is_told: false,
        }
    }

    /// The memory of a vault, after its file was read and before it is unlocked: it knows the likely key.
    pub fn recall(&mut self, header: &Header) -> &Memory {
        let Recalled { memory, damage } = self.folder.recall(header.content().vault);
        (self.memory, self.damage) = (memory, damage);
        &self.memory
    }

    /// What is wrong with the file of a vault that was just recalled.
    pub fn problem(&self, header: &Header) -> Option<String> {
        let place = self.folder.place_of(header.content().vault)?;
        Some(format!("{} {}", place.display(), self.damage?))
    }

    /// The memory as it is by now, and in any case the vault that is about to be changed.
    pub fn look_again(&mut self, vault: &Vault) {
        self.recall(vault.header());
        let signer = &vault.header().content().verify;
        self.memory.note(signer, &vault.ages(), Accept::Newer);
    }

    /// Remembers that a change which is about to be written has the vault signed by this key from then on:
    /// whatever stops the change, it is known on this machine.
    pub fn expect_signer(&mut self, vault: VaultId, signer: &VerifyKey) {
        let note = |memory: &mut Memory| memory.expect_signer(signer);
        if note(&mut self.memory) {
            let _ = self.folder.remember(vault, note);
        }
    }

    /// Whether somebody confirmed another key of this vault before.
    pub fn is_pinned_otherwise(&self, vault_key: &str) -> bool {
        let pin = self.memory.pin();
        pin.is_some_and(|pin| pin.vault_key != vault_key)
    }

    /// Remembers that a person confirmed the key of this vault; whoever cannot is asked again.
    pub fn pin(&mut self, header: &Header, pin: &Pin) {
        let note = |memory: &mut Memory| memory.set_pin(pin.clone());
        if note(&mut self.memory) {
            let _ = self.folder.remember(header.content().vault, note);
        }
    }
}

impl Context<'_> {
    /// Refuses a vault that was just opened when it is older than what was seen here, and remembers it else.
    pub(super) fn recognise(&mut self, vault: &mut Vault) -> Result<(), Error> {
        // It was read before the memory. Read again, it can only be older if it is so by itself: whoever
        // writes remembers after the vault is replaced.
        let may_have_moved = |seen: &Seen, vault: &Vault| {
            let signer = &vault.header().content().verify;
            seen.accept == Accept::Newer
                && (seen.memory.is_signed_otherwise(signer)
                    || seen.memory.judge(&vault.ages()).is_some())
        };
        if may_have_moved(&self.seen, vault) {
            vault.reload()?;
        }
        self.refuse_other_key(vault.header().content())?;
        self.refuse_older(&vault.ages(), vault.workspaces())?;
        self.refuse_below_minimum(vault.revision())?;
        self.remember(vault);
        Ok(())
    }

    /// Refuses what KLUIS_MIN_REVISION says is too old.
    pub(super) fn refuse_below_minimum(&self, found: Revision) -> Result<(), Error> {
        let minimum = self.settings.min_revision;
        let Some(minimum) = minimum.filter(|minimum| found < *minimum) else {
            return Ok(());
        };
        let (found, minimum) = (found.to_string(), minimum.to_string());
        Err(state::Error::BelowMinimum { found, minimum }.into())
    }

    /// Refuses a header that is signed by another key than on this machine before, unless somebody who uses
    /// this machine named that key.
    pub(super) fn refuse_other_key(&mut self, header: &Content) -> Result<(), Error> {
        if self.seen.accept == Accept::Anything {
            return Ok(());
        }
        if let Some(error) = self.other_key(header)? {
            return Err(error.into());
        }
        self.seen.expect_signer(header.vault, &header.verify);
        Ok(())
    }

    /// What there is to say against the key of this header.
    pub(super) fn other_key(&mut self, header: &Content) -> Result<Option<state::Error>, Error> {
        if !self.seen.memory.is_signed_otherwise(&header.verify) {
            return Ok(None);
        }
        let named = self.pin(Word::Agreed)?;
        let named = named.map(|pin| parse_vault_key(&pin)).transpose()?;
        let place = self.settings.vault.path().display().to_string();
        let is_named = named == Some(header.verify);
        Ok((!is_named).then_some(state::Error::OtherKey { place }))
    }

    /// Whether older copies may come and go: in a git work tree, if the vault lay in one when it was seen.
    pub(super) fn may_go_back(&self) -> bool {
        self.seen.memory.was_in_work_tree() && work_tree::holds(self.settings.vault.path())
    }

    /// The same for what is older, as it was opened or is there under the lock.
    pub(super) fn refuse_older(
        &mut self,
        ages: &[Age],
        workspaces: &[Workspace],
    ) -> Result<(), Error> {
        if self.seen.accept == Accept::Anything {
            return Ok(());
        }
        let Some(error) = self.older(ages, workspaces) else {
            return Ok(());
        };
        if !self.may_go_back() {
            return Err(error.into());
        }
        if !self.seen.is_told {
            self.seen.is_told = true;
            self.ui.warning(&format!(
                "{error}; in a git work tree that may be meant, and --accept-older says that it is"
            ));
        }
        Ok(())
    }

    /// How these parts of a vault are older than what is remembered of it.
    pub(super) fn older(&self, ages: &[Age], workspaces: &[Workspace]) -> Option<state::Error> {
        let older = self.seen.memory.judge(ages)?;
        let known = |workspace: &&Workspace| Some(workspace.id) == older.workspace;
        let part = match (workspaces.iter().find(known), older.workspace) {
            (Some(workspace), _) => format!("the workspace {}", workspace.name),
            (None, Some(_)) => "a workspace out of this key's reach".to_owned(),
            (None, None) => "the header".to_owned(),
        };
        Some(state::Error::Older {
            place: self.settings.vault.path().display().to_string(),
            part,
            is_fork: older.standing == Standing::Forked,
            found: older.found,
            seen: older.seen,
        })
    }

    /// Remembers a vault as it was opened, or as it is after a change. No failure: a vault that could not be
    /// remembered is one that this machine has not seen.
    pub(super) fn remember(&mut self, vault: &Vault) {
        self.note(&Sight::of(vault));
    }

    /// The same for a copy that somebody has put in the place of a newer vault, on purpose.
    /// It is written down, or an error.
    pub(super) fn remember_restored(&mut self, copy: &Sight) -> io::Result<()> {
        self.seen.accept = Accept::Anything;
        let note = |memory: &mut Memory| memory.note(&copy.signer, &copy.ages, Accept::Anything);
        note(&mut self.seen.memory);
        self.seen.folder.remember(copy.vault, note)
    }

    fn note(&mut self, sight: &Sight) {
        let accept = self.seen.accept;
        let note = |memory: &mut Memory| {
            let is_key_new = sight
                .opened_by
                .is_some_and(|key| memory.note_opened_by(key));
            let is_newer = memory.note(&sight.signer, &sight.ages, accept);
            // Only then it is looked for: whoever puts an older copy here may put a `.git` beside it.
            let is_moved =
                is_newer && memory.note_work_tree(work_tree::holds(self.settings.vault.path()));
            is_newer || is_key_new || is_moved
        };
        if !note(&mut self.seen.memory) && self.seen.damage.is_none() {
            return;
        }
        let written = self.seen.folder.remember(sight.vault, note);
        if let (Ok(()), Some(damage)) = (written, self.seen.damage.take())
            && let Some(place) = self.seen.folder.place_of(sight.vault)
        {
            let place = place.display();
            self.ui.warning(&format!(
                "{place} {damage}: an older copy of this vault would not have been noticed; from now on it is"
            ));
        }
    }
}
