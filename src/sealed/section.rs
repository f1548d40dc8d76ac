//! A workspace's section: its directory of pages, and the seal that signs it.
//!
//! A lookup reads the directory and one page. The directory's hashes bind every record to the seal, so one
//! hash checks the page, and no other page is read.

use super::error::{Error, Part};
use super::header::Header;
use super::history::{Ancestors, RevisionId};
use super::id::{VaultId, WorkspaceId};
use super::line::{Line, encode, is_32_bytes};
use super::record::{Index, Record, RecordId, TEXT_BYTES};
use super::sign::{Digest, SignatureBytes, Signed, sha256};
use memchr::{memchr, memchr_iter, memmem, memrchr};
use sha2::{Digest as _, Sha256};
use std::fmt::Write;
use std::ops::Range;

pub const MAX_PAGE_RECORDS: usize = 64;
/// The shortest line of a page: its length has one digit.
const MIN_PAGE_LINE_BYTES: usize = 120;

/// One line of the directory.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Page {
    /// The index of its first record.
    pub first: Index,
    /// The first index of the next page; all of this page's are below it. Not in its line.
    pub next: Option<Index>,
    /// SHA-256 of its lines as base64. Compared as text, so it needs no decoding to be exact.
    pub hash: [u8; TEXT_BYTES],
    /// The length of its lines.
    pub bytes: u64,
}

impl Page {
    pub fn of(first: Index, lines: &[u8]) -> Self {
        Self {
            first,
            next: None,
            hash: hash_text(lines),
            bytes: lines.len() as u64,
        }
    }

    pub fn write(&self, out: &mut String) {
        let hash = std::str::from_utf8(&self.hash).unwrap_or_default();
        let _ = writeln!(
            out,
            "{{\"page\":\"{}\",\"sha256\":\"{hash}\",\"bytes\":{}}}",
            self.first, self.bytes
        );
    }

    /// The page at the beginning of `bytes`, and the length of its line. Every member but the number has a
    /// fixed position, because a directory of 100,000 secrets is read at every lookup.
    fn parse(bytes: &[u8]) -> Option<(Self, usize)> {
        const HEAD: &[u8] = b"{\"page\":\"";
        const MIDDLE: &[u8] = b"\",\"sha256\":\"";
        const TAIL: &[u8] = b"\",\"bytes\":";
        let rest = bytes.strip_prefix(HEAD)?;
        let (first, rest) = rest.split_first_chunk::<TEXT_BYTES>()?;
        let (hash, rest) = rest
            .strip_prefix(MIDDLE)?
            .split_first_chunk::<TEXT_BYTES>()?;
        let rest = rest.strip_prefix(TAIL)?;
        let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
        let (number, rest) = rest.split_at(digits);
        let rest = rest.strip_prefix(b"}\n")?;
        if digits > 9 || number.first().is_none_or(|&digit| digit == b'0') || !is_32_bytes(hash) {
            return None;
        }
        let number = number
            .iter()
            .fold(0, |sum, digit| sum * 10 + u64::from(digit - b'0'));
        let page = Self {
            first: Index::from_text(first)?,
            next: None,
            hash: *hash,
            bytes: number,
        };
        Some((page, bytes.len() - rest.len()))
    }
}

fn hash_text(lines: &[u8]) -> [u8; TEXT_BYTES] {
    let mut text = [0; TEXT_BYTES];
    data_encoding::BASE64_NOPAD.encode_mut(&sha256(lines), &mut text);
    text
}

/// The content of a section's seal, without the signature.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Seal {
    pub workspace: WorkspaceId,
    pub ancestors: Ancestors,
    /// The header at the time of writing.
    pub header: RevisionId,
}

/// A section whose signature matches the key that the header names for its workspace.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Section {
    seal: Seal,
    pages: Vec<Page>,
    id: RevisionId,
    /// The bytes from its first line to its seal.
    head_bytes: u64,
    record_bytes: u64,
}

impl Section {
    pub fn seal(&self) -> &Seal {
        &self.seal
    }

