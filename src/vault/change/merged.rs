//! The parts of another copy that a change takes over.

use crate::sealed::header::Header;
use crate::sealed::history::{Ancestors, RevisionId};
use crate::sealed::id::WorkspaceId;
use std::collections::HashMap;

/// Parts of another copy.
#[derive(Default)]
pub struct Merged {
    pub header: Option<Header>,
    pub sections: HashMap<WorkspaceId, (RevisionId, Vec<u8>)>,
    /// The other copy's history of each section that is written anew.
    pub histories: HashMap<WorkspaceId, Ancestors>,
    /// Whether the keyring may have moved to another header than the vault's.
    pub has_followed: bool,
}

impl Merged {
    pub fn is_empty(&self) -> bool {
        self.header.is_none() && self.sections.is_empty() && self.histories.is_empty()
    }
}
