//! The bytes of a whole vault, all of them sealed.

use std::borrow::Cow;

/// A whole sealed vault, in pieces that follow each other: what did not change is borrowed from the old one.
/// Only this module makes one, so the bytes in a store are always sealed.
pub struct SealedBytes<'a>(Vec<Cow<'a, [u8]>>);

impl<'a> SealedBytes<'a> {
    /// The greatest number of bytes of a vault.
    pub const MAX: u64 = 256 * 1024 * 1024;

    pub(super) fn new(pieces: Vec<Cow<'a, [u8]>>) -> Self {
        Self(pieces)
    }

    /// The number of bytes.
    pub fn len(&self) -> u64 {
        self.pieces().map(|piece| piece.len() as u64).sum()
    }

    pub fn pieces(&self) -> impl Iterator<Item = &[u8]> {
        self.0.iter().map(AsRef::as_ref)
    }

    /// Whether these pieces make up the whole file.
    pub fn are(&self, file: &[u8]) -> bool {
        let rest = self
            .pieces()
            .try_fold(file, |rest, piece| rest.strip_prefix(piece));
        rest.is_some_and(<[u8]>::is_empty)
    }

    pub fn into_owned(self) -> SealedBytes<'static> {
        let pieces = self.0.into_iter();
        SealedBytes(pieces.map(|piece| piece.into_owned().into()).collect())
    }
}

#[cfg(test)]
impl SealedBytes<'static> {
    /// For tests of the stores, which accept any bytes.
    pub fn for_test(bytes: &[u8]) -> Self {
        Self(vec![bytes.to_vec().into()])
    }
}

#[cfg(any(test, fuzzing))]
impl SealedBytes<'_> {
    pub fn to_vec(&self) -> Vec<u8> {
        self.0.concat()
    }
}
