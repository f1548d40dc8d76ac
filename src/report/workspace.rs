//! Prints a workspace as JSON.

use crate::vault::workspace::Workspace;
use serde::Serialize;

#[derive(Serialize)]
pub struct WorkspaceJson<'a> {
    id: String,
    pub name: &'a str,
    pub description: &'a str,
    pub secret_count: usize,
    created_at: String,
    updated_at: String,
}

impl<'a> WorkspaceJson<'a> {
    pub fn new(workspace: &'a Workspace, secret_count: usize) -> Self {
        Self {
            id: workspace.id.to_string(),
            name: workspace.name.as_str(),
            description: workspace.description.as_str(),
            secret_count,
            created_at: workspace.created_at.rfc3339(),
            updated_at: workspace.updated_at.rfc3339(),
        }
    }
}
