//! A salted hash that recognises a value on the clipboard. It does not reveal the value.

use crate::vault::value::MAX_VALUE_BYTES;
use sha2::{Digest, Sha256};
use std::io::{self, Read};
use zeroize::Zeroizing;

const SALT_BYTES: usize = 16;
const DIGEST_BYTES: usize = 32;

/// The length of an encoded fingerprint.
pub const BYTES: usize = SALT_BYTES + DIGEST_BYTES;

pub struct Fingerprint {
    salt: [u8; SALT_BYTES],
    digest: [u8; DIGEST_BYTES],
}

impl Fingerprint {
    pub fn of(value: &[u8]) -> io::Result<Self> {
        let mut salt = [0; SALT_BYTES];
        getrandom::fill(&mut salt).map_err(io::Error::other)?;
        let digest = Sha256::new().chain_update(salt).chain_update(value);
        let digest = digest.finalize().into();
        Ok(Self { salt, digest })
    }

    pub fn from_bytes(bytes: &[u8; BYTES]) -> Self {
        let (mut salt, mut digest) = ([0; SALT_BYTES], [0; DIGEST_BYTES]);
        salt.copy_from_slice(&bytes[..SALT_BYTES]);
        digest.copy_from_slice(&bytes[SALT_BYTES..]);
        Self { salt, digest }
    }

    pub fn to_bytes(&self) -> [u8; BYTES] {
        let mut bytes = [0; BYTES];
        bytes[..SALT_BYTES].copy_from_slice(&self.salt);
        bytes[SALT_BYTES..].copy_from_slice(&self.digest);
        bytes
    }

    /// Whether the stream contains exactly the value. Reads at most one byte more than the longest value.
    pub fn is_of(&self, stream: impl Read) -> io::Result<bool> {
        let mut stream = stream.take(MAX_VALUE_BYTES as u64 + 1);
        let mut hash = Sha256::new().chain_update(self.salt);
        let mut buffer = Zeroizing::new([0; 4096]);
        loop {
            match stream.read(&mut buffer[..]) {
                Ok(0) => break,
                Ok(read) => hash.update(&buffer[..read]),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(<[u8; DIGEST_BYTES]>::from(hash.finalize()) == self.digest)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_of_its_value_alone_also_after_it_was_handed_on() {
        let longest = vec![b'x'; MAX_VALUE_BYTES];
        for value in [&b"value"[..], b"v", &longest] {
            let fingerprint = Fingerprint::of(value).unwrap();
            let fingerprint = Fingerprint::from_bytes(&fingerprint.to_bytes());
            assert!(fingerprint.is_of(value).unwrap());
            for other in [&b""[..], b"values", &[value, b"\n"].concat()] {
                assert!(!fingerprint.is_of(other).unwrap());
            }
            assert!(!fingerprint.is_of(io::repeat(b'x')).unwrap());
        }
    }

    #[test]
    fn two_of_one_value_differ() {
        let [one, two] = [(); 2].map(|()| Fingerprint::of(b"value").unwrap().to_bytes());
        assert_ne!(one, two);
    }
}
