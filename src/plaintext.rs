//! The one type that may hold a secret in the clear.
//!
//! It is wiped when dropped and has no `Debug`, `Display`, `Clone`, `Serialize` or `Deref`: the only
//! way to the bytes is [`Plaintext::expose`], so that `grep expose\(` lists every place a secret is
//! readable.

use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

/// Bytes of a value, a passphrase or a token, wiped on drop.
pub struct Plaintext(Zeroizing<Vec<u8>>);

impl Plaintext {
    /// Takes the bytes over without a copy.
    pub fn new(bytes: Vec<u8>) -> Self {
        Self(Zeroizing::new(bytes))
    }

    /// The bytes in the clear.
    pub fn expose(&self) -> &[u8] {
        &self.0
    }

    pub fn has_newline(&self) -> bool {
        self.0.contains(&b'\n')
    }

    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether both contain the same bytes, in a time that depends only on their lengths.
    pub fn same_as(&self, other: &Self) -> bool {
        self.0.ct_eq(&other.0).into()
    }

    /// Drops one final newline (`\n` or `\r\n`), as a shell's `$(…)` does.
    pub fn without_final_newline(mut self) -> Self {
        if self.0.last() == Some(&b'\n') {
            self.0.pop();
            if self.0.last() == Some(&b'\r') {
                self.0.pop();
            }
        }
        self
    }
}

impl From<Zeroizing<Vec<u8>>> for Plaintext {
    fn from(bytes: Zeroizing<Vec<u8>>) -> Self {
        Self(bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::Plaintext;
    use serde::Serialize;
    use static_assertions::assert_not_impl_any;
    use std::fmt::{Debug, Display, LowerHex};
    use std::ops::Deref;

    // It cannot be printed, copied or serialized by mistake; `expose` is the only way to the bytes.
    assert_not_impl_any!(Plaintext: Debug, Display, LowerHex, Serialize);
    assert_not_impl_any!(Plaintext: Clone, Copy, Deref, AsRef<[u8]>, Into<Vec<u8>>, IntoIterator);
    // Compared only with `same_as`, whose time reveals nothing.
    assert_not_impl_any!(Plaintext: PartialEq, PartialOrd, std::hash::Hash);
}
