//! A change of a vault: works on the bytes read under the lock, records what it touched, and seals the result. It
//! never writes: [`Vault::change`](super::Vault::change) does, after reading back.

mod app;
mod commit;
mod confirm;
mod delete;
mod fields;
mod key;
mod merge;
mod merged;
mod pages;
mod prune;
mod record;
mod rekey;
mod relocate;
mod restore;
mod rotation;
mod secret;
mod successor;
mod version;
mod workspace;

pub use commit::{Changed, Wholeness, Written};
pub use delete::{Deletion, References};
pub use fields::{Edit, Fields};
pub use key::{NewKey, NewLabel, OtherSigner, Removed};
pub(in crate::vault) use pages::Stored;
pub use prune::{Pruned, Pruning};
pub use rekey::Rekeyed;
pub use relocate::NewPlace;
pub use restore::Restored;
pub use rotation::Rotated;
pub use secret::{NewSecret, SecretUpdate, Values};
pub use version::{Begin, FastClock, NewVersion};
pub use workspace::{Contents, WorkspaceUpdate};

use super::Error;
use super::lookup::find_workspace;
use super::name::WorkspaceName;
use super::time::Timestamp;
use super::view::View;
use super::workspace::Workspace;
use crate::keyring::Keyring;
use crate::keyring::local::LocalKeyring;
use crate::sealed::file::{SectionBytes, assemble, slice};
use crate::sealed::header::{self, Content};
use crate::sealed::history::{Ancestors, PartHistory, RevisionId};
use crate::sealed::id::WorkspaceId;
use crate::sealed::index::Index;
use crate::sealed::line::MAX_NUMBER;
use crate::sealed::section::Unsealed;
use crate::sealed::{self, SealedBytes};
use merged::Merged;
use pages::Pages;
use std::borrow::Cow;
use std::collections::HashMap;
use successor::Successor;

pub struct Change<'v> {
    view: &'v View,
    keyring: &'v mut dyn Keyring,
    now: Timestamp,
    workspaces: Vec<Workspace>,
    /// The changed header, if anything in it changes.
    header: Option<Content>,
    /// The sections that change.
    sections: HashMap<WorkspaceId, Pages<'v>>,
    touched: Vec<(WorkspaceId, Index, ChangeKind)>,
    /// Set if the vault gets other keys.
    successor: Option<Successor>,
    /// The parts of another copy that it takes over.
    merged: Merged,
}

/// What a change did to a record, for the check after reading back.
#[derive(Clone, Copy, PartialEq, Eq)]
enum ChangeKind {
    Written,
    Removed,
}

/// A section of the changed vault. It does not name the header until the header is known.
enum DraftSection<'a> {
    Kept(Cow<'a, [u8]>),
    Changed(Unsealed, Vec<Cow<'a, [u8]>>),
}

/// A sealed change that is not read back yet.
pub(super) struct Draft<'v> {
    pub bytes: SealedBytes<'v>,
    pub header: header::Header,
    /// The keyring that opens it, if not the one that opened the vault.
    pub successor: Option<LocalKeyring>,
    /// The keyring that opened the vault.
    pub keyring: &'v mut dyn Keyring,
    touched: Vec<(WorkspaceId, Index, ChangeKind)>,
    /// Whether parts of it come from another copy, so that all of it must be opened.
    is_merged: bool,
}

impl<'v> Change<'v> {
    pub(super) fn new(
        view: &'v View,
        keyring: &'v mut dyn Keyring,
        workspaces: Vec<Workspace>,
        now: Timestamp,
    ) -> Self {
        Self {
            view,
            keyring,
            now,
            workspaces,
            header: None,
            sections: HashMap::new(),
            touched: Vec::new(),
            successor: None,
            merged: Merged::default(),
        }
    }

    /// The time of this change.
    pub fn now(&self) -> Timestamp {
        self.now
    }

    /// The histories of the vault's parts before the change.
    pub fn histories(&self) -> Vec<PartHistory> {
        self.view.layout.histories()
    }

    /// The workspaces that the key reaches.
    pub fn workspaces(&self) -> &[Workspace] {
        &self.workspaces
    }

    pub fn workspace(&self, name: Option<&WorkspaceName>) -> Result<Workspace, Error> {
        let all = self.content().workspaces.len();
        find_workspace(&self.workspaces, all, name).cloned()
    }

    /// The header: the changed one, if there is one, else the present one.
    pub fn content(&self) -> &Content {
        let taken = self.merged.header.as_ref().map(header::Header::content);
        let changed = self.header.as_ref().or(taken);
        changed.unwrap_or(self.view.layout.header.content())
    }

    /// The changed header, one revision later.
    fn change_header(&mut self) -> Result<&mut Content, Error> {
        let old = &self.view.layout.header;
        if self.header.is_none() {
            let mut content = old.content().clone();
            content.ancestors = successor_of(&content.ancestors, old.id())?;
            self.header = Some(content);
        }
        self.header
            .as_mut()
            .ok_or_else(|| sealed::Error::Damaged(sealed::Part::Header).into())
    }

