//! The domain: what may be asked of a vault. No terminal, no paths, no ciphers, no clock.

mod app;
pub mod change;
pub mod create;
pub mod description;
pub mod domain;
pub mod env_key;
pub mod error;
#[cfg(test)]
mod large;
pub mod name;
mod open;
mod opening;
pub mod reference;
pub mod rule;
pub mod secret;
#[cfg(test)]
pub mod tests;
pub mod time;
pub mod value;
mod view;
pub mod workspace;

pub use change::{Changed, Written};
pub use error::Error;
pub use open::{Listed, Selected, Vault};
pub use view::Scan;
