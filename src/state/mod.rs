//! This machine's memory of each vault: its newest revisions, the key that you confirmed, the key that last
//! opened it. It holds no secret and proves nothing: it takes in only what an unlocked vault with a checked
//! signature says. Losing it is no error; the vault then counts as new to this machine.

mod error;
mod file;
mod revision_history;
mod rollback_state;

pub use error::Error;
pub use file::{Folder, Recalled};
pub use revision_history::{Accept, RevisionOrder};
pub use rollback_state::{ObservedParts, Pin, RollbackState};
