//! Finds records in the bytes of a vault, one page at a time or all of them, and opens the pages' indexes.

use super::Error;
use super::page::{self, Located, OpenPage, sorted_by};
use crate::keyring::Keyring;
use crate::platform::threads::in_two;
use crate::sealed::aad_context::AadContext;
use crate::sealed::entry::Entry;
use crate::sealed::file::{Layout, slice, split};
use crate::sealed::id::WorkspaceId;
use crate::sealed::index::{Index, RecordKind};
use crate::sealed::page::{PageIndex, ids};
use crate::sealed::record::RecordId;
use crate::sealed::section::Page;
use crate::sealed::{self, Part, SealedBytes, mishap};
use crate::store::Snapshot;
use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::ops::Range;

/// The pages that are opened at once: enough for one request to the agent, and few enough to stay small.
const BATCH_PAGES: usize = 8;

/// Fewer pages are opened in less time than a thread takes to start.
const MIN_THREAD_PAGES: usize = 16;

/// The part of a vault that is read and checked before anything is opened.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Scan {
    /// The header and the directories; pages on demand. For looking up single records, and for a whole workspace,
    /// whose pages are checked when they are read.
    Lookup,
    /// Every page of every workspace, too. For writing or reading all of them, so that damage is never copied
    /// into a new file.
    Everything,
    /// All bytes, and pages on demand. For bytes that were just written and compared: no read can fail after they
    /// have replaced the vault.
    Bytes,
}

/// The part of each page that is read.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Extent {
    /// The entries, which contain no value.
    Index,
    /// The lines of the records, too, each checked when it is looked up.
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
}

/// A page's place in the file.
type Place = (Page, Range<u64>);

impl View {
    pub fn load(snapshot: Snapshot, scan: Scan) -> Result<Self, Error> {
        let held = Self::held(&snapshot, scan)?;
        match Self::check(&snapshot, held.as_deref(), scan) {
            Ok(layout) => Ok(Self {
                snapshot,
                layout,
                held,
                scan,
            }),
            // Only now: a valid file is not searched for damage by git.
            Err(Error::Sealed(sealed::Error::Damaged(part))) => {
                let bytes = match held {
                    Some(held) => Some(held),
                    None => snapshot.read_all(SealedBytes::MAX).ok(),
                };
                let part = match bytes.as_deref().and_then(mishap::of) {
                    Some(mishap) => mishap.of_part(part),
                    None => part,
                };
                Err(sealed::Error::Damaged(part).into())
            }
            Err(error) => Err(error),
        }
    }

    /// The whole file, if this scan needs it.
    fn held(snapshot: &Snapshot, scan: Scan) -> Result<Option<Vec<u8>>, Error> {
        Ok(match scan {
            Scan::Lookup => None,
            Scan::Everything | Scan::Bytes if snapshot.len() > SealedBytes::MAX => {
                return Err(sealed::Error::Damaged(Part::End).into());
            }
            Scan::Everything | Scan::Bytes => Some(snapshot.read_all(SealedBytes::MAX)?),
        })
    }

    fn check(snapshot: &Snapshot, held: Option<&[u8]>, scan: Scan) -> Result<Layout, Error> {
        match held {
            None => Layout::read(snapshot.len(), |at, length| {
                snapshot.read_at(at, length).map_err(Error::from)
            }),
            Some(file) => {
                let layout = Layout::read(file.len() as u64, |at, length| {
                    Ok::<_, sealed::Error>(slice(file, at..at + length as u64).to_vec())
                })?;
                if scan == Scan::Everything {
                    layout.check_pages(file)?;
                }
                Ok(layout)
            }
        }
    }

    /// Reads the vault again, with the same scan.
    pub fn again(&self, snapshot: Snapshot) -> Result<Self, Error> {
        Self::load(snapshot, self.scan)
    }

    /// The whole file. Not after [`Scan::Lookup`].
    pub fn file(&self) -> &[u8] {
        self.held.as_deref().unwrap_or_default()
    }

