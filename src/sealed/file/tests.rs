//! Tests that a file is read in pieces, and that no more pieces are read than needed.

use super::super::header::Workspace;
use super::super::history::{Ancestors, RevisionId};
use super::super::id::{AppId, VaultId};
use super::super::index::Index;
use super::super::page::{self, PageIndex};
use super::super::record::{RecordId, write};
use super::super::section::{Unsealed, signed};
use super::super::sign::{Signed, sha256, verify_key};
use super::*;
use crate::sealed::header::Content;

const SEED: [u8; 32] = [1; 32];
const VAULT: VaultId = VaultId::from_bits(1);

/// A section's directory and its pages.
type Directory<'a> = (Vec<Page>, Vec<Cow<'a, [u8]>>);

fn workspace(position: usize) -> WorkspaceId {
    WorkspaceId::from_bits(position as u128)
}

/// So many records, in pages.
fn records(position: usize, count: u16) -> Directory<'static> {
    let record = |number: u16| {
        let hash = sha256(&[&number.to_be_bytes()[..], &position.to_be_bytes()].concat());
        let id = RecordId::App(AppId::from_bits(number.into()));
        (Index::from_bytes(hash), id)
    };
    let mut records: Vec<_> = (0..count).map(record).collect();
    records.sort_unstable_by_key(|(index, _)| *index);
    let pages = records.chunks(40).map(|records| {
        let ids: Vec<_> = records.iter().map(|(_, id)| *id).collect();
        let lines: String = ids
            .iter()
            .map(|id| write(*id, &[b"links".into()]))
            .collect();
        let (page, text) = page::write(records[0].0, b"index", &ids, &lines);
        (page, Cow::from(text.into_bytes()))
    });
    pages.unzip()
}

/// A vault without keys, with so many records in each of its workspaces.
fn vault(counts: &[u16]) -> Vec<u8> {
    let sections = counts.iter().enumerate();
    signed_vault(sections.map(|(at, &count)| records(at, count)).collect())
}

/// A signed vault without keys.
fn signed_vault(sections: Vec<Directory<'_>>) -> Vec<u8> {
    let sections = sections.into_iter().enumerate();
    let sections: Vec<_> = sections
        .map(|(at, (directory, pages))| {
            let ancestors = Ancestors::default();
            (Unsealed::new(workspace(at), &ancestors, &directory), pages)
        })
        .collect();
    let lines = sections.iter().enumerate();
    let lines = lines.map(|(position, (section, _))| Workspace {
        id: workspace(position),
        verify: verify_key(&SEED),
        wrapped: vec![],
        about: vec![],
        section: section.id(),
    });
    let content = Content {
        keys_to_come: vec![],
        vault: VAULT,
        verify: verify_key(&SEED),
        keys: vec![],
        workspaces: lines.collect(),
        successions: Vec::new(),
        ancestors: Ancestors::default(),
    };
    let digest = content.digest();
    let vault = VAULT.to_string();
    let header = content.signed(Signed::Header { vault: &vault }.sign(&SEED, &digest));
    let header = header.expect("small");
    let sections = sections.into_iter().enumerate();
    let sections = sections.map(|(at, (section, pages))| {
        let head = section.seal(header.id(), |digest| {
            Ok::<_, Error>(signed(VAULT, workspace(at), |part| {
                part.sign(&SEED, digest)
            }))
        });
        SectionBytes::Changed {
            head: head.expect("signed"),
            pages,
        }
    });
    let sections: Vec<_> = sections.collect();
    assemble(&header, sections).expect("small").to_vec()
}

/// Reads the structure of `file`, and returns the requested ranges.
fn read(file: &[u8]) -> (Result<Layout, Error>, Vec<Range<u64>>) {
    let mut pieces = Vec::new();
    let layout = Layout::read(file.len() as u64, |at, length| {
        let range = at..at + length as u64;
        pieces.push(range.clone());
        Ok(slice(file, range).to_vec())
    });
    (layout, pieces)
}

#[test]
fn a_small_vault_is_read_in_one_piece() {
    let file = vault(&[0, 3, 0]);
    let (layout, pieces) = read(file.as_slice());
    assert!(layout.is_ok());
    let whole = 0..file.as_slice().len() as u64;
    assert_eq!(pieces, vec![whole]);
}

