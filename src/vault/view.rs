//! Finds records in the bytes of a vault, one page at a time or all of them, and opens the pages' indexes.

use super::Error;
use super::page::{self, Located, OpenPage};
use crate::keyring::Keyring;
use crate::plaintext::Plaintext;
use crate::sealed::aad_context::AadContext;
use crate::sealed::entry::Entry;
use crate::sealed::file::{Layout, slice, split};
use crate::sealed::id::WorkspaceId;
use crate::sealed::index::{Index, RecordKind};
use crate::sealed::page::{PageIndex, ids};
use crate::sealed::record::RecordId;
use crate::sealed::section::Page;
use crate::sealed::{self, Part, SealedBytes};
use crate::store::Snapshot;
use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::{HashMap, HashSet};
use std::ops::Range;
use std::rc::Rc;

/// The pages that are opened at once: enough for one request to the agent, and few enough to stay small.
const BATCH_PAGES: usize = 32;

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

/// How much of each page is read.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Extent {
    /// The entries, which have no value.
    Index,
    /// The lines of the records, too. They are checked one by one, as they are looked up.
    Lookup,
    /// The lines of the records, all of them checked.
    Records,
}

pub struct View {
    snapshot: Snapshot,
    pub layout: Layout,
    /// The whole file, except after [`Scan::Lookup`].
    held: Option<Vec<u8>>,
    scan: Scan,
    /// Pages with a looked-up record, by their first byte: the next one is often in the same page.
    known: RefCell<HashMap<u64, Rc<OpenPage>>>,
}