    /// The pages of a section, with the changes so far, and the keyring that opens them.
    fn opened(&mut self, workspace: WorkspaceId) -> (&mut Pages<'v>, &dyn Keyring) {
        let view = self.view;
        let pages = self.sections.entry(workspace).or_insert_with(|| {
            let layout = &view.layout;
            match (layout.section(workspace), layout.range(workspace)) {
                (Some(section), Some(range)) => Pages::of(section, slice(view.file(), range)),
                _ => Pages::empty(workspace),
            }
        });
        (pages, self.keyring)
    }

    fn put(
        &mut self,
        workspace: WorkspaceId,
        index: Index,
        record: Stored<'v>,
    ) -> Result<(), Error> {
        let (pages, keyring) = self.opened(workspace);
        pages.put(keyring, index, record)?;
        self.touched.push((workspace, index, ChangeKind::Written));
        Ok(())
    }

    fn remove(&mut self, workspace: WorkspaceId, index: Index) -> Result<(), Error> {
        let (pages, keyring) = self.opened(workspace);
        pages.remove(keyring, index)?;
        self.touched.push((workspace, index, ChangeKind::Removed));
        Ok(())
    }

    /// Seals and signs the changes; `None` if there are none.
    pub(super) fn finish(mut self) -> Result<Option<Draft<'v>>, Error> {
        if self.touched.is_empty() && self.header.is_none() && self.merged.is_empty() {
            return Ok(None);
        }
        let is_merged = !self.merged.is_empty();
        let taken = self.merged.header.take();
        let old = taken.as_ref().unwrap_or(&self.view.layout.header);
        let content = self.header.take();
        let mut content = content.unwrap_or_else(|| old.content().clone());
        let header_changes = content != *old.content();
        let mut sections = Vec::with_capacity(content.workspaces.len());
        for line in &mut content.workspaces {
            let (id, section) = self.section(line.id)?;
            // The header names each section in its present state; a section that changes later lists that state.
            if header_changes {
                line.section = id;
            }
            sections.push((line.id, section));
        }
        let header = if header_changes {
            let signature = self.sealing_keyring().sign_header(&content)?;
            content.signed(signature)?
        } else {
            old.clone()
        };
        let sections = sections.into_iter().map(|(id, section)| {
            Ok(match section {
                DraftSection::Kept(bytes) => SectionBytes::Kept(bytes),
                DraftSection::Changed(unsealed, pages) => SectionBytes::Changed {
                    head: unsealed.seal(header.id(), |digest| {
                        self.sealing_keyring().sign_section(id, digest)
                    })?,
                    pages,
                },
            })
        });
        let sections = sections.collect::<Result<Vec<_>, Error>>()?;
        let bytes = assemble(&header, sections)?;
        Ok(Some(Draft {
            bytes,
            header,
            successor: self.successor.map(|new| new.keyring),
            keyring: self.keyring,
            touched: self.touched,
            is_merged,
        }))
    }

    /// A section ready to be stored, and its id.
    fn section(&mut self, id: WorkspaceId) -> Result<(RevisionId, DraftSection<'v>), Error> {
        if let Some((id, bytes)) = self.merged.sections.remove(&id) {
            return Ok((id, DraftSection::Kept(bytes.into())));
        }
        let layout = &self.view.layout;
        let old = layout.section(id);
        let new = self.successor.as_ref();
        let joined = self.merged.histories.remove(&id);
        let changes = joined.is_some()
            || self.touched.iter().any(|(touched, ..)| *touched == id)
            || new.is_some_and(|new| new.workspaces.contains(&id));
        if let (Some(old), Some(range), false) = (old, layout.range(id), changes) {
            let bytes = slice(self.view.file(), range);
            return Ok((old.id(), DraftSection::Kept(bytes.into())));
        }
        let ancestors = match old {
            Some(old) => successor_of(&old.seal().ancestors, old.id())?,
            None => Ancestors::default(),
        };
        let ancestors = joined.map_or(ancestors.clone(), |other| ancestors.merged(&other));
        let pages = self.sections.remove(&id);
        let pages = pages.unwrap_or_else(|| Pages::empty(id));
        let (directory, pages) = pages.finish(self.sealing_keyring())?;
        let unsealed = Unsealed::new(id, &ancestors, &directory);
        Ok((unsealed.id(), DraftSection::Changed(unsealed, pages)))
    }

    /// The keyring of the changed vault.
    fn sealing_keyring(&self) -> &dyn Keyring {
        match &self.successor {
            Some(new) => &new.keyring,
            None => self.keyring,
        }
    }
}

/// The ancestors of a part made from this one.
fn successor_of(ancestors: &Ancestors, part: RevisionId) -> Result<Ancestors, Error> {
    if part.number >= MAX_NUMBER {
        return Err(sealed::Error::Full {
            limit: "2^53 revisions",
        }
        .into());
    }
    Ok(ancestors.with(part))
}
