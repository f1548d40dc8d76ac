//! Changes a section: puts and removes records, splits and joins pages. Unchanged pages keep their bytes.

use super::error::{Error, Part};
use super::id::WorkspaceId;
use super::record::{Index, Record, RecordId};
use super::section::{MAX_PAGE_RECORDS, Page, Section, hashed_records};
use memchr::memmem;
use std::borrow::Cow;
use std::collections::BTreeMap;

/// A page with fewer records joins its neighbour.
const MIN_PAGE_RECORDS: usize = 16;

/// A section during a change. `bytes` are those of the old section, found valid, and outlive the change.
pub struct Pages<'a> {
    workspace: WorkspaceId,
    pages: Vec<PageState<'a>>,
}

enum PageState<'a> {
    Kept { page: Page, lines: &'a [u8] },
    Changed(BTreeMap<Index, Cow<'a, str>>),
}

impl PageState<'_> {
    fn starts_after(&self, index: Index) -> bool {
        match self {
            Self::Kept { page, .. } => page.first > index,
            Self::Changed(lines) => lines
                .first_key_value()
                .is_some_and(|(&first, _)| first > index),
        }
    }
}

impl<'a> Pages<'a> {
    pub fn empty(workspace: WorkspaceId) -> Self {
        Self {
            workspace,
            pages: Vec::new(),
        }
    }

    pub fn of(section: &Section, bytes: &'a [u8]) -> Self {
        let pages = section.pages().iter().zip(section.ranges());
        Self {
            workspace: section.seal().workspace,
            pages: pages
                .map(|(&page, range)| {
                    #[expect(clippy::cast_possible_truncation, reason = "the bytes are in memory")]
                    let lines = &bytes[range.start as usize..range.end as usize];
                    PageState::Kept { page, lines }
                })
                .collect(),
        }
    }

    /// Puts a record's line, in place of one with the same index.
    pub fn put(&mut self, index: Index, line: String) -> Result<(), Error> {
        if self.pages.is_empty() {
            self.pages.push(PageState::Changed(BTreeMap::new()));
        }
        let position = self.position(index).unwrap_or(0);
        let lines = self.open(position)?;
        lines.insert(index, line.into());
        if lines.len() > MAX_PAGE_RECORDS {
            let middle = lines.keys().nth(lines.len() / 2).copied();
            let upper = middle
                .map(|middle| lines.split_off(&middle))
                .unwrap_or_default();
            self.pages.insert(position + 1, PageState::Changed(upper));
        }
        Ok(())
    }

    /// Removes the record with this index, if there is one.
    pub fn remove(&mut self, index: Index) -> Result<(), Error> {
        let Some(position) = self.position(index) else {
            return Ok(());
        };
        let lines = self.open(position)?;
        lines.remove(&index);
        if lines.is_empty() {
            self.pages.remove(position);
        } else if lines.len() < MIN_PAGE_RECORDS && self.pages.len() > 1 {
            self.join(position.saturating_sub(1))?;
        }
        Ok(())
    }

    /// The line of the record with this index, without its newline.
    pub fn get(&self, index: Index) -> Result<Option<String>, Error> {
        let Some(position) = self.position(index) else {
            return Ok(None);
        };
        match &self.pages[position] {
            PageState::Changed(lines) => {
                Ok(lines.get(&index).map(|line| line.trim_end().to_owned()))
            }
            PageState::Kept { page, lines } => {
                let found = hashed_records(page, lines, self.workspace)?;
                let at = found
                    .binary_search_by_key(&index, |record| record.index)
                    .ok();
                let text = std::str::from_utf8(lines).unwrap_or_default();
                Ok(at
                    .and_then(|at| text.split('\n').nth(at))
                    .map(str::to_owned))
            }
        }
    }

    /// The index of the only record with this id.
    pub fn find_id(&self, id: RecordId) -> Result<Option<Index>, Error> {
        let head = format!("\":\"{id}\",\"index\":\"");
        let finder = memmem::Finder::new(head.as_bytes());
        let mut found = Vec::new();
        for state in &self.pages {
            match state {
                PageState::Changed(lines) => {
                    let holding = lines.iter().filter(|(_, line)| line.contains(&head));
                    found.extend(holding.map(|(&index, _)| index));
                }
                PageState::Kept { lines, .. } if finder.find(lines).is_none() => {}
                PageState::Kept { page, lines } => {
                    let records = hashed_records(page, lines, self.workspace)?;
                    let holding = records.iter().filter(|record| record.id == id);
                    found.extend(holding.map(|record| record.index));
                }
            }
        }
        match found.as_slice() {
            [] => Ok(None),
            [only] => Ok(Some(*only)),
            _ => Err(Error::Damaged(Part::Record(id.to_string()))),
        }
    }

