//! An app's links into one workspace, as far as secrets need to know who depends on them.

use super::env_key::EnvKey;
use super::secret::Secret;
use super::view::View;
use super::workspace::Workspace;
use super::{Error, opening};
use crate::keyring::Keyring;
use crate::sealed::id::{AppId, SecretId};
use crate::sealed::meta;
use crate::sealed::record::RecordId;
use std::collections::HashSet;

pub struct App {
    pub id: AppId,
    pub links: Vec<SecretId>,
}

impl App {
    /// `None` when the metadata breaks a rule.
    pub fn from_meta(id: AppId, meta: &meta::App) -> Option<Self> {
        let ascending = meta
            .links
            .windows(2)
            .all(|pair| pair[0].env_key < pair[1].env_key);
        let named = meta
            .links
            .iter()
            .all(|link| EnvKey::parse(&link.env_key).is_ok());
        (ascending && named).then(|| Self {
            id,
            links: meta.links.iter().map(|link| link.secret).collect(),
        })
    }
}

/// How many apps link a secret: all of them lie in its own workspace.
pub fn count(
    view: &View,
    keyring: &dyn Keyring,
    workspaces: &[Workspace],
    secret: &Secret,
) -> Result<usize, Error> {
    let Some(home) = workspaces.iter().find(|home| home.id == secret.workspace) else {
        return Ok(0);
    };
    let mut apps = HashSet::new();
    view.each(home.id, |record| {
        if let RecordId::App(id) = record.id {
            let app = opening::app(keyring, home, id, record)?;
            if app.links.contains(&secret.id) {
                apps.insert(app.id);
            }
        }
        Ok(())
    })?;
    Ok(apps.len())
}
