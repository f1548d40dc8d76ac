//! The bytes of a whole vault, all of them sealed. Only this module makes them, so a store never gets plaintext.

use std::borrow::Cow;

/// A whole sealed vault in pieces, in order. Unchanged pieces are borrowed from the old file.
pub struct SealedBytes<'a>(Vec<Cow<'a, [u8]>>);

impl<'a> SealedBytes<'a> {
    /// The greatest size of a vault in bytes.
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
    /// Any bytes, for tests of the stores.
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