    /// Calls `with` with every record, in order.
    pub fn each<E: From<Error>>(
        &self,
        mut with: impl FnMut(&Record<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        let damaged = || Error::Damaged(Part::Page(self.workspace));
        for state in &self.pages {
            match state {
                PageState::Changed(lines) => {
                    for line in lines.values() {
                        with(&Record::parse(line.trim_end()).ok_or_else(damaged)?)?;
                    }
                }
                PageState::Kept { page, lines } => {
                    hashed_records(page, lines, self.workspace)?
                        .iter()
                        .try_for_each(&mut with)?;
                }
            }
        }
        Ok(())
    }

    /// Joins a page with the next one, unless they are too full for one.
    fn join(&mut self, position: usize) -> Result<(), Error> {
        let count = self.open(position)?.len() + self.open(position + 1)?.len();
        if count <= MAX_PAGE_RECORDS
            && let PageState::Changed(mut upper) = self.pages.remove(position + 1)
        {
            self.open(position)?.append(&mut upper);
        }
        Ok(())
    }

    /// The page that holds `index` or would hold it: the last that does not start after it.
    fn position(&self, index: Index) -> Option<usize> {
        self.pages
            .partition_point(|page| !page.starts_after(index))
            .checked_sub(1)
    }

    fn open(&mut self, position: usize) -> Result<&mut BTreeMap<Index, Cow<'a, str>>, Error> {
        if let PageState::Kept { page, lines } = self.pages[position] {
            let found = hashed_records(&page, lines, self.workspace)?;
            let texts = std::str::from_utf8(lines)
                .unwrap_or_default()
                .split_inclusive('\n');
            let lines = found
                .iter()
                .zip(texts)
                .map(|(record, line)| (record.index, line.into()));
            self.pages[position] = PageState::Changed(lines.collect());
        }
        match &mut self.pages[position] {
            PageState::Changed(lines) => Ok(lines),
            PageState::Kept { .. } => unreachable!("opened above"),
        }
    }

    /// The new directory, and the bytes of the records after it.
    pub fn finish(self) -> (Vec<Page>, Vec<Cow<'a, [u8]>>) {
        let pages = self.pages.into_iter().filter_map(|state| match state {
            PageState::Kept { page, lines } => Some((page, Cow::Borrowed(lines))),
            PageState::Changed(lines) => {
                let first = *lines.first_key_value()?.0;
                let text = lines.into_values().collect::<String>().into_bytes();
                Some((Page::of(first, &text), Cow::Owned(text)))
            }
        });
        pages.unzip()
    }
}

#[cfg(test)]
mod tests {
    use super::super::id::AppId;
    use super::super::line::encode;
    use super::super::record::write;
    use super::super::sign::sha256;
    use super::*;

    const WORKSPACE: WorkspaceId = WorkspaceId::from_bits(1);

    /// This many records, in order.
    fn lines(count: u8) -> Vec<(Index, String)> {
        let line = |number: u8| {
            let text = encode(&sha256(&[number]));
            let index = Index::from_text(text.as_bytes()).expect("32 bytes");
            let id = RecordId::App(AppId::from_bits(number.into()));
            (index, write(id, index, b"", &[]))
        };
        let mut lines: Vec<_> = (0..count).map(line).collect();
        lines.sort();
        lines
    }

    fn sizes(pages: &Pages<'_>) -> Vec<usize> {
        let size = |state: &PageState<'_>| match state {
            PageState::Changed(lines) => lines.len(),
            PageState::Kept { .. } => unreachable!("made here"),
        };
        pages.pages.iter().map(size).collect()
    }

    #[test]
    fn a_page_joins_the_one_before_it_if_they_fit_in_one() {
        let lines = lines(96);
        let mut pages = Pages::empty(WORKSPACE);
        for (index, line) in &lines {
            pages.put(*index, line.clone()).expect("whole");
        }
        assert_eq!(sizes(&pages), [32, 64]);
        let mut remove = |positions: std::ops::Range<usize>, expected: &[usize]| {
            for (index, _) in &lines[positions] {
                pages.remove(*index).expect("whole");
            }
            assert_eq!(sizes(&pages), expected);
        };
        remove(0..16, &[16, 64]);
        // Fewer than the least, and together too many for one.
        remove(16..17, &[15, 64]);
        remove(80..94, &[15, 50]);
        remove(17..18, &[64]);
        remove(18..48, &[34]);
        remove(48..96, &[]);
    }

    #[test]
    fn a_record_is_put_in_its_order_wherever_it_comes() {
        let lines = lines(200);
        for step in [1, 7, 77, 199] {
            let mut pages = Pages::empty(WORKSPACE);
            for at in 0..lines.len() {
                let (index, line) = &lines[at * step % lines.len()];
                pages.put(*index, line.clone()).expect("whole");
                pages.put(*index, line.clone()).expect("whole");
            }
            assert!(
                sizes(&pages)
                    .iter()
                    .all(|size| (16..=MAX_PAGE_RECORDS).contains(size))
            );
            let mut seen = Vec::new();
            let each = pages.each(|record| {
                seen.push(record.index);
                Ok::<_, Error>(())
            });
            assert!(each.is_ok() && seen.iter().eq(lines.iter().map(|(index, _)| index)));
            for (index, line) in &lines {
                assert_eq!(
                    pages.get(*index).expect("whole").as_deref(),
                    Some(line.trim_end())
                );
            }
            let (directory, bytes) = pages.finish();
            assert!(directory.is_sorted_by(|one, next| one.first < next.first));
            let whole: String = lines.iter().map(|(_, line)| line.as_str()).collect();
            assert_eq!(bytes.concat(), whole.as_bytes());
        }
    }
}
