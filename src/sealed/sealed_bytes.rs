//! The bytes of a whole vault, all of them sealed.

/// A whole sealed vault. Only this module makes one, so what a store is given is always sealed.
pub struct SealedBytes(pub(super) Vec<u8>);

impl SealedBytes {
    /// How many bytes a vault has at most.
    pub const MAX: u64 = 256 * 1024 * 1024;

    pub fn as_slice(&self) -> &[u8] {
        &self.0
    }

    /// For the tests of the stores, which do not care what they store.
    #[cfg(test)]
    pub fn for_test(bytes: &[u8]) -> Self {
        Self(bytes.to_vec())
    }
}