    pub fn pages(&self) -> &[Page] {
        &self.pages
    }

    /// By which headers and later sections name this one.
    pub fn id(&self) -> RevisionId {
        self.id
    }

    pub fn bytes(&self) -> u64 {
        self.head_bytes + self.record_bytes
    }

    /// The byte range of each page, counted from the section's first byte.
    pub fn ranges(&self) -> impl Iterator<Item = Range<u64>> {
        self.pages.iter().scan(self.head_bytes, |at, page| {
            let start = *at;
            *at += page.bytes;
            Some(start..*at)
        })
    }

    /// The only page that can hold `index`, with its range.
    pub fn page_for(&self, index: Index) -> Option<(&Page, Range<u64>)> {
        let after = self.pages.partition_point(|page| page.first <= index);
        let position = after.checked_sub(1)?;
        Some((&self.pages[position], self.ranges().nth(position)?))
    }

    /// The section at the beginning of `bytes`, which belongs to the header's workspace at `position`; `None`
    /// if its seal does not end in them.
    pub fn parse(bytes: &[u8], header: &Header, position: usize) -> Result<Option<Self>, Error> {
        let workspace = &header.content().workspaces[position];
        let damaged = || Error::Damaged(Part::Section(workspace.id));
        let unreadable = |rest: &[u8]| {
            if rest.contains(&b'\n') {
                Err(damaged())
            } else {
                Ok(None)
            }
        };
        let first = format!("{{\"section\":\"{}\"}}\n", workspace.id);
        let Some(mut rest) = bytes.strip_prefix(first.as_bytes()) else {
            return unreadable(bytes);
        };
        // At most one more than there are: growing would touch the memory of a long directory twice.
        let mut pages: Vec<Page> = Vec::with_capacity(rest.len() / MIN_PAGE_LINE_BYTES + 1);
        while !rest.starts_with(b"{\"seal\":") {
            let Some((page, length)) = Page::parse(rest) else {
                return unreadable(rest);
            };
            if let Some(last) = pages.last_mut() {
                if last.first >= page.first {
                    return Err(damaged());
                }
                last.next = Some(page.first);
            }
            pages.push(page);
            rest = &rest[length..];
        }
        let Some(end) = rest.iter().position(|&byte| byte == b'\n') else {
            return Ok(None);
        };
        let line = std::str::from_utf8(&rest[..end]).map_err(|_| damaged())?;
        let (seal, record_bytes, signature) = parse_seal(line).ok_or_else(damaged)?;
        if seal.workspace != workspace.id
            || record_bytes != pages.iter().map(|page| page.bytes).sum::<u64>()
        {
            return Err(damaged());
        }
        let head_bytes = bytes.len() - rest.len() + end + 1;
        let until = |member| Some(head_bytes - 1 - (line.len() - line.rfind(member)?));
        let body = until(HEADER).ok_or_else(damaged)?;
        let unsigned = until(SIGNATURE).ok_or_else(damaged)?;
        let mut hash = Sha256::new_with_prefix(&bytes[..body]);
        let id = RevisionId::new(
            seal.ancestors.next_number(),
            &hash.clone().finalize().into(),
        );
        hash.update(&bytes[body..unsigned]);
        let digest = hash.finalize().into();
        if !signed(header.content().vault, workspace.id, |part| {
            part.verify(&workspace.verify, &digest, &signature)
        }) {
            return Err(Error::Damaged(Part::SectionSignature(workspace.id)));
        }
        let ancestors = &header.content().ancestors;
        for relation in [
            ancestors.relation(header.id(), seal.header),
            seal.ancestors.relation(id, workspace.section),
        ] {
            if !relation.follows() {
                return Err(Error::Damaged(Part::SectionAge(workspace.id)));
            }
        }
        Ok(Some(Self {
            seal,
            pages,
            id,
            head_bytes: head_bytes as u64,
            record_bytes,
        }))
    }
}

