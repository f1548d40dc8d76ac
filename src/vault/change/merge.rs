//! What a change takes over from another copy of the vault: its header, whole sections, and the histories of
//! those that were merged. What comes of it is opened to the last value before it is stored.

use super::merged::Merged;
use super::pages::{Pages, Stored};
use super::{Change, successor_of};
use crate::keyring::Keyring;
use crate::sealed::header::Header;
use crate::sealed::history::Ancestors;
use crate::sealed::id::WorkspaceId;
use crate::sealed::index::Index;
use crate::sealed::section::Section;
use crate::vault::Error;
use crate::vault::view::View;

impl<'v> Change<'v> {
    /// The vault before the change.
    pub(in crate::vault) fn view(&self) -> &'v View {
        self.view
    }

    pub(in crate::vault) fn keyring(&self) -> &dyn Keyring {
        self.keyring
    }

    /// Whether the keyring may have moved to another header than the vault's.
    pub(super) fn has_followed(&self) -> bool {
        self.merged.has_followed
    }

    /// Puts another copy's header in place of the vault's, as it was signed there.
    pub(in crate::vault) fn take_header(&mut self, header: &Header) -> Result<(), Error> {
        self.merged.has_followed = true;
        self.keyring.follow(header)?;
        self.merged.header = Some(header.clone());
        Ok(())
    }

    /// Puts another copy's section in place of the vault's, as it was signed there.
    pub(in crate::vault) fn take_section(&mut self, section: &Section, bytes: Vec<u8>) {
        let taken = (section.id(), bytes);
        self.merged.sections.insert(section.seal().workspace, taken);
    }

    /// Whether this section of another copy is in the vault's place as it was signed there.
    pub(in crate::vault) fn takes(&self, section: &Section) -> bool {
        let taken = self.merged.sections.get(&section.seal().workspace);
        taken.is_some_and(|(id, _)| *id == section.id())
    }

    /// Whether it takes over anything.
    pub(in crate::vault) fn takes_anything(&self) -> bool {
        !self.merged.is_empty()
    }

    /// Whether the vault's section stays as it is.
    pub(in crate::vault) fn keeps(&self, id: WorkspaceId) -> bool {
        let is_replaced = self.merged.sections.contains_key(&id);
        !is_replaced && !self.merged.histories.contains_key(&id)
    }

    /// Writes a section anew, made from the vault's and from another copy's.
    pub(in crate::vault) fn join_section(
        &mut self,
        id: WorkspaceId,
        other: Option<&Section>,
    ) -> Result<(), Error> {
        let history = match other {
            Some(other) => successor_of(&other.seal().ancestors, other.id())?,
            None => Ancestors::default(),
        };
        self.opened(id);
        self.merged.histories.insert(id, history);
        Ok(())
    }

    /// Begins a section without a record.
    pub(in crate::vault) fn clear_section(&mut self, id: WorkspaceId) {
        self.sections.insert(id, Pages::empty(id));
    }

    pub(in crate::vault) fn put_record(
        &mut self,
        workspace: WorkspaceId,
        index: Index,
        record: Stored<'v>,
    ) -> Result<(), Error> {
        self.put(workspace, index, record)
    }

    pub(in crate::vault) fn remove_record(
        &mut self,
        workspace: WorkspaceId,
        index: Index,
    ) -> Result<(), Error> {
        self.remove(workspace, index)
    }

    /// Forgets everything, so that nothing is written.
    pub fn discard(&mut self) {
        self.header = None;
        self.sections.clear();
        self.touched.clear();
        self.merged = Merged {
            has_followed: self.merged.has_followed,
            ..Merged::default()
        };
    }
}
