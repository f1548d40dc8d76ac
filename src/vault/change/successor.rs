//! The keys that a vault gets after a change.

use crate::keyring::local::LocalKeyring;
use crate::sealed::id::WorkspaceId;

/// The keyring that seals and signs the change, and the workspaces with new keys.
pub struct Successor {
    pub keyring: LocalKeyring,
    pub workspaces: Vec<WorkspaceId>,
}
