//! Renews the keys of a vault, and makes a keyring to replace the owner's.
//!
//! It needs no other holder's passphrase or token, because grants are encrypted to public keys. It never makes
//! an anchor for anyone but the owner: only the key's holder can.

use super::issue::Issuer;
use super::local::LocalKeyring;
use super::master::Master;
use super::{Error, Keyring, about};
use crate::sealed::header::Content;
use crate::sealed::id::{KeyId, WorkspaceId};
use crate::sealed::meta;
use std::collections::HashMap;

/// Which keys are replaced.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Renewal {
    /// The root key, and the read key and signing seed of every workspace. The header's seed stays, so every
    /// anchor stays valid.
    Rekey,
    /// Everything that this key knew. For a key with full access that includes the header's seed.
    Without(KeyId),
}

pub struct Renewed {
    /// Opens and seals with the new keys, once `content` is the header.
    pub keyring: LocalKeyring,
    /// The new header. It does not yet hold what is sealed with a workspace's read key.
    pub content: Content,
    /// The workspaces with new keys.
    pub workspaces: Vec<WorkspaceId>,
    /// Keys without a line in the new header: their anchors would call it forged.
    pub dropped: Vec<KeyId>,
}

impl LocalKeyring {
    /// Renews keys for the vault of this header, which the keyring follows.
    pub fn renew(&self, content: &Content, renewal: Renewal) -> Result<Renewed, Error> {
        let old = self.master()?;
        let mut all = Vec::with_capacity(content.keys.len());
        for line in &content.keys {
            all.push((line, about::of(self, line)?));
        }
        let removed = match renewal {
            Renewal::Rekey => None,
            Renewal::Without(id) => Some(id),
        };
        let reach = match removed {
            None => None,
            Some(id) => {
                let taken = all.iter().find(|(line, _)| line.id == id);
                let (_, about) = taken.ok_or(Error::KeyChanged)?;
                about.workspaces.as_ref()
            }
        };
        // The holder of the root key knew everything.
        let (master, is_renewed): (_, Box<dyn Fn(WorkspaceId) -> bool>) = match (removed, reach) {
            (None, _) => (old.with_new_root(), Box::new(|_| true)),
            (Some(_), None) => (Master::random(content.vault), Box::new(|_| true)),
            (Some(_), Some(reach)) => (
                old.clone(),
                Box::new(|id| reach.iter().any(|reach| reach.workspace == id)),
            ),
        };

        let mut new = content.clone();
        new.verify = master.verify();
        let mut workspaces = Vec::new();
        for line in new.workspaces.iter_mut().filter(|line| is_renewed(line.id)) {
            (line.verify, line.wrapped) = master.new_workspace(line.id);
            workspaces.push(line.id);
        }

        let issuer = Issuer {
            master: &master,
            workspaces: &new.workspaces,
        };
        let holds = new.verify == content.verify;
        let is_touched = |about: &meta::Key| match &about.workspaces {
            None => !old.has_same_root(&master),
            Some(own) => {
                !old.has_same_root(&master) || own.iter().any(|own| is_renewed(own.workspace))
            }
        };
        let (mut lines, mut dropped) = (Vec::with_capacity(all.len()), Vec::new());
        for (line, about) in &all {
            if removed == Some(line.id) {
                continue;
            }
            let seed = (line.id == self.key()).then(|| self.own_seed());
            if !holds && seed.is_none() && line.bond().is_some() {
                dropped.push(line.id);
            } else if is_touched(about) {
                lines.push(issuer.renew(line, seed, about)?);
            } else {
                lines.push((*line).clone());
            }
        }
        new.keys = lines;

        let mut keys = HashMap::with_capacity(new.workspaces.len());
        for line in &new.workspaces {
            keys.insert(line.id, master.workspace(line)?);
        }
        Ok(Renewed {
            keyring: self.succeeded_by(master, keys),
            content: new,
            workspaces,
            dropped,
        })
    }
}
