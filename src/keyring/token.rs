//! A token: 32 random bytes and the id of their key, as one text that scanners recognise.

use super::{Error, base62};
use crate::plaintext::Plaintext;
use crate::sealed::derive::Key;
use crate::sealed::id::KeyId;
use crate::sealed::random;

/// The beginning of every token.
pub const PREFIX: &str = "kls_";
const ID_BYTES: usize = 16;
const SECRET_BYTES: usize = 32;

pub struct Token {
    pub key: KeyId,
    pub(super) secret: Key,
}

impl Token {
    /// A new token for a key.
    pub fn random(key: KeyId) -> Self {
        let mut secret = Key::default();
        random::fill(secret.as_mut_slice());
        Self { key, secret }
    }

    /// Whether a text is meant as a token: it begins like one.
    pub fn is_meant(text: &Plaintext) -> bool {
        text.expose().starts_with(PREFIX.as_bytes())
    }

    /// Parses `kls_…`, ignoring white space around it.
    pub fn parse(text: &Plaintext) -> Result<Self, Error> {
        let text = std::str::from_utf8(text.expose()).map_err(|_| Error::MistypedToken)?;
        let text = text.trim();
        if text.is_empty() {
            return Err(Error::EmptyToken);
        }
        let payload = base62::decode::<{ ID_BYTES + SECRET_BYTES }>(PREFIX, text)
            .ok_or(Error::MistypedToken)?;
        let (id, secret) = payload.split_at(ID_BYTES);
        let id = id
            .iter()
            .fold(0, |bits, &byte| bits << 8 | u128::from(byte));
        let mut token = Self {
            key: KeyId::from_bits(id),
            secret: Key::default(),
        };
        token.secret.copy_from_slice(secret);
        Ok(token)
    }

    /// The text to give away. It unlocks the vault.
    pub fn text(&self) -> Plaintext {
        let mut payload = zeroize::Zeroizing::new([0; ID_BYTES + SECRET_BYTES]);
        payload[..ID_BYTES].copy_from_slice(&self.key.bits().to_be_bytes());
        payload[ID_BYTES..].copy_from_slice(self.secret.as_slice());
        Plaintext::new(
            base62::encode(PREFIX, payload.as_slice())
                .as_bytes()
                .to_vec(),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_reads_back_as_it_was_written() {
        let token = Token::random(KeyId::from_bits(u128::MAX - 1));
        let text = token.text();
        let again = Token::parse(&text).expect("written here");
        assert_eq!(again.key, token.key);
        assert!(again.text().same_as(&text));
        let mut framed = b" ".to_vec();
        framed.extend_from_slice(text.expose());
        framed.push(b'\n');
        assert!(Token::parse(&Plaintext::new(framed)).is_ok());
    }
}
