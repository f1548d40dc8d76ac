//! Takes over parts of another copy of the vault: its header, whole sections, and the histories of merged ones.
//! The result is opened to the last value before it is stored.

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

    /// Replaces the vault's header with another copy's, signature included.
    pub(in crate::vault) fn take_header(&mut self, header: &Header) -> Result<(), Error> {
        self.merged.has_followed = true;
        self.keyring.follow(header)?;
        self.merged.header = Some(header.clone());
        Ok(())
    }

    /// Replaces the vault's section with another copy's, signature included.
    pub(in crate::vault) fn take_section(&mut self, section: &Section, bytes: Vec<u8>) {
        let taken = (section.id(), bytes);
        self.merged.sections.insert(section.seal().workspace, taken);
    }

    /// Whether the change takes over this section of another copy with its signature.
    pub(in crate::vault) fn takes(&self, section: &Section) -> bool {
        let taken = self.merged.sections.get(&section.seal().workspace);
        taken.is_some_and(|(id, _)| *id == section.id())
    }

    /// Whether it takes over anything.
    pub(in crate::vault) fn takes_anything(&self) -> bool {
        !self.merged.is_empty()
    }

    /// Whether the vault's section stays unchanged.
    pub(in crate::vault) fn keeps(&self, id: WorkspaceId) -> bool {
        let is_replaced = self.merged.sections.contains_key(&id);
        !is_replaced && !self.merged.histories.contains_key(&id)
    }

    /// Writes a section anew from the vault's section and another copy's.
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

    /// Empties a section.
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

    /// Forgets all changes, so that nothing is written.
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
