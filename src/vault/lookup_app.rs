//! Looks up apps, and the secrets that they link.

use super::app::{App, AppRecord, Link};
use super::env_key::EnvKey;
use super::lookup::Vault;
use super::name::{AppName, SecretName};
use super::reference::{Reference, Target};
use super::secret::Secret;
use super::view::View;
use super::workspace::Workspace;
use super::{Error, decrypt};
use crate::keyring::Keyring;
use crate::sealed::id::{SecretId, WorkspaceId};
use crate::sealed::record::{RecordId, RecordKind};
use std::collections::{BTreeMap, HashMap, HashSet};

/// The number of apps that link a secret: each has a record in the secret's workspace.
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
            let app = decrypt::app(keyring, home, id, record)?;
            apps += usize::from(app.has_link_to(secret.id));
        }
        Ok(())
    })?;
    Ok(apps)
}

impl Vault {
    /// The number of apps that link a secret.
    pub fn app_count(&self, secret: &Secret) -> Result<usize, Error> {
        count(&self.view, self.keyring.as_ref(), &self.workspaces, secret)
    }

    /// Every app in the workspaces that the key reaches, by name.
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
                let app = decrypt::app(self.keyring.as_ref(), workspace, id, record)?;
                records.push((workspace, app));
                Ok(())
            })?;
        }
        self.join(records)
    }

    pub fn app(&self, name: &AppName) -> Result<App, Error> {
        let apps = self.join(self.records_of(name)?)?;
        apps.into_iter()
            .next()
            .ok_or_else(|| Error::absent("app", name.as_str()))
    }

    /// The links of an app, each with its secret, which may no longer exist.
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

    /// The records of one app; at least one.
    fn records_of(&self, name: &AppName) -> Result<Vec<(&Workspace, AppRecord)>, Error> {
        let keyring = self.keyring.as_ref();
        let mut records = Vec::new();
        for workspace in &self.workspaces {
            let index = keyring.index(workspace.id, RecordKind::App, name.as_str())?;
            let found = self.view.find(workspace.id, index, |record| {
                let RecordId::App(id) = record.id else {
                    return Err(record.damaged().into());
                };
                decrypt::app(keyring, workspace, id, record)
            })?;
            records.extend(found.map(|record| (workspace, record)));
        }
        if records.is_empty() {
            return Err(Error::absent("app", name.as_str()));
        }
        Ok(records)
    }

    /// The apps with these records, in the header's order, by name.
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

    /// The names of the linked secrets, if they exist in the record's workspace.
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
                    let secret = decrypt::secret(self.keyring.as_ref(), workspace, id, record)?;
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
