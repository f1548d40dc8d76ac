//! Which apps link a secret: the secret names the app, and the app has the link.

use super::app::{App, AppLink, Target};
use super::page::Located;
use super::secret::Secret;
use super::view::{Extent, View};
use super::workspace::Workspace;
use super::{Error, decrypt};
use crate::keyring::Keyring;
use crate::sealed::entry::Entry;
use crate::sealed::id::{AppId, WorkspaceId};
use crate::sealed::record::RecordId;
use std::collections::{HashMap, HashSet};

/// The apps that secrets name, each read once.
pub struct Apps<'v> {
    view: &'v View,
    keyring: &'v dyn Keyring,
    workspaces: &'v [Workspace],
    read: HashMap<(WorkspaceId, AppId), Option<App>>,
}

impl<'v> Apps<'v> {
    pub fn of(view: &'v View, keyring: &'v dyn Keyring, workspaces: &'v [Workspace]) -> Self {
        Self {
            view,
            keyring,
            workspaces,
            read: HashMap::new(),
        }
    }

    /// The apps that link a secret.
    pub fn linking(&mut self, secret: &Secret) -> Result<Vec<LinkingApp>, Error> {
        linking(secret, |link| self.find(link))
    }

    /// The app that a link names.
    pub fn find(&mut self, link: &AppLink) -> Result<FoundApp, Error> {
        let mut workspaces = self.workspaces.iter();
        let Some(home) = workspaces.find(|home| home.id == link.workspace) else {
            return Ok(FoundApp::OutOfReach);
        };
        let place = (home.id, link.app);
        if !self.read.contains_key(&place) {
            let id = RecordId::App(link.app);
            let found = self.view.find_id(self.keyring, home.id, id)?;
            let found = found.map(|found| app(self.keyring, home, &found));
            self.read.insert(place, found.transpose()?);
        }
        let app = self.read.get(&place).cloned().flatten();
        Ok(app.map_or(FoundApp::Missing, FoundApp::There))
    }
}

/// An app that links a secret.
#[derive(Clone)]
pub struct LinkingApp {
    pub id: AppId,
    /// `None` in a workspace that the key does not reach: the link counts, because it cannot be checked here.
    pub app: Option<App>,
}

/// The app that a secret names, as far as this key can see it.
pub enum FoundApp {
    There(App),
    Missing,
    OutOfReach,
}

/// The apps that link a secret, sorted by path; `find` reads the app of a link.
pub fn linking(
    secret: &Secret,
    mut find: impl FnMut(&AppLink) -> Result<FoundApp, Error>,
) -> Result<Vec<LinkingApp>, Error> {
    let mut found: Vec<LinkingApp> = Vec::new();
    for link in &secret.apps {
        if found.iter().any(|known| known.id == link.app) {
            continue;
        }
        let app = match find(link)? {
            FoundApp::There(app) if links(&app, link, secret) => Some(app),
            FoundApp::OutOfReach => None,
            FoundApp::There(_) | FoundApp::Missing => continue,
        };
        found.push(LinkingApp { id: link.app, app });
    }
    found.sort_by_key(|one| (one.app.as_ref().map(App::path), one.id.to_string()));
    Ok(found)
}

/// Whether an app has this link to this secret.
fn links(app: &App, link: &AppLink, secret: &Secret) -> bool {
    let target = Target {
        workspace: secret.workspace,
        secret: secret.id,
    };
    app.links.get(&link.env_key) == Some(&target)
}

/// The apps of one workspace, unsorted.
pub fn apps_in(
    view: &View,
    keyring: &dyn Keyring,
    workspace: &Workspace,
) -> Result<Vec<App>, Error> {
    let mut apps = Vec::new();
    let mut ids = HashSet::new();
    view.each_page(keyring, workspace.id, Extent::Records, |page, entries| {
        for (position, entry) in entries.iter().enumerate() {
            if matches!(entry, Entry::App(_)) {
                let record = page.record(position)?;
                if !ids.insert(record.id) {
                    return Err(record.damaged().into());
                }
                apps.push(decrypt::app(keyring, workspace, entry, &record)?);
            }
        }
        Ok(())
    })?;
    Ok(apps)
}

pub fn app(keyring: &dyn Keyring, home: &Workspace, found: &Located) -> Result<App, Error> {
    decrypt::app(keyring, home, &found.entry()?, &found.record()?)
}

pub fn no_app(home: &Workspace, name: &str) -> Error {
    Error::NotFound {
        what: "app",
        name: name.to_owned(),
        within: Some(home.name.to_string()),
        near: None,
    }
}
