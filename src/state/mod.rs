//! What this machine has seen of each vault: how far it had come, which key a person confirmed, which key
//! opened it last. It holds no secret and makes nothing authentic: only what an unlocked, anchored vault
//! said is taken in. Losing it is no error; the vault then counts as one that was never seen.

mod error;
mod file;
mod memory;
mod trail;

pub use error::Error;
pub use file::{Folder, Recalled};
pub use memory::{Memory, Pin, Sighted};
pub use trail::{Accept, Standing};
