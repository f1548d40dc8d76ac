//! The sealed format, version 1: bytes ↔ bytes, no I/O, no clock.

pub mod derive;
pub mod error;
pub mod file;
pub mod grant;
pub mod header;
pub mod id;
pub mod kdf;
pub mod line;
pub mod meta;
mod padding;
pub mod pages;
pub mod place;
pub mod random;
pub mod record;
pub mod section;
pub mod seed;
pub mod sign;
pub mod xaes;

pub use error::{Error, Part};

/// A whole sealed vault. Only this module makes one, so what a store is given is always sealed.
pub struct SealedBytes(Vec<u8>);

impl SealedBytes {
    pub fn as_slice(&self) -> &[u8] {
        &self.0
    }

    /// For the tests of the stores, which do not care what they store.
    #[cfg(test)]
    pub fn for_test(bytes: &[u8]) -> Self {
        Self(bytes.to_vec())
    }
}
