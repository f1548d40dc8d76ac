//! The newest header of a vault that the agent has verified. It decides which header may be signed next, and when
//! the key expires.

use super::answer::{Answer, Failure};
use crate::keyring::Keyring;
use crate::sealed::header::{self, Content};
use crate::sealed::id::{KeyId, WorkspaceId};
use crate::sealed::key::{Key, KeyToCome};
use crate::sealed::sign::VerifyKey;
use std::time::Duration;

/// The workspaces of a full header, and as many new ones that are in no header yet.
const MAX_WORKSPACES: usize = header::MAX_WORKSPACES * 2;

pub struct LatestHeader {
    pub revision: u64,
    keys: Vec<Key>,
    keys_to_come: Vec<KeyToCome>,
    /// The known workspaces with their keys, including those made here.
    workspaces: Vec<(WorkspaceId, VerifyKey, Vec<u8>)>,
    /// When the key expires, since 1970.
    pub not_after: Option<Duration>,
}

impl LatestHeader {
    pub fn of(content: &Content, not_after: Option<Duration>) -> Self {
        let workspaces = content.workspaces.iter();
        Self {
            not_after,
            revision: content.revision(),
            keys: content.keys.clone(),
            keys_to_come: content.keys_to_come.clone(),
            workspaces: workspaces
                .map(|line| (line.id, line.verify, line.wrapped.clone()))
                .collect(),
        }
    }

    /// Follows a header. An older one can be followed for reading, but does not become the newest. Otherwise an
    /// attacker could put it in the vault's place and have a removed key signed again.
    pub fn follow(&mut self, content: &Content, not_after: Option<Duration>) {
        if content.revision() >= self.revision {
            *self = Self::of(content, not_after);
        }
    }

    /// Notes the keys of a workspace that was made here. Refuses a known workspace, and too many.
    pub fn add_workspace(
        &mut self,
        keyring: &mut dyn Keyring,
        workspace: WorkspaceId,
    ) -> Result<Answer, Failure> {
        let is_known = self.workspaces.iter().any(|(id, ..)| *id == workspace);
        if is_known || self.workspaces.len() >= MAX_WORKSPACES {
            return Err(Failure::Refused);
        }
        let (verify, wrapped) = keyring.add_workspace(workspace)?;
        self.workspaces.push((workspace, verify, wrapped.clone()));
        Ok(Answer::Added { verify, wrapped })
    }

    /// Refuses a header with other keys, with other keys for a workspace, or older than the newest.
    pub fn check(&self, content: &Content) -> Result<(), Failure> {
        let is_known = |line: &header::Workspace| {
            self.workspaces.iter().any(|(id, verify, wrapped)| {
                (*id, verify, wrapped) == (line.id, &line.verify, &line.wrapped)
            })
        };
        let is_next = content.revision() >= self.revision;
        let same_keys = content.keys == self.keys && content.keys_to_come == self.keys_to_come;
        if is_next && same_keys && content.workspaces.iter().all(is_known) {
            Ok(())
        } else {
            Err(Failure::Refused)
        }
    }
}

/// The time when a key expires, since 1970.
pub fn not_after(key: KeyId, content: &Content) -> Option<Duration> {
    let not_after = content.key(key)?.not_after?;
    Some(Duration::from_millis(
        u64::try_from(not_after).unwrap_or_default(),
    ))
}
