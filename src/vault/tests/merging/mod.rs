//! Tests merging two copies of a vault: the rules, the attackers that `vault::merge` names, and replicas that
//! change and merge at random.

mod hostile;
mod links;
mod refused;
mod replicas;
mod rules;

use super::{Owned, keyring, now, open_in, reference};
use crate::keyring::token::Token;
use crate::plaintext::Plaintext;
use crate::store::Previous;
use crate::store::memory::MemoryStore;
use crate::vault::change::{
    Change, Deletion, FastClock, Fields, NewVersion, References, SecretUpdate,
};
use crate::vault::merge::{Copy, Kind, Labels, Outcome, merge, without_key};
use crate::vault::slot::Choice;
use crate::vault::time::Timestamp;
use crate::vault::{Error, Scan, Vault};
use std::time::Duration;

/// Deletes a secret so that it can be restored, or restores one.
fn mark_deleted(
    change: &mut Change<'_>,
    path: &str,
    deleted_at: Option<Timestamp>,
) -> Result<(), Error> {
    let secret = reference(path);
    match deleted_at {
        Some(_) => {
            let (links, deletion) = (References::Unlink, Deletion::Restorable);
            change
                .delete_secret(None, &secret, links, deletion)
                .map(drop)
        }
        None => change.restore_secret(None, &secret, None).map(drop),
    }
}

/// One person's copy of a vault, and the key to it.
struct Replica<'o> {
    store: MemoryStore,
    token: &'o Token,
}

impl<'o> Replica<'o> {
    fn of(owned: &'o Owned) -> Self {
        Self {
            store: MemoryStore::holding(&owned.bytes()),
            token: &owned.token,
        }
    }

    fn with(&self, token: &'o Token) -> Self {
        Self {
            store: MemoryStore::holding(&self.bytes()),
            token,
        }
    }

    fn fork(&self) -> Self {
        self.with(self.token)
    }

    fn bytes(&self) -> Vec<u8> {
        self.store.bytes().unwrap()
    }

    fn open(&self) -> Vault {
        open_in(&self.store, self.token, Scan::Everything).unwrap()
    }

    fn change<T>(&self, act: impl FnOnce(&mut Change<'_>) -> Result<T, Error>) -> T {
        self.change_at(now(), act)
    }

    fn change_at<T>(
        &self,
        clock: Timestamp,
        act: impl FnOnce(&mut Change<'_>) -> Result<T, Error>,
    ) -> T {
        let mut vault = self.open();
        let changed = vault.change(clock, Duration::ZERO, Previous::Keep, act);
        changed.unwrap().result
    }

    /// A new value, effective now.
    fn set(&self, path: &str, value: &str, clock: Timestamp) {
        self.change_at(clock, |change| {
            let rotation = NewVersion {
                keep: None,
                ..NewVersion::now(0, FastClock::Accept)
            };
            let value = Plaintext::new(value.into());
            change.rotate(None, &reference(path), &value, rotation)
        });
    }

    fn update(&self, path: &str, fields: Fields) {
        self.change(|change| {
            let update = SecretUpdate {
                fields,
                ..SecretUpdate::default()
            };
            change.update_secret(None, &reference(path), update)
        });
    }

    fn delete(&self, path: &str) {
        self.change(|change| mark_deleted(change, path, Some(now())));
    }

    fn copy(&self) -> Copy<'static> {
        Copy::read(&self.store).unwrap()
    }

    fn try_merge(&self, theirs: &Self, base: Option<&[u8]>) -> Result<Outcome, Error> {
        self.merge_at(now(), theirs, base)
    }

    fn merge_at(
        &self,
        clock: Timestamp,
        theirs: &Self,
        base: Option<&[u8]>,
    ) -> Result<Outcome, Error> {
        let base = base.map(|bytes| Copy::read(&MemoryStore::holding(bytes)).unwrap());
        let theirs = Copy::read(&theirs.store)?;
        let labels = Labels {
            ours: "ours".into(),
            theirs: "theirs".into(),
        };
        let mut vault = open_in(&self.store, self.token, Scan::Everything)?;
        let changed = vault.change(clock, Duration::ZERO, Previous::Keep, |change| {
            merge(change, &theirs, base.as_ref(), &labels)
        });
        Ok(changed?.result)
    }

    /// Merges, and returns the report as lines.
    fn merge(&self, theirs: &Self, base: Option<&[u8]>) -> Vec<String> {
        let outcome = self.try_merge(theirs, base).unwrap();
        self.open().verify().unwrap();
        let entries = outcome.report.entries.iter();
        let line =
            |entry: &crate::vault::merge::report::Entry| format!("{} {}", entry.path, entry.text);
        entries.map(line).collect()
    }

    /// The values of a secret, the oldest first; a mark is on the effective one.
    fn values(&self, path: &str) -> Vec<String> {
        let vault = self.open();
        let secret = vault.secret(None, &reference(path)).unwrap();
        let effective = secret.effective(now().seconds());
        let all = (0..secret.slots.len()).map(|position| {
            let number = secret.slots[position].slot;
            let anywhere = crate::vault::destination::Destination::anywhere();
            let chosen = vault.value(None, &reference(path), Choice::Number(number), &anywhere);
            let value = String::from_utf8(chosen.unwrap().value.expose().to_vec()).unwrap();
            let mark = if effective == Some(position) { "*" } else { "" };
            format!("{value}{mark}")
        });
        all.collect()
    }

    fn names(&self) -> Vec<String> {
        let vault = self.open();
        let mut all = Vec::new();
        for workspace in vault.workspaces() {
            for name in vault.names(workspace).unwrap() {
                all.push(format!("{}/{name}", workspace.name));
            }
        }
        all.sort();
        all
    }
}

fn at(seconds_later: i64) -> Timestamp {
    Timestamp::from_milliseconds(now().milliseconds() + seconds_later * 1_000).unwrap()
}

/// The text of a refusal.
#[track_caller]
fn refusal(answer: Result<Outcome, Error>) -> String {
    match answer {
        Ok(_) => panic!("merged"),
        Err(error) => error.to_string(),
    }
}

fn kinds(outcome: &Outcome) -> Vec<Kind> {
    outcome
        .report
        .entries
        .iter()
        .map(|entry| entry.kind)
        .collect()
}
