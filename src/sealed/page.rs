//! The lines of a page: its index with the ids of its records, and a line for each of them.

use super::error::{Error, Part};
use super::id::WorkspaceId;
use super::index::Index;
use super::line::{Line, decode, encode, is_32_bytes};
use super::record::{Record, RecordId};
use super::section::{MAX_PAGE_RECORDS, Page};
use super::sign::hash_text;
use memchr::{memchr_iter, memmem};

/// The index line of a page, sealed.
pub struct PageIndex<'a> {
    sealed: &'a str,
    pub records: Vec<RecordId>,
    /// SHA-256 of the records' lines as base64, compared as text.
    hash: &'a str,
}

impl<'a> PageIndex<'a> {
    /// Checks the hash of an index line with its newline, then parses the line.
    pub fn parse(page: &Page, line: &'a [u8], workspace: WorkspaceId) -> Result<Self, Error> {
        if !page.has(line) {
            return Err(Error::Damaged(Part::Page(workspace)));
        }
        Self::of_intact(line, workspace)
    }

    /// Parses a line whose hash was checked before.
    pub fn of_intact(line: &'a [u8], workspace: WorkspaceId) -> Result<Self, Error> {
        Self::parse_line(line).ok_or(Error::Damaged(Part::Page(workspace)))
    }

    fn parse_line(line: &'a [u8]) -> Option<Self> {
        let mut line = Line::new(std::str::from_utf8(line).ok()?);
        line.literal("{\"index\":\"")?;
        let sealed = line.string()?;
        line.literal(",\"records\":[")?;
        let records = line.strings()?.into_iter().map(RecordId::parse);
        let records: Vec<_> = records.collect::<Option<_>>()?;
        line.literal(",\"sha256\":\"")?;
        let hash = line.string()?;
        line.literal("}\n")?;
        line.end()?;
        let valid = (1..=MAX_PAGE_RECORDS).contains(&records.len()) && is_32_bytes(hash.as_bytes());
        valid.then_some(Self {
            sealed,
            records,
            hash,
        })
    }

    /// The ciphertext of the entries.
    pub fn sealed(&self, workspace: WorkspaceId) -> Result<Vec<u8>, Error> {
        decode(self.sealed).ok_or(Error::Damaged(Part::Page(workspace)))
    }

    /// Whether these lines have the page's hash. Each of them may still be invalid.
    pub fn has(&self, lines: &[u8]) -> bool {
        self.hash.as_bytes() == hash_text(lines)
    }

    /// Every record, after checking that each has a line in its one spelling.
    pub fn parse_records<'l>(
        &self,
        lines: &'l [u8],
        workspace: WorkspaceId,
    ) -> Result<Vec<Record<'l>>, Error> {
        self.records_of(lines)
            .ok_or(Error::Damaged(Part::Page(workspace)))
    }

    fn records_of<'l>(&self, lines: &'l [u8]) -> Option<Vec<Record<'l>>> {
        let text = std::str::from_utf8(lines).ok()?.strip_suffix('\n')?;
        let mut texts = text.split('\n');
        let records = self.records.iter();
        let records = records.map(|&id| Record::parse(id, texts.next()?));
        let records = records.collect::<Option<_>>()?;
        texts.next().is_none().then_some(records)
    }
}

/// The line at this position, without its newline. The other lines are not checked.
pub fn line(lines: &[u8], position: usize) -> Option<&str> {
    let mut ends = memchr_iter(b'\n', lines);
    let start = match position.checked_sub(1) {
        Some(previous) => ends.nth(previous)? + 1,
        None => 0,
    };
    std::str::from_utf8(&lines[start..ends.next()?]).ok()
}

/// The ids in an index line, as far as they can be read. This is fast and checks nothing.
pub fn ids(line: &[u8]) -> impl Iterator<Item = RecordId> {
    const START: &[u8] = b"\",\"records\":[";
    let start = memmem::find(line, START).map_or(line.len(), |at| at + START.len());
    let texts = line[start..].split(|&byte| byte == b'"');
    texts.filter_map(|text| RecordId::parse(std::str::from_utf8(text).ok()?))
}

