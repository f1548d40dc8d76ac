//! The copy of a vault at one place: the revision of each part that was seen there, and the expected one.

use super::digest_text;
use crate::sealed::history::{PartHistory, Relation, RevisionId};
use crate::sealed::id::WorkspaceId;
use crate::sealed::sign::{Digest, VerifyKey, sha256};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The copy at one place.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Place {
    /// Its path with all links resolved.
    pub path: String,
    /// The state that is about to replace the vault. It is as valid as the seen one until it is known to be in
    /// place.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<Next>,
    /// Whether the vault was in a git work tree, where older copies are normal.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub in_work_tree: bool,
    /// The older copy that you were warned of last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub warned_of: Option<CopyDigest>,
    #[serde(skip_serializing_if = "Option::is_none")]
    header: Option<RevisionId>,
    sections: BTreeMap<WorkspaceId, RevisionId>,
}

/// The parts that may replace the seen ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Accept {
    /// Only parts that may have been made from the seen ones.
    Newer,
    /// Any part, because you agreed.
    Anything,
}

/// The header's key, as it is stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Signer(#[serde(with = "digest_text")] pub VerifyKey);

/// The state that a change on this machine is about to put in place. After an interruption either the old or the
/// new state is valid.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub enum Next {
    /// A successor of the seen state, signed by this key.
    #[serde(rename = "signer")]
    Signed(Signer),
    /// An older copy or one of another history, with exactly these parts.
    #[serde(rename = "copy")]
    Copy(CopyDigest),
}

/// The digest of the revisions of all parts of a copy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct CopyDigest(#[serde(with = "digest_text")] Digest);

/// A part that differs from the one that was seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Judgement {
    /// The section's workspace; `None` for the header.
    pub workspace: Option<WorkspaceId>,
    pub relation: Relation,
    pub found: u64,
    pub seen: u64,
}

impl Place {
    /// A place where nothing was seen yet.
    pub fn new(path: String) -> Self {
        Self {
            path,
            ..Self::default()
        }
    }

    /// The first part that has one of these relations to the seen one.
    pub fn find(&self, parts: &[PartHistory], relations: &[Relation]) -> Option<Judgement> {
        parts.iter().find_map(|part| {
            let seen = self.seen(part.workspace)?;
            let relation = part.relation(seen);
            relations.contains(&relation).then_some(Judgement {
                workspace: part.workspace,
                relation,
                found: part.id.number,
                seen: seen.number,
            })
        })
    }

    /// The revision of a part that was seen here.
    pub fn seen(&self, workspace: Option<WorkspaceId>) -> Option<RevisionId> {
        match workspace {
            None => self.header,
            Some(workspace) => self.sections.get(&workspace).copied(),
        }
    }

    /// Whether a vault was seen here.
    pub fn is_known(&self) -> bool {
        self.header.is_some()
    }

    /// Records the revision of every part; returns whether anything changed.
    pub fn note(&mut self, parts: &[PartHistory], accept: Accept) -> bool {
        let mut is_different = false;
        for part in parts {
            let relation = self.seen(part.workspace).map(|seen| part.relation(seen));
            let is_taken = match (accept, relation) {
                (_, None | Some(Relation::Newer | Relation::TooFar)) => true,
                (_, Some(Relation::Same)) => false,
                (accept, Some(Relation::Older | Relation::Fork)) => accept == Accept::Anything,
            };
            if is_taken {
                match part.workspace {
                    None => self.header = Some(part.id),
                    Some(workspace) => drop(self.sections.insert(workspace, part.id)),
                }
            }
            is_different |= is_taken;
        }
        // The next older copy is worth a warning again.
        if self
            .find(parts, &[Relation::Older, Relation::Fork])
            .is_none()
        {
            is_different |= self.warned_of.take().is_some();
        }
        // The newest header lists the workspaces that exist.
        let header = parts.iter().find(|part| part.workspace.is_none());
        if header.is_some_and(|header| self.header == Some(header.id)) {
            let is_there = |id: &WorkspaceId| parts.iter().any(|part| part.workspace == Some(*id));
            let before = self.sections.len();
            self.sections.retain(|id, _| is_there(id));
            is_different |= self.sections.len() < before;
        }
        is_different
    }
}

impl CopyDigest {
    /// The digest of these parts. The header names the workspaces, in the order of their sections.
    pub fn of(parts: &[PartHistory]) -> Self {
        let mut ids = Vec::new();
        for part in parts {
            ids.extend(part.id.number.to_be_bytes());
            ids.extend(part.id.digest);
        }
        Self(sha256(&ids))
    }
}
