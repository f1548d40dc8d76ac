//! Ids: a prefix that names the kind, and 128 random bits in ULID's alphabet.
//!
//! Unlike a ULID, an id contains no time: a sealed file must not reveal when a secret was made.

use super::random;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

/// Crockford's base 32, as ULID uses it.
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// 26 characters of five bits have 130 bits: the first character stays below 8.
pub const ID_CHARACTERS: usize = 26;
/// Every prefix is three letters and an underscore.
const PREFIX_BYTES: usize = 4;
const TEXT_BYTES: usize = PREFIX_BYTES + ID_CHARACTERS;

/// The kind of thing that an id names.
pub trait IdKind {
    const PREFIX: &'static str;
}

/// An id of kind `K`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Id<K>(u128, PhantomData<K>);

macro_rules! kinds {
    ($($(#[$doc:meta])* $id:ident of $kind:ident = $prefix:literal;)+) => {$(
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $kind {}

        impl IdKind for $kind {
            const PREFIX: &'static str = $prefix;
        }

        $(#[$doc])*
        pub type $id = Id<$kind>;
    )+};
}

kinds! {
    /// A vault. Its id is bound into every ciphertext and signature, so that no part fits into another vault.
    VaultId of Vault = "vlt_";
    /// One way to unlock a vault.
    KeyId of Key = "key_";
    WorkspaceId of Workspace = "wsp_";
    SecretId of Secret = "sec_";
    /// An app. It has one id in all workspaces that it links into.
    AppId of App = "app_";
}

impl<K: IdKind> Id<K> {
    pub const PREFIX: &'static str = K::PREFIX;

    /// A new id of random bits from the system.
    pub fn random() -> Self {
        Self::from_bits(u128::from_be_bytes(random::bytes()))
    }

    /// Parses an id in its one spelling: prefix, 26 upper-case characters, at most 128 bits.
    pub fn parse(text: &str) -> Option<Self> {
        decode(text.strip_prefix(K::PREFIX)?).map(Self::from_bits)
    }

    /// Its text, in ASCII.
    pub fn text(&self) -> [u8; TEXT_BYTES] {
        let mut text = [0; TEXT_BYTES];
        let (prefix, digits) = text.split_at_mut(PREFIX_BYTES);
        prefix.copy_from_slice(K::PREFIX.as_bytes());
        let mut rest = self.0;
        for digit in digits.iter_mut().rev() {
            *digit = ALPHABET[(rest & 31) as usize];
            rest >>= 5;
        }
        text
    }

    pub const fn from_bits(bits: u128) -> Self {
        Self(bits, PhantomData)
    }

    pub const fn bits(self) -> u128
    where
        K: Copy,
    {
        self.0
    }
}

impl<K: IdKind> fmt::Display for Id<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(std::str::from_utf8(&self.text()).unwrap_or_default())
    }
}

impl<K: IdKind> fmt::Debug for Id<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl<K: IdKind> Serialize for Id<K> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

impl<'de, K: IdKind> Deserialize<'de> for Id<K> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = Cow::<'de, str>::deserialize(from)?;
        Self::parse(&text).ok_or_else(|| D::Error::custom("not an id"))
    }
}

fn decode(text: &str) -> Option<u128> {
    if text.len() != ID_CHARACTERS || text.as_bytes()[0] > b'7' {
        return None;
    }
    text.bytes().try_fold(0, |bits: u128, byte| {
        let digit = DIGITS[usize::from(byte)];
        (digit != NO_DIGIT).then_some(bits << 5 | u128::from(digit))
    })
}

const NO_DIGIT: u8 = 255;

/// The value of each byte as a digit.
const DIGITS: [u8; 256] = {
    let mut digits = [NO_DIGIT; 256];
    let mut digit = 0;
    while digit < ALPHABET.len() {
        #[expect(clippy::cast_possible_truncation, reason = "below 32")]
        {
            digits[ALPHABET[digit] as usize] = digit as u8;
        }
        digit += 1;
    }
    digits
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_has_one_spelling() {
        let id = SecretId::from_bits(u128::MAX);
        assert_eq!(id.to_string(), "sec_7ZZZZZZZZZZZZZZZZZZZZZZZZZ");
        assert_eq!(SecretId::parse(&id.to_string()), Some(id));
        for wrong in [
            "sec_8ZZZZZZZZZZZZZZZZZZZZZZZZZ", // 129 bits
            "sec_7ZZZZZZZZZZZZZZZZZZZZZZZZz", // lower case
            "sec_7ZZZZZZZZZZZZZZZZZZZZZZZZI", // not in the alphabet
            "sec_7ZZZZZZZZZZZZZZZZZZZZZZZZ",  // short
            "app_7ZZZZZZZZZZZZZZZZZZZZZZZZZ", // another kind
            "sec_",
        ] {
            assert_eq!(SecretId::parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn ids_do_not_repeat() {
        assert_ne!(KeyId::random(), KeyId::random());
    }
}
