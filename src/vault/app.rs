//! An app's links into one workspace, as far as secrets need to know who depends on them.

use super::env_key::EnvKey;
use crate::sealed::id::{AppId, SecretId};
use crate::sealed::meta;

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
