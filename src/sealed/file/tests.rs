//! A file is read in pieces, as many as it takes and no more.

use super::super::header::Workspace;
use super::super::id::{AppId, VaultId};
use super::super::line::encode;
use super::super::pages::Pages;
use super::super::record::{Index, RecordId, write};
use super::super::section::{Seal, signed, write_head};
use super::super::sign::{Signed, sha256, verify_key};
use super::*;
use crate::sealed::header::Content;

const SEED: [u8; 32] = [1; 32];
const VAULT: VaultId = VaultId::from_bits(1);

/// A vault without keys, and with so many records in each of its workspaces.
fn vault(counts: &[u16]) -> SealedBytes {
    let workspace = |bits: usize| WorkspaceId::from_bits(bits as u128);
    let lines = (0..counts.len()).map(|position| Workspace {
        id: workspace(position),
        verify: verify_key(&SEED),
        wrapped: vec![],
        about: vec![],
        revision: 1,
    });
    let content = Content {
        vault: VAULT,
        verify: verify_key(&SEED),
        keys: vec![],
        workspaces: lines.collect(),
        revision: 1,
        parents: vec![],
    };
    let digest = content.digest();
    let vault = VAULT.to_string();
    let header = content.signed(Signed::Header { vault: &vault }.sign(&SEED, &digest));
    let sections: Vec<_> = counts
        .iter()
        .enumerate()
        .map(|(position, &count)| {
            let mut pages = Pages::empty(workspace(position));
            for number in 0..count {
                let hash = encode(&sha256(&number.to_be_bytes()));
                let index = Index::from_text(hash.as_bytes()).expect("32 bytes");
                let id = RecordId::App(AppId::from_bits(number.into()));
                pages.put(index, write(id, index, b"", &[])).expect("whole");
            }
            let (directory, pages) = pages.finish();
            let seal = Seal {
                workspace: workspace(position),
                revision: 1,
                header: 1,
                parents: vec![],
            };
            let head = write_head(&seal, &directory, |digest| {
                Ok::<_, Error>(signed(VAULT, seal.workspace, |part| {
                    part.sign(&SEED, digest)
                }))
            });
            let head = head.expect("signed");
            SectionBytes::Changed { head, pages }
        })
        .collect();
    assemble(&header.expect("small"), &sections).expect("small")
}

/// Reads the structure of `file`, and tells the pieces that were asked for.
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
    assert_eq!(layout.expect("whole").bytes(), file.as_slice().len() as u64);
    assert_eq!(pieces, [0..file.as_slice().len() as u64]);
}

#[test]
fn a_directory_longer_than_a_piece_is_read_whole() {
    let file = vault(&[700, 0, 15_000, 1, 700]);
    let (layout, pieces) = read(file.as_slice());
    let layout = layout.expect("whole");
    layout.check_pages(file.as_slice()).expect("whole");
    let records = layout.pages().map(|(workspace, page, range)| {
        let lines = slice(file.as_slice(), range);
        section::records(page, lines, workspace)
            .expect("whole")
            .len()
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
        pieces < layout.bytes() / 4,
        "{pieces} of {} bytes",
        layout.bytes()
    );
}

#[test]
fn what_is_no_vault_is_told_by_its_first_line() {
    for text in [
        "",
        "{",
        "{\"kluis\"",
        "hello",
        "{\"kluis\":}",
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
fn a_file_may_not_be_larger_than_the_format_allows() {
    let layout = Layout::read(MAX_FILE_BYTES + 1, |_, _| -> Result<Vec<u8>, Error> {
        panic!("refused before a byte is read")
    });
    assert_eq!(layout.err(), Some(Error::Damaged(Part::End)));
}
