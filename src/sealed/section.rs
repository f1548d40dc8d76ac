//! A workspace's section: its directory of pages, and the seal that signs it.
//!
//! A lookup reads the directory and one page. The seal covers the directory, whose hashes cover every index line;
//! each index line has the hash of its records' lines. So no other page is read.

use super::error::{Error, Part};
use super::header::Header;
use super::history::{Ancestors, RevisionId};
use super::id::{VaultId, WorkspaceId};
use super::index::Index;
use super::line::{Line, TEXT_BYTES, encode, is_32_bytes};
use super::sign::{Digest, SignatureBytes, Signed, hash_text};
use sha2::{Digest as _, Sha256};
use std::fmt::Write;
use std::ops::Range;

pub const MAX_PAGE_RECORDS: usize = 64;
/// The shortest line of a page: its lengths have one digit.
const MIN_PAGE_LINE_BYTES: usize = 122;

/// One line of the directory.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Page {
    /// The index of its first record.
    pub first: Index,
    /// The first index of the next page; all of this page's are below it. The page's line does not contain it.
    pub next: Option<Index>,
    /// SHA-256 of its index line as base64. It is compared as text, which is exact without decoding.
    hash: [u8; TEXT_BYTES],
    /// The length of its index line.
    pub index_bytes: u64,
    /// The length of its records' lines, which follow.
    pub record_bytes: u64,
}

impl Page {
    pub fn of(first: Index, index: &[u8], record_bytes: u64) -> Self {
        Self {
            first,
            next: None,
            hash: hash_text(index),
            index_bytes: index.len() as u64,
            record_bytes,
        }
    }

    pub fn bytes(&self) -> u64 {
        self.index_bytes + self.record_bytes
    }

    /// Whether this is the page's index line.
    pub fn has(&self, line: &[u8]) -> bool {
        line.len() as u64 == self.index_bytes && hash_text(line) == self.hash
    }

    pub fn write(&self, out: &mut String) {
        let hash = std::str::from_utf8(&self.hash).unwrap_or_default();
        let _ = writeln!(
            out,
            "{{\"page\":\"{}\",\"sha256\":\"{hash}\",\"bytes\":[{},{}]}}",
            self.first, self.index_bytes, self.record_bytes
        );
    }

    /// Parses the line at the beginning of `bytes`. Also returns its length. Every member but the numbers has a
    /// fixed position, because every lookup reads the directory, of 100,000 secrets in a large vault.
    fn parse(bytes: &[u8]) -> Option<(Self, usize)> {
        const HEAD: &[u8] = b"{\"page\":\"";
        const MIDDLE: &[u8] = b"\",\"sha256\":\"";
        const TAIL: &[u8] = b"\",\"bytes\":[";
        let rest = bytes.strip_prefix(HEAD)?;
        let (first, rest) = rest.split_first_chunk::<TEXT_BYTES>()?;
        let (hash, rest) = rest
            .strip_prefix(MIDDLE)?
            .split_first_chunk::<TEXT_BYTES>()?;
        let (index_bytes, rest) = length(rest.strip_prefix(TAIL)?)?;
        let (record_bytes, rest) = length(rest.strip_prefix(b",")?)?;
        let rest = rest.strip_prefix(b"]}\n")?;
        if !is_32_bytes(hash) {
            return None;
        }
        let page = Self {
            first: Index::from_text(first)?,
            next: None,
            hash: *hash,
            index_bytes,
            record_bytes,
        };
        Some((page, bytes.len() - rest.len()))
    }
}

/// Parses a length from 1 to 999,999,999 at the beginning of `bytes`; returns the rest, too.
fn length(bytes: &[u8]) -> Option<(u64, &[u8])> {
    let digits = bytes
        .iter()
        .take_while(|byte| byte.is_ascii_digit())
        .count();
    let (number, rest) = bytes.split_at(digits);
    if digits > 9 || number.first().is_none_or(|&digit| digit == b'0') {
        return None;
    }
    let digits = number.iter().map(|digit| u64::from(digit - b'0'));
    Some((digits.fold(0, |sum, digit| sum * 10 + digit), rest))
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
    /// The number of bytes from its first line to its seal.
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

    /// The id by which headers and later sections name this section.
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
            *at += page.bytes();
            Some(start..*at)
        })
    }

    /// The only page that can hold `index`, with its range.
    pub fn page_for(&self, index: Index) -> Option<(&Page, Range<u64>)> {
        let after = self.pages.partition_point(|page| page.first <= index);
        let position = after.checked_sub(1)?;
        Some((&self.pages[position], self.ranges().nth(position)?))
    }

    /// Parses the section at the beginning of `bytes`, which belongs to the header's workspace at `position`;
    /// `None` if its seal does not end in them.
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
        // At most one more than there are: a vector that grows would touch the memory of a long directory twice.
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
            || record_bytes != pages.iter().map(Page::bytes).sum::<u64>()
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

/// Calls `with` with the fields that this section's signature covers.
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

/// The lines of a new section before its records, up to its seal's `header`. Its id is already known: the new
/// header names the section first, and then the section names that header.
pub struct Unsealed {
    text: String,
    hash: Sha256,
    id: RevisionId,
}

impl Unsealed {
    pub fn new(workspace: WorkspaceId, ancestors: &Ancestors, pages: &[Page]) -> Self {
        let revision = ancestors.next_number();
        let bytes: u64 = pages.iter().map(Page::bytes).sum();
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

    /// Adds the signature that `sign` makes over the digest of the lines.
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_directory_has_one_spelling() {
        let mut good = String::new();
        let index = Index::from_bytes([0; 32]);
        Page::of(index, b"line\n", 7).write(&mut good);
        let parse = |text: &str| Page::parse(text.as_bytes()).is_some();
        assert!(parse(&good));
        for wrong in [
            good.replace(&index.to_string(), &"\"".repeat(TEXT_BYTES)),
            good.replace("\"page\":\"A", "\"page\":\"\n"),
            good.replace("\",\"bytes\"", "B\",\"bytes\""),
            good.replace("\"sha256\":\"", "\"sha256\":\"\n"),
            good.replace("[5,", "[05,"),
            good.replace("[5,", "[0,"),
            good.replace("[5,", "[,"),
            good.replace("[5,", "[5, "),
            good.replace(",7]", ",0]"),
            good.replace(",7]", ",]"),
            good.replace(",7]", "]"),
            good.replace(",7]", ",1000000000]"),
        ] {
            assert!(!parse(&wrong), "{wrong}");
        }
    }
}
