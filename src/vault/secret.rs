//! A secret in the domain: its fields, its slots, and the rules between them. Never a value.
//!
//! Every rule is checked again when a record is opened: a key that may write a workspace may be hostile.

use super::description::Description;
use super::domain::AllowedDomains;
use super::env_key::EnvKey;
use super::name::SecretName;
use super::rule::RuleViolation;
use super::slot::{MAX_SLOTS, Slot};
use super::time::Timestamp;
use super::workspace::Workspace;
use crate::sealed::id::{SecretId, WorkspaceId};
use crate::sealed::meta;
use crate::sealed::sign::sha256;
use data_encoding::HEXLOWER;
use std::borrow::Cow;

/// A hundred years of 365 days.
pub const MAX_ROTATE_EVERY_SECONDS: u64 = 100 * 365 * 86_400;

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Secret {
    pub id: SecretId,
    pub workspace: WorkspaceId,
    pub workspace_name: String,
    pub name: SecretName,
    pub description: Description,
    pub env_key: EnvKey,
    pub allowed_domains: AllowedDomains,
    /// Seconds after which a value is due for rotation.
    pub rotate_every: Option<u64>,
    pub expires_at: Option<Timestamp>,
    /// Ascending, each number once, never empty.
    pub slots: Vec<Slot>,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

impl Secret {
    /// Its name in messages.
    pub fn path(&self) -> String {
        format!("{}/{}", self.workspace_name, self.name)
    }

    /// Checks every rule of opened metadata and turns it into the domain's types.
    pub fn from_meta(
        id: SecretId,
        workspace: &Workspace,
        meta: meta::Secret<'_>,
    ) -> Result<Self, RuleViolation> {
        let time = |milliseconds| {
            Timestamp::from_milliseconds(milliseconds).ok_or_else(|| {
                RuleViolation::new("a time must be between 1970 and 9999", "datetime_parsing")
            })
        };
        let slots = meta.slots.into_iter().map(|slot| {
            Ok(Slot {
                slot: slot.slot,
                checksum: slot.checksum,
                written_at: time(slot.written_at)?,
                pending: slot.pending,
            })
        });
        let secret = Self {
            id,
            workspace: workspace.id,
            workspace_name: workspace.name.to_string(),
            name: SecretName::parse(&meta.name)?,
            description: Description::parse(&meta.description)?,
            env_key: EnvKey::parse(&meta.env_key)?,
            allowed_domains: AllowedDomains::from_stored(meta.allowed_domains)?,
            rotate_every: meta.rotate_every,
            expires_at: meta.expires_at.map(time).transpose()?,
            slots: slots.collect::<Result<_, RuleViolation>>()?,
            created_at: time(meta.created_at)?,
            updated_at: time(meta.updated_at)?,
        };
        secret.check_slots()?;
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
        let checksum = |slot: &Slot| slot.checksum.len() == 64 && slot.checksum.bytes().all(is_hex);
        if !self.slots.iter().all(checksum) {
            let rule = "a checksum must be 64 lower-case hexadecimal digits";
            return Err(RuleViolation::mismatch(rule));
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

    pub fn to_meta(&self) -> meta::Secret<'_> {
        meta::Secret {
            name: Cow::Borrowed(self.name.as_str()),
            description: Cow::Borrowed(self.description.as_str()),
            env_key: Cow::Borrowed(self.env_key.as_str()),
            allowed_domains: self.allowed_domains.iter().map(str::to_owned).collect(),
            rotate_every: self.rotate_every,
            expires_at: self.expires_at.map(Timestamp::milliseconds),
            slots: self
                .slots
                .iter()
                .map(|slot| meta::Slot {
                    slot: slot.slot,
                    checksum: slot.checksum.clone(),
                    written_at: slot.written_at.milliseconds(),
                    pending: slot.pending,
                })
                .collect(),
            created_at: self.created_at.milliseconds(),
            updated_at: self.updated_at.milliseconds(),
        }
    }
    /// A secret with these slots, each pending or not, all with one value and the age of their number.
    #[cfg(test)]
    pub fn for_test(slots: &[(u64, bool)]) -> Self {
        let at = Timestamp::default();
        let name = SecretName::parse("name").expect("a name");
        Self {
            id: SecretId::from_bits(1),
            workspace: WorkspaceId::from_bits(1),
            workspace_name: "default".into(),
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
                    checksum: checksum(b"x"),
                    written_at: at,
                    pending,
                })
                .collect(),
            created_at: at,
            updated_at: at,
        }
    }
}

fn is_hex(byte: u8) -> bool {
    matches!(byte, b'0'..=b'9' | b'a'..=b'f')
}

/// The checksum that slots carry: SHA-256 of the value, lower-case hex.
pub fn checksum(value: &[u8]) -> String {
    HEXLOWER.encode(&sha256(value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn opened_metadata_keeps_every_rule() {
        let workspace = Workspace::for_test("default");
        let good = Secret::for_test(&[(0, false), (5, false)]);
        let opened = |change: &dyn Fn(&mut meta::Secret<'_>)| {
            let mut meta = good.to_meta();
            change(&mut meta);
            Secret::from_meta(good.id, &workspace, meta).map(|secret| secret == good)
        };
        assert_eq!(opened(&|_| ()), Ok(true));
        let hostile: [&dyn Fn(&mut meta::Secret<'_>); 13] = [
            &|meta| meta.name = "../name".into(),
            &|meta| meta.name = "\u{1b}[2J".into(),
            &|meta| meta.env_key = "A=B".into(),
            &|meta| meta.description = "x".repeat(1025).into(),
            &|meta| meta.allowed_domains = vec!["*".into()],
            &|meta| meta.slots.clear(),
            &|meta| meta.slots[1].slot = 0,
            &|meta| meta.slots[0].checksum = "\u{1b}[2J".into(),
            &|meta| meta.slots[0].checksum = "A".repeat(64),
            &|meta| meta.slots.iter_mut().for_each(|slot| slot.pending = true),
            &|meta| meta.rotate_every = Some(u64::MAX),
            &|meta| meta.created_at = -1,
            &|meta| meta.updated_at = i64::MAX,
        ];
        for (case, change) in hostile.iter().enumerate() {
            assert!(opened(change).is_err(), "case {case}");
        }
    }
}
