//! Changes a section: puts and removes records, splits and joins pages. It opens only the pages that it touches;
//! the others keep their bytes.

use crate::keyring::Keyring;
use crate::sealed::aad_context::AadContext;
use crate::sealed::entry::{self, write_index};
use crate::sealed::file::split;
use crate::sealed::id::WorkspaceId;
use crate::sealed::index::Index;
use crate::sealed::page::{self, PageIndex, ids};
use crate::sealed::record::RecordId;
use crate::sealed::section::{MAX_PAGE_RECORDS, Page, Section};
use crate::vault::Error;
use crate::vault::page::OpenPage;
use memchr::memmem;
use std::borrow::Cow;
use std::collections::BTreeMap;

/// A page with fewer records joins its neighbour.
const MIN_PAGE_RECORDS: usize = 16;

/// A section during a change. `'v` is the old file, found valid.
pub struct Pages<'v> {
    workspace: WorkspaceId,
    pages: Vec<PageState<'v>>,
}

/// A record: its entry in the index as text, and its line with the newline.
#[derive(Clone)]
pub struct Stored<'v> {
    pub id: RecordId,
    pub entry: String,
    pub line: Cow<'v, str>,
}

/// The directory of a section, and the bytes of its pages.
pub type Finished<'v> = (Vec<Page>, Vec<Cow<'v, [u8]>>);

enum PageState<'v> {
    Sealed {
        page: Page,
        bytes: &'v [u8],
    },
    Open {
        records: BTreeMap<Index, Stored<'v>>,
        /// The unchanged page, until something in it changes.
        kept: Option<(Page, &'v [u8])>,
    },
}

impl PageState<'_> {
    fn starts_after(&self, index: Index) -> bool {
        match self {
            Self::Sealed { page, .. } => page.first > index,
            Self::Open { records, .. } => records
                .first_key_value()
                .is_some_and(|(&first, _)| first > index),
        }
    }

    /// Whether it may contain a record with such an id.
    fn may_have(&self, is_wanted: impl Fn(RecordId) -> bool, text: &str) -> bool {
        match self {
            Self::Sealed { page, bytes } => {
                let (line, _) = split(page, bytes);
                memmem::find(line, text.as_bytes()).is_some() && ids(line).any(is_wanted)
            }
            Self::Open { records, .. } => records.values().any(|record| is_wanted(record.id)),
        }
    }
}

impl<'v> Pages<'v> {
    pub fn empty(workspace: WorkspaceId) -> Self {
        Self {
            workspace,
            pages: Vec::new(),
        }
    }

    pub fn of(section: &Section, bytes: &'v [u8]) -> Self {
        let pages = section.pages().iter().zip(section.ranges());
        Self {
            workspace: section.seal().workspace,
            pages: pages
                .map(|(&page, range)| {
                    #[expect(clippy::cast_possible_truncation, reason = "the bytes are in memory")]
                    let bytes = &bytes[range.start as usize..range.end as usize];
                    PageState::Sealed { page, bytes }
                })
                .collect(),
        }
    }

    /// Puts a record. Replaces one with the same index.
    pub fn put(
        &mut self,
        keyring: &dyn Keyring,
        index: Index,
        record: Stored<'v>,
    ) -> Result<(), Error> {
        if self.pages.is_empty() {
            self.pages.push(PageState::Open {
                records: BTreeMap::new(),
                kept: None,
            });
        }
        let position = self.position(index).unwrap_or(0);
        let records = self.change(keyring, position)?;
        records.insert(index, record);
        if records.len() > MAX_PAGE_RECORDS {
            let middle = records.keys().nth(records.len() / 2).copied();
            let upper = middle
                .map(|middle| records.split_off(&middle))
                .unwrap_or_default();
            let upper = PageState::Open {
                records: upper,
                kept: None,
            };
            self.pages.insert(position + 1, upper);
        }
        Ok(())
    }

    /// Removes the record with this index, if there is one.
    pub fn remove(&mut self, keyring: &dyn Keyring, index: Index) -> Result<(), Error> {
        let Some(position) = self.position(index) else {
            return Ok(());
        };
        if !self.open(keyring, position)?.contains_key(&index) {
            return Ok(());
        }
        let records = self.change(keyring, position)?;
        records.remove(&index);
        if records.is_empty() {
            self.pages.remove(position);
        } else if records.len() < MIN_PAGE_RECORDS && self.pages.len() > 1 {
            self.join(keyring, position.saturating_sub(1))?;
        }
        Ok(())
    }

