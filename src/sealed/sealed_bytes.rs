//! The bytes of a whole vault, all of them sealed.

/// A whole sealed vault. Only this module makes one, so the bytes in a store are always sealed.
pub struct SealedBytes(pub(super) Vec<u8>);

impl SealedBytes {
    /// The greatest number of bytes of a vault.
    pub const MAX: u64 = 256 * 1024 * 1024;

    pub fn as_slice(&self) -> &[u8] {
        &self.0
    }

    /// For tests of the stores, which accept any bytes.
    #[cfg(test)]
    pub fn for_test(bytes: &[u8]) -> Self {
        Self(bytes.to_vec())
    }
}
