//! Tests how pages split and join.

use super::*;
use crate::sealed::index::RecordKind;
use crate::vault::tests::apart::{Apart, Hostile};
use crate::vault::tests::{Owned, keyring};
use std::ops::Range;

struct Scene {
    keyring: Box<dyn Keyring>,
    workspace: WorkspaceId,
    /// In order.
    records: Vec<(Index, Stored<'static>)>,
}

/// A workspace, and so many records for it.
fn scene(count: usize) -> Scene {
    let owned = Owned::new();
    let bytes = owned.bytes();
    let keyring = keyring(&bytes, &owned.token).expect("its token");
    let workspace = Apart::of(&bytes).workspace(0);
    let record = |number: usize| {
        let hostile = Hostile::new(&format!("name-{number}"), &[b"value"]);
        let raw = hostile.raw(&keyring, workspace, |entry| entry);
        let stored = Stored {
            id: raw.id,
            entry: raw.entry,
            line: raw.line.into(),
        };
        (raw.index, stored)
    };
    let mut records: Vec<_> = (0..count).map(record).collect();
    records.sort_by_key(|(index, _)| *index);
    Scene {
        keyring: Box::new(keyring),
        workspace,
        records,
    }
}

fn sizes(pages: &Pages<'_>) -> Vec<usize> {
    let size = |state: &PageState<'_>| match state {
        PageState::Open { records, .. } => records.len(),
        PageState::Sealed { .. } => unreachable!("made here"),
    };
    pages.pages.iter().map(size).collect()
}

#[test]
fn a_page_joins_the_one_before_it_if_they_fit_in_one() {
    let scene = scene(96);
    let keyring = scene.keyring.as_ref();
    let mut pages = Pages::empty(scene.workspace);
    for (index, record) in &scene.records {
        pages.put(keyring, *index, record.clone()).expect("whole");
    }
    assert_eq!(sizes(&pages), [32, 64]);
    let mut remove = |positions: Range<usize>, expected: &[usize]| {
        for (index, _) in &scene.records[positions] {
            pages.remove(keyring, *index).expect("whole");
        }
        assert_eq!(sizes(&pages), expected);
    };
    remove(0..16, &[16, 64]);
    // Fewer than the minimum, and together too many for one page.
    remove(16..17, &[15, 64]);
    remove(80..94, &[15, 50]);
    remove(17..18, &[64]);
    remove(18..48, &[34]);
    remove(48..96, &[]);
}

#[test]
fn a_record_is_put_in_its_order_wherever_it_comes() {
    let scene = scene(200);
    let (keyring, records) = (scene.keyring.as_ref(), &scene.records);
    for step in [1, 7, 77, 199] {
        let mut pages = Pages::empty(scene.workspace);
        for at in 0..records.len() {
            let (index, record) = &records[at * step % records.len()];
            pages.put(keyring, *index, record.clone()).expect("whole");
            pages.put(keyring, *index, record.clone()).expect("whole");
        }
        assert!(
            sizes(&pages)
                .iter()
                .all(|size| (16..=MAX_PAGE_RECORDS).contains(size))
        );
        for (index, record) in records {
            let found = pages.get(keyring, *index).expect("whole").expect("there");
            assert_eq!((found.id, &found.line), (record.id, &record.line));
            let (found, _) = pages
                .find_id(keyring, record.id)
                .expect("whole")
                .expect("there");
            assert_eq!(found, *index);
        }
        let (directory, bytes) = pages.finish(keyring).expect("sealed");
        assert!(directory.is_sorted_by(|one, next| one.first < next.first));
        let bytes = bytes.concat();
        let text = std::str::from_utf8(&bytes).expect("text");
        let lines = text.split_inclusive('\n');
        let lines = lines.filter(|line| !line.starts_with("{\"index\":"));
        assert!(lines.eq(records.iter().map(|(_, record)| record.line.as_ref())));
        let index = keyring.index(scene.workspace, RecordKind::Secret, "none");
        let mut none = Pages::empty(scene.workspace);
        assert!(
            none.get(keyring, index.expect("in reach"))
                .expect("whole")
                .is_none()
        );
    }
}
