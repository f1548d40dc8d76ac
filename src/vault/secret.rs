//! A secret in the domain: its fields, its slots, and the rules between them. Never a value.
//!
//! Every rule is checked again when an entry is opened: a key that may write a workspace may be hostile.

use super::Error;
use super::app::AppLink;
use super::checksum::Checksum;
use super::description::Description;
use super::domain::AllowedDomains;
use super::env_key::EnvKey;
use super::name::{SecretName, WorkspaceName};
use super::rule::RuleViolation;
use super::slot::{MAX_SLOTS, Slot};
use super::time::Timestamp;
use super::workspace::Workspace;
use crate::sealed::entry;
use crate::sealed::id::{SecretId, WorkspaceId};
use std::borrow::Cow;
use std::cmp::Reverse;

/// A hundred years of 365 days.
pub const MAX_ROTATE_EVERY_SECONDS: u64 = 100 * 365 * 86_400;

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Secret {
    pub id: SecretId,
    pub workspace: WorkspaceId,
    pub workspace_name: WorkspaceName,
    pub name: SecretName,
    pub description: Description,
    pub env_key: EnvKey,
    pub allowed_domains: AllowedDomains,
    /// Seconds after which a value is due for rotation.
    pub rotate_every: Option<u64>,
    pub expires_at: Option<Timestamp>,
    /// Ascending, each number once, never empty.
    pub slots: Vec<Slot>,
    /// The links to it that count, ascending. In a deleted secret: the links that were removed.
    pub apps: Vec<AppLink>,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
    pub deleted_at: Option<Timestamp>,
}

impl Secret {
    /// Its name in messages.
    pub fn path(&self) -> String {
        format!("{}/{}", self.workspace_name, self.name)
    }

    /// Gives it another name, and another variable unless that was set.
    pub fn rename(&mut self, name: SecretName) {
        if self.env_key == EnvKey::from_name(&self.name) {
            self.env_key = EnvKey::from_name(&name);
        }
        self.name = name;
    }

    /// Checks every rule of an opened entry and turns it into the domain's types.
    pub fn from_entry(
        id: SecretId,
        workspace: &Workspace,
        entry: entry::Secret<'_>,
    ) -> Result<Self, RuleViolation> {
        let name = SecretName::parse(&entry.name)?;
        let default_key = EnvKey::from_name(&name);
        let env_key = match entry.env_key {
            None => default_key,
            Some(key) if key == default_key.as_str() => {
                let rule = "the variable that belongs to the name is left out";
                return Err(RuleViolation::new(rule, "value_error"));
            }
            Some(key) => EnvKey::parse(&key)?,
        };
        let slots = entry.slots.into_iter().map(|slot| {
            Ok(Slot {
                slot: slot.slot,
                checksum: Checksum::from_bytes(slot.checksum),
                written_at: Timestamp::from_stored(slot.written_at)?,
                pending: slot.pending,
            })
        });
        let apps = entry.apps.into_iter().map(|link| {
            Ok(AppLink {
                app: link.app,
                workspace: link.workspace,
                env_key: EnvKey::parse(&link.env_key)?,
            })
        });
        let domains = entry.allowed_domains.into_iter().map(Cow::into_owned);
        let secret = Self {
            id,
            workspace: workspace.id,
            workspace_name: workspace.name.clone(),
            name,
            description: Description::parse(&entry.description)?,
            env_key,
            allowed_domains: AllowedDomains::from_stored(domains.collect())?,
            rotate_every: entry.rotate_every,
            expires_at: entry.expires_at.map(Timestamp::from_stored).transpose()?,
            slots: slots.collect::<Result<_, RuleViolation>>()?,
            apps: apps.collect::<Result<_, RuleViolation>>()?,
            created_at: Timestamp::from_stored(entry.created_at)?,
            updated_at: Timestamp::from_stored(entry.updated_at)?,
            deleted_at: entry.deleted_at.map(Timestamp::from_stored).transpose()?,
        };
        secret.check_slots()?;
        if !secret.apps.is_sorted_by(|one, next| one < next) {
            let rule = "the apps of a secret must be sorted, each link once";
            return Err(RuleViolation::new(rule, "value_error"));
        }
        if secret
            .rotate_every
            .is_some_and(|seconds| seconds == 0 || seconds > MAX_ROTATE_EVERY_SECONDS)
        {
            let rule = "the time between rotations must be from a second to a hundred years";
            return Err(RuleViolation::new(rule, "value_error"));
        }
        Ok(secret)
    }

    fn check_slots(&self) -> Result<(), RuleViolation> {
        let count = self.slots.len();
        if count == 0 || count > MAX_SLOTS {
            let rule = format!("a secret must have 1 to {MAX_SLOTS} slots, not {count}");
            return Err(RuleViolation::new(rule, "too_long"));
        }
        if self.slots.iter().filter(|slot| slot.pending).count() > 1 {
            let rule = "a secret can have at most one pending slot";
            return Err(RuleViolation::new(rule, "value_error"));
        }
        let ascending = |pair: &[Slot]| pair[0].slot < pair[1].slot;
        if !self.slots.windows(2).all(ascending) {
            return Err(RuleViolation::new(
                "slots must be sorted, each of them once",
                "value_error",
            ));
        }
        Ok(())
    }

