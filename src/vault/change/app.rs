//! Creates and deletes apps and their links. Each call is one write, whatever records it touches.

use super::Change;
use crate::keyring::Reach;
use crate::sealed::aad_context::AadContext;
use crate::sealed::id::{AppId, SecretId};
use crate::sealed::record::{Record, RecordId, RecordKind, write};
use crate::sealed::{self, Part, meta};
use crate::vault::app::{App, AppRecord};
use crate::vault::env_key::EnvKey;
use crate::vault::name::{AppName, WorkspaceName};
use crate::vault::reference::Reference;
use crate::vault::workspace::Workspace;
use crate::vault::{Error, decrypt};
use std::collections::BTreeMap;

type Links = BTreeMap<EnvKey, SecretId>;

/// The result of [`Change::sync_app`].
#[derive(Debug, PartialEq, Eq)]
pub struct Synced {
    pub is_new: bool,
    /// Keys whose link is new or led to another secret before.
    pub linked: Vec<EnvKey>,
    pub unlinked: Vec<EnvKey>,
}

impl Change<'_> {
    /// Gives an app exactly these links, and creates it if needed.
    pub fn sync_app(
        &mut self,
        workspace: Option<&WorkspaceName>,
        name: &AppName,
        links: &[(EnvKey, Reference)],
    ) -> Result<Synced, Error> {
        let (mut wanted, mut homes) = (BTreeMap::new(), Vec::new());
        for (key, reference) in links {
            let found = self.find(workspace, reference)?;
            wanted.insert(key.clone(), (found.home.id, found.secret.id));
            homes.push(found.home);
        }
        let mut records = self.records_of(name)?;
        let is_new = records.is_empty();
        if is_new {
            let home = homes.first().map(|home| home.name.clone());
            self.create_app(home.as_ref().or(workspace), name.clone())?;
            records = self.records_of(name)?;
        }
        let mut before: BTreeMap<EnvKey, Vec<_>> = BTreeMap::new();
        for (home, record) in &records {
            for (key, secret) in &record.links {
                before
                    .entry(key.clone())
                    .or_default()
                    .push((home.id, *secret));
            }
        }
        for home in &homes {
            self.add_record(&mut records, home)?;
        }
        self.edit_links(records, |place, links| {
            let here = wanted.iter().filter(|(_, (home, _))| *home == place.id);
            *links = here
                .map(|(key, (_, secret))| (key.clone(), *secret))
                .collect();
        })?;
        let as_before = |key: &EnvKey, target| before.get(key).is_some_and(|old| old == &[target]);
        let unlinked = before
            .keys()
            .filter(|key| !wanted.contains_key(key))
            .cloned()
            .collect();
        let linked = wanted
            .iter()
            .filter(|(key, target)| !as_before(key, **target));
        Ok(Synced {
            is_new,
            linked: linked.map(|(key, _)| key.clone()).collect(),
            unlinked,
        })
    }

    /// Creates an app without links; its first record lies in this workspace.
    pub fn create_app(
        &mut self,
        workspace: Option<&WorkspaceName>,
        name: AppName,
    ) -> Result<App, Error> {
        let home = self.workspace(workspace)?;
        if !self.records_of(&name)?.is_empty() {
            return Err(Error::Exists {
                what: "app",
                name: name.to_string(),
            });
        }
        let record = AppRecord {
            id: AppId::random(),
            name,
            links: Links::new(),
            created_at: self.now,
            updated_at: self.now,
        };
        self.write_app(&home, &record)?;
        Ok(App::bare(&record))
    }

    /// Links a secret under a key, in place of the app's other links under it in any workspace.
    pub fn link_app(
        &mut self,
        name: &AppName,
        env_key: &EnvKey,
        workspace: Option<&WorkspaceName>,
        reference: &Reference,
    ) -> Result<(), Error> {
        let mut records = self.existing_records_of(name)?;
        let found = self.find(workspace, reference)?;
        let home = found.home;
        self.add_record(&mut records, &home)?;
        self.edit_links(records, |place, links| {
            if place.id == home.id {
                links.insert(env_key.clone(), found.secret.id);
            } else {
                links.remove(env_key);
            }
        })
    }

    /// Removes the link under a key, whichever workspace it lies in.
    pub fn unlink_app(&mut self, name: &AppName, env_key: &EnvKey) -> Result<(), Error> {
        let records = self.existing_records_of(name)?;
        if !records
            .iter()
            .any(|(_, record)| record.links.contains_key(env_key))
        {
            let link = format!("{env_key} of the app {name}");
            return Err(Error::absent("link", link));
        }
        self.edit_links(records, |_, links| {
            links.remove(env_key);
        })
    }

    /// Removes an app with its links; the secrets stay.
    pub fn delete_app(&mut self, name: &AppName) -> Result<(), Error> {
        for (home, _) in self.existing_records_of(name)? {
            self.remove_app(&home, name)?;
        }
        Ok(())
    }

    /// Removes the links to a secret from every app.
    pub(super) fn unlink_secret(
        &mut self,
        home: &Workspace,
        secret: SecretId,
    ) -> Result<(), Error> {
        for record in self.apps_linking(home, secret)? {
            let records = self.records_of(&record.name)?;
            self.edit_links(records, |place, links| {
                if place.id == home.id {
                    links.retain(|_, linked| *linked != secret);
                }
            })?;
        }
        Ok(())
    }

    /// Moves the links to a secret into the workspace that it moves to. Refuses if an app has another secret
    /// under the same key there, which only happens with writers who cannot see each other's workspaces.
    pub(super) fn move_links(
        &mut self,
        secret: SecretId,
        from: &Workspace,
        to: &Workspace,
    ) -> Result<(), Error> {
        if from.id == to.id {
            return Ok(());
        }
        for record in self.apps_linking(from, secret)? {
            let mut moved = record.links;
            moved.retain(|_, linked| *linked == secret);
            let mut records = self.records_of(&record.name)?;
            let there = self.add_record(&mut records, to)?;
            if let Some(key) = moved.keys().find(|key| there.contains_key(key)) {
                return Err(Error::InUse {
                    message: format!(
                        "the app {} would have two secrets as {key} in the workspace {}",
                        record.name, to.name
                    ),
                    hint: "unlink one of them first with `kluis app unlink`",
                    ids: self.app_ids([&record.name])?,
                });
            }
            self.edit_links(records, |place, links| {
                if place.id == from.id {
                    links.retain(|_, linked| *linked != secret);
                } else if place.id == to.id {
                    links.append(&mut moved);
                }
            })?;
        }
        Ok(())
    }

    /// The apps that link a secret of this workspace, by name.
    pub(super) fn apps_linking(
        &mut self,
        home: &Workspace,
        secret: SecretId,
    ) -> Result<Vec<AppRecord>, Error> {
        let mut apps = self.apps_in(home)?;
        apps.retain(|record| record.has_link_to(secret));
        Ok(apps)
    }

    /// The apps with a record in this workspace, by name.
    pub(super) fn apps_in(&mut self, home: &Workspace) -> Result<Vec<AppRecord>, Error> {
        self.pages(home.id);
        let mut apps = Vec::new();
        if let Some(pages) = self.sections.get(&home.id) {
            pages.each(|record| {
                if let RecordId::App(id) = record.id {
                    apps.push(decrypt::app(self.keyring, home, id, record)?);
                }
                Ok::<_, Error>(())
            })?;
        }
        apps.sort_unstable_by(|one, other| one.name.cmp(&other.name));
        Ok(apps)
    }

    /// The ids of apps as text.
    pub(super) fn app_ids<'n>(
        &mut self,
        names: impl IntoIterator<Item = &'n AppName>,
    ) -> Result<Vec<String>, Error> {
        let mut ids = Vec::new();
        for name in names {
            let records = self.records_of(name)?;
            ids.extend(records.first().map(|(_, record)| record.id.to_string()));
        }
        Ok(ids)
    }

    fn existing_records_of(
        &mut self,
        name: &AppName,
    ) -> Result<Vec<(Workspace, AppRecord)>, Error> {
        let records = self.records_of(name)?;
        if records.is_empty() {
            return Err(Error::absent("app", name.as_str()));
        }
        Ok(records)
    }

    /// The records of an app in the workspaces that the key reaches.
    fn records_of(&mut self, name: &AppName) -> Result<Vec<(Workspace, AppRecord)>, Error> {
        let mut records = Vec::new();
        for home in self.workspaces.clone() {
            let index = self
                .keyring
                .index(home.id, RecordKind::App, name.as_str())?;
            let Some(line) = self.pages(home.id).get(index)? else {
                continue;
            };
            let page = || Error::from(sealed::Error::Damaged(Part::Page(home.id)));
            let record = Record::parse(&line).ok_or_else(page)?;
            let RecordId::App(id) = record.id else {
                return Err(record.damaged().into());
            };
            let record = decrypt::app(self.keyring, &home, id, &record)?;
            records.push((home, record));
        }
        Ok(records)
    }

    /// Makes sure that this workspace has a record, and returns its links.
    fn add_record(
        &mut self,
        records: &mut Vec<(Workspace, AppRecord)>,
        home: &Workspace,
    ) -> Result<Links, Error> {
        if let Some((_, record)) = records.iter().find(|(place, _)| place.id == home.id) {
            return Ok(record.links.clone());
        }
        let Some((_, first)) = records.first() else {
            return Ok(Links::new());
        };
        let mut record = AppRecord {
            links: Links::new(),
            updated_at: self.now,
            ..first.clone()
        };
        let times = records.iter().map(|(_, record)| record.created_at);
        record.created_at = times.min().unwrap_or(self.now);
        // Ids are public: a writer of this workspace may have given it to another app.
        if self
            .pages(home.id)
            .find_id(RecordId::App(record.id))?
            .is_some()
        {
            record.id = AppId::random();
        }
        records.push((home.clone(), record));
        Ok(Links::new())
    }

    /// Changes the links in the records of an app and writes the changed records. A record that loses its
    /// last link is removed, unless it is the app's last record.
    fn edit_links(
        &mut self,
        mut records: Vec<(Workspace, AppRecord)>,
        mut edit: impl FnMut(&Workspace, &mut Links),
    ) -> Result<(), Error> {
        let mut left = records.len();
        let (mut written, mut gone) = (false, Vec::new());
        for (home, record) in &mut records {
            let before = record.links.clone();
            edit(home, &mut record.links);
            if record.links == before {
                continue;
            }
            if record.links.is_empty() && left > 1 {
                self.remove_app(home, &record.name)?;
                gone.push(home.id);
                left -= 1;
            } else {
                record.updated_at = self.now.max(record.created_at);
                self.write_app(home, record)?;
                written = true;
            }
        }
        if written || gone.is_empty() {
            return Ok(());
        }
        // The removed record held the time of this change: another one keeps it, if it can be written.
        records.retain(|(home, _)| !gone.contains(&home.id));
        let may_write = |home: &Workspace| self.keyring.reach(home.id) == Some(Reach::Write);
        if let Some((home, mut record)) = records.into_iter().find(|(home, _)| may_write(home)) {
            record.updated_at = self.now.max(record.created_at);
            self.write_app(&home, &record)?;
        }
        Ok(())
    }

    fn write_app(&mut self, home: &Workspace, record: &AppRecord) -> Result<(), Error> {
        let place = AadContext::AppMeta(home.id, record.id);
        let sealed = self.keyring.seal(place, &meta::encode(&record.to_meta()))?;
        let index = self
            .keyring
            .index(home.id, RecordKind::App, record.name.as_str())?;
        let line = write(RecordId::App(record.id), index, &sealed, &[]);
        self.put(home.id, index, line)
    }

    fn remove_app(&mut self, home: &Workspace, name: &AppName) -> Result<(), Error> {
        let index = self
            .keyring
            .index(home.id, RecordKind::App, name.as_str())?;
        self.remove(home.id, index)
    }
}

#[cfg(test)]
mod tests;
