//! Derives every key with HKDF-SHA-256 (RFC 5869) under a label of its own; no key is used directly.

use hkdf::Hkdf;
use sha2::Sha256;
use std::ops::{Deref, DerefMut};
use zeroize::Zeroizing;

/// The format and its version, part of every label: keys for version 2 never open version 1.
pub const FORMAT: &str = "kluis/1";

/// 32 bytes of key material, wiped on drop. It is a type of its own because `Zeroizing` would print them with
/// `{:?}`, and compare them in a time that depends on them.
#[derive(Clone, Default)]
pub struct Key(Zeroizing<[u8; 32]>);

impl Key {
    pub fn new(bytes: [u8; 32]) -> Self {
        Self(Zeroizing::new(bytes))
    }
}

impl From<Zeroizing<[u8; 32]>> for Key {
    fn from(bytes: Zeroizing<[u8; 32]>) -> Self {
        Self(bytes)
    }
}

impl Deref for Key {
    type Target = [u8; 32];

    fn deref(&self) -> &[u8; 32] {
        &self.0
    }
}

impl DerefMut for Key {
    fn deref_mut(&mut self) -> &mut [u8; 32] {
        &mut self.0
    }
}

/// Length-prefixed fields (four bytes, big-endian, then the bytes): no two lists have the same encoding.
pub fn fields(parts: &[&[u8]]) -> Vec<u8> {
    let mut out = Vec::with_capacity(parts.iter().map(|part| part.len() + 4).sum());
    for part in parts {
        #[expect(clippy::cast_possible_truncation, reason = "ids, labels and digests")]
        out.extend_from_slice(&(part.len() as u32).to_be_bytes());
        out.extend_from_slice(part);
    }
    out
}

/// The subkey of `key` for one use: `label`, and the ids that it is bound to.
pub fn subkey(key: &[u8; 32], label: &str, context: &[&str]) -> Key {
    salted(&[], key, label, context)
}

/// Like [`subkey`], with a salt from the file.
#[expect(clippy::expect_used, reason = "32 bytes is far below HKDF's 8,160")]
pub fn salted(salt: &[u8], key: &[u8; 32], label: &str, context: &[&str]) -> Key {
    let mut parts = vec![FORMAT.as_bytes(), label.as_bytes()];
    parts.extend(context.iter().map(|part| part.as_bytes()));
    let mut out = Key::default();
    Hkdf::<Sha256>::new(Some(salt), key)
        .expand(&fields(&parts), out.as_mut_slice())
        .expect("32 bytes can be expanded");
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use data_encoding::HEXLOWER_PERMISSIVE as HEX;

    /// RFC 5869, appendix A, cases 1 to 3 (SHA-256).
    #[test]
    fn rfc_5869() {
        let hex = |text: &str| HEX.decode(text.as_bytes()).expect("hex");
        let long = |from: u8, to: u8| (from..=to).collect::<Vec<u8>>();
        for (ikm, salt, info, expected) in [
            (
                vec![0x0b; 22],
                long(0x00, 0x0c),
                long(0xf0, 0xf9),
                "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865",
            ),
            (
                long(0x00, 0x4f),
                long(0x60, 0xaf),
                long(0xb0, 0xff),
                "b11e398dc80327a1c8e7f78c596a49344f012eda2d4efad8a050cc4c19afa97c59045a99cac7827271cb41c65e590e09da3275600c2f09b8367793a9aca3db71cc30c58179ec3e87c14c01d5c1f3434f1d87",
            ),
            (
                vec![0x0b; 22],
                vec![],
                vec![],
                "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8",
            ),
        ] {
            let expected = hex(expected);
            let mut out = vec![0; expected.len()];
            Hkdf::<Sha256>::new(Some(&salt), &ikm)
                .expand(&info, &mut out)
                .expect("short enough");
            assert_eq!(out, expected);
        }
    }

    #[test]
    fn each_label_and_context_gives_another_key() {
        let key = [1; 32];
        let keys = [
            subkey(&key, "meta", &["a"]),
            subkey(&key, "value", &["a"]),
            subkey(&key, "meta", &["b"]),
            subkey(&key, "meta", &["a", ""]),
            subkey(&[2; 32], "meta", &["a"]),
            salted(b"salt", &key, "meta", &["a"]),
        ];
        for (i, one) in keys.iter().enumerate() {
            assert!(keys.iter().skip(i + 1).all(|other| **one != **other));
        }
    }
}
