//! Refuses a vault that is older than what this machine has seen, or signed by another key.

use super::Context;
use super::project_context::PinSource;
use super::rollback_guard::{Observation, RollbackGuard};
use super::vault_key_pin::pin_of;
use crate::error::Error;
use crate::keyring::vault_key::parse_vault_key;
use crate::sealed::age::Age;
use crate::sealed::header::Content;
use crate::sealed::id::VaultId;
use crate::state::{self, Accept, Recalled, RevisionOrder, RollbackState};
use crate::store::work_tree;
use crate::vault::Vault;
use crate::vault::revision::Revision;
use crate::vault::workspace::Workspace;

impl Context<'_> {
    /// Refuses a vault that was just opened when it is older than what was seen here, and remembers it else.
    pub fn recognise(&mut self, vault: &mut Vault) -> Result<(), Error> {
        // It was read before the memory. Read again, it can only be older if it is so by itself: whoever
        // writes remembers after the vault is replaced.
        let may_have_moved = |seen: &RollbackGuard, vault: &Vault| {
            let (signer, ages) = (&vault.header().content().verify, vault.ages());
            seen.accept == Accept::Newer
                && (seen.memory.is_signed_otherwise(signer, &ages)
                    || seen.memory.judge(&ages).is_some())
        };
        if may_have_moved(&self.rollback_guard, vault) {
            vault.reload()?;
        }
        self.refuse_other_key(vault.header().content(), &vault.ages())?;
        self.refuse_older(&vault.ages(), vault.workspaces())?;
        self.refuse_below_minimum(vault.revision())?;
        self.remember(vault);
        Ok(())
    }

    /// Refuses what KLUIS_MIN_REVISION says is too old.
    pub fn refuse_below_minimum(&self, found: Revision) -> Result<(), Error> {
        let minimum = self.settings.min_revision;
        let Some(minimum) = minimum.filter(|minimum| found < *minimum) else {
            return Ok(());
        };
        let (found, minimum) = (found.to_string(), minimum.to_string());
        Err(state::Error::BelowMinimum { found, minimum }.into())
    }

    /// Refuses a header that is signed by another key than on this machine before, unless somebody who uses
    /// this machine named that key.
    pub fn refuse_other_key(&mut self, header: &Content, ages: &[Age]) -> Result<(), Error> {
        if self.rollback_guard.accept == Accept::Anything {
            return Ok(());
        }
        if let Some(error) = self.other_key(header, ages)? {
            return Err(error.into());
        }
        let note = |memory: &mut RollbackState| memory.expect_signer(&header.verify, ages);
        let _ = self.rollback_guard.remember_durably(header.vault, note);
        Ok(())
    }

    /// What there is to say against the key of this header.
    pub fn other_key(
        &mut self,
        header: &Content,
        ages: &[Age],
    ) -> Result<Option<state::Error>, Error> {
        if !self
            .rollback_guard
            .memory
            .is_signed_otherwise(&header.verify, ages)
        {
            return Ok(None);
        }
        let named = self.pin(PinSource::Agreed)?;
        let named = named.map(|pin| parse_vault_key(&pin)).transpose()?;
        let place = self.settings.vault.path().display().to_string();
        let is_named = named == Some(header.verify);
        Ok((!is_named).then_some(state::Error::OtherKey { place }))
    }

    /// Whether older copies may come and go: in a git work tree, if the vault lay in one when it was seen.
    pub fn may_go_back(&self) -> bool {
        self.rollback_guard.memory.was_in_work_tree()
            && work_tree::holds(self.settings.vault.path())
    }

    /// The same for what is older, as it was opened or is there under the lock.
    pub fn refuse_older(&mut self, ages: &[Age], workspaces: &[Workspace]) -> Result<(), Error> {
        if self.rollback_guard.accept == Accept::Anything {
            return Ok(());
        }
        let Some(error) = self.older(ages, workspaces) else {
            return Ok(());
        };
        if !self.may_go_back() {
            return Err(error.into());
        }
        if !self.rollback_guard.is_told {
            self.rollback_guard.is_told = true;
            self.ui.warning(&format!(
                "{error}; git may have put it there, so kluis goes on; to keep this copy, add --accept-older once"
            ));
        }
        Ok(())
    }

    /// How these parts of a vault are older than what is remembered of it.
    pub fn older(&self, ages: &[Age], workspaces: &[Workspace]) -> Option<state::Error> {
        let older = self.rollback_guard.memory.judge(ages)?;
        let known = |workspace: &&Workspace| Some(workspace.id) == older.workspace;
        let part = match (workspaces.iter().find(known), older.workspace) {
            (Some(workspace), _) => format!("the workspace {}", workspace.name),
            (None, Some(_)) => "a workspace out of this key's reach".to_owned(),
            (None, None) => "the header".to_owned(),
        };
        Some(state::Error::Older {
            place: self.settings.vault.path().display().to_string(),
            part,
            is_fork: older.standing == RevisionOrder::Forked,
            found: older.found,
            seen: older.seen,
        })
    }

    /// What this machine has to say about a copy that cannot be compared with what is there: refused where it is
    /// signed by a key that is not expected, told of where something newer was seen.
    pub fn judge_copy(&mut self, copy: &Vault, place: &str) -> Result<Option<String>, Error> {
        if self.rollback_guard.accept == Accept::Anything {
            return Ok(None);
        }
        let ages = copy.ages();
        if self.other_key(copy.header().content(), &ages)?.is_some() {
            let place = place.to_owned();
            return Err(state::Error::OtherKey { place }.into());
        }
        let Some(older) = self.rollback_guard.memory.judge(&ages) else {
            return Ok(None);
        };
        let (found, seen) = (older.found, older.seen);
        Ok(Some(format!(
            "the copy is older than the vault that was seen on this machine: part of it is at revision {found}, and revision {seen} was seen here; restoring it loses the later changes"
        )))
    }

    /// Remembers a vault as it was opened, or as it is after a change. No failure: a vault that could not be
    /// remembered is one that this machine has not seen.
    pub fn remember(&mut self, vault: &Vault) {
        self.note(&Observation::of(vault));
    }

    fn note(&mut self, sight: &Observation) {
        let (accept, unwritten) = (self.rollback_guard.accept, self.rollback_guard.unwritten);
        let (signer, ages) = sight.observed_parts();
        let note = |memory: &mut RollbackState| {
            let is_key_new = sight
                .opened_by
                .is_some_and(|key| memory.note_opened_by(key));
            let is_expected = unwritten == Some(*signer) && memory.expect_signer(signer, ages);
            // Whoever is killed between a change and its end has confirmed the key that came with it, too.
            let is_pin_new = memory.is_next_signer(signer)
                && memory.pin().is_some()
                && memory.set_pin(pin_of(signer, self.now));
            let is_newer = memory.note(signer, ages, accept);
            // Only then it is looked for: whoever puts an older copy here may put a `.git` beside it.
            let is_moved =
                is_newer && memory.note_work_tree(work_tree::holds(self.settings.vault.path()));
            is_newer || is_key_new || is_moved || is_expected || is_pin_new
        };
        let memory = &self.rollback_guard.memory;
        let was_elsewhere = memory.knows_anything() && !memory.was_in_work_tree();
        if !note(&mut self.rollback_guard.memory) && self.rollback_guard.damage.is_none() {
            return;
        }
        // Whoever wants an older copy taken may put a `.git` there well before.
        if was_elsewhere && self.rollback_guard.memory.was_in_work_tree() {
            self.ui.warning("the vault is now in a git work tree, where git may put an older copy: from now on, kluis warns about one and no longer refuses it");
        }
        let written = if unwritten == Some(*signer) {
            self.rollback_guard
                .folder
                .remember_durably(sight.vault, note)
        } else {
            self.rollback_guard.folder.remember(sight.vault, note)
        };
        let Recalled { memory, .. } = self.rollback_guard.folder.recall(sight.vault);
        if written.is_err() && memory.is_signed_otherwise(signer, ages) {
            self.ui.warning("kluis could not record the vault's new public key on this machine: add --accept-older to the next command");
        }
        if let Some(damage) = self.rollback_guard.damage.take() {
            self.warn_damaged(sight.vault, damage, written.is_ok());
        }
    }

    fn warn_damaged(&mut self, vault: VaultId, damage: &str, is_repaired: bool) {
        let Some(place) = self.rollback_guard.folder.place_of(vault) else {
            return;
        };
        let place = place.display();
        let (could_not, now) = if is_repaired {
            ("could not", "from now on it can again")
        } else {
            ("cannot", "the file could not be repaired")
        };
        self.ui.warning(&format!(
            "{place} {damage}: kluis {could_not} tell whether this is an older copy of the vault; {now}"
        ));
    }
}
