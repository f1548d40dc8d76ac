//! Renews the keys of a vault, and makes a keyring to replace the owner's.
//!
//! It needs no other holder's passphrase or token, because grants are encrypted to public keys. It makes an
//! anchor for the owner only: for another key, only that key's holder can.

use super::issue::Issuer;
use super::local::LocalKeyring;
use super::master::Master;
use super::{Error, Keyring, about};
use crate::sealed::header::Content;
use crate::sealed::id::{KeyId, WorkspaceId};
use crate::sealed::meta;
use crate::sealed::succession::{MAX_SUCCESSIONS, Succession};
use std::collections::HashMap;

/// The choice of keys to replace.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Renewal {
    /// The root key, the header's seed, and the read key and signing seed of every workspace.
    Rekey,
    /// The header's seed, which every holder of full access knows.
    Signer,
    /// Everything that this key knew. For a key with full access this is the same as [`Renewal::Rekey`].
    Without(KeyId),
}

/// Whether holders who trust the old header key shall trust the new one.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Trust {
    /// The old key signs for the new one, so every other key continues to work.
    Passes,
    /// An attacker may have the old key: no key that trusts it opens the vault any more.
    Ends,
}

pub struct Renewed {
    /// Opens and seals with the new keys, once `content` is the header.
    pub keyring: LocalKeyring,
    /// The new header, still without the parts that are sealed with a workspace's read key.
    pub content: Content,
    /// The workspaces with new keys.
    pub workspaces: Vec<WorkspaceId>,
    /// Keys without a line in the new header: their anchors would call it forged, or their reach is unknown.
    pub dropped: Vec<KeyId>,
}

/// The workspaces that get new keys.
enum Scope<'a> {
    All,
    None,
    Reached(&'a [meta::Reach]),
}

impl Scope<'_> {
    fn contains(&self, workspace: WorkspaceId) -> bool {
        match self {
            Self::All => true,
            Self::None => false,
            Self::Reached(reached) => reached.iter().any(|one| one.workspace == workspace),
        }
    }

    /// Whether a key needs a new grant. A key with full access has the root key and the header's seed, which
    /// change unless only some workspaces get new keys.
    fn touches(&self, key: &meta::Key) -> bool {
        match (self, &key.workspaces) {
            (Self::All, _) | (Self::None, None) => true,
            (Self::None, Some(_)) | (Self::Reached(_), None) => false,
            (Self::Reached(_), Some(own)) => own.iter().any(|own| self.contains(own.workspace)),
        }
    }
}

impl LocalKeyring {
    /// Renews keys for the vault of this header, which the keyring follows.
    ///
    /// `revision` is that of the new header.
    pub fn renew(
        &self,
        content: &Content,
        revision: u64,
        renewal: Renewal,
        trust: Trust,
    ) -> Result<Renewed, Error> {
        let mut keys = Vec::with_capacity(content.keys.len());
        for line in &content.keys {
            let about = about::readable(self, line)?;
            // The key that unlocked has full access, whatever its notes say.
            let own = || (line.id == self.key()).then(about::unreadable);
            keys.push((line.id, about.or_else(own)));
        }
        for line in &content.keys_to_come {
            keys.push((line.id, about::readable_to_come(self, line)?));
        }
        let (master, scope) = self.plan(content, renewal, &keys)?;
        let mut new = content.clone();
        new.keys_to_come
            .retain(|line| renewal != Renewal::Without(line.id));
        let (known, to_come) = keys.split_at(content.keys.len());
        let mut dropped = Vec::new();
        for (id, about) in to_come {
            if trust == Trust::Ends && renewal != Renewal::Without(*id) {
                dropped.push(*id);
                new.keys_to_come.retain(|line| line.id != *id);
                continue;
            }
            if renewal != Renewal::Without(*id)
                && about.as_ref().is_none_or(|about| scope.touches(about))
            {
                return Err(Error::KindToCome(*id));
            }
        }
        new.verify = master.verify();
        if new.verify != content.verify {
            new.successions = self.successions(content, &master, revision, trust)?;
        }
        let mut workspaces = Vec::new();
        for line in &mut new.workspaces {
            if scope.contains(line.id) {
                (line.verify, line.wrapped) = master.new_workspace(line.id);
                workspaces.push(line.id);
            }
        }
        let issuer = Issuer {
            master: &master,
            workspaces: &new.workspaces,
        };
        let keeps_anchors = new.verify == content.verify || trust == Trust::Passes;
        let mut lines = Vec::with_capacity(keys.len());
        for (line, (_, about)) in content.keys.iter().zip(known) {
            if renewal == Renewal::Without(line.id) {
                continue;
            }
            let Some(about) = about else {
                dropped.push(line.id);
                continue;
            };
            let seed = (line.id == self.key()).then(|| self.own_seed());
            if !keeps_anchors && seed.is_none() && line.bond().is_some() {
                dropped.push(line.id);
            } else if scope.touches(about) {
                lines.push(issuer.renew(line, seed, about)?);
            } else {
                lines.push(line.clone());
            }
        }
        new.keys = lines;
        let mut opened = HashMap::with_capacity(new.workspaces.len());
        for line in &new.workspaces {
            opened.insert(line.id, master.workspace(line)?);
        }
        Ok(Renewed {
            keyring: self.succeeded_by(master, opened),
            content: new,
            workspaces,
            dropped,
        })
    }

    /// The changes that led to the new header's key.
    fn successions(
        &self,
        content: &Content,
        next: &Master,
        revision: u64,
        trust: Trust,
    ) -> Result<Vec<Succession>, Error> {
        if trust == Trust::Ends {
            return Ok(Vec::new());
        }
        let mut all = content.successions.clone();
        all.push(self.master()?.succession(next, revision));
        let surplus = all.len().saturating_sub(MAX_SUCCESSIONS);
        all.drain(..surplus);
        Ok(all)
    }

    /// The new root key and header seed, which may be the old ones, and the workspaces to renew. The holder of
    /// the root key knew everything.
    fn plan<'a>(
        &self,
        content: &Content,
        renewal: Renewal,
        keys: &'a [(KeyId, Option<meta::Key>)],
    ) -> Result<(Master, Scope<'a>), Error> {
        let old = self.master()?;
        let id = match renewal {
            Renewal::Rekey => return Ok((Master::random(content.vault), Scope::All)),
            Renewal::Signer => return Ok((old.with_other_signer(), Scope::None)),
            Renewal::Without(id) => id,
        };
        let removed = keys.iter().find(|(known, _)| *known == id);
        let (_, about) = removed.ok_or(Error::KeyChanged)?;
        Ok(
            match about.as_ref().and_then(|about| about.workspaces.as_ref()) {
                None => (Master::random(content.vault), Scope::All),
                Some(reached) => (old.clone(), Scope::Reached(reached)),
            },
        )
    }
}