    fn read(&self, range: Range<u64>) -> Result<Cow<'_, [u8]>, Error> {
        self.reader(Extent::Index).read(range)
    }

    /// The only record of this kind and name; `None` if there is none. Checks every entry of its page before it
    /// returns `None`.
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

    /// [`View::find`] for each name, in order, with two requests to the keyring for all of them.
    pub fn find_all(
        &self,
        keyring: &dyn Keyring,
        workspace: WorkspaceId,
        names: &[(RecordKind, &str)],
    ) -> Result<Vec<Option<Located>>, Error> {
        let indexes = keyring.index_all(workspace, names)?;
        // Names on one page follow each other.
        let mut wanted: Vec<(Place, usize)> = indexes
            .into_iter()
            .enumerate()
            .filter_map(|(at, index)| Some((self.place_of(workspace, index)?, at)))
            .collect();
        wanted.sort_by_key(|((_, range), _)| range.start);
        let mut found = vec![None; names.len()];
        let pages: Vec<_> = wanted
            .chunk_by(|(one, _), (next, _)| one.1.start == next.1.start)
            .collect();
        let reader = self.reader(Extent::Lookup);
        let located = |keyring: &dyn Keyring, pages: &[&[(Place, usize)]]| {
            let mut located = Vec::new();
            for batch in pages.chunks(BATCH_PAGES) {
                let places: Vec<_> = batch.iter().map(|wanted| wanted[0].0.clone()).collect();
                let opened = open(keyring, workspace, reader.read_pages(&places)?)?;
                for (page, wanted) in opened.iter().zip(batch) {
                    for (_, at) in *wanted {
                        let (kind, name) = names[*at];
                        match page.find(kind, name)? {
                            Some(found) => located.push((*at, found)),
                            None => drop(page.indexes(keyring, &page.entries()?)?),
                        }
                    }
                }
            }
            Ok::<_, Error>(located)
        };
        let located = match keyring.shared() {
            Some(shared) if pages.len() >= MIN_THREAD_PAGES => {
                let (one, two) = pages.split_at(pages.len().div_ceil(2));
                let (one, two) = in_two(|| located(shared, one), || located(shared, two));
                let mut all = one?;
                all.extend(two?);
                all
            }
            _ => located(keyring, &pages)?,
        };
        for (at, one) in located {
            found[at] = Some(one);
        }
        Ok(found)
    }

    /// Calls `with` for each of these ascending indexes with its record, after checking every entry of its page.
    /// Opens each page once.
    pub fn each_index(
        &self,
        keyring: &dyn Keyring,
        workspace: WorkspaceId,
        wanted: &[Index],
        mut with: impl FnMut(Index, Option<Located>) -> Result<(), Error>,
    ) -> Result<(), Error> {
        let mut rest = wanted;
        while let Some(&first) = rest.first() {
            let place = self.place_of(workspace, first);
            let in_page = match &place {
                None => 1,
                Some((page, _)) => page.next.map_or(rest.len(), |next| {
                    rest.partition_point(|&index| index < next).max(1)
                }),
            };
            let (here, later) = rest.split_at(in_page);
            rest = later;
            let opened = match place {
                Some(place) => {
                    let read = self.read_pages(&[place], Extent::Records)?;
                    open(keyring, workspace, read)?.into_iter().next()
                }
                None => None,
            };
            let Some(page) = opened else {
                here.iter().try_for_each(|&index| with(index, None))?;
                continue;
            };
            let indexes = page.indexes(keyring, &page.entries()?)?;
            for &index in here {
                let position = indexes.binary_search(&index).ok();
                let found = position.map(|position| page.locate(position)).transpose()?;
                with(index, found)?;
            }
        }
        Ok(())
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

    /// The records of these ids, each the only one in its workspace. Searches the indexes once. Reports a missing
    /// record only after checking every index.
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
        let mut found = HashMap::new();
        for batch in places.chunks(BATCH_PAGES) {
            let read = self.read_pages(batch, Extent::Lookup)?;
            for page in open(keyring, workspace, read)? {
                let ids = page.records.iter().enumerate();
                for (position, id) in ids.filter(|(_, id)| wanted.contains(id)) {
                    if found.insert(*id, page.locate(position)?).is_some() {
                        return Err(id.damaged().into());
                    }
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

    /// Calls `with` for each page of a workspace and its entries, after checking that each record is at its
    /// place.
    pub fn each_page(
        &self,
        keyring: &dyn Keyring,
        workspace: WorkspaceId,
        extent: Extent,
        mut with: impl FnMut(&OpenPage<'_>, Vec<Entry<'_>>) -> Result<(), Error>,
    ) -> Result<(), Error> {
        let places: Vec<_> = self.pages(workspace).collect();
        for batch in places.chunks(BATCH_PAGES) {
            let read = self.read_pages(batch, extent)?;
            each_opened(keyring, workspace, read, &mut with)?;
        }
        Ok(())
    }

    /// Like `each_page`, in two threads where the keyring allows it: `map` turns the entries of a page into
    /// something, and `with` gets the results in the order of the pages.
    pub fn map_pages<T: Send>(
        &self,
        keyring: &dyn Keyring,
        workspace: WorkspaceId,
        extent: Extent,
        map: impl Fn(&OpenPage<'_>, Vec<Entry<'_>>) -> Result<T, Error> + Sync,
        mut with: impl FnMut(T) -> Result<(), Error>,
    ) -> Result<(), Error> {
        let Some(shared) = keyring.shared() else {
            return self.each_page(keyring, workspace, extent, |page, entries| {
                with(map(page, entries)?)
            });
        };
        let places: Vec<_> = self.pages(workspace).collect();
        let reader = self.reader(extent);
        let each = |places: &[Place], with: &mut dyn FnMut(T) -> Result<(), Error>| {
            for batch in places.chunks(BATCH_PAGES) {
                each_opened(
                    shared,
                    workspace,
                    reader.read_pages(batch)?,
                    |page, entries| with(map(page, entries)?),
                )?;
            }
            Ok::<_, Error>(())
        };
        if places.len() < MIN_THREAD_PAGES {
            return each(&places, &mut with);
        }
        // The other thread keeps its results until this one is done with its own half.
        let (one, two) = places.split_at(places.len().div_ceil(2));
        let others = || {
            let mut all = Vec::with_capacity(two.len());
            each(two, &mut |mapped| {
                all.push(mapped);
                Ok(())
            })?;
            Ok::<_, Error>(all)
        };
        let (done, others) = in_two(|| each(one, &mut with), others);
        done?;
        others?.into_iter().try_for_each(with)
    }

    /// The number of pages in the section of a workspace.
    pub fn page_count(&self, workspace: WorkspaceId) -> usize {
        self.pages(workspace).count()
    }

    fn pages(&self, workspace: WorkspaceId) -> impl Iterator<Item = Place> {
        let pages = self.layout.pages();
        pages.filter_map(move |(id, page, range)| (id == workspace).then_some((*page, range)))
    }

    /// The page that would contain the record of this index.
    fn place_of(&self, workspace: WorkspaceId, index: Index) -> Option<Place> {
        let start = self.layout.range(workspace)?.start;
        let (page, range) = self.layout.section(workspace)?.page_for(index)?;
        Some((*page, start + range.start..start + range.end))
    }

    fn read_pages(&self, places: &[Place], extent: Extent) -> Result<PagesRead<'_>, Error> {
        self.reader(extent).read_pages(places)
    }

    fn reader(&self, extent: Extent) -> Reader<'_> {
        Reader {
            snapshot: &self.snapshot,
            held: self.held.as_deref(),
            extent,
            are_intact: self.scan == Scan::Everything,
        }
    }
}

/// Reads pages in any thread.
#[derive(Clone, Copy)]
struct Reader<'v> {
    snapshot: &'v Snapshot,
    held: Option<&'v [u8]>,
    extent: Extent,
    are_intact: bool,
}

