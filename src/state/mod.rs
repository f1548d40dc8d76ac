//! What this machine has seen of each vault: how far it had come, which key a person confirmed, which key
//! opened it last. It holds no secret and makes nothing authentic: only what an unlocked, anchored vault
//! said is taken in. Losing it is no error; the vault then counts as one that was never seen.

mod error;
mod file;
mod revision_history;
mod rollback_state;

pub use error::Error;
pub use file::{Folder, Recalled};
pub use revision_history::{Accept, RevisionOrder};
pub use rollback_state::{ObservedParts, Pin, RollbackState};