/// A page's place in the file.
type Place = (Page, Range<u64>);

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

    /// The only record of this kind and name; `None` if there is none. It is said to be absent only after
    /// every entry of its page was checked.
    pub fn find(
        &self,
        keyring: &dyn Keyring,
        workspace: WorkspaceId,
        kind: RecordKind,
        name: &str,
    ) -> Result<Option<Located>, Error> {
        let mut found = self.find_all(keyring, workspace, &[(kind, name)])?;
        Ok(found.pop().flatten())
    }

    /// [`View::find`] for each name, in order. A keyring elsewhere gets two requests for all of them.
    pub fn find_all(
        &self,
        keyring: &dyn Keyring,
        workspace: WorkspaceId,
        names: &[(RecordKind, &str)],
    ) -> Result<Vec<Option<Located>>, Error> {
        let indexes = keyring.index_all(workspace, names)?;
        let places: Vec<_> = indexes
            .into_iter()
            .map(|index| self.place_of(workspace, index))
            .collect();
        self.know(keyring, workspace, places.iter().flatten())?;
        let each = names.iter().zip(places);
        let each = each.map(|(&(kind, name), place)| {
            let page = place.and_then(|(_, range)| self.known(range.start));
            let Some(page) = page else {
                return Ok(None);
            };
            let position = page.find(kind, name)?;
            if position.is_none() {
                check(keyring, &page)?;
            }
            Ok(position.map(|position| Located { page, position }))
        });
        each.collect()
    }

    /// The record of this index, after every entry of its page was checked.
    pub fn find_index(
        &self,
        keyring: &dyn Keyring,
        workspace: WorkspaceId,
        index: Index,
    ) -> Result<Option<Located>, Error> {
        let Some(place) = self.place_of(workspace, index) else {
            return Ok(None);
        };
        let opened = self.open(keyring, workspace, &[place], Extent::Records)?;
        let Some(page) = opened.into_iter().next() else {
            return Ok(None);
        };
        let position = check(keyring, &page)?.binary_search(&index).ok();
        let page = Rc::new(page);
        Ok(position.map(|position| Located { page, position }))
    }

    /// The only record of this id; `None` if there is none.
    pub fn find_id(
        &self,
        keyring: &dyn Keyring,
        workspace: WorkspaceId,
        id: RecordId,
    ) -> Result<Option<Located>, Error> {
        let mut found = self.find_ids(keyring, workspace, &HashSet::from([id]))?;
        Ok(found.remove(&id))
    }

    /// The records of these ids, each the only one in its workspace. Searches the indexes once. A missing
    /// record is reported only after every index was found intact.
    pub fn find_ids(
        &self,
        keyring: &dyn Keyring,
        workspace: WorkspaceId,
        wanted: &HashSet<RecordId>,
    ) -> Result<HashMap<RecordId, Located>, Error> {
        let mut places = Vec::new();
        for (page, range) in self.pages(workspace) {
            let line = self.read(range.start..range.start + page.index_bytes)?;
            if ids(&line).any(|id| wanted.contains(&id)) {
                places.push((page, range));
            }
        }
        self.know(keyring, workspace, places.iter())?;
        let mut found = HashMap::new();
        let pages = places.iter();
        for page in pages.filter_map(|(_, range)| self.known(range.start)) {
            for (position, id) in page.records.iter().enumerate() {
                let page = Rc::clone(&page);
                if wanted.contains(id) && found.insert(*id, Located { page, position }).is_some() {
                    return Err(id.damaged().into());
                }
            }
        }
        if found.len() < wanted.len() {
            for (page, range) in self.pages(workspace) {
                let line = self.read(range.start..range.start + page.index_bytes)?;
                PageIndex::parse(&page, &line, workspace)?;
            }
        }
        Ok(found)
    }

    /// Calls `with` with each page of a workspace and its entries, after checking that each record is in its
    /// place.
    pub fn each_page(
        &self,
        keyring: &dyn Keyring,
        workspace: WorkspaceId,
        extent: Extent,
        mut with: impl FnMut(&OpenPage, Vec<Entry<'_>>) -> Result<(), Error>,
    ) -> Result<(), Error> {
        let places: Vec<_> = self.pages(workspace).collect();
        for batch in places.chunks(BATCH_PAGES) {
            let opened = self.open(keyring, workspace, batch, extent)?;
            let entries = opened.iter().map(OpenPage::entries);
            let entries = entries.collect::<Result<Vec<_>, _>>()?;
            let names = opened.iter().zip(&entries).map(|(page, entries)| {
                let names = entries.iter().zip(&page.records);
                let names = names.map(|((entry, _), id)| entry.sorted_by(*id));
                (page, names.collect())
            });
            page::indexes(keyring, workspace, &names.collect::<Vec<_>>())?;
            for (page, entries) in opened.iter().zip(entries) {
                with(page, entries.into_iter().map(|(entry, _)| entry).collect())?;
            }
        }
        Ok(())
    }

    /// The number of pages in the section of a workspace.
    pub fn page_count(&self, workspace: WorkspaceId) -> usize {
        self.pages(workspace).count()
    }

    fn pages(&self, workspace: WorkspaceId) -> impl Iterator<Item = Place> {
        let pages = self.layout.pages();
        pages.filter_map(move |(id, page, range)| (id == workspace).then_some((*page, range)))
    }

    /// The page that would hold the record of this index.
    fn place_of(&self, workspace: WorkspaceId, index: Index) -> Option<Place> {
        let start = self.layout.range(workspace)?.start;
        let (page, range) = self.layout.section(workspace)?.page_for(index)?;
        Some((*page, start + range.start..start + range.end))
    }

    fn known(&self, at: u64) -> Option<Rc<OpenPage>> {
        self.known.borrow().get(&at).map(Rc::clone)
    }

    /// Opens the pages that are not known yet.
    fn know<'p>(
        &self,
        keyring: &dyn Keyring,
        workspace: WorkspaceId,
        places: impl Iterator<Item = &'p Place>,
    ) -> Result<(), Error> {
        let mut new = Vec::new();
        let mut seen = HashSet::new();
        for place in places {
            let at = place.1.start;
            if self.known(at).is_none() && seen.insert(at) {
                new.push(place.clone());
            }
        }
        let opened = self.open(keyring, workspace, &new, Extent::Lookup)?;
        let mut known = self.known.borrow_mut();
        for ((_, range), page) in new.into_iter().zip(opened) {
            known.insert(range.start, Rc::new(page));
        }
        Ok(())
    }

    /// Opens the indexes of pages, whose entries are not checked yet.
    fn open(
        &self,
        keyring: &dyn Keyring,
        workspace: WorkspaceId,
        places: &[Place],
        extent: Extent,
    ) -> Result<Vec<OpenPage>, Error> {
        let mut found = Vec::with_capacity(places.len());
        let mut sealed = Vec::with_capacity(places.len());
        for (page, range) in places {
            let end = match extent {
                Extent::Index => range.start + page.index_bytes,
                Extent::Lookup | Extent::Records => range.end,
            };
            let bytes = self.read(range.start..end)?;
            let (line, lines) = split(page, &bytes);
            // Every page was found intact already after `Scan::Everything`.
            let index = if self.scan == Scan::Everything {
                PageIndex::of_intact(line, workspace)?
            } else {
                PageIndex::parse(page, line, workspace)?
            };
            if extent == Extent::Records {
                if self.scan != Scan::Everything && !index.has(lines) {
                    return Err(sealed::Error::Damaged(Part::Page(workspace)).into());
                }
                index.parse_records(lines, workspace)?;
            }
            sealed.push((
                AadContext::Index(workspace, page.first),
                index.sealed(workspace)?,
            ));
            found.push((*page, index.records, lines.to_vec()));
        }
        let texts = keyring.open_all(&sealed)?;
        let opened = found.into_iter().zip(texts);
        let opened = opened.map(|((page, records, lines), text): (_, Plaintext)| {
            OpenPage::new(workspace, page, records, text, lines)
        });
        Ok(opened.collect())
    }
}

/// The indexes of a page's entries, all found to be in their places.
fn check(keyring: &dyn Keyring, page: &OpenPage) -> Result<Vec<Index>, Error> {
    let entries = page.entries()?;
    let names = entries.iter().zip(&page.records);
    let names = names.map(|((entry, _), id)| entry.sorted_by(*id)).collect();
    Ok(page::indexes(keyring, page.workspace, &[(page, names)])?.concat())
}
