//! The domain: the operations on a vault. No terminal, no paths, no ciphers, no clock.

pub mod app;
pub mod app_reference;
pub mod change;
pub mod checksum;
pub mod clock;
pub mod create;
mod decrypt;
pub mod description;
pub mod destination;
pub mod domain;
pub mod env_key;
pub mod error;
pub mod host;
pub mod key;
pub mod linking;
mod lookup;
mod lookup_app;
mod lookup_many;
pub mod merge;
pub mod name;
pub mod outline;
pub mod page;
pub mod pin;
pub mod policy;
pub mod reference;
pub mod restore;
pub mod revision;
pub mod rule;
pub mod secret;
mod secret_slots;
mod selected;
pub mod similar;
pub mod slot;
mod suggest;
#[cfg(test)]
pub mod tests;
pub mod time;
pub mod value;
mod view;
pub mod workspace;

pub use change::{Changed, Written};
pub use error::Error;
pub use lookup::{Listed, Vault, Verified, no_pending};
pub use lookup_app::{LinkedApp, LinkedSecret};
pub use selected::Selected;
pub use view::Scan;