/// Calls `with` with the parts that this section's signature covers.
pub fn signed<T>(vault: VaultId, workspace: WorkspaceId, with: impl FnOnce(Signed<'_>) -> T) -> T {
    let (vault, workspace) = (vault.to_string(), workspace.to_string());
    with(Signed::Section {
        vault: &vault,
        workspace: &workspace,
    })
}

const HEADER: &str = ",\"header\":";
const SIGNATURE: &str = ",\"signature\":\"";

fn parse_seal(text: &str) -> Option<(Seal, u64, SignatureBytes)> {
    let mut line = Line::new(text);
    line.literal("{\"seal\":")?;
    let revision = line.number()?;
    line.literal(",\"section\":\"")?;
    let workspace = WorkspaceId::parse(line.string()?)?;
    line.literal(",\"ancestors\":[")?;
    let ancestors = Ancestors::parse(&mut line)?;
    line.literal(",\"bytes\":")?;
    let bytes = line.number()?;
    line.literal(HEADER)?;
    line.literal("[")?;
    let header = RevisionId::parse(&mut line)?;
    line.literal(SIGNATURE)?;
    let signature = line.bytes()?;
    line.literal("}")?;
    line.end()?;
    let seal = Seal {
        workspace,
        ancestors,
        header,
    };
    (seal.ancestors.next_number() == revision).then_some((seal, bytes, signature))
}

/// The lines of a new section before its records, as far as its seal's `header`. Its id is known, so that a
/// new header can name it before it names that header.
pub struct Unsealed {
    text: String,
    hash: Sha256,
    id: RevisionId,
}

impl Unsealed {
    pub fn new(workspace: WorkspaceId, ancestors: &Ancestors, pages: &[Page]) -> Self {
        let revision = ancestors.next_number();
        let bytes: u64 = pages.iter().map(|page| page.bytes).sum();
        let mut text = format!("{{\"section\":\"{workspace}\"}}\n");
        for page in pages {
            page.write(&mut text);
        }
        let _ = write!(
            text,
            "{{\"seal\":{revision},\"section\":\"{workspace}\",\"ancestors\":{ancestors},\"bytes\":{bytes}"
        );
        let hash = Sha256::new_with_prefix(&text);
        let id = RevisionId::new(revision, &hash.clone().finalize().into());
        Self { text, hash, id }
    }

    pub fn id(&self) -> RevisionId {
        self.id
    }

    /// The lines, signed by `sign` over their digest.
    pub fn seal<E>(
        self,
        header: RevisionId,
        sign: impl FnOnce(&Digest) -> Result<SignatureBytes, E>,
    ) -> Result<String, E> {
        let mut text = self.text;
        let body = text.len();
        let _ = write!(text, "{HEADER}{header}");
        let digest = self.hash.chain_update(&text[body..]).finalize().into();
        let _ = writeln!(text, "{SIGNATURE}{}\"}}", encode(&sign(&digest)?));
        Ok(text)
    }
}

/// The records of one page, after checking its hash and their order.
pub fn records<'a>(
    page: &Page,
    lines: &'a [u8],
    workspace: WorkspaceId,
) -> Result<Vec<Record<'a>>, Error> {
    if !is_intact(page, lines) {
        return Err(Error::Damaged(Part::Page(workspace)));
    }
    hashed_records(page, lines, workspace)
}

/// Whether these are the signed lines; they may still be invalid.
pub fn is_intact(page: &Page, lines: &[u8]) -> bool {
    lines.len() as u64 == page.bytes && hash_text(lines) == page.hash
}

/// Like [`records`], for lines whose hash was checked before.
pub fn hashed_records<'a>(
    page: &Page,
    lines: &'a [u8],
    workspace: WorkspaceId,
) -> Result<Vec<Record<'a>>, Error> {
    let damaged = || Error::Damaged(Part::Page(workspace));
    let text = std::str::from_utf8(lines).map_err(|_| damaged())?;
    let records: Vec<Record<'_>> = text
        .strip_suffix('\n')
        .ok_or_else(damaged)?
        .split('\n')
        .map(Record::parse)
        .collect::<Option<_>>()
        .ok_or_else(damaged)?;
    let sorted = records.windows(2).all(|pair| pair[0].index < pair[1].index);
    // A record beyond the next page's first would be listed, but no lookup would find it.
    let beyond = |next| records.last().is_some_and(|last| last.index >= next);
    if !sorted
        || page.next.is_some_and(beyond)
        || records[0].index != page.first
        || records.len() > MAX_PAGE_RECORDS
    {
        return Err(damaged());
    }
    Ok(records)
}