    pub fn to_entry(&self) -> entry::Entry<'_> {
        let env_key = Some(self.env_key.as_str());
        let default_key = EnvKey::from_name(&self.name);
        let slots = self.slots.iter().map(|slot| entry::Slot {
            slot: slot.slot,
            checksum: slot.checksum.bytes(),
            written_at: slot.written_at.milliseconds(),
            pending: slot.pending,
        });
        let apps = self.apps.iter().map(|link| entry::AppLink {
            app: link.app,
            workspace: link.workspace,
            env_key: link.env_key.as_str().into(),
        });
        entry::Entry::Secret(entry::Secret {
            name: self.name.as_str().into(),
            description: self.description.as_str().into(),
            env_key: env_key
                .filter(|key| *key != default_key.as_str())
                .map(Cow::from),
            allowed_domains: self.allowed_domains.iter().map(Cow::from).collect(),
            rotate_every: self.rotate_every,
            expires_at: self.expires_at.map(Timestamp::milliseconds),
            slots: slots.collect(),
            apps: apps.collect(),
            created_at: self.created_at.milliseconds(),
            updated_at: self.updated_at.milliseconds(),
            deleted_at: self.deleted_at.map(Timestamp::milliseconds),
        })
    }

    /// A sort key for deleted secrets: the last deleted comes first.
    pub fn last_deleted_first(&self) -> (Reverse<Option<Timestamp>>, SecretId) {
        (Reverse(self.deleted_at), self.id)
    }

    pub fn is_deleted(&self) -> bool {
        self.deleted_at.is_some()
    }

    pub fn check_not_deleted(&self) -> Result<(), Error> {
        match self.deleted_at {
            None => Ok(()),
            Some(since) => Err(Error::Deleted {
                name: self.path(),
                since,
                id: self.id,
            }),
        }
    }

    /// A secret with these slots, each pending or not. All have one value, and each is as old as its number.
    #[cfg(test)]
    pub fn for_test(slots: &[(u64, bool)]) -> Self {
        let at = Timestamp::default();
        let name = SecretName::parse("name").expect("a name");
        Self {
            id: SecretId::from_bits(1),
            workspace: WorkspaceId::from_bits(1),
            workspace_name: WorkspaceName::default(),
            env_key: EnvKey::from_name(&name),
            name,
            description: Description::default(),
            allowed_domains: AllowedDomains::default(),
            rotate_every: None,
            expires_at: None,
            slots: slots
                .iter()
                .map(|&(slot, pending)| Slot {
                    slot,
                    checksum: Checksum::of(b"x"),
                    written_at: at,
                    pending,
                })
                .collect(),
            apps: Vec::new(),
            created_at: at,
            updated_at: at,
            deleted_at: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sealed::id::AppId;

    #[test]
    fn an_opened_entry_keeps_every_rule() {
        let workspace = Workspace::for_test("default");
        let link = AppLink {
            app: AppId::from_bits(1),
            workspace: WorkspaceId::from_bits(1),
            env_key: EnvKey::parse("A").expect("a variable"),
        };
        let good = Secret {
            apps: vec![link],
            ..Secret::for_test(&[(0, false), (5, false)])
        };
        let opened = |change: &dyn Fn(&mut entry::Secret<'_>)| {
            let entry::Entry::Secret(mut entry) = good.to_entry() else {
                unreachable!("a secret")
            };
            change(&mut entry);
            Secret::from_entry(good.id, &workspace, entry).map(|secret| secret == good)
        };
        assert_eq!(opened(&|_| ()), Ok(true));
        let hostile: [&dyn Fn(&mut entry::Secret<'_>); 15] = [
            &|entry| entry.name = "../name".into(),
            &|entry| entry.name = "\u{1b}[2J".into(),
            &|entry| entry.env_key = Some("A=B".into()),
            &|entry| entry.env_key = Some("NAME".into()),
            &|entry| entry.description = "x".repeat(1025).into(),
            &|entry| entry.allowed_domains = vec!["*".into()],
            &|entry| entry.slots.clear(),
            &|entry| entry.slots[1].slot = 0,
            &|entry| entry.slots.iter_mut().for_each(|slot| slot.pending = true),
            &|entry| entry.rotate_every = Some(u64::MAX),
            &|entry| entry.apps[0].env_key = "A=B".into(),
            &|entry| entry.apps.push(entry.apps[0].clone()),
            &|entry| entry.created_at = -1,
            &|entry| entry.updated_at = i64::MAX,
            &|entry| entry.deleted_at = Some(i64::MAX),
        ];
        for (case, change) in hostile.iter().enumerate() {
            assert!(opened(change).is_err(), "case {case}");
        }
    }
}