#[test]
fn a_directory_longer_than_a_piece_is_read_whole() {
    let file = vault(&[700, 0, 15_000, 1, 700]);
    let (layout, pieces) = read(file.as_slice());
    let layout = layout.expect("whole");
    layout.check_pages(file.as_slice()).expect("whole");
    let records = layout.pages().map(|(workspace, page, range)| {
        let (line, lines) = split(page, slice(file.as_slice(), range));
        let index = PageIndex::parse(page, line, workspace).expect("whole");
        let records = index.parse_records(lines, workspace);
        records.expect("whole").len()
    });
    assert_eq!(records.sum::<usize>(), 700 + 15_000 + 1 + 700);
    let directory = layout
        .section(WorkspaceId::from_bits(2))
        .expect("there")
        .pages()
        .len();
    assert!(directory * 120 > FIRST_READ_BYTES, "{directory} pages");
    let pieces: u64 = pieces.iter().map(|piece| piece.end - piece.start).sum();
    assert!(
        pieces < file.as_slice().len() as u64 / 4,
        "{pieces} of {} bytes",
        file.as_slice().len()
    );
}

#[test]
fn a_foreign_file_is_recognised_by_its_first_line() {
    for text in [
        "",
        "{",
        "{\"kluis\"",
        "hello",
        "{\"kluis\":}",
        "{\"kluis\":0,\"anything\":true}\n",
        "\u{feff}{\"kluis\":1,",
    ] {
        let (layout, _) = read(text.as_bytes());
        assert_eq!(
            layout.err(),
            Some(Error::Damaged(Part::FirstLine)),
            "{text:?}"
        );
    }
    let (newer, _) = read(b"{\"kluis\":2,\"anything\":true}\n");
    assert_eq!(newer.err(), Some(Error::Unsupported(2)));
    let (cut, _) = read(b"{\"kluis\":1,\"vault\":\"");
    assert_eq!(cut.err(), Some(Error::Damaged(Part::Header)));
}

#[test]
fn a_header_may_not_be_longer_than_the_format_allows() {
    let header = |about_bytes, wrapped_bytes| {
        let content = Content {
            keys_to_come: vec![],
            vault: VAULT,
            verify: verify_key(&SEED),
            keys: vec![],
            workspaces: vec![Workspace {
                id: workspace(0),
                verify: verify_key(&SEED),
                wrapped: vec![0; wrapped_bytes],
                about: vec![0; about_bytes],
                section: RevisionId::default(),
            }],
            successions: Vec::new(),
            ancestors: Ancestors::before(7),
        };
        let vault = VAULT.to_string();
        let signature = Signed::Header { vault: &vault }.sign(&SEED, &content.digest());
        content.signed(signature)
    };
    let length = |about_bytes, wrapped_bytes| {
        let header: Result<_, Error> = header(about_bytes, wrapped_bytes);
        header.ok().map(|header| header.text().len())
    };
    let left = MAX_HEADER_BYTES - length(0, 0).expect("small");
    // Three bytes are four characters of base64; one is two, and two are three.
    let (about_bytes, wrapped_bytes) = match (left / 4 * 3, left % 4) {
        (about, 0) => (about, 0),
        (about, 1) => (about - 3 + 1, 2),
        (about, 2) => (about, 1),
        (about, _) => (about, 2),
    };
    assert_eq!(length(about_bytes, wrapped_bytes), Some(MAX_HEADER_BYTES));
    for more in [1, about_bytes] {
        let refused = header(about_bytes + more, wrapped_bytes);
        assert!(matches!(refused, Err(Error::Full { .. })), "{more}");
    }
}

#[test]
fn a_file_may_not_be_larger_than_the_format_allows() {
    let asked = Layout::read(SealedBytes::MAX, |_, _| Err(Error::Damaged(Part::Header)));
    assert_eq!(asked.err(), Some(Error::Damaged(Part::Header)));
    let layout = Layout::read(SealedBytes::MAX + 1, |_, _| -> Result<Vec<u8>, Error> {
        panic!("refused before a byte is read")
    });
    assert_eq!(layout.err(), Some(Error::Damaged(Part::End)));
}

#[test]
fn a_page_that_is_signed_and_wrong_is_not_carried_on() {
    let (directory, _) = records(0, 2);
    let ids = [1, 2].map(|bits| RecordId::App(AppId::from_bits(bits)));
    let [first, second] = ids.map(|id| write(id, &[b"links".into()]));
    for (wrong, accepted) in [
        ([&*first, &second].concat(), true),
        (first.clone(), false),
        ([&*first, &second, &second].concat(), false),
        ([&*first, "\n", &second].concat(), false),
        ([&*first, second.trim_end()].concat(), false),
        (
            [&*first, &second.replace("links", "values")].concat(),
            false,
        ),
        (
            [&*first, &second.replace('}', ",\"more\":1}")].concat(),
            false,
        ),
    ] {
        let (page, text) = page::write(directory[0].first, b"index", &ids, &wrong);
        let file = signed_vault(vec![(vec![page], vec![text.into_bytes().into()])]);
        let (layout, _) = read(file.as_slice());
        let layout = layout.expect("signed");
        assert!(layout.check_pages(file.as_slice()).is_ok());
        let checked = layout.check_records(file.as_slice());
        assert_eq!(checked.is_ok(), accepted, "{wrong}");
    }
}
