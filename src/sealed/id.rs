//! Identifiers: a prefix that tells the kind, and 128 random bits in ULID's alphabet.
//!
//! Unlike a ULID an id carries no time: a sealed file must not tell when a secret was made.

use super::random;
use std::fmt;

/// Crockford's base 32, as ULID uses it.
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// 26 characters of five bits carry 130 bits: the first character stays below 8.
pub const ID_CHARACTERS: usize = 26;

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident = $prefix:literal;)+) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(u128);

        impl $name {
            pub const PREFIX: &'static str = $prefix;

            /// A new id, from the system's randomness.
            pub fn random() -> Self {
                Self(u128::from_be_bytes(random::bytes()))
            }

            /// Reads an id in its one spelling: prefix, 26 upper-case characters, at most 128 bits.
            pub fn parse(text: &str) -> Option<Self> {
                decode(text.strip_prefix($prefix)?).map(Self)
            }

            pub const fn from_bits(bits: u128) -> Self {
                Self(bits)
            }

            pub const fn bits(self) -> u128 {
                self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str($prefix)?;
                f.pad(&encode(self.0))
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(self, f)
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
                to.collect_str(self)
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                let text = <std::borrow::Cow<'de, str>>::deserialize(from)?;
                Self::parse(&text).ok_or_else(|| serde::de::Error::custom("not an id"))
            }
        }
    )+};
}

ids! {
    /// A vault: bound into every ciphertext and signature, so that parts never move between vaults.
    VaultId = "vlt_";
    /// One way to unlock a vault.
    KeyId = "key_";
    WorkspaceId = "wsp_";
    SecretId = "sec_";
    /// An app: one id however many workspaces its links lie in.
    AppId = "app_";
}

fn encode(bits: u128) -> String {
    (0..ID_CHARACTERS)
        .rev()
        .map(|place| char::from(ALPHABET[(bits >> (5 * place)) as usize & 31]))
        .collect()
}

fn decode(text: &str) -> Option<u128> {
    if text.len() != ID_CHARACTERS || text.as_bytes()[0] > b'7' {
        return None;
    }
    text.bytes().try_fold(0, |bits: u128, byte| {
        let digit = ALPHABET.iter().position(|&letter| letter == byte)?;
        Some(bits << 5 | digit as u128)
    })
}

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
