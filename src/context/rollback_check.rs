//! Refuses a vault that is older than this machine has seen, or that another key signs.

use super::Context;
use super::rollback_guard::{Observation, Purpose, RollbackGuard};
use super::vault_key_pin::pin_of;
use crate::error::Error;
use crate::keyring::vault_key::encode_vault_key;
use crate::project::{in_main_worktree, resolve};
use crate::sealed::header::{Content, Header};
use crate::sealed::history::{MAX_ANCESTORS, PartHistory, Relation};
use crate::sealed::id::{VaultId, WorkspaceId};
use crate::sealed::sign::VerifyKey;
use crate::state::{self, Accept, Recalled, RollbackState};
use crate::store::work_tree;
use crate::vault::Vault;
use crate::vault::workspace::Workspace;
use std::path::Path;

impl Context<'_> {
    /// Refuses an opened vault that is older than this machine has seen; otherwise remembers it.
    pub fn recognise(&mut self, vault: &mut Vault) -> Result<(), Error> {
        // The vault was read before the memory, so another writer may have replaced it in between. A writer
        // updates the memory last: if the vault still looks older when read again, it is older.
        let may_have_moved = |seen: &RollbackGuard, signer: &VerifyKey, parts: &[PartHistory]| {
            seen.memory.is_signed_otherwise(signer, parts)
                || seen.accept == Accept::Newer && seen.memory.judge(parts).is_some()
        };
        let mut parts = vault.histories();
        if may_have_moved(
            &self.rollback_guard,
            &vault.header().content().verify,
            &parts,
        ) {
            vault.reload()?;
            parts = vault.histories();
        }
        let header = vault.header().content();
        self.refuse_stale(header, &parts, vault.workspaces(), Purpose::Read)?;
        self.refuse_before_pin(&parts, vault.workspaces())?;
        self.warn_too_far(&parts, vault.workspaces());
        self.remember(vault);
        Ok(())
    }

    /// Refuses a vault that was not made from the vault of a long pin. `--accept-older` has no effect: leave the
    /// pin out instead.
    pub fn refuse_before_pin(
        &mut self,
        parts: &[PartHistory],
        workspaces: &[Workspace],
    ) -> Result<(), Error> {
        let Some(pin) = self.pin()? else {
            return Ok(());
        };
        // A workspace that a newer header lacks was deleted; one that the pin lacks was added later.
        for part in parts {
            let Some(pinned) = pin.revision(part.workspace) else {
                continue;
            };
            let name = part_name(part.workspace, workspaces);
            let (found, pinned_number) = (part.id.number, pinned.number);
            match part.relation(pinned) {
                Relation::Same | Relation::Newer => {}
                Relation::TooFar => self.ui.warning(&format!(
                    "kluis cannot tell whether {name} was made from what the pin names: it is at revision {found}, the pin's is {pinned_number}, and a vault lists only its last {MAX_ANCESTORS}; renew the pin with `kluis vault verify --pin`"
                )),
                relation @ (Relation::Older | Relation::Fork) => {
                    return Err(state::Error::OlderThanPin {
                        place: self.settings.vault.path().display().to_string(),
                        part: name,
                        is_fork: relation == Relation::Fork,
                        found,
                        pinned: pinned_number,
                    }
                    .into());
                }
            }
        }
        Ok(())
    }

    /// Warns once if there are more revisions in between than a vault lists.
    fn warn_too_far(&mut self, parts: &[PartHistory], workspaces: &[Workspace]) {
        if self.rollback_guard.accept == Accept::Anything {
            return;
        }
        let Some(judged) = self.rollback_guard.memory.too_far(parts) else {
            return;
        };
        let name = part_name(judged.workspace, workspaces);
        self.ui.warning(&format!(
            "kluis cannot tell whether {name} was made from what this machine has seen: it is at revision {}, revision {} was seen here, and a vault lists only its last {MAX_ANCESTORS}",
            judged.found, judged.seen
        ));
    }

    /// Refuses a vault, opened or under the lock, if another key signs it than before on this machine, unless you
    /// named that key, or if it is older than remembered.
    pub fn refuse_stale(
        &mut self,
        header: &Content,
        parts: &[PartHistory],
        workspaces: &[Workspace],
        purpose: Purpose,
    ) -> Result<(), Error> {
        if let Some(error) = self.other_key(header, parts) {
            return Err(error.into());
        }
        if self.rollback_guard.accept == Accept::Newer {
            self.refuse_older(header.vault, parts, workspaces, purpose)?;
        }
        let memory = &self.rollback_guard.memory;
        if memory.is_signed_otherwise(&header.verify, parts) && self.is_vouched_for(header) {
            let key = encode_vault_key(&header.verify);
            self.ui.note(&format!(
                "the vault has a new public key, for which the one that this machine knew vouches: {key}"
            ));
        }
        let note = |memory: &mut RollbackState| memory.expect_signer(&header.verify, parts);
        let _ = self.rollback_guard.remember_durably(header.vault, note);
        Ok(())
    }

    /// The same for a vault that no key has opened. Learns nothing from it: it may not be the true vault.
    pub fn refuse_stale_unopened(
        &mut self,
        header: &Header,
        parts: &[PartHistory],
    ) -> Result<(), Error> {
        self.rollback_guard.recall(header);
        if let Some(error) = self.other_key(header.content(), parts) {
            return Err(error.into());
        }
        match self.older(parts, &[]) {
            Some(error) if self.rollback_guard.accept == Accept::Newer && !self.may_go_back() => {
                Err(error.into())
            }
            _ => Ok(()),
        }
    }

    /// Whether the key that this machine saw last leads to the one that signs this header.
    fn is_vouched_for(&self, header: &Content) -> bool {
        let known = self.rollback_guard.memory.signer();
        known.is_some_and(|known| header.is_trusted_by(&known))
    }

    /// An error if the header's signer has changed. A pin of the new signer settles that; `--accept-older` does
    /// not. Going back to a replaced key takes both: the pin may be as old as that key.
    pub fn other_key(&self, header: &Content, parts: &[PartHistory]) -> Option<state::Error> {
        let memory = &self.rollback_guard.memory;
        let signed_otherwise = memory.is_signed_otherwise(&header.verify, parts);
        let known = memory.signer().filter(|_| signed_otherwise)?;
        let place = self.settings.vault.path().display().to_string();
        self.key_in_place_of(&known, header, place)
    }

    /// The same for a vault that would replace one that this key signs.
    fn key_in_place_of(
        &self,
        known: &VerifyKey,
        header: &Content,
        place: String,
    ) -> Option<state::Error> {
        if header.is_trusted_by(known) {
            return None;
        }
        // A branch can change the pin in a project file.
        let named = self.settings.pin.as_ref();
        let is_named = named.is_some_and(|pin| pin.public_key == header.verify);
        let is_retired = self.rollback_guard.memory.is_retired(&header.verify);
        let may_go_back = self.rollback_guard.accept == Accept::Anything;
        if is_named && (!is_retired || may_go_back) {
            return None;
        }
        let found = encode_vault_key(&header.verify);
        let known = encode_vault_key(known);
        Some(if is_retired {
            state::Error::RetiredKey {
                place,
                found,
                known,
            }
        } else {
            state::Error::OtherKey {
                place,
                found,
                known,
            }
        })
    }

    /// Whether older copies are normal: the vault is in a git work tree, and was in one when last seen. A linked
    /// worktree that is new here counts if the vault of the main one was seen.
    pub fn may_go_back(&self) -> bool {
        let memory = &self.rollback_guard.memory;
        let path = self.settings.vault.path();
        if memory.knows_place() {
            return memory.was_in_work_tree() && work_tree::holds(path);
        }
        let in_main = resolve(path).map(|real| in_main_worktree(&real));
        let in_main = in_main.as_deref().and_then(Path::to_str);
        in_main.is_some_and(|path| memory.was_in_work_tree_at(path))
    }

    /// Refuses parts that are older than remembered, or warns of them: before each change, and once for each copy
    /// that is only read.
    fn refuse_older(
        &mut self,
        vault: VaultId,
        parts: &[PartHistory],
        workspaces: &[Workspace],
        purpose: Purpose,
    ) -> Result<(), Error> {
        let Some(error) = self.older(parts, workspaces) else {
            return Ok(());
        };
        if !self.may_go_back() {
            return Err(error.into());
        }
        let guard = &mut self.rollback_guard;
        let is_known = purpose == Purpose::Read && guard.memory.was_warned_of(parts);
        if !guard.is_told && !is_known {
            guard.is_told = true;
            self.ui.warning(&format!(
                "{error}; git may have put it there, so kluis goes on; to keep this copy, add --accept-older once"
            ));
            let note = |memory: &mut RollbackState| memory.note_warning(parts);
            note(&mut guard.memory);
            // If this fails, the next command warns again.
            let _ = guard.folder.remember(vault, note);
        }
        Ok(())
    }

    /// The first part of the vault that is older than remembered.
    pub fn older(&self, parts: &[PartHistory], workspaces: &[Workspace]) -> Option<state::Error> {
        let older = self.rollback_guard.memory.judge(parts)?;
        Some(state::Error::Older {
            place: self.settings.vault.path().display().to_string(),
            part: part_name(older.workspace, workspaces),
            is_fork: older.relation == Relation::Fork,
            found: older.found,
            seen: older.seen,
        })
    }

    /// Refuses a copy if another key signs it than the present vault, or than the vault that was seen last.
    pub fn refuse_other_key(
        &self,
        copy: &Content,
        place: &str,
        there: Option<&Observation>,
    ) -> Result<(), Error> {
        let seen = self.rollback_guard.memory.signer();
        let signer = there.map(|there| there.signer);
        for known in seen.into_iter().chain(signer) {
            if let Some(error) = self.key_in_place_of(&known, copy, place.to_owned()) {
                return Err(error.into());
            }
        }
        // The present vault may know of more changes than this machine.
        let replaced = there.filter(|there| there.retired.contains(&copy.verify));
        if let Some(there) = replaced
            && self.rollback_guard.accept == Accept::Newer
        {
            return Err(state::Error::RetiredKey {
                place: place.to_owned(),
                found: encode_vault_key(&copy.verify),
                known: encode_vault_key(&there.signer),
            }
            .into());
        }
        Ok(())
    }

    /// Warns of a copy that is older than remembered and cannot be compared with the vault.
    pub fn judge_copy(&self, parts: &[PartHistory]) -> Option<String> {
        if self.rollback_guard.accept == Accept::Anything {
            return None;
        }
        let older = self.rollback_guard.memory.judge(parts)?;
        let (found, seen) = (older.found, older.seen);
        Some(format!(
            "the copy is older than the vault that was seen on this machine: part of it is at revision {found}, and revision {seen} was seen here; restoring it loses the later changes"
        ))
    }

    /// Remembers a vault after opening or changing it. Ignores a failure: the vault then counts as not seen.
    pub fn remember(&mut self, vault: &Vault) {
        self.note(&Observation::of(vault));
    }

    fn note(&mut self, sight: &Observation) {
        let (accept, unwritten) = (self.rollback_guard.accept, self.rollback_guard.unwritten);
        let (signer, parts) = sight.observed_parts();
        let confirmed = self.rollback_guard.confirmed.take();
        let memory = &self.rollback_guard.memory;
        let was_outside = memory.knows_place() && !memory.was_in_work_tree();
        let note = |memory: &mut RollbackState| {
            let is_key_new = sight
                .opened_by
                .is_some_and(|key| memory.note_opened_by(key));
            let is_expected = unwritten == Some(*signer) && memory.expect_signer(signer, parts);
            // A process that was killed after a change, before it ended, had confirmed the new key, too.
            let is_pin_new = memory.is_next_signer(signer)
                && memory.pin().is_some()
                && memory.set_pin(pin_of(signer, self.now));
            let is_newer = memory.note(signer, parts, accept);
            // Only a header that this machine follows may say which keys were replaced.
            let is_followed = memory.signer() == Some(*signer);
            let is_newer = (is_followed && memory.retire(sight.retired.iter().copied())) | is_newer;
            // A vault that was seen outside of a work tree stays outside until you accept an older copy: an
            // attacker who plans to put one here may put a `.git` beside the vault long before.
            let may_move = !was_outside || accept == Accept::Anything;
            let is_moved = is_newer
                && may_move
                && memory.note_work_tree(work_tree::holds(self.settings.vault.path()));
            let is_confirmed = confirmed
                .as_ref()
                .is_some_and(|pin| memory.set_pin(pin.clone()));
            is_newer || is_key_new || is_moved || is_expected || is_pin_new || is_confirmed
        };
        if !note(&mut self.rollback_guard.memory) && self.rollback_guard.damage.is_none() {
            return;
        }
        if was_outside && self.rollback_guard.memory.was_in_work_tree() {
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
        if written.is_err() && memory.is_signed_otherwise(signer, parts) {
            self.ui.warning("kluis could not record the vault's new public key on this machine: add --pin with the new one to the next command");
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

/// The name of a vault's part in a sentence.
fn part_name(part: Option<WorkspaceId>, workspaces: &[Workspace]) -> String {
    let known = |workspace: &&Workspace| Some(workspace.id) == part;
    match (workspaces.iter().find(known), part) {
        (Some(workspace), _) => format!("the workspace {}", workspace.name),
        (None, Some(_)) if workspaces.is_empty() => "one of its workspaces".to_owned(),
        (None, Some(_)) => "a workspace out of this key's reach".to_owned(),
        (None, None) => "the header".to_owned(),
    }
}
