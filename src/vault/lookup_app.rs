//! Looks up apps, and the secrets that they link.

use super::app::{App, AppLink, Target};
use super::app_reference::AppReference;
use super::env_key::EnvKey;
use super::linking::{Apps, FoundApp, app, apps_in, no_app};
use super::lookup::Vault;
use super::name::{SecretName, WorkspaceName};
use super::reference::{self, Reference};
use super::secret::Secret;
use super::workspace::Workspace;
use super::{Error, decrypt};
use crate::sealed::index::RecordKind;
use crate::sealed::record::RecordId;
use std::collections::{HashMap, HashSet};

/// An app, and the state of each of its links.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LinkedApp {
    pub app: App,
    /// Sorted by variable.
    pub links: Vec<Link>,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Link {
    pub env_key: EnvKey,
    pub target: Target,
    /// `None` if the key does not reach it.
    pub workspace: Option<WorkspaceName>,
    pub secret: LinkedSecret,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub enum LinkedSecret {
    /// The secret names the link, which counts.
    Counts(SecretName),
    /// The secret does not name the link, which gives nothing.
    OneSided(SecretName),
    /// There is no such secret, or it was deleted.
    Missing,
    OutOfReach,
}

impl Vault {
    /// The number of apps that link a secret.
    pub fn app_count(&self, secret: &Secret) -> Result<usize, Error> {
        let mut apps = Apps::of(&self.view, self.keyring.as_ref(), &self.workspaces);
        Ok(apps.linking(secret)?.len())
    }

    /// Whether a secret names a link that its app does not have.
    pub fn has_stray_link(&self, secret: &Secret) -> Result<bool, Error> {
        let target = Target {
            workspace: secret.workspace,
            secret: secret.id,
        };
        for link in &secret.apps {
            match self.app_of(link)? {
                FoundApp::There(app) if app.links.get(&link.env_key) == Some(&target) => {}
                FoundApp::OutOfReach => {}
                FoundApp::There(_) | FoundApp::Missing => return Ok(true),
            }
        }
        Ok(false)
    }

    /// The app that a link names.
    pub fn app_of(&self, link: &AppLink) -> Result<FoundApp, Error> {
        Apps::of(&self.view, self.keyring.as_ref(), &self.workspaces).find(link)
    }

    /// Every app in the workspaces that the key reaches, by name.
    pub fn apps(&self) -> Result<Vec<LinkedApp>, Error> {
        let mut apps = Vec::new();
        for workspace in &self.workspaces {
            apps.extend(apps_in(&self.view, self.keyring.as_ref(), workspace)?);
        }
        apps.sort_unstable_by(|one, other| {
            (&one.name, &one.workspace_name).cmp(&(&other.name, &other.workspace_name))
        });
        self.with_secrets(apps)
    }

    /// The names of a workspace's apps, unsorted.
    pub fn app_names(&self, workspace: &Workspace) -> Result<Vec<String>, Error> {
        let apps = apps_in(&self.view, self.keyring.as_ref(), workspace)?;
        Ok(apps.into_iter().map(|app| app.name.to_string()).collect())
    }

    /// An app of the workspace that the reference names, or else of `workspace`.
    pub fn app(
        &self,
        workspace: Option<&WorkspaceName>,
        reference: &AppReference,
    ) -> Result<LinkedApp, Error> {
        let named = reference.workspace.as_ref().or(workspace);
        let home = self.workspace(named)?;
        let keyring = self.keyring.as_ref();
        let name = reference.name.as_str();
        let found = self.view.find(keyring, home.id, RecordKind::App, name)?;
        let found = found.ok_or_else(|| no_app(home, name))?;
        let app = app(keyring, home, &found)?;
        let mut shown = self.with_secrets(vec![app])?;
        shown.pop().ok_or_else(|| no_app(home, name))
    }

    /// The variables of an app with their secrets. Refuses an app with a link that its secret does not name, or
    /// that the key does not reach; a missing secret stays a reference.
    pub fn links(
        &self,
        workspace: Option<&WorkspaceName>,
        app: &AppReference,
    ) -> Result<Vec<(EnvKey, Reference)>, Error> {
        let LinkedApp { app, links } = self.app(workspace, app)?;
        let each = links.into_iter().map(|link| {
            let out_of_reach = || Error::OutOfReach {
                name: link.target.workspace.to_string(),
            };
            let workspace = link.workspace.ok_or_else(out_of_reach)?;
            let secret = match link.secret {
                LinkedSecret::Counts(name) => reference::Target::Name(name),
                LinkedSecret::Missing => reference::Target::Id(link.target.secret),
                LinkedSecret::OutOfReach => {
                    return Err(Error::OutOfReach {
                        name: workspace.to_string(),
                    });
                }
                LinkedSecret::OneSided(name) => {
                    return Err(Error::OneSidedLink {
                        app: app.path(),
                        env_key: link.env_key.to_string(),
                        secret: format!("{workspace}/{name}"),
                    });
                }
            };
            let reference = Reference {
                workspace: Some(workspace),
                secret,
                slot: None,
            };
            Ok((link.env_key, reference))
        });
        each.collect()
    }

    fn with_secrets(&self, apps: Vec<App>) -> Result<Vec<LinkedApp>, Error> {
        let mut secrets = HashMap::new();
        for workspace in &self.workspaces {
            let targets = apps.iter().flat_map(|app| app.links.values());
            let here = targets.filter(|target| target.workspace == workspace.id);
            let ids: HashSet<_> = here.map(|target| RecordId::Secret(target.secret)).collect();
            if ids.is_empty() {
                continue;
            }
            let keyring = self.keyring.as_ref();
            let found = self.view.find_ids(keyring, workspace.id, &ids)?;
            for (id, found) in found {
                let secret = decrypt::secret(workspace, id, found.entry()?)?;
                secrets.insert((workspace.id, secret.id), secret);
            }
        }
        let shown = apps.into_iter().map(|app| {
            let links = app.links.iter().map(|(env_key, target)| {
                let mut workspaces = self.workspaces.iter();
                let workspace = workspaces.find(|workspace| workspace.id == target.workspace);
                let secret = secrets.get(&(target.workspace, target.secret));
                let secret = secret.filter(|secret| !secret.is_deleted());
                let secret = match (workspace, secret) {
                    (None, _) => LinkedSecret::OutOfReach,
                    (Some(_), None) => LinkedSecret::Missing,
                    (Some(_), Some(secret)) if secret.apps.contains(&app.link(env_key)) => {
                        LinkedSecret::Counts(secret.name.clone())
                    }
                    (Some(_), Some(secret)) => LinkedSecret::OneSided(secret.name.clone()),
                };
                Link {
                    env_key: env_key.clone(),
                    target: *target,
                    workspace: workspace.map(|workspace| workspace.name.clone()),
                    secret,
                }
            });
            LinkedApp {
                links: links.collect(),
                app,
            }
        });
        Ok(shown.collect())
    }
}