/// The ids in a page's lines, as far as they can be read. This is fast and proves nothing.
pub fn ids(lines: &[u8]) -> impl Iterator<Item = RecordId> {
    let ends = memchr_iter(b'\n', lines);
    let each = ends.scan(0, |start, end| {
        let line = &lines[*start..end];
        *start = end + 1;
        Some(line)
    });
    each.filter_map(|line| RecordId::of(std::str::from_utf8(line).ok()?))
}

/// The record of this index in the lines of a page that [`records`] accepted.
pub fn find(index: Index, lines: &[u8]) -> Option<Record<'_>> {
    // Nowhere else does a record's line have a quotation mark before a comma and this word.
    let place = memmem::find(lines, format!("\",\"index\":\"{index}\"").as_bytes())?;
    let (before, after) = lines.split_at(place);
    let start = memrchr(b'\n', before).map_or(0, |newline| newline + 1);
    let end = place + memchr(b'\n', after)?;
    Record::parse(std::str::from_utf8(&lines[start..end]).ok()?)
}

#[cfg(test)]
mod tests {
    use super::super::id::SecretId;
    use super::super::record::{RecordId, write};
    use super::*;

    fn index(byte: u8) -> Index {
        Index::from_text(encode(&[byte; 32]).as_bytes()).expect("32 bytes")
    }

    #[test]
    fn a_page_ends_before_the_next_one_begins() {
        let workspace = WorkspaceId::from_bits(1);
        let line = |byte| {
            write(
                RecordId::Secret(SecretId::from_bits(1)),
                index(byte),
                b"",
                &[],
            )
        };
        let lines = [line(0), line(4)].concat();
        let mut page = Page::of(index(0), lines.as_bytes());
        for (next, accepted) in [
            (None, true),
            (Some(5), true),
            (Some(4), false),
            (Some(2), false),
        ] {
            page.next = next.map(index);
            let read = records(&page, lines.as_bytes(), workspace);
            assert_eq!(read.is_ok(), accepted, "{next:?}");
        }
    }

    #[test]
    fn a_record_is_found_by_its_index_and_no_other_is() {
        let line = |byte: u8| {
            let id = RecordId::Secret(SecretId::from_bits(byte.into()));
            write(id, index(byte), b"meta", &[b"slot".into()])
        };
        let lines = [line(0), line(4), line(9)].concat();
        for byte in [0, 4, 9] {
            let found = find(index(byte), lines.as_bytes()).expect("written here");
            assert_eq!(found.index, index(byte));
            assert_eq!(found.id, RecordId::Secret(SecretId::from_bits(byte.into())));
        }
        assert!(find(index(5), lines.as_bytes()).is_none());
    }

    #[test]
    fn a_directory_has_one_spelling() {
        let mut good = String::new();
        Page::of(index(0), b"line\n").write(&mut good);
        let parse = |text: &str| Page::parse(text.as_bytes()).is_some();
        assert!(parse(&good));
        for wrong in [
            good.replace(&index(0).to_string(), &"\"".repeat(TEXT_BYTES)),
            good.replace("\"page\":\"A", "\"page\":\"\n"),
            good.replace("\",\"bytes\"", "B\",\"bytes\""),
            good.replace("\"sha256\":\"", "\"sha256\":\"\n"),
            good.replace(":5}", ":05}"),
            good.replace(":5}", ":0}"),
            good.replace(":5}", ":}"),
            good.replace(":5}", ":1000000000}"),
            good.replace(":5}", ": 5}"),
        ] {
            assert!(!parse(&wrong), "{wrong}");
        }
    }
}
