//! Opens the vault and changes it, for every command.

use super::Context;
use super::rollback_guard::{Observation, Purpose};
use super::system_clock::SystemClock;
use crate::error::Error;
use crate::keyring::local::LocalKeyring;
use crate::keyring::{self, Keyring};
use crate::project;
use crate::sealed::header::Header;
use crate::store::Previous;
use crate::store::file::FileStore;
use crate::vault::change::{Change, Wholeness};
use crate::vault::clock::Clock;
use crate::vault::merge::{self, Copy, Labels};
use crate::vault::{self, Changed, Scan, Vault, Written};

/// Another copy of the vault, and how to merge it.
pub struct Merging<'m> {
    pub theirs: &'m Copy<'m>,
    /// The common ancestor of both, as git has it.
    pub base: Option<&'m Copy<'m>>,
    pub labels: &'m Labels,
    /// Whether to write nothing.
    pub is_rehearsal: bool,
}

impl Context<'_> {
    /// The vault's place. A place from a project file needs your consent. You agreed to the real path, so links
    /// are no longer followed.
    pub fn store(&mut self) -> Result<FileStore, Error> {
        self.check_source(self.settings.vault_source)?;
        Ok(match &self.project_context.followed {
            Some(followed) => FileStore::at(&followed.vault),
            None => FileStore::new(self.settings.vault.path()),
        })
    }

    /// Fails if this is not the vault that you agreed to in the project file.
    fn check_followed(&self, header: &Header) -> Result<(), Error> {
        match &self.project_context.followed {
            Some(followed) if followed.id != Some(header.content().vault) => {
                let path = followed.vault.clone();
                Err(project::Error::OtherVault { path }.into())
            }
            _ => Ok(()),
        }
    }

    /// Opens the vault in the first way that unlocks it.
    pub fn open(&mut self, scan: Scan) -> Result<Vault, Error> {
        self.check_source(self.settings.workspace_source)?;
        self.open_by(scan, Self::keyring)
    }

    /// Opens the vault with the keyring that `unlock` makes. Refuses a vault older than this machine has seen.
    pub fn open_by(
        &mut self,
        scan: Scan,
        unlock: impl FnOnce(&mut Self, &Header) -> Result<Box<dyn Keyring>, Error>,
    ) -> Result<Vault, Error> {
        let store = Box::new(self.store()?);
        let mut vault = Vault::open(store, scan, |header| {
            self.check_followed(header)?;
            unlock(self, header)
        })?;
        self.now = SystemClock.now();
        self.recognise(&mut vault)?;
        Ok(vault)
    }

    /// Opens the vault to change its keys. This takes full access and a second keyring in this process, which
    /// makes grants: no other process makes them for us.
    pub fn open_as_owner(&mut self) -> Result<(Vault, LocalKeyring), Error> {
        let mut owner = None;
        let vault = self.open_by(Scan::Everything, |context, header| {
            let keyring = context.unlock(header)?;
            keyring.master()?;
            owner = Some(keyring.clone());
            Ok(Box::new(keyring))
        })?;
        Ok((vault, owner.ok_or(keyring::Error::NeedsFullAccess)?))
    }

    /// Adds a suggestion for a similar name to the error of a failed lookup.
    pub fn found<T>(&self, vault: &Vault, found: Result<T, vault::Error>) -> Result<T, Error> {
        found.map_err(|error| vault.suggest(self.workspace(), error).into())
    }

    /// Opens the vault and changes it under the writers' lock.
    pub fn change<T>(
        &mut self,
        act: impl FnOnce(&mut Change<'_>) -> Result<T, Error>,
    ) -> Result<Changed<T>, Error> {
        let mut vault = self.open(Scan::Lookup)?;
        self.change_in(&mut vault, act)
    }

    /// Changes a vault that is already open: you unlock it before `kluis` asks you for a value.
    pub fn change_in<T>(
        &mut self,
        vault: &mut Vault,
        act: impl FnOnce(&mut Change<'_>) -> Result<T, Error>,
    ) -> Result<Changed<T>, Error> {
        self.replace(vault, Previous::Keep, Wholeness::Needed, |_, change| {
            act(change)
        })
    }

    /// Like [`Context::change_in`], for a change that may delete damaged parts.
    pub fn change_beside_damage<T>(
        &mut self,
        vault: &mut Vault,
        act: impl FnOnce(&mut Change<'_>) -> Result<T, Error>,
    ) -> Result<Changed<T>, Error> {
        self.replace(vault, Previous::Keep, Wholeness::Whatever, |_, change| {
            act(change)
        })
    }

    /// Like [`Context::change_in`], but does not keep the previous bytes: the removed key could open them.
    pub fn change_for_good<T>(
        &mut self,
        vault: &mut Vault,
        act: impl FnOnce(&mut Change<'_>) -> Result<T, Error>,
    ) -> Result<Changed<T>, Error> {
        self.replace(vault, Previous::Remove, Wholeness::Needed, |_, change| {
            act(change)
        })
    }

    /// Merges another copy into a vault that is already open. The result must pass the same checks as an opened
    /// vault.
    pub fn merge_in(
        &mut self,
        vault: &mut Vault,
        merging: &Merging<'_>,
    ) -> Result<Changed<merge::Outcome>, Error> {
        let merged = self.replace(
            vault,
            Previous::Keep,
            Wholeness::Needed,
            |context, change| {
                let merged = context.merge_into(change, merging)?;
                if merging.is_rehearsal {
                    change.discard();
                }
                Ok(merged)
            },
        );
        merged.map_err(|error| match error {
            Error::Vault(vault::Error::Keyring(keyring::Error::KeyChanged)) => {
                vault::Error::InUse {
                    message: "this key does not open the header of the other copy".into(),
                    hint: "it was changed or removed there, or the agent holds it: run `kluis lock`, and merge with a passphrase, a token or a key file; nothing was written",
                    ids: Vec::new(),
                }
                .into()
            }
            error => error,
        })
    }

    /// Merges into a file that takes the vault's place only later: checks it, but does not remember it.
    pub fn merge_unseen(
        &mut self,
        vault: &mut Vault,
        merging: &Merging<'_>,
    ) -> Result<merge::Outcome, Error> {
        let patience = self.settings.lock_timeout;
        let merged = vault.change(SystemClock, patience, Previous::Remove, |change| {
            self.merge_into(change, merging)
        });
        Ok(merged?.result)
    }

    fn merge_into(
        &mut self,
        change: &mut Change<'_>,
        merging: &Merging<'_>,
    ) -> Result<merge::Outcome, Error> {
        let merged = merge::merge(change, merging.theirs, merging.base, merging.labels)?;
        let (parts, workspaces) = (&merged.kept, &merged.workspaces);
        self.refuse_stale(change.content(), parts, workspaces, Purpose::Change)?;
        self.refuse_before_pin(parts, workspaces)?;
        Ok(merged)
    }

    /// Changes a vault that is already open. `previous` decides what happens to the bytes before the change.
    fn replace<T>(
        &mut self,
        vault: &mut Vault,
        previous: Previous,
        wholeness: Wholeness,
        act: impl FnOnce(&mut Self, &mut Change<'_>) -> Result<T, Error>,
    ) -> Result<Changed<T>, Error> {
        let patience = self.settings.lock_timeout;
        let opened = Observation::of(vault);
        let changed = vault.change_whole(wholeness, SystemClock, patience, previous, |change| {
            self.rollback_guard.look_again(&opened);
            let (signer, there) = (change.content().verify, change.histories());
            self.refuse_stale(
                change.content(),
                &there,
                change.workspaces(),
                Purpose::Change,
            )?;
            let done = act(self, change)?;
            let content = change.content();
            let found = (&signer, there.as_slice());
            self.rollback_guard
                .expect_change(content.vault, found, &content.verify);
            Ok(done)
        });
        // The result is shown for the present time: a slot that has just begun is effective.
        self.now = SystemClock.now();
        match changed {
            Ok(changed) => {
                self.changed |= changed.written == Written::Replaced;
                self.remember(vault);
                Ok(changed)
            }
            Err(Error::Vault(error)) => self.found(vault, Err(error)),
            Err(error) => Err(error),
        }
    }
}
