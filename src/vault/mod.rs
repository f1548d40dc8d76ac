//! The domain: what may be asked of a vault. No terminal, no paths, no ciphers, no clock.

pub mod app;
pub mod change;
pub mod clock;
pub mod create;
pub mod description;
pub mod destination;
pub mod domain;
pub mod env_key;
pub mod error;
pub mod host;
pub mod key;
#[cfg(test)]
mod large;
mod many;
pub mod name;
pub mod near;
mod open;
mod opening;
pub mod policy;
pub mod reference;
pub mod restore;
pub mod revision;
pub mod rule;
pub mod secret;
pub mod slot;
#[cfg(test)]
pub mod tests;
pub mod time;
pub mod value;
mod view;
pub mod workspace;

pub use change::{Changed, Written};
pub use error::Error;
pub use open::{Listed, Selected, Vault, Verified, no_pending};
pub use view::Scan;
