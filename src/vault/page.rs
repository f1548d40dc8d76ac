//! Pages whose index was opened, and the records in them.

use super::Error;
use crate::keyring::Keyring;
use crate::plaintext::Plaintext;
use crate::sealed::entry::{self, Entry};
use crate::sealed::id::WorkspaceId;
use crate::sealed::index::{Index, RecordKind};
use crate::sealed::page;
use crate::sealed::record::{Record, RecordId};
use crate::sealed::section::Page;
use crate::sealed::{self, Part};
use std::borrow::Cow;
use std::rc::Rc;

/// A page with its opened index. Its entries may still break the rules of the domain.
pub struct OpenPage {
    pub workspace: WorkspaceId,
    pub records: Vec<RecordId>,
    /// From its first record's index to the next page's.
    page: Page,
    text: Plaintext,
    /// The lines of its records; empty if they were not read.
    lines: Vec<u8>,
}

/// A record in its page.
#[derive(Clone)]
pub struct Located {
    pub page: Rc<OpenPage>,
    pub position: usize,
}

impl OpenPage {
    pub fn new(
        workspace: WorkspaceId,
        page: Page,
        records: Vec<RecordId>,
        text: Plaintext,
        lines: Vec<u8>,
    ) -> Self {
        Self {
            workspace,
            records,
            page,
            text,
            lines,
        }
    }

    fn damaged(&self) -> Error {
        sealed::Error::Damaged(Part::Page(self.workspace)).into()
    }

    fn text(&self) -> Result<&str, Error> {
        std::str::from_utf8(self.text.expose()).map_err(|_| self.damaged())
    }

    /// Every entry with its text.
    pub fn entries(&self) -> Result<Vec<(Entry<'_>, &str)>, Error> {
        entry::parse(self.text()?, &self.records).ok_or_else(|| self.damaged())
    }

    /// The position of the only record of this kind and name.
    pub fn find(&self, kind: RecordKind, name: &str) -> Result<Option<usize>, Error> {
        let found = entry::find(self.text()?, &self.records, kind, name)?;
        Ok(found.map(|(position, _)| position))
    }

    pub fn entry(&self, position: usize) -> Result<Entry<'_>, Error> {
        Ok(entry::at(self.text()?, &self.records, position)?)
    }

    /// The line of the record at this position.
    pub fn record(&self, position: usize) -> Result<Record<'_>, Error> {
        Ok(page::record(self.records[position], &self.lines, position)?)
    }

    /// Refuses indexes that do not ascend from the page's first to below the next page's: a record out of its
    /// place would be listed, but no lookup would find it.
    fn check_order(&self, indexes: &[Index]) -> Result<(), Error> {
        let beyond = |next| indexes.last().is_some_and(|last| *last >= next);
        let is_sorted = indexes.is_sorted_by(|one, next| one < next);
        if !is_sorted
            || self.page.next.is_some_and(beyond)
            || indexes.first() != Some(&self.page.first)
        {
            return Err(self.damaged());
        }
        Ok(())
    }
}

/// What an index is the HMAC of.
pub type SortedBy<'a> = (RecordKind, Cow<'a, str>);

/// The indexes of every entry of these pages, which prove their order. A keyring elsewhere is asked once.
pub fn indexes(
    keyring: &dyn Keyring,
    workspace: WorkspaceId,
    pages: &[(&OpenPage, Vec<SortedBy<'_>>)],
) -> Result<Vec<Vec<Index>>, Error> {
    let names = pages.iter().flat_map(|(_, names)| names);
    let names: Vec<_> = names.map(|(kind, name)| (*kind, name.as_ref())).collect();
    let mut all = keyring.index_all(workspace, &names)?.into_iter();
    let each = pages.iter().map(|(page, names)| {
        let indexes: Vec<_> = all.by_ref().take(names.len()).collect();
        page.check_order(&indexes)?;
        Ok(indexes)
    });
    each.collect()
}

impl Located {
    pub fn id(&self) -> RecordId {
        self.page.records[self.position]
    }

    pub fn entry(&self) -> Result<Entry<'_>, Error> {
        self.page.entry(self.position)
    }

    pub fn record(&self) -> Result<Record<'_>, Error> {
        self.page.record(self.position)
    }
}
