//! Apps: named consumers with links from environment keys to secrets.
//!
//! A link lies in the section of the secret it names: an app has a record in each workspace that it links
//! into, and is their union by name. It never links a secret of one workspace from another's record.

use super::env_key::EnvKey;
use super::name::{AppName, SecretName, WorkspaceName};
use super::open::Vault;
use super::reference::{Reference, Target};
use super::rule::Broken;
use super::secret::Secret;
use super::time::Timestamp;
use super::view::View;
use super::workspace::Workspace;
use super::{Error, opening};
use crate::keyring::Keyring;
use crate::sealed::id::{AppId, SecretId, WorkspaceId};
use crate::sealed::meta;
use crate::sealed::record::{Kind, RecordId};
use std::collections::{BTreeMap, HashMap, HashSet};

/// An app, joined over the workspaces that the key reaches.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct App {
    /// That of its first record, in the header's order: writers who do not see each other's workspaces
    /// may each have made it.
    pub id: AppId,
    pub name: AppName,
    /// By environment key. Only writers who do not see each other's workspaces can make one key two.
    pub links: Vec<Link>,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Link {
    pub env_key: EnvKey,
    pub workspace: WorkspaceName,
    pub secret: SecretId,
    /// `None` when the workspace has no such secret.
    pub secret_name: Option<SecretName>,
}

/// What one workspace knows of an app.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct AppRecord {
    pub id: AppId,
    pub name: AppName,
    pub links: BTreeMap<EnvKey, SecretId>,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

impl App {
    /// The app that has this record and no other, its links left out.
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
    /// The domain's view of opened metadata, if it keeps every rule.
    pub fn from_meta(id: AppId, meta: &meta::App) -> Result<Self, Broken> {
        let time = |milliseconds| {
            Timestamp::from_milliseconds(milliseconds)
                .ok_or_else(|| Broken::new("a time is from 1970 to 9999", "datetime_parsing"))
        };
        let ascending = |pair: &[meta::Link]| pair[0].env_key < pair[1].env_key;
        if !meta.links.windows(2).all(ascending) {
            let rule = "links ascend by their keys, each of them once";
            return Err(Broken::new(rule, "value_error"));
        }
        let links = meta.links.iter();
        let links = links.map(|link| Ok((EnvKey::parse(&link.env_key)?, link.secret)));
        Ok(Self {
            id,
            name: AppName::parse(&meta.name)?,
            links: links.collect::<Result<_, Broken>>()?,
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

/// How many apps link a secret: all of them have a record in its own workspace.
pub fn count(
    view: &View,
    keyring: &dyn Keyring,
    workspaces: &[Workspace],
    secret: &Secret,
) -> Result<usize, Error> {
    let Some(home) = workspaces.iter().find(|home| home.id == secret.workspace) else {
        return Ok(0);
    };
    let mut apps = 0;
    view.each(home.id, |record| {
        if let RecordId::App(id) = record.id {
            let app = opening::app(keyring, home, id, record)?;
            apps += usize::from(app.has_link_to(secret.id));
        }
        Ok(())
    })?;
    Ok(apps)
}

impl Vault {
    /// Every app of the workspaces that the key reaches, by name.
    pub fn apps(&self) -> Result<Vec<App>, Error> {
        let mut records = Vec::new();
        for workspace in &self.workspaces {
            let mut ids = HashSet::new();
            self.view.each(workspace.id, |record| {
                let RecordId::App(id) = record.id else {
                    return Ok(());
                };
                if !ids.insert(id) {
                    return Err(record.damaged().into());
                }
                let app = opening::app(self.keyring.as_ref(), workspace, id, record)?;
                records.push((workspace, app));
                Ok(())
            })?;
        }
        self.join(records)
    }

    pub fn app(&self, name: &AppName) -> Result<App, Error> {
        let apps = self.join(self.records_of(name)?)?;
        apps.into_iter().next().ok_or_else(|| no_app(name))
    }

    /// The links of an app, each with the one secret that it names, which may be gone.
    pub fn links(&self, name: &AppName) -> Result<Vec<(EnvKey, Reference)>, Error> {
        let mut links = Vec::new();
        for (workspace, record) in self.records_of(name)? {
            links.extend(record.links.into_iter().map(|(env_key, secret)| {
                let reference = Reference {
                    workspace: Some(workspace.name.clone()),
                    secret: Target::Id(secret),
                    slot: None,
                };
                (env_key, reference)
            }));
        }
        links.sort_by(|(one, _), (other, _)| one.cmp(other));
        Ok(links)
    }

    /// The records of one app, of which there is at least one.
    fn records_of(&self, name: &AppName) -> Result<Vec<(&Workspace, AppRecord)>, Error> {
        let keyring = self.keyring.as_ref();
        let mut records = Vec::new();
        for workspace in &self.workspaces {
            let index = keyring.index(workspace.id, Kind::App, name.as_str())?;
            let found = self.view.find(workspace.id, index, |record| {
                let RecordId::App(id) = record.id else {
                    return Err(record.damaged().into());
                };
                opening::app(keyring, workspace, id, record)
            })?;
            records.extend(found.map(|record| (workspace, record)));
        }
        if records.is_empty() {
            return Err(no_app(name));
        }
        Ok(records)
    }

    /// The apps that have these records, in the header's order, by name.
    fn join(&self, records: Vec<(&Workspace, AppRecord)>) -> Result<Vec<App>, Error> {
        let names = self.linked_names(&records)?;
        let mut apps: BTreeMap<AppName, App> = BTreeMap::new();
        for (workspace, record) in records {
            let app = apps
                .entry(record.name.clone())
                .or_insert_with(|| App::bare(&record));
            app.created_at = app.created_at.min(record.created_at);
            app.updated_at = app.updated_at.max(record.updated_at);
            let links = record.links.into_iter().map(|(env_key, secret)| Link {
                env_key,
                workspace: workspace.name.clone(),
                secret,
                secret_name: names.get(&(workspace.id, secret)).cloned(),
            });
            app.links.extend(links);
        }
        let mut apps: Vec<App> = apps.into_values().collect();
        for app in &mut apps {
            app.links
                .sort_by(|one, other| one.env_key.cmp(&other.env_key));
        }
        Ok(apps)
    }

    /// The names of the secrets that records link, as far as these are in the workspace of the record.
    fn linked_names(
        &self,
        records: &[(&Workspace, AppRecord)],
    ) -> Result<HashMap<(WorkspaceId, SecretId), SecretName>, Error> {
        let mut names = HashMap::new();
        for workspace in &self.workspaces {
            let here = records.iter().filter(|(home, _)| home.id == workspace.id);
            let linked: HashSet<SecretId> = here
                .flat_map(|(_, record)| record.links.values().copied())
                .collect();
            if linked.is_empty() {
                continue;
            }
            self.view.each(workspace.id, |record| {
                let RecordId::Secret(id) = record.id else {
                    return Ok(());
                };
                if linked.contains(&id) {
                    let secret = opening::secret(self.keyring.as_ref(), workspace, id, record)?;
                    if names.insert((workspace.id, id), secret.name).is_some() {
                        return Err(record.damaged().into());
                    }
                }
                Ok(())
            })?;
        }
        Ok(names)
    }
}

pub(super) fn no_app(name: &AppName) -> Error {
    Error::absent("app", name.as_str())
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
