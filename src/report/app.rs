//! Prints an app as JSON.

use crate::vault::app::App;
use crate::vault::name::{SecretName, WorkspaceName};
use crate::vault::{LinkedApp, LinkedSecret};
use serde::Serialize;

/// The object of `app show --json`.
#[derive(Serialize)]
pub struct AppJson<'a> {
    pub id: String,
    pub workspace: &'a str,
    pub name: &'a str,
    pub links: Vec<LinkJson<'a>>,
    pub created_at: String,
    pub updated_at: String,
}

#[derive(Serialize)]
pub struct LinkJson<'a> {
    pub env_key: &'a str,
    pub secret: LinkedSecretJson<'a>,
    /// Whether the app gets the secret.
    pub counts: bool,
}

#[derive(Serialize)]
pub struct LinkedSecretJson<'a> {
    pub id: String,
    /// `null` when the key does not open it.
    pub workspace: Option<&'a str>,
    /// `null` when the secret no longer exists, or the key does not open its workspace.
    pub name: Option<&'a str>,
}

impl<'a> AppJson<'a> {
    pub fn new(LinkedApp { app, links }: &'a LinkedApp) -> Self {
        let links = links.iter().map(|link| LinkJson {
            env_key: link.env_key.as_str(),
            secret: LinkedSecretJson {
                id: link.target.secret.to_string(),
                workspace: link.workspace.as_ref().map(WorkspaceName::as_str),
                name: match &link.secret {
                    LinkedSecret::Counts(name) | LinkedSecret::OneSided(name) => Some(name),
                    LinkedSecret::Missing | LinkedSecret::OutOfReach => None,
                }
                .map(SecretName::as_str),
            },
            counts: matches!(link.secret, LinkedSecret::Counts(_)),
        });
        Self {
            links: links.collect(),
            ..Self::bare(app)
        }
    }

    /// An app without links.
    pub fn bare(app: &'a App) -> Self {
        Self {
            id: app.id.to_string(),
            workspace: app.workspace_name.as_str(),
            name: app.name.as_str(),
            links: Vec::new(),
            created_at: app.created_at.rfc3339(),
            updated_at: app.updated_at.rfc3339(),
        }
    }
}
