//! The history that each signed part of a file records: its revision and its parents.

use super::file::Layout;
use super::id::WorkspaceId;
use super::sign::Digest;

/// The revision of a part, and the parts that it replaced.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Age {
    /// The section's workspace; `None` is the header.
    pub workspace: Option<WorkspaceId>,
    pub revision: u64,
    pub digest: Digest,
    /// The digests of the parts that it replaced: one revision older, or less after a merge.
    pub parents: Vec<Digest>,
}

impl Layout {
    /// The header, then every section in its order. They can be trusted only once the header's key is known
    /// to be the right one.
    pub fn ages(&self) -> Vec<Age> {
        let header = Age {
            workspace: None,
            revision: self.header.content().revision,
            digest: self.header.digest(),
            parents: self.header.content().parents.clone(),
        };
        let sections = self.sections().map(|section| Age {
            workspace: Some(section.seal().workspace),
            revision: section.seal().revision,
            digest: section.digest(),
            parents: section.seal().parents.clone(),
        });
        std::iter::once(header).chain(sections).collect()
    }
}
