//! Finds records in the bytes of a vault, one page at a time or all of them.
//!
//! The records stay sealed: nothing here needs a key.

use super::Error;
use crate::sealed::SealedBytes;
use crate::sealed::file::{Layout, slice};
use crate::sealed::id::WorkspaceId;
use crate::sealed::record::{Index, Record, RecordId};
use crate::sealed::section::{self, Page};
use crate::sealed::{self, Part};
use crate::store::Snapshot;
use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::{HashMap, HashSet};
use std::ops::Range;
use std::rc::Rc;

/// How much of a vault is read and checked before anything is opened.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Scan {
    /// The header and the directories; pages as needed. For looking up single records, and for a whole
    /// workspace, whose pages are each checked when they are read.
    Lookup,
    /// Every page of every workspace, too. For writing or reading all of them, so that damage is never copied
    /// into a new file.
    Everything,
    /// All bytes, and pages as needed. For bytes that were just written and are compared.
    Bytes,
}

pub struct View {
    snapshot: Snapshot,
    pub layout: Layout,
    /// The whole file, except after [`Scan::Lookup`].
    held: Option<Vec<u8>>,
    scan: Scan,
    /// Pages with a looked-up record, by their first byte; all their records were found valid.
    known: RefCell<HashMap<u64, Lines>>,
}

/// The lines of a page, all found valid.
pub type Lines = Rc<[u8]>;

impl View {
    pub fn load(snapshot: Snapshot, scan: Scan) -> Result<Self, Error> {
        let held = match scan {
            Scan::Lookup => None,
            Scan::Everything | Scan::Bytes if snapshot.len() > SealedBytes::MAX => {
                return Err(sealed::Error::Damaged(Part::End).into());
            }
            Scan::Everything | Scan::Bytes => Some(snapshot.read_all(SealedBytes::MAX)?),
        };
        let layout = match &held {
            None => Layout::read(snapshot.len(), |at, length| {
                snapshot.read_at(at, length).map_err(Error::from)
            })?,
            Some(file) => {
                let layout = Layout::read(file.len() as u64, |at, length| {
                    Ok::<_, sealed::Error>(slice(file, at..at + length as u64).to_vec())
                })?;
                if scan == Scan::Everything {
                    layout.check_pages(file)?;
                }
                layout
            }
        };
        Ok(Self {
            snapshot,
            layout,
            held,
            scan,
            known: RefCell::default(),
        })
    }

    /// Reads the vault again, as far as before.
    pub fn again(&self, snapshot: Snapshot) -> Result<Self, Error> {
        Self::load(snapshot, self.scan)
    }

    /// The whole file. Not after [`Scan::Lookup`].
    pub fn file(&self) -> &[u8] {
        self.held.as_deref().unwrap_or_default()
    }

