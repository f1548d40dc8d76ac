//! Prints an app as JSON.

use crate::vault::app::App;
use crate::vault::name::SecretName;
use serde::Serialize;

/// The object of `app show --json`.
#[derive(Serialize)]
pub struct AppJson<'a> {
    pub id: String,
    pub name: &'a str,
    pub links: Vec<LinkJson<'a>>,
    pub created_at: String,
    pub updated_at: String,
}

#[derive(Serialize)]
pub struct LinkJson<'a> {
    pub env_key: &'a str,
    pub secret: LinkedSecretJson<'a>,
}

#[derive(Serialize)]
pub struct LinkedSecretJson<'a> {
    pub id: String,
    pub workspace: &'a str,
    /// `null` when the secret no longer exists.
    pub name: Option<&'a str>,
}

impl<'a> AppJson<'a> {
    pub fn new(app: &'a App) -> Self {
        let links = app.links.iter().map(|link| LinkJson {
            env_key: link.env_key.as_str(),
            secret: LinkedSecretJson {
                id: link.secret.to_string(),
                workspace: link.workspace.as_str(),
                name: link.secret_name.as_ref().map(SecretName::as_str),
            },
        });
        Self {
            id: app.id.to_string(),
            name: app.name.as_str(),
            links: links.collect(),
            created_at: app.created_at.rfc3339(),
            updated_at: app.updated_at.rfc3339(),
        }
    }
}
