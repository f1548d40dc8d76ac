//! Creates and deletes apps and their links. Each call is one write, however many records it touches.

use super::Change;
use super::pages::Stored;
use crate::keyring::Reach;
use crate::sealed::aad_context::AadContext;
use crate::sealed::id::AppId;
use crate::sealed::index::RecordKind;
use crate::sealed::record::{Record, RecordId, write};
use crate::vault::app::{App, AppLink, Target};
use crate::vault::app_reference::AppReference;
use crate::vault::env_key::EnvKey;
use crate::vault::linking::{FoundApp, LinkingApp, linking, no_app};
use crate::vault::name::WorkspaceName;
use crate::vault::reference::Reference;
use crate::vault::secret::Secret;
use crate::vault::workspace::Workspace;
use crate::vault::{Error, decrypt};
use std::collections::BTreeMap;

/// The result of [`Change::sync_app`].
#[derive(Debug, PartialEq, Eq)]
pub struct Synced {
    pub is_new: bool,
    /// Variables whose link is new, newly named by its secret, or leads to another secret.
    pub linked: Vec<EnvKey>,
    pub unlinked: Vec<EnvKey>,
}

impl Change<'_> {
    /// Gives an app exactly these links, and creates it if needed.
    pub fn sync_app(
        &mut self,
        workspace: Option<&WorkspaceName>,
        reference: &AppReference,
        links: &[(EnvKey, Reference)],
    ) -> Result<Synced, Error> {
        let mut wanted = BTreeMap::new();
        for (key, reference) in links {
            let found = self.find(workspace, reference)?;
            let target = Target {
                workspace: found.home.id,
                secret: found.secret.id,
            };
            wanted.insert(key.clone(), target);
        }
        let home = self.app_home(workspace, reference)?;
        let found = self.find_app(&home, reference)?;
        let is_new = found.is_none();
        let app = match found {
            Some(app) => app,
            None => self.new_app(&home, reference)?,
        };
        let before = app.links.clone();
        let unlinked = before.keys().filter(|key| !wanted.contains_key(key));
        let unlinked = unlinked.cloned().collect();
        let mut linked = Vec::new();
        for (key, target) in &wanted {
            let is_confirmed = self.confirm(&app, key, *target)?;
            if is_confirmed || before.get(key) != Some(target) {
                linked.push(key.clone());
            }
        }
        self.set_links(app, wanted)?;
        Ok(Synced {
            is_new,
            linked,
            unlinked,
        })
    }

    /// Creates an app without links.
    pub fn create_app(
        &mut self,
        workspace: Option<&WorkspaceName>,
        reference: &AppReference,
    ) -> Result<App, Error> {
        let home = self.app_home(workspace, reference)?;
        if self.find_app(&home, reference)?.is_some() {
            return Err(Error::Exists {
                what: "app",
                name: format!("{} in the workspace {}", reference.name, home.name),
            });
        }
        self.new_app(&home, reference)
    }

    fn new_app(&mut self, home: &Workspace, reference: &AppReference) -> Result<App, Error> {
        let app = App {
            id: AppId::random(),
            workspace: home.id,
            workspace_name: home.name.clone(),
            name: reference.name.clone(),
            links: BTreeMap::new(),
            created_at: self.now,
            updated_at: self.now,
        };
        self.write_app(&app)?;
        Ok(app)
    }

    /// Links a secret under a variable. Replaces the app's other link under it.
    pub fn link_app(
        &mut self,
        workspace: Option<&WorkspaceName>,
        app: &AppReference,
        env_key: &EnvKey,
        reference: &Reference,
    ) -> Result<(), Error> {
        let home = self.app_home(workspace, app)?;
        let app = self.existing_app(&home, app)?;
        let found = self.find(workspace, reference)?;
        let target = Target {
            workspace: found.home.id,
            secret: found.secret.id,
        };
        self.confirm(&app, env_key, target)?;
        let mut links = app.links.clone();
        links.insert(env_key.clone(), target);
        self.set_links(app, links)
    }

    /// Removes the link under a variable.
    pub fn unlink_app(
        &mut self,
        workspace: Option<&WorkspaceName>,
        app: &AppReference,
        env_key: &EnvKey,
    ) -> Result<(), Error> {
        let home = self.app_home(workspace, app)?;
        let app = self.existing_app(&home, app)?;
        let mut links = app.links.clone();
        if links.remove(env_key).is_none() {
            let link = format!("{env_key} of the app {}", app.name);
            return Err(Error::absent("link", link));
        }
        self.set_links(app, links)
    }

    /// Removes an app with its links; the secrets stay.
    pub fn delete_app(
        &mut self,
        workspace: Option<&WorkspaceName>,
        app: &AppReference,
    ) -> Result<(), Error> {
        let home = self.app_home(workspace, app)?;
        let app = self.existing_app(&home, app)?;
        for (key, target) in &app.links {
            self.forget_link(&app.link(key), *target)?;
        }
        let index = self
            .keyring
            .index(home.id, RecordKind::App, app.name.as_str())?;
        self.remove(home.id, index)
    }

    /// The apps that link a secret.
    pub(super) fn apps_linking(&mut self, secret: &Secret) -> Result<Vec<LinkingApp>, Error> {
        linking(secret, |link| {
            let mut workspaces = self.workspaces.iter();
            let Some(home) = workspaces.find(|home| home.id == link.workspace).cloned() else {
                return Ok(FoundApp::OutOfReach);
            };
            let (pages, keyring) = self.opened(home.id);
            let record = pages.find_id(keyring, RecordId::App(link.app))?;
            Ok(match record {
                Some((_, record)) => FoundApp::There(self.read_app(&home, &record)?),
                None => FoundApp::Missing,
            })
        })
    }

    /// Removes from a secret the links that its apps do not have. Returns the removed ones.
    pub(super) fn retain_counting_links(
        &mut self,
        secret: &mut Secret,
    ) -> Result<Vec<AppLink>, Error> {
        let apps = self.apps_linking(secret)?;
        let target = Target {
            workspace: secret.workspace,
            secret: secret.id,
        };
        let counts = |link: &AppLink| {
            let mut linking = apps.iter().filter(|one| one.id == link.app);
            linking.any(|one| match &one.app {
                Some(app) => app.links.get(&link.env_key) == Some(&target),
                None => true,
            })
        };
        let links = std::mem::take(&mut secret.apps).into_iter();
        let (counting, others) = links.partition(counts);
        secret.apps = counting;
        Ok(others)
    }

    /// Removes the links to a secret from every app that the key may change. In other apps they lead to nothing.
    pub(super) fn unlink_secret(&mut self, secret: &Secret) -> Result<(), Error> {
        let mut writable = secret.clone();
        let keyring = &*self.keyring;
        writable
            .apps
            .retain(|link| keyring.reach(link.workspace) == Some(Reach::Write));
        self.edit_links(&writable, |links, target| {
            links.retain(|_, linked| *linked != target);
        })
    }

    /// Points the links to a secret at the workspace that it was moved to.
    pub(super) fn move_links(&mut self, secret: &Secret, to: &Workspace) -> Result<(), Error> {
        self.edit_links(secret, |links, target| {
            let moved = links.values_mut().filter(|linked| **linked == target);
            for link in moved {
                link.workspace = to.id;
            }
        })
    }

    fn edit_links(
        &mut self,
        secret: &Secret,
        edit: impl Fn(&mut BTreeMap<EnvKey, Target>, Target),
    ) -> Result<(), Error> {
        let target = Target {
            workspace: secret.workspace,
            secret: secret.id,
        };
        let apps = self.apps_linking(secret)?.into_iter();
        for mut app in apps.filter_map(|linking| linking.app) {
            edit(&mut app.links, target);
            app.updated_at = self.now.max(app.created_at);
            self.write_app(&app)?;
        }
        Ok(())
    }

    /// The apps of this workspace, by name.
    pub(super) fn apps_in(&mut self, home: &Workspace) -> Result<Vec<App>, Error> {
        let (pages, keyring) = self.opened(home.id);
        let is_app = |id| matches!(id, RecordId::App(_));
        let found = pages.find_all(keyring, AppId::PREFIX, is_app)?;
        let apps = found.iter().map(|(_, record)| self.read_app(home, record));
        let mut apps = apps.collect::<Result<Vec<_>, _>>()?;
        apps.sort_unstable_by(|one, other| one.name.cmp(&other.name));
        Ok(apps)
    }

    /// Removes a link from its secret's record, if there is one and the key may write it. Otherwise the link
    /// stays there and gives nothing.
    pub(super) fn forget_link(&mut self, link: &AppLink, target: Target) -> Result<(), Error> {
        if self.keyring.reach(target.workspace) != Some(Reach::Write) {
            return Ok(());
        }
        let Some(mut found) = self.find_target(target)? else {
            return Ok(());
        };
        let before = found.secret.apps.len();
        found.secret.apps.retain(|one| one != link);
        if found.secret.is_deleted() || found.secret.apps.len() == before {
            return Ok(());
        }
        self.write(&found)
    }

    /// Names a link in its secret's record. Returns whether the link is new there.
    fn confirm(&mut self, app: &App, env_key: &EnvKey, target: Target) -> Result<bool, Error> {
        let link = app.link(env_key);
        let Some(mut found) = self.find_target(target)? else {
            return Ok(false);
        };
        let Err(place) = found.secret.apps.binary_search(&link) else {
            return Ok(false);
        };
        found.secret.apps.insert(place, link);
        self.write(&found)?;
        Ok(true)
    }

    /// Writes an app with other links. Secrets that it no longer links stop naming it.
    fn set_links(&mut self, mut app: App, links: BTreeMap<EnvKey, Target>) -> Result<(), Error> {
        if app.links == links {
            return Ok(());
        }
        for (key, target) in &app.links {
            if links.get(key) != Some(target) {
                self.forget_link(&app.link(key), *target)?;
            }
        }
        app.links = links;
        app.updated_at = self.now.max(app.created_at);
        self.write_app(&app)
    }

    fn app_home(
        &self,
        workspace: Option<&WorkspaceName>,
        reference: &AppReference,
    ) -> Result<Workspace, Error> {
        self.workspace(reference.workspace.as_ref().or(workspace))
    }

    fn existing_app(&mut self, home: &Workspace, reference: &AppReference) -> Result<App, Error> {
        let found = self.find_app(home, reference)?;
        found.ok_or_else(|| no_app(home, reference.name.as_str()))
    }

    fn find_app(
        &mut self,
        home: &Workspace,
        reference: &AppReference,
    ) -> Result<Option<App>, Error> {
        let name = reference.name.as_str();
        let index = self.keyring.index(home.id, RecordKind::App, name)?;
        let (pages, keyring) = self.opened(home.id);
        let record = pages.get(keyring, index)?.cloned();
        let app = record.map(|record| self.read_app(home, &record));
        app.transpose()
    }

    fn read_app(&self, home: &Workspace, record: &Stored<'_>) -> Result<App, Error> {
        let damaged = || Error::from(record.id.damaged());
        let line = Record::parse(record.id, record.line.trim_end()).ok_or_else(damaged)?;
        decrypt::app(self.keyring, home, &record.parsed()?, &line)
    }

    fn write_app(&mut self, app: &App) -> Result<(), Error> {
        let (home, id) = (app.workspace, RecordId::App(app.id));
        let place = AadContext::Links(home, app.id);
        let sealed = self.keyring.seal(place, app.links_text().as_bytes())?;
        let index = self
            .keyring
            .index(home, RecordKind::App, app.name.as_str())?;
        let record = Stored {
            id,
            entry: app.to_entry().text(),
            line: write(id, &[sealed]).into(),
        };
        self.put(home, index, record)
    }
}

#[cfg(test)]
mod tests;