    fn read(&self, range: Range<u64>) -> Result<Cow<'_, [u8]>, Error> {
        if let Some(file) = &self.held {
            return Ok(slice(file, range).into());
        }
        let length = usize::try_from(range.end - range.start)
            .map_err(|_| sealed::Error::Damaged(Part::End))?;
        Ok(self.snapshot.read_at(range.start, length)?.into())
    }

    /// Calls `with` with the record of this index; `None` if there is none.
    pub fn find<T>(
        &self,
        workspace: WorkspaceId,
        index: Index,
        with: impl FnOnce(&Record<'_>) -> Result<T, Error>,
    ) -> Result<Option<T>, Error> {
        let lines = self.page_of(workspace, index)?;
        let record = lines
            .as_deref()
            .and_then(|lines| section::find(index, lines));
        record.map(|record| with(&record)).transpose()
    }

    /// The lines of the page that would hold the record of this index.
    pub fn page_of(&self, workspace: WorkspaceId, index: Index) -> Result<Option<Lines>, Error> {
        let start = self.layout.range(workspace).map_or(0, |range| range.start);
        let place = self
            .layout
            .section(workspace)
            .and_then(|section| section.page_for(index));
        let Some((page, range)) = place else {
            return Ok(None);
        };
        let range = start + range.start..start + range.end;
        let known = self.known.borrow().get(&range.start).map(Rc::clone);
        known
            .map_or_else(|| self.know(page, range, workspace), Ok)
            .map(Some)
    }

    /// Reads a page and remembers it if all its records are valid: the next looked-up record is often in it,
    /// too.
    fn know(&self, page: &Page, range: Range<u64>, workspace: WorkspaceId) -> Result<Lines, Error> {
        let start = range.start;
        let lines: Lines = self.read(range)?.into();
        self.records(page, &lines, workspace)?;
        self.known.borrow_mut().insert(start, Rc::clone(&lines));
        Ok(lines)
    }

    /// Calls `with` with the record of this id, the only one in its workspace; `None` if there is none.
    pub fn find_id<T>(
        &self,
        workspace: WorkspaceId,
        id: RecordId,
        with: impl FnOnce(&Record<'_>) -> Result<T, Error>,
    ) -> Result<Option<T>, Error> {
        let found = self.find_ids(workspace, &HashSet::from([id]))?.remove(&id);
        let record = found
            .as_ref()
            .and_then(|(index, lines)| section::find(*index, lines));
        record.map(|record| with(&record)).transpose()
    }

    /// The records of these ids, each the only one in its workspace: their indexes, and the lines of their
    /// pages. Searches the section's bytes once. A missing record is reported only after every page was found
    /// valid.
    pub fn find_ids(
        &self,
        workspace: WorkspaceId,
        ids: &HashSet<RecordId>,
    ) -> Result<HashMap<RecordId, (Index, Lines)>, Error> {
        let mut found = HashMap::new();
        for (page, range) in self.pages(workspace) {
            let bytes = self.read(range)?;
            if !section::ids(&bytes).any(|id| ids.contains(&id)) {
                continue;
            }
            let lines: Lines = bytes.into();
            for record in self.records(page, &lines, workspace)? {
                if !ids.contains(&record.id) {
                    continue;
                }
                let place = (record.index, Rc::clone(&lines));
                if found.insert(record.id, place).is_some() {
                    return Err(record.damaged().into());
                }
            }
        }
        if found.len() < ids.len() {
            self.each_page(workspace, |_| Ok(()))?;
        }
        Ok(found)
    }

    /// Calls `with` with every record of a workspace, page by page.
    pub fn each(
        &self,
        workspace: WorkspaceId,
        mut with: impl FnMut(&Record<'_>) -> Result<(), Error>,
    ) -> Result<(), Error> {
        self.each_page(workspace, |records| records.iter().try_for_each(&mut with))
    }

    /// Calls `with` with the records of each page of a workspace.
    pub fn each_page(
        &self,
        workspace: WorkspaceId,
        mut with: impl FnMut(&[Record<'_>]) -> Result<(), Error>,
    ) -> Result<(), Error> {
        for (page, range) in self.pages(workspace) {
            let lines = self.read(range)?;
            with(&self.records(page, &lines, workspace)?)?;
        }
        Ok(())
    }

    fn records<'a>(
        &self,
        page: &Page,
        lines: &'a [u8],
        workspace: WorkspaceId,
    ) -> Result<Vec<Record<'a>>, Error> {
        // Every page was found valid already.
        let read = if self.scan == Scan::Everything {
            section::hashed_records
        } else {
            section::records
        };
        Ok(read(page, lines, workspace)?)
    }

    /// The number of pages in the section of a workspace.
    pub fn page_count(&self, workspace: WorkspaceId) -> usize {
        self.pages(workspace).count()
    }

    fn pages(&self, workspace: WorkspaceId) -> impl Iterator<Item = (&Page, Range<u64>)> {
        let pages = self.layout.pages();
        pages.filter_map(move |(id, page, range)| (id == workspace).then_some((page, range)))
    }
}