impl<'v> Reader<'v> {
    fn read(&self, range: Range<u64>) -> Result<Cow<'v, [u8]>, Error> {
        if let Some(file) = self.held {
            return Ok(slice(file, range).into());
        }
        let length = usize::try_from(range.end - range.start)
            .map_err(|_| sealed::Error::Damaged(Part::End))?;
        Ok(self.snapshot.read_at(range.start, length)?.into())
    }

    fn read_pages(&self, places: &[Place]) -> Result<PagesRead<'v>, Error> {
        let pages = places.iter().map(|(page, range)| {
            let end = match self.extent {
                Extent::Index => range.start + page.index_bytes,
                Extent::Lookup | Extent::Records => range.end,
            };
            Ok((*page, self.read(range.start..end)?))
        });
        Ok(PagesRead {
            pages: pages.collect::<Result<_, Error>>()?,
            extent: self.extent,
            are_intact: self.are_intact,
        })
    }
}

/// The bytes of some pages.
struct PagesRead<'v> {
    pages: Vec<(Page, Cow<'v, [u8]>)>,
    extent: Extent,
    /// Every page was checked before.
    are_intact: bool,
}

/// Opens the indexes of pages, without checking their entries.
fn open<'v>(
    keyring: &dyn Keyring,
    workspace: WorkspaceId,
    read: PagesRead<'v>,
) -> Result<Vec<OpenPage<'v>>, Error> {
    let mut records = Vec::with_capacity(read.pages.len());
    let mut sealed = Vec::with_capacity(read.pages.len());
    for (page, bytes) in &read.pages {
        let (line, lines) = split(page, bytes);
        let index = if read.are_intact {
            PageIndex::of_intact(line, workspace)?
        } else {
            PageIndex::parse(page, line, workspace)?
        };
        if read.extent == Extent::Records {
            if !read.are_intact && !index.has(lines) {
                return Err(sealed::Error::Damaged(Part::Page(workspace)).into());
            }
            index.parse_records(lines, workspace)?;
        }
        sealed.push((
            AadContext::Index(workspace, page.first),
            index.sealed(workspace)?,
        ));
        records.push(index.records);
    }
    let texts = keyring.open_all(&sealed)?;
    let opened = read.pages.into_iter().zip(records).zip(texts);
    let opened = opened.map(|(((page, bytes), records), text)| {
        OpenPage::new(workspace, page, records, text, bytes)
    });
    Ok(opened.collect())
}

/// Calls `with` for each of these pages and its entries, after checking that each record is at its place.
fn each_opened(
    keyring: &dyn Keyring,
    workspace: WorkspaceId,
    read: PagesRead<'_>,
    mut with: impl FnMut(&OpenPage<'_>, Vec<Entry<'_>>) -> Result<(), Error>,
) -> Result<(), Error> {
    let opened = open(keyring, workspace, read)?;
    let entries = opened.iter().map(OpenPage::entries);
    let entries = entries.collect::<Result<Vec<_>, _>>()?;
    let names = opened.iter().zip(&entries);
    let names = names.map(|(page, entries)| (page, sorted_by(page, entries)));
    page::indexes(keyring, workspace, &names.collect::<Vec<_>>())?;
    for (page, entries) in opened.iter().zip(entries) {
        with(page, entries)?;
    }
    Ok(())
}
