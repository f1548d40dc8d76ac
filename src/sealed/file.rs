//! Parses the whole file: the header, then one section for each of its workspaces in the header's order, and
//! nothing after the last.

use super::error::{Error, Part};
use super::header::{Header, MAX_HEADER_BYTES};
use super::history::PartHistory;
use super::id::WorkspaceId;
use super::page::PageIndex;
use super::sealed_bytes::SealedBytes;
use super::section::{Page, Section};
use crate::platform::threads::in_two;
use std::borrow::Cow;
use std::ops::Range;

/// Enough for the header and the directory of a small vault in one read. A larger buffer costs more than a
/// second read.
const FIRST_READ_BYTES: usize = 8 * 1024;
/// A directory's line is at most about this fraction of its page.
const DIRECTORY_SHARE: usize = 100;

/// Fewer pages are checked in less time than a thread takes to start.
const MIN_THREAD_PAGES: usize = 16;

/// The structure of a file with verified signatures, without its records.
#[derive(Clone, Debug)]
pub struct Layout {
    pub header: Header,
    /// In the header's order, each with its offset.
    sections: Vec<(u64, Section)>,
}

impl Layout {
    /// Reads header and directories through `read(offset, length)`, which returns exactly that part.
    ///
    /// An accepted file is valid as far as public keys can prove it. Pages are checked when they are read.
    pub fn read<E: From<Error>>(
        bytes: u64,
        mut read: impl FnMut(u64, usize) -> Result<Vec<u8>, E>,
    ) -> Result<Self, E> {
        if bytes > SealedBytes::MAX {
            return Err(Error::Damaged(Part::End).into());
        }
        let mut window = Window {
            bytes,
            start: 0,
            held: Vec::new(),
            read: &mut read,
        };
        let header = window.parse(0, MAX_HEADER_BYTES, Part::Header, Header::parse)?;
        let mut at = header.text().len() as u64;
        let content = header.content();
        let mut sections = Vec::with_capacity(content.workspaces.len());
        for (position, workspace) in content.workspaces.iter().enumerate() {
            let part = Part::Section(workspace.id);
            let section = window.parse(at, usize::MAX, part, |held| {
                Section::parse(held, &header, position)
            })?;
            let start = at;
            at += section.bytes();
            sections.push((start, section));
        }
        if at != bytes {
            return Err(Error::Damaged(Part::End).into());
        }
        Ok(Self { header, sections })
    }

    /// The sections, in the header's order.
    pub fn sections(&self) -> impl Iterator<Item = &Section> {
        self.sections.iter().map(|(_, section)| section)
    }

    pub fn section(&self, workspace: WorkspaceId) -> Option<&Section> {
        self.placed(workspace).map(|(_, section)| section)
    }

    /// The byte range of a section in the file.
    pub fn range(&self, workspace: WorkspaceId) -> Option<Range<u64>> {
        let (start, section) = self.placed(workspace)?;
        Some(*start..*start + section.bytes())
    }

    fn placed(&self, workspace: WorkspaceId) -> Option<&(u64, Section)> {
        let mut sections = self.sections.iter();
        sections.find(|(_, section)| section.seal().workspace == workspace)
    }

    /// The header, then every section in its order. Trust them only once you know that the header's key is the
    /// right one.
    pub fn histories(&self) -> Vec<PartHistory> {
        let header = PartHistory {
            workspace: None,
            id: self.header.id(),
            ancestors: self.header.content().ancestors.clone(),
        };
        let sections = self.sections().map(|section| PartHistory {
            workspace: Some(section.seal().workspace),
            id: section.id(),
            ancestors: section.seal().ancestors.clone(),
        });
        std::iter::once(header).chain(sections).collect()
    }

    /// Every page of every section: its workspace, its entry, and its byte range in the file.
    pub fn pages(&self) -> impl Iterator<Item = (WorkspaceId, &Page, Range<u64>)> {
        self.sections.iter().flat_map(|(start, section)| {
            let placed = section.pages().iter().zip(section.ranges());
            placed.map(move |(page, range)| {
                (
                    section.seal().workspace,
                    page,
                    start + range.start..start + range.end,
                )
            })
        })
    }

    /// Checks every page of `file`, which holds the whole vault, against its directory and its index.
    pub fn check_pages(&self, file: &[u8]) -> Result<(), Error> {
        self.check_each(|workspace, page, range| {
            let (line, lines) = split(page, slice(file, range));
            if PageIndex::parse(page, line, workspace)?.has(lines) {
                Ok(())
            } else {
                Err(Error::Damaged(Part::Page(workspace)))
            }
        })
    }

