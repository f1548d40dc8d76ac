//! Tests that every kind of store keeps the same promises.

use super::file::FileStore;
use super::memory::MemoryStore;
use super::{Error, Previous, Store};
use crate::sealed::SealedBytes;
use std::path::Path;
use std::time::{Duration, Instant};

/// A free lock may be held a moment longer: a process that another test starts inherits it until its `exec`.
const PATIENCE: Duration = Duration::from_secs(30);

/// Runs `promise` with an empty store of each kind; `replace` writes without taking the lock.
fn with_each(promise: impl Fn(&(dyn Store + Sync), &dyn Fn(&[u8]))) {
    let memory = MemoryStore::default();
    promise(&memory, &|bytes| memory.put(Some(bytes)));
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("v.kluis");
    promise(&FileStore::new(&path), &|bytes| write_past(&path, bytes));
}

fn write_past(path: &Path, bytes: &[u8]) {
    let other = path.with_extension("other");
    std::fs::write(&other, bytes).unwrap();
    std::fs::rename(other, path).unwrap();
}

fn change(store: &dyn Store, bytes: &[u8]) -> Result<(), Error> {
    let mut transaction = store.begin(PATIENCE)?;
    transaction.stage(&SealedBytes::for_test(bytes))?;
    transaction.commit(Previous::Keep)
}

fn bytes(store: &dyn Store) -> Vec<u8> {
    store.load().unwrap().read_all(u64::MAX).unwrap()
}

#[test]
fn committed_bytes_are_loaded() {
    with_each(|store, _| {
        assert!(matches!(store.load(), Err(Error::NotFound { .. })));
        change(store, b"one").unwrap();
        assert_eq!(bytes(store), b"one");
        change(store, b"two").unwrap();
        assert_eq!(bytes(store), b"two");
    });
}

#[test]
fn a_snapshot_keeps_its_bytes_when_the_vault_is_replaced() {
    with_each(|store, _| {
        change(store, b"one").unwrap();
        let before = store.load().unwrap();
        change(store, b"two").unwrap();
        assert_eq!(before.read_all(9).unwrap(), b"one");
    });
}

#[test]
fn a_change_that_is_dropped_never_was() {
    with_each(|store, _| {
        change(store, b"one").unwrap();
        let mut transaction = store.begin(PATIENCE).unwrap();
        let stored = transaction.stage(&SealedBytes::for_test(b"two")).unwrap();
        assert_eq!(stored.read_all(9).unwrap(), b"two");
        drop(transaction);
        assert_eq!(bytes(store), b"one");
        change(store, b"three").unwrap();
    });
}

#[test]
fn the_last_that_was_staged_is_committed() {
    with_each(|store, _| {
        let mut transaction = store.begin(PATIENCE).unwrap();
        transaction.stage(&SealedBytes::for_test(b"one")).unwrap();
        transaction.stage(&SealedBytes::for_test(b"two")).unwrap();
        transaction.commit(Previous::Keep).unwrap();
        assert_eq!(bytes(store), b"two");
    });
}

#[test]
fn a_vault_replaced_underneath_is_left_alone() {
    with_each(|store, replace| {
        change(store, b"one").unwrap();
        let mut transaction = store.begin(PATIENCE).unwrap();
        let seen = transaction.current().unwrap().unwrap();
        transaction.stage(&SealedBytes::for_test(b"two")).unwrap();
        replace(b"theirs");
        let error = transaction.commit(Previous::Keep).unwrap_err();
        assert!(
            matches!(error, Error::ChangedUnderneath { .. }),
            "{error:?}"
        );
        assert_eq!(bytes(store), b"theirs");
        assert_eq!(seen.read_all(9).unwrap(), b"one");
    });
}

#[test]
fn a_new_vault_never_takes_the_place_of_one_that_appeared() {
    with_each(|store, replace| {
        let mut transaction = store.begin(PATIENCE).unwrap();
        assert!(transaction.current().unwrap().is_none());
        transaction.stage(&SealedBytes::for_test(b"new")).unwrap();
        replace(b"theirs");
        let error = transaction.commit(Previous::Keep).unwrap_err();
        assert!(matches!(error, Error::Exists { .. }), "{error:?}");
        assert_eq!(bytes(store), b"theirs");
    });
}

#[test]
fn a_second_writer_learns_that_the_lock_is_held() {
    with_each(|store, _| {
        let first = store.begin(PATIENCE).unwrap();
        for patience in [Duration::ZERO, Duration::from_millis(60)] {
            let started = Instant::now();
            let second = store.begin(patience).map(|_| ());
            assert!(matches!(second, Err(Error::Busy { .. })), "{second:?}");
            assert!(started.elapsed() >= patience);
        }
        drop(first);
        store.begin(PATIENCE).unwrap();
    });
}

#[test]
fn writers_wait_for_each_other_and_lose_nothing() {
    const WRITERS: usize = 4;
    const CHANGES: usize = 10;
    with_each(|store, _| {
        change(store, b"").unwrap();
        std::thread::scope(|threads| {
            for _ in 0..WRITERS {
                threads.spawn(|| {
                    for _ in 0..CHANGES {
                        let mut transaction = store.begin(PATIENCE).unwrap();
                        let seen = transaction.current().unwrap().unwrap();
                        let mut bytes = seen.read_all(999).unwrap();
                        bytes.push(b'+');
                        transaction.stage(&SealedBytes::for_test(&bytes)).unwrap();
                        transaction.commit(Previous::Keep).unwrap();
                    }
                });
            }
        });
        assert_eq!(bytes(store).len(), WRITERS * CHANGES);
    });
}

#[test]
fn the_previous_bytes_are_kept_until_they_must_go() {
    let store = MemoryStore::holding(b"one");
    change(&store, b"two").unwrap();
    assert_eq!(store.previous().as_deref(), Some(b"one".as_slice()));
    let mut transaction = store.begin(PATIENCE).unwrap();
    transaction.stage(&SealedBytes::for_test(b"three")).unwrap();
    transaction.commit(Previous::Remove).unwrap();
    assert_eq!(store.previous(), None);
}
