//! This machine's memory of each vault: its newest revisions, the key that you confirmed, the key that last
//! opened it. It contains no secret and proves nothing: it records only what an unlocked vault with a checked
//! signature says. Losing it is no error; the vault then counts as new to this machine.
//!
//! It withstands these attackers, as the named tests of `tests/cli/` show:
//!
//! - *An attacker who puts an older copy in the vault's place*, as a whole or one part of it:
//!   `older::…refused_by_every_verb…`.
//! - *A hostile repository* that brings an older copy of your vault to a place of its own, in a work tree or
//!   behind a link: `older::an_older_copy_at_a_new_place_is_refused_until_accepted`.
//! - *A hostile branch, or a colleague*, who has a longer copy elsewhere: reading that copy does not make the
//!   true vault count as older, `older::a_look_at_a_longer_copy_makes_the_true_vault_no_older`.
//! - *A removed owner* who continues to sign from an older copy:
//!   `older::a_removed_owner_cannot_continue_from_an_older_copy`.
//! - *Another user in a shared folder* who may write this memory: damage is reported, once,
//!   `older::damaged_memory_is_reported_once_and_repaired`.
//! - *A command that runs as you* can delete this memory, and then nothing reveals an older copy. Nothing here
//!   prevents that; a pin that CI keeps elsewhere does.

mod confirmed_pin;
mod digest_text;
mod error;
mod file;
mod place;
mod rollback_state;

pub use confirmed_pin::Pin;
pub use error::Error;
pub use file::{Folder, Recalled};
pub use place::Accept;
pub use rollback_state::{ObservedParts, RollbackState};