    /// The record with this index.
    pub fn get(
        &mut self,
        keyring: &dyn Keyring,
        index: Index,
    ) -> Result<Option<&Stored<'v>>, Error> {
        match self.position(index) {
            Some(position) => Ok(self.open(keyring, position)?.get(&index)),
            None => Ok(None),
        }
    }

    /// The only record with this id.
    pub fn find_id(
        &mut self,
        keyring: &dyn Keyring,
        id: RecordId,
    ) -> Result<Option<(Index, Stored<'v>)>, Error> {
        let found = self.find_all(keyring, &id.to_string(), |one| one == id)?;
        let mut found = found.into_iter();
        match (found.next(), found.next()) {
            (_, Some(_)) => Err(id.damaged().into()),
            (found, None) => Ok(found),
        }
    }

    /// The records with a wanted id. Each of these ids contains `text`.
    pub fn find_all(
        &mut self,
        keyring: &dyn Keyring,
        text: &str,
        is_wanted: impl Fn(RecordId) -> bool,
    ) -> Result<Vec<(Index, Stored<'v>)>, Error> {
        let mut found = Vec::new();
        for position in 0..self.pages.len() {
            if !self.pages[position].may_have(&is_wanted, text) {
                continue;
            }
            let records = self.open(keyring, position)?.iter();
            let wanted = records.filter(|(_, record)| is_wanted(record.id));
            found.extend(wanted.map(|(&index, record)| (index, record.clone())));
        }
        Ok(found)
    }

    /// Joins a page with the next one, unless they are too full for one.
    fn join(&mut self, keyring: &dyn Keyring, position: usize) -> Result<(), Error> {
        let count = self.open(keyring, position)?.len() + self.open(keyring, position + 1)?.len();
        if count <= MAX_PAGE_RECORDS
            && let PageState::Open { mut records, .. } = self.pages.remove(position + 1)
        {
            self.change(keyring, position)?.append(&mut records);
        }
        Ok(())
    }

    /// The page that contains or would contain `index`: the last that does not start after it.
    fn position(&self, index: Index) -> Option<usize> {
        self.pages
            .partition_point(|page| !page.starts_after(index))
            .checked_sub(1)
    }

    /// The records of a page that is about to change.
    fn change(
        &mut self,
        keyring: &dyn Keyring,
        position: usize,
    ) -> Result<&mut BTreeMap<Index, Stored<'v>>, Error> {
        self.open(keyring, position)?;
        match &mut self.pages[position] {
            PageState::Open { records, kept } => {
                *kept = None;
                Ok(records)
            }
            PageState::Sealed { .. } => unreachable!("opened above"),
        }
    }

    /// The records of a page, after checking that each is at its place.
    fn open(
        &mut self,
        keyring: &dyn Keyring,
        position: usize,
    ) -> Result<&BTreeMap<Index, Stored<'v>>, Error> {
        if let PageState::Sealed { page, bytes } = self.pages[position] {
            let records = opened(keyring, self.workspace, page, bytes)?;
            let kept = Some((page, bytes));
            self.pages[position] = PageState::Open { records, kept };
        }
        match &self.pages[position] {
            PageState::Open { records, .. } => Ok(records),
            PageState::Sealed { .. } => unreachable!("opened above"),
        }
    }

    /// The new directory, and the bytes of the pages after it.
    pub fn finish(self, keyring: &dyn Keyring) -> Result<Finished<'v>, Error> {
        let mut directory = Vec::with_capacity(self.pages.len());
        let mut pages = Vec::with_capacity(self.pages.len());
        for state in self.pages {
            match state {
                PageState::Sealed { page, bytes }
                | PageState::Open {
                    kept: Some((page, bytes)),
                    ..
                } => {
                    directory.push(page);
                    pages.push(Cow::Borrowed(bytes));
                }
                PageState::Open { records, .. } => {
                    let Some((&first, _)) = records.first_key_value() else {
                        continue;
                    };
                    let text = write_index(records.values().map(|record| record.entry.as_str()));
                    let place = AadContext::Index(self.workspace, first);
                    let sealed = keyring.seal(place, text.as_bytes())?;
                    let ids: Vec<_> = records.values().map(|record| record.id).collect();
                    let lines: String = records.values().map(|record| &*record.line).collect();
                    let (page, text) = page::write(first, &sealed, &ids, &lines);
                    directory.push(page);
                    pages.push(Cow::Owned(text.into_bytes()));
                }
            }
        }
        Ok((directory, pages))
    }
}

fn opened<'v>(
    keyring: &dyn Keyring,
    workspace: WorkspaceId,
    page: Page,
    bytes: &'v [u8],
) -> Result<BTreeMap<Index, Stored<'v>>, Error> {
    let (line, lines) = split(&page, bytes);
    let index = PageIndex::of_intact(line, workspace)?;
    let text = keyring.open(
        AadContext::Index(workspace, page.first),
        &index.sealed(workspace)?,
    )?;
    let open = OpenPage::new(workspace, page, index.records, text, Cow::Borrowed(bytes));
    let places = open.indexes(keyring, &open.entries()?)?;
    let texts = open.texts()?;
    let lines = std::str::from_utf8(lines).unwrap_or_default();
    let each = places.into_iter().zip(&open.records).zip(texts);
    let each = each.zip(lines.split_inclusive('\n'));
    Ok(each
        .map(|(((index, &id), entry), line)| {
            let record = Stored {
                id,
                entry: entry.to_owned(),
                line: line.into(),
            };
            (index, record)
        })
        .collect())
}

impl Stored<'_> {
    /// Its entry, parsed.
    pub fn parsed(&self) -> Result<entry::Entry<'_>, Error> {
        entry::Entry::parse(&self.entry, self.id).ok_or_else(|| self.id.damaged().into())
    }
}

#[cfg(test)]
mod tests;
