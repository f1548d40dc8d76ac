//! The domain: what may be asked of a vault. No terminal, no paths, no ciphers, no clock.

pub mod change;
pub mod error;
pub mod name;
pub mod reference;
pub mod secret;
pub mod time;
pub mod workspace;

pub use error::Error;
