//! Drops superseded versions and deleted secrets for ever.

use super::Change;
use super::record::Found;
use crate::vault::secret::Secret;
use crate::vault::slot::Slot;
use crate::vault::time::Timestamp;
use crate::vault::workspace::Workspace;
use crate::vault::{Error, Vault};
use std::collections::HashMap;

/// What to drop.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub struct Pruning {
    /// Superseded versions, except the newest `keep` of each secret.
    pub superseded: bool,
    pub keep: usize,
    /// Deleted secrets, with all their versions.
    pub deleted: bool,
    /// Only what was superseded or deleted before this time.
    pub before: Option<Timestamp>,
}

impl Pruning {
    /// Everything that a plain `get` does not read.
    pub const ALL: Self = Self {
        superseded: true,
        keep: 0,
        deleted: true,
        before: None,
    };

    /// Whether to drop the whole secret.
    pub fn drops(&self, secret: &Secret) -> bool {
        let is_old = |at: Timestamp| self.before.is_none_or(|before| at < before);
        self.deleted && secret.deleted_at.is_some_and(is_old)
    }

    /// The positions of the slots to drop from a secret that stays.
    pub fn slots(&self, secret: &Secret, second: u64) -> Vec<usize> {
        if !self.superseded {
            return Vec::new();
        }
        let superseded: Vec<_> = secret.superseded(second).collect();
        let old = superseded.into_iter().rev().skip(self.keep);
        let is_old = |position: &usize| {
            let next = secret.slots[position + 1..]
                .iter()
                .find(|slot| !slot.pending);
            let since = next.map_or(0, Slot::in_use_since);
            let since = Timestamp::from_seconds(since);
            self.before
                .is_none_or(|before| since.is_some_and(|since| since < before))
        };
        old.filter(is_old).collect()
    }
}

/// What was dropped.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pruned {
    /// Secrets that lost versions, as they were before, with the numbers of the lost slots.
    pub versions: Vec<(Secret, Vec<u64>)>,
    /// Deleted secrets that are gone for ever.
    pub secrets: Vec<Secret>,
}

impl Pruned {
    pub fn is_empty(&self) -> bool {
        self.versions.is_empty() && self.secrets.is_empty()
    }

    /// Whether all of it was expected.
    pub fn is_within(&self, expected: &Self) -> bool {
        let versions = expected.versions.iter();
        let versions: HashMap<_, _> = versions.map(|(other, slots)| (other.id, slots)).collect();
        let secrets = expected.secrets.iter();
        let secrets: HashMap<_, _> = secrets.map(|other| (other.id, &other.slots)).collect();
        let is_version_known = |(secret, slots): &(Secret, Vec<u64>)| {
            let known = versions.get(&secret.id);
            known.is_some_and(|known| slots.iter().all(|slot| known.contains(slot)))
        };
        let is_secret_known = |secret: &Secret| {
            secrets
                .get(&secret.id)
                .is_some_and(|known| **known == secret.slots)
        };
        self.versions.iter().all(is_version_known) && self.secrets.iter().all(is_secret_known)
    }

    /// Adds another result.
    pub fn append(&mut self, other: Self) {
        self.versions.extend(other.versions);
        self.secrets.extend(other.secrets);
    }

    /// The number of superseded versions.
    pub fn version_count(&self) -> usize {
        self.versions.iter().map(|(_, slots)| slots.len()).sum()
    }
}

impl Vault {
    /// What [`Change::prune`] would drop now.
    pub fn would_prune(
        &self,
        home: &Workspace,
        pruning: &Pruning,
        now: Timestamp,
        is_meant: impl Fn(&Secret) -> bool,
    ) -> Result<Pruned, Error> {
        let mut pruned = Pruned::default();
        let deleted = self.deleted(home)?.into_iter();
        let gone = deleted.filter(|secret| is_meant(secret) && pruning.drops(secret));
        pruned.secrets.extend(gone);
        self.each(home, |secret| {
            let slots = pruning.slots(&secret, now.seconds());
            if is_meant(&secret) && !slots.is_empty() {
                let numbers = slots.iter().rev();
                let numbers = numbers.map(|&position| secret.slots[position].slot);
                let numbers = numbers.collect();
                pruned.versions.push((secret, numbers));
            }
            Ok(())
        })?;
        Ok(pruned)
    }
}

impl Change<'_> {
    /// Drops superseded versions and deleted secrets from a workspace, for the secrets that `is_meant` selects.
    pub fn prune(
        &mut self,
        home: &Workspace,
        pruning: &Pruning,
        is_meant: impl Fn(&Secret) -> bool,
    ) -> Result<Pruned, Error> {
        let mut pruned = Pruned::default();
        let all = self.all_in(home)?.into_iter();
        for found in all.filter(|found| is_meant(&found.secret)) {
            self.prune_one(found, pruning, &mut pruned)?;
        }
        Ok(pruned)
    }

    fn prune_one(
        &mut self,
        mut found: Found,
        pruning: &Pruning,
        pruned: &mut Pruned,
    ) -> Result<(), Error> {
        if pruning.drops(&found.secret) {
            if let Some(index) = found.index {
                self.remove(found.home.id, index)?;
            }
            pruned.secrets.push(found.secret);
            return Ok(());
        }
        let slots = pruning.slots(&found.secret, self.now.seconds());
        if slots.is_empty() {
            return Ok(());
        }
        let old = found.secret.clone();
        // From the newest to the oldest, so that the remaining positions stay valid.
        for &position in &slots {
            found.remove(position);
        }
        let numbers = slots.iter().rev().map(|&position| old.slots[position].slot);
        let numbers = numbers.collect();
        self.put_back(found, &old)?;
        pruned.versions.push((old, numbers));
        Ok(())
    }
}