/// A new page: its line in the directory, and its lines.
pub fn write(first: Index, sealed: &[u8], records: &[RecordId], lines: &str) -> (Page, String) {
    let ids: Vec<_> = records.iter().map(|id| format!("\"{id}\"")).collect();
    let hash = hash_text(lines.as_bytes());
    let mut text = format!(
        "{{\"index\":\"{}\",\"records\":[{}],\"sha256\":\"{}\"}}\n",
        encode(sealed),
        ids.join(","),
        std::str::from_utf8(&hash).unwrap_or_default()
    );
    let page = Page::of(first, text.as_bytes(), lines.len() as u64);
    text.push_str(lines);
    (page, text)
}

#[cfg(test)]
mod tests {
    use super::super::id::{AppId, SecretId};
    use super::super::record::write as write_record;
    use super::*;

    const WORKSPACE: WorkspaceId = WorkspaceId::from_bits(1);
    const IDS: [RecordId; 2] = [
        RecordId::Secret(SecretId::from_bits(31)),
        RecordId::App(AppId::from_bits(2)),
    ];

    fn made() -> (Page, String) {
        let lines = IDS.map(|id| write_record(id, &[b"sealed".into()])).concat();
        write(Index::from_bytes([7; 32]), b"index", &IDS, &lines)
    }

    fn parse(text: &str) -> Option<usize> {
        let at = text.find('\n')? + 1;
        let (line, lines) = text.as_bytes().split_at(at);
        let page = Page::of(Index::from_bytes([7; 32]), line, lines.len() as u64);
        let index = PageIndex::parse(&page, line, WORKSPACE).ok()?;
        let records = index.parse_records(lines, WORKSPACE).ok()?;
        index.has(lines).then_some(records.len())
    }

    #[test]
    fn a_page_reads_back_as_it_was_written() {
        let (page, text) = made();
        let (line, lines) = text.split_at(usize::try_from(page.index_bytes).expect("small"));
        let index = PageIndex::parse(&page, line.as_bytes(), WORKSPACE).expect("written here");
        assert_eq!(index.sealed(WORKSPACE), Ok(b"index".to_vec()));
        assert_eq!(index.records, IDS);
        assert_eq!(page.record_bytes, lines.len() as u64);
        for (position, id) in IDS.into_iter().enumerate() {
            let text = super::line(lines.as_bytes(), position).expect("there");
            let found = Record::parse(id, text).expect("written here");
            assert_eq!((found.id, found.sealed(0)), (id, Ok(b"sealed".to_vec())));
        }
        assert!(ids(line.as_bytes()).eq(IDS));
        assert_eq!(parse(&text), Some(2));
    }

    #[test]
    fn a_page_has_one_spelling() {
        // The hash of the records' lines would refuse most of these texts; here each text gets the right hash.
        let whole = |text: &str| {
            let (line, lines) = text.split_once('\n').unwrap_or((text, ""));
            let hash = hash_text(lines.as_bytes());
            let hash = std::str::from_utf8(&hash).expect("base64");
            let (before, _) = line.rsplit_once("\"sha256\":\"").unwrap_or((line, ""));
            format!("{before}\"sha256\":\"{hash}\"}}\n{lines}")
        };
        let (_, text) = made();
        let secret = IDS[0].to_string();
        assert_eq!(parse(&whole(&text)), Some(2));
        for wrong in [
            text.replace("\",\"app_", "\", \"app_"),
            text.replace(&format!("\"{secret}\","), ""),
            text.replace(&secret, &secret.to_lowercase()),
            text.replace("\",\"records", "\",\"more\":\"\",\"records"),
            text.replace("{\"links\"", " {\"links\""),
            text.replace("{\"links\"", "{\"values\""),
            format!("{text}\n"),
            format!("{text}{{}}\n"),
            text.trim_end().to_owned(),
        ] {
            assert_eq!(parse(&whole(&wrong)), None, "{wrong}");
        }
        for wrong in [
            text.replace("\"sha256\":\"", "\"sha256\":\"="),
            text.replace("\"}\n{\"values", "\",\"more\":1}\n{\"values"),
        ] {
            assert_eq!(parse(&wrong), None, "{wrong}");
        }
    }
}