    /// Parses every record in intact pages: signed bytes may still be invalid, and must not be signed again.
    pub fn check_records(&self, file: &[u8]) -> Result<(), Error> {
        self.check_each(|workspace, page, range| {
            let (line, lines) = split(page, slice(file, range));
            let index = PageIndex::of_intact(line, workspace)?;
            index.parse_records(lines, workspace).map(drop)
        })
    }

    /// Checks the pages in two threads; the first that fails is the error.
    fn check_each(
        &self,
        check: impl Fn(WorkspaceId, &Page, Range<u64>) -> Result<(), Error> + Sync,
    ) -> Result<(), Error> {
        let all: Vec<_> = self.pages().collect();
        let check = |pages: &[(WorkspaceId, &Page, Range<u64>)]| {
            let mut pages = pages.iter();
            pages.try_for_each(|(workspace, page, range)| check(*workspace, page, range.clone()))
        };
        if all.len() < MIN_THREAD_PAGES {
            return check(&all);
        }
        let (one, two) = all.split_at(all.len().div_ceil(2));
        let (one, two) = in_two(|| check(one), || check(two));
        one.and(two)
    }
}

/// The index line of a page, and the lines of its records.
pub fn split<'a>(page: &Page, bytes: &'a [u8]) -> (&'a [u8], &'a [u8]) {
    let at = usize::try_from(page.index_bytes).unwrap_or(usize::MAX);
    bytes.split_at_checked(at).unwrap_or((bytes, &[]))
}

/// The bytes of this range in a file in memory.
#[expect(clippy::cast_possible_truncation, reason = "the file is in memory")]
pub fn slice(file: &[u8], range: Range<u64>) -> &[u8] {
    &file[range.start as usize..range.end as usize]
}

/// A growing part of the file, from one offset on.
struct Window<'r, E> {
    bytes: u64,
    start: u64,
    held: Vec<u8>,
    read: &'r mut dyn FnMut(u64, usize) -> Result<Vec<u8>, E>,
}

impl<E: From<Error>> Window<'_, E> {
    /// Calls `parse` with the bytes from `at` on, and with more of them until it finds the end.
    fn parse<T>(
        &mut self,
        at: u64,
        most: usize,
        part: Part,
        parse: impl Fn(&[u8]) -> Result<Option<T>, Error>,
    ) -> Result<T, E> {
        if at > self.bytes {
            return Err(Error::Damaged(Part::End).into());
        }
        let left = usize::try_from(self.bytes - at)
            .unwrap_or(usize::MAX)
            .min(most);
        let mut wanted = FIRST_READ_BYTES + left / DIRECTORY_SHARE;
        loop {
            let held = self.from(at);
            let held = &held[..held.len().min(left)];
            // An empty read proves nothing about the beginning of the file.
            if !held.is_empty() || left == 0 {
                if let Some(found) = parse(held)? {
                    return Ok(found);
                }
                if held.len() >= left {
                    return Err(Error::Damaged(part).into());
                }
            }
            if !held.is_empty() {
                wanted = wanted.max(held.len() * 2);
            }
            self.held = (self.read)(at, wanted.min(left))?;
            self.start = at;
        }
    }

    fn from(&self, at: u64) -> &[u8] {
        let skipped = usize::try_from(at - self.start).unwrap_or(usize::MAX);
        self.held.get(skipped..).unwrap_or_default()
    }
}

/// A section of a new file: unchanged bytes, or a new head and its pages.
pub enum SectionBytes<'a> {
    Kept(Cow<'a, [u8]>),
    Changed {
        head: String,
        pages: Vec<Cow<'a, [u8]>>,
    },
}

/// Assembles a file.
pub fn assemble<'a>(
    header: &Header,
    sections: Vec<SectionBytes<'a>>,
) -> Result<SealedBytes<'a>, Error> {
    let mut pieces = vec![Cow::from(header.text().as_bytes().to_vec())];
    for part in sections {
        match part {
            SectionBytes::Kept(bytes) => pieces.push(bytes),
            SectionBytes::Changed { head, pages } => {
                pieces.push(head.into_bytes().into());
                pieces.extend(pages);
            }
        }
    }
    let bytes = SealedBytes::new(pieces);
    if bytes.len() > SealedBytes::MAX {
        return Err(Error::Full { limit: "256 MiB" });
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests;
