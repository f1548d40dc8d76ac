//! The sealed format, version 1: bytes ↔ bytes, no I/O, no clock.

pub mod id;
mod random;

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
