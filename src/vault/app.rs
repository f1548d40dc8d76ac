//! Apps: named consumers with links from environment keys to secrets.
//!
//! A link lies in the section of its secret: an app has a record in each workspace that it links into, and is
//! the union of the records with its name. A record never links a secret of another workspace.

use super::env_key::EnvKey;
use super::name::{AppName, SecretName, WorkspaceName};
use super::rule::RuleViolation;
use super::time::Timestamp;
use crate::sealed::id::{AppId, SecretId};
use crate::sealed::meta;
use std::collections::BTreeMap;

/// An app, joined from the workspaces that the key reaches.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct App {
    /// The id of its first record, in the header's order. Writers who cannot see each other's workspaces may
    /// each have created it.
    pub id: AppId,
    pub name: AppName,
    /// Sorted by environment key. A key occurs twice only if writers who cannot see each other's workspaces
    /// linked it.
    pub links: Vec<Link>,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Link {
    pub env_key: EnvKey,
    pub workspace: WorkspaceName,
    pub secret: SecretId,
    /// `None` if the workspace has no such secret.
    pub secret_name: Option<SecretName>,
}

/// The record of an app in one workspace.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct AppRecord {
    pub id: AppId,
    pub name: AppName,
    pub links: BTreeMap<EnvKey, SecretId>,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

impl App {
    /// The app with only this record, and without its links.
    pub fn bare(record: &AppRecord) -> Self {
        Self {
            id: record.id,
            name: record.name.clone(),
            links: Vec::new(),
            created_at: record.created_at,
            updated_at: record.updated_at,
        }
    }
}

impl AppRecord {
    /// Checks every rule of opened metadata and turns it into the domain's types.
    pub fn from_meta(id: AppId, meta: &meta::App) -> Result<Self, RuleViolation> {
        let time = |milliseconds| {
            Timestamp::from_milliseconds(milliseconds).ok_or_else(|| {
                RuleViolation::new("a time must be between 1970 and 9999", "datetime_parsing")
            })
        };
        let ascending = |pair: &[meta::Link]| pair[0].env_key < pair[1].env_key;
        if !meta.links.windows(2).all(ascending) {
            let rule = "links must be sorted by variable, each of them once";
            return Err(RuleViolation::new(rule, "value_error"));
        }
        let links = meta.links.iter();
        let links = links.map(|link| Ok((EnvKey::parse(&link.env_key)?, link.secret)));
        Ok(Self {
            id,
            name: AppName::parse(&meta.name)?,
            links: links.collect::<Result<_, RuleViolation>>()?,
            created_at: time(meta.created_at)?,
            updated_at: time(meta.updated_at)?,
        })
    }

    pub fn to_meta(&self) -> meta::App {
        let links = self.links.iter().map(|(env_key, &secret)| meta::Link {
            env_key: env_key.to_string(),
            secret,
        });
        meta::App {
            name: self.name.to_string(),
            links: links.collect(),
            created_at: self.created_at.milliseconds(),
            updated_at: self.updated_at.milliseconds(),
        }
    }

    pub fn has_link_to(&self, secret: SecretId) -> bool {
        self.links.values().any(|&linked| linked == secret)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn opened_metadata_keeps_every_rule() {
        let link = |env_key: &str| meta::Link {
            env_key: env_key.into(),
            secret: SecretId::from_bits(1),
        };
        let good = meta::App {
            name: "web".into(),
            links: vec![link("A"), link("B")],
            created_at: 1,
            updated_at: 2,
        };
        let opened = |change: &dyn Fn(&mut meta::App)| {
            let mut meta = good.clone();
            change(&mut meta);
            let read = AppRecord::from_meta(AppId::from_bits(1), &meta);
            read.map(|record| record.to_meta() == good)
        };
        assert_eq!(opened(&|_| ()), Ok(true));
        let hostile: [&dyn Fn(&mut meta::App); 9] = [
            &|meta| meta.name = "a/b".into(),
            &|meta| meta.name = "\u{1b}[2J".into(),
            &|meta| meta.name = String::new(),
            &|meta| meta.links.reverse(),
            &|meta| meta.links[1].env_key = "A".into(),
            &|meta| meta.links[0].env_key = "A=B".into(),
            &|meta| meta.links[0].env_key = String::new(),
            &|meta| meta.created_at = -1,
            &|meta| meta.updated_at = i64::MAX,
        ];
        for (case, change) in hostile.iter().enumerate() {
            assert!(opened(change).is_err(), "case {case}");
        }
    }
}
