//! Pages whose index was opened, and the records in them.

use super::Error;
use crate::keyring::Keyring;
use crate::plaintext::Plaintext;
use crate::sealed::entry::{self, Entry};
use crate::sealed::file::split;
use crate::sealed::id::WorkspaceId;
use crate::sealed::index::{Index, RecordKind};
use crate::sealed::page;
use crate::sealed::record::{Record, RecordId};
use crate::sealed::section::Page;
use crate::sealed::{self, Part};
use std::borrow::Cow;

/// A page with its opened index. Its entries may still break the rules of the domain.
pub struct OpenPage<'v> {
    pub workspace: WorkspaceId,
    pub records: Vec<RecordId>,
    /// Its range is from its first record's index to the next page's.
    page: Page,
    text: Plaintext,
    /// The bytes of the page, perhaps without the lines of its records.
    bytes: Cow<'v, [u8]>,
}

/// A record taken from its page.
#[derive(Clone)]
pub struct Located {
    pub id: RecordId,
    /// Its entry, as text.
    entry: String,
    line: String,
}

impl<'v> OpenPage<'v> {
    pub fn new(
        workspace: WorkspaceId,
        page: Page,
        records: Vec<RecordId>,
        text: Plaintext,
        bytes: Cow<'v, [u8]>,
    ) -> Self {
        Self {
            workspace,
            records,
            page,
            text,
            bytes,
        }
    }

    fn damaged(&self) -> Error {
        sealed::Error::Damaged(Part::Page(self.workspace)).into()
    }

    fn text(&self) -> Result<&str, Error> {
        std::str::from_utf8(self.text.expose()).map_err(|_| self.damaged())
    }

    pub fn entries(&self) -> Result<Vec<Entry<'_>>, Error> {
        entry::parse(self.text()?, &self.records).ok_or_else(|| self.damaged())
    }

    /// The text of every entry.
    pub fn texts(&self) -> Result<Vec<&str>, Error> {
        let mut texts = Vec::with_capacity(self.records.len());
        entry::each(self.text()?, &self.records, |_, text| texts.push(text))
            .ok_or_else(|| self.damaged())?;
        Ok(texts)
    }

    /// The indexes of its entries, after checking that all are at their places.
    pub fn indexes(
        &self,
        keyring: &dyn Keyring,
        entries: &[Entry<'_>],
    ) -> Result<Vec<Index>, Error> {
        let names = sorted_by(self, entries);
        Ok(indexes(keyring, self.workspace, &[(self, names)])?.concat())
    }

    /// The only record of this kind and name.
    pub fn find(&self, kind: RecordKind, name: &str) -> Result<Option<Located>, Error> {
        let found = entry::find(self.text()?, &self.records, kind, name)?;
        found
            .map(|(position, entry)| self.located(position, entry))
            .transpose()
    }

    pub fn locate(&self, position: usize) -> Result<Located, Error> {
        self.located(position, entry::at(self.text()?, &self.records, position)?)
    }

    fn located(&self, position: usize, entry: &str) -> Result<Located, Error> {
        let id = self.records[position];
        let line = page::line(split(&self.page, &self.bytes).1, position);
        Ok(Located {
            id,
            entry: entry.to_owned(),
            line: line.ok_or_else(|| id.damaged())?.to_owned(),
        })
    }

    /// The line of the record at this position.
    pub fn record(&self, position: usize) -> Result<Record<'_>, Error> {
        let id = self.records[position];
        let line = page::line(split(&self.page, &self.bytes).1, position);
        let record = line.and_then(|line| Record::parse(id, line));
        record.ok_or_else(|| id.damaged().into())
    }

    /// Refuses indexes that do not ascend from the page's first to below the next page's. A listing would show a
    /// record out of its place, but no lookup would find it.
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

/// The kind and name of a record. Its index is their HMAC.
pub type SortedBy<'a> = (RecordKind, Cow<'a, str>);

/// The kind and name of each entry, in order.
pub fn sorted_by<'e>(page: &OpenPage<'_>, entries: &'e [Entry<'_>]) -> Vec<SortedBy<'e>> {
    let each = entries.iter().zip(&page.records);
    each.map(|(entry, id)| entry.sorted_by(*id)).collect()
}

/// The indexes of all entries of these pages, which prove their order, with one request to the keyring.
pub fn indexes(
    keyring: &dyn Keyring,
    workspace: WorkspaceId,
    pages: &[(&OpenPage<'_>, Vec<SortedBy<'_>>)],
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
    pub fn entry(&self) -> Result<Entry<'_>, Error> {
        Entry::parse(&self.entry, self.id).ok_or_else(|| self.id.damaged().into())
    }

    pub fn record(&self) -> Result<Record<'_>, Error> {
        Record::parse(self.id, &self.line).ok_or_else(|| self.id.damaged().into())
    }
}
