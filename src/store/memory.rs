//! A vault in memory, for tests: shared between threads by cloning. A [`Fault`] makes it fail, and
//! [`MemoryStore::put`] replaces it like a writer that ignores the lock.

use super::{Error, Previous, Snapshot, Store, Transaction};
use crate::sealed::SealedBytes;
use std::io;
use std::path::PathBuf;
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::time::Duration;

const PLACE: &str = "memory";

/// A fault that happens once, at the next opportunity.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Fault {
    Load,
    Begin,
    Current,
    Stage,
    /// Staging reports success but stores other bytes.
    StageOtherBytes,
    Commit,
    /// The commit happens, but may not be durable.
    Durability,
}

/// Clones share one store.
#[derive(Clone, Default)]
pub struct MemoryStore(Arc<Shared>);

#[derive(Default)]
struct Shared {
    state: Mutex<State>,
    unlocked: Condvar,
}

#[derive(Default)]
struct State {
    vault: Option<Vec<u8>>,
    previous: Option<Vec<u8>>,
    /// Counts changes of the vault, like a new inode.
    version: u64,
    locked: bool,
    fault: Option<Fault>,
}

impl MemoryStore {
    pub fn holding(bytes: &[u8]) -> Self {
        let store = Self::default();
        store.put(Some(bytes));
        store
    }

    /// Replaces or removes the vault without taking the lock.
    pub fn put(&self, bytes: Option<&[u8]>) {
        self.state().replace(bytes.map(<[u8]>::to_vec));
    }

    pub fn fail(&self, fault: Fault) {
        self.state().fault = Some(fault);
    }

    pub fn bytes(&self) -> Option<Vec<u8>> {
        self.state().vault.clone()
    }

    pub fn previous(&self) -> Option<Vec<u8>> {
        self.state().previous.clone()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap()
    }
}

impl State {
    fn replace(&mut self, vault: Option<Vec<u8>>) -> Option<Vec<u8>> {
        self.version += 1;
        std::mem::replace(&mut self.vault, vault)
    }

    fn happens(&mut self, fault: Fault) -> bool {
        self.fault.take_if(|planned| *planned == fault).is_some()
    }

    fn reading(&mut self, fault: Fault) -> Result<(), Error> {
        if !self.happens(fault) {
            return Ok(());
        }
        Err(Error::Io {
            doing: "read",
            path: PathBuf::from(PLACE),
            source: io::Error::other("as the test wants it"),
        })
    }

    fn writing(&mut self, fault: Fault) -> Result<(), Error> {
        if !self.happens(fault) {
            return Ok(());
        }
        Err(Error::NotWritten {
            doing: "write",
            path: PathBuf::from(PLACE),
            source: io::ErrorKind::StorageFull.into(),
        })
    }
}

impl Store for MemoryStore {
    fn load(&self) -> Result<Snapshot, Error> {
        let mut state = self.state();
        state.reading(Fault::Load)?;
        let place = self.place();
        let vault = state.vault.clone().ok_or(Error::NotFound { place })?;
        Ok(Snapshot::Memory(vault))
    }

    fn begin(&self, patience: Duration) -> Result<Box<dyn Transaction + '_>, Error> {
        let (mut state, waited) = self
            .0
            .unlocked
            .wait_timeout_while(self.state(), patience, |state| state.locked)
            .unwrap();
        if waited.timed_out() && state.locked {
            return Err(Error::Busy {
                place: self.place(),
                seconds: patience.as_secs(),
            });
        }
        state.writing(Fault::Begin)?;
        state.locked = true;
        Ok(Box::new(MemoryTransaction {
            seen: state.vault.clone(),
            version: state.version,
            staged: None,
            store: self,
        }))
    }

    fn place(&self) -> String {
        PLACE.to_owned()
    }
}

struct MemoryTransaction<'a> {
    store: &'a MemoryStore,
    seen: Option<Vec<u8>>,
    version: u64,
    staged: Option<Vec<u8>>,
}

impl Transaction for MemoryTransaction<'_> {
    fn current(&mut self) -> Result<Option<Snapshot>, Error> {
        self.store.state().reading(Fault::Current)?;
        Ok(self.seen.clone().map(Snapshot::Memory))
    }

    fn stage(&mut self, bytes: &SealedBytes<'_>) -> Result<Snapshot, Error> {
        let mut state = self.store.state();
        state.writing(Fault::Stage)?;
        let mut stored = bytes.to_vec();
        if state.happens(Fault::StageOtherBytes)
            && let Some(last) = stored.last_mut()
        {
            *last ^= 1;
        }
        self.staged = Some(stored.clone());
        Ok(Snapshot::Memory(stored))
    }

    fn commit(mut self: Box<Self>, previous: Previous) -> Result<(), Error> {
        let staged = self.staged.take().expect("something was staged");
        let mut state = self.store.state();
        state.writing(Fault::Commit)?;
        if state.version != self.version {
            let place = self.store.place();
            return Err(match self.seen {
                None => Error::Exists { place },
                Some(_) => Error::ChangedUnderneath { place },
            });
        }
        let old = state.replace(Some(staged));
        match previous {
            Previous::Keep | Previous::KeepLast => state.previous = old.or(state.previous.take()),
            Previous::Remove => state.previous = None,
        }
        if state.happens(Fault::Durability) {
            return Err(Error::NotDurable {
                path: PathBuf::from(PLACE),
                source: io::Error::other("as the test wants it"),
            });
        }
        Ok(())
    }
}

impl Drop for MemoryTransaction<'_> {
    fn drop(&mut self) {
        self.store.state().locked = false;
        self.store.0.unlocked.notify_one();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn change(store: &MemoryStore, bytes: &[u8], previous: Previous) -> Result<(), Error> {
        let mut transaction = store.begin(Duration::ZERO)?;
        transaction.current()?;
        transaction.stage(&SealedBytes::for_test(bytes))?;
        transaction.commit(previous)
    }

    #[test]
    fn each_fault_happens_once_and_only_a_lost_sync_changes_data() {
        let before = [
            Fault::Load,
            Fault::Begin,
            Fault::Current,
            Fault::Stage,
            Fault::Commit,
        ];
        for fault in before {
            let store = MemoryStore::holding(b"old");
            store.fail(fault);
            let failed = match fault {
                Fault::Load => store.load().map(|_| ()),
                _ => change(&store, b"new", Previous::Keep),
            };
            assert!(
                matches!(failed, Err(Error::Io { .. } | Error::NotWritten { .. })),
                "{fault:?}"
            );
            assert_eq!(store.bytes().unwrap(), b"old", "{fault:?}");
            change(&store, b"new", Previous::Keep).unwrap();
            assert_eq!(store.bytes().unwrap(), b"new", "{fault:?}");
        }
        let store = MemoryStore::holding(b"old");
        store.fail(Fault::Durability);
        let lost = change(&store, b"new", Previous::Keep);
        assert!(matches!(lost, Err(Error::NotDurable { .. })));
        assert_eq!(store.bytes().unwrap(), b"new");
    }

    #[test]
    fn staging_can_give_back_other_bytes() {
        let store = MemoryStore::default();
        store.fail(Fault::StageOtherBytes);
        let mut transaction = store.begin(Duration::ZERO).unwrap();
        let stored = transaction.stage(&SealedBytes::for_test(b"new")).unwrap();
        assert_ne!(stored.read_all(9).unwrap(), b"new");
    }
}
