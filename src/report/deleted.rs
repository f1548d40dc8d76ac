//! Prints the secrets that were deleted or dropped.

use super::counted::counted;
use super::secret::short_path;
use crate::vault::secret::Secret;
use serde::Serialize;

/// The greatest number of named secrets; more are only counted.
const MAX_NAMED: usize = 5;

/// The object of `delete --json`.
#[derive(Serialize)]
pub struct DeletedJson<'a> {
    deleted: Vec<DeletedSecretJson<'a>>,
}

#[derive(Serialize)]
pub struct DeletedSecretJson<'a> {
    id: String,
    workspace: &'a str,
    name: &'a str,
}

impl<'a> DeletedJson<'a> {
    pub fn new(secrets: &'a [Secret]) -> Self {
        Self {
            deleted: secrets.iter().map(DeletedSecretJson::new).collect(),
        }
    }
}

impl<'a> DeletedSecretJson<'a> {
    pub fn new(secret: &'a Secret) -> Self {
        Self {
            id: secret.id.to_string(),
            workspace: secret.workspace_name.as_str(),
            name: secret.name.as_str(),
        }
    }
}

/// The paths of a few secrets, or the number of many.
pub fn names(secrets: &[Secret]) -> String {
    if secrets.len() > MAX_NAMED {
        return counted(secrets.len(), "secret");
    }
    let paths: Vec<_> = secrets.iter().map(Secret::path).collect();
    paths.join(", ")
}

/// Secrets as you would type them after a command.
pub fn short_paths(secrets: &[Secret]) -> String {
    if secrets.len() > MAX_NAMED {
        return "NAME…".to_owned();
    }
    let paths: Vec<_> = secrets.iter().map(short_path).collect();
    paths.join(" ")
}
