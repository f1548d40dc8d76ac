//! Prints the agent's state for a vault, as text and as JSON.

use crate::agent::Status;
use serde::Serialize;

#[derive(Serialize)]
pub struct AgentJson {
    key: String,
    access: &'static str,
    /// Seconds until the agent locks: if the key is not used, and in any case.
    idle_left: u64,
    max_left: u64,
    memory_locked: bool,
}

impl AgentJson {
    pub fn new(held: Status) -> Self {
        Self {
            key: held.key.to_string(),
            access: if held.full_access {
                "full"
            } else {
                "workspaces"
            },
            idle_left: held.idle_left,
            max_left: held.left,
            memory_locked: held.memory_locked,
        }
    }
}

/// The reach of the key, in words.
pub fn access(held: Status) -> &'static str {
    if held.full_access {
        "the whole vault"
    } else {
        "some workspaces"
    }
}
