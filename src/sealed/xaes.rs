//! XAES-256-GCM (C2SP `XAES-256-GCM.md`): AES-256-GCM under a key derived for each message from the
//! first half of a 192-bit random nonce, so that nonces may be random for 2^80 messages.
//!
//! It does not commit to its key: if an attacker could choose the key, the caller must add a commitment.

use super::{padding, random};
use crate::plaintext::Plaintext;
use aes::cipher::{Array, BlockCipherEncrypt, KeyInit};
use aes_gcm::Aes256Gcm;
use aes_gcm::aead::AeadInOut;
use zeroize::{Zeroize, Zeroizing};

pub const KEY_BYTES: usize = 32;
const NONCE_BYTES: usize = 24;
const TAG_BYTES: usize = 16;
const BLOCK_BYTES: usize = 16;

/// The low byte of x^128 + x^7 + x^2 + x + 1, for doubling in GF(2^128).
const REDUCTION: u128 = 0x87;

/// A key, prepared for use. The expanded key is wiped on drop.
#[derive(Clone)]
pub struct Xaes {
    cipher: aes::Aes256,
    /// The CMAC subkey K1 (NIST SP 800-38B).
    subkey: Zeroizing<[u8; BLOCK_BYTES]>,
}

impl Xaes {
    pub fn new(key: &[u8; KEY_BYTES]) -> Self {
        let cipher = aes::Aes256::new(&Array::from(*key));
        let mut block = Array::from([0; BLOCK_BYTES]);
        cipher.encrypt_block(&mut block);
        let word = u128::from_be_bytes(block.into());
        block.zeroize();
        let doubled = (word << 1) ^ ((word >> 127) * REDUCTION);
        Self {
            cipher,
            subkey: Zeroizing::new(doubled.to_be_bytes()),
        }
    }

    /// The AES-256-GCM cipher under the key derived from the nonce's first twelve bytes.
    fn message_cipher(&self, nonce: &[u8; NONCE_BYTES]) -> Aes256Gcm {
        let mut key = Zeroizing::new([0; KEY_BYTES]);
        for (counter, half) in (1..).zip(key.chunks_exact_mut(BLOCK_BYTES)) {
            let mut input = [0, counter, b'X', 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
            input[4..].copy_from_slice(&nonce[..12]);
            let mut block = Array::from(std::array::from_fn::<u8, BLOCK_BYTES, _>(|i| {
                input[i] ^ self.subkey[i]
            }));
            self.cipher.encrypt_block(&mut block);
            half.copy_from_slice(&block);
            block.zeroize();
        }
        Aes256Gcm::new(&Array::from(*key))
    }

    /// Encrypts in place and returns the tag. GCM fails only beyond 64 GiB, which no caller reaches.
    #[expect(clippy::expect_used, reason = "bounded far below GCM's 64 GiB")]
    fn encrypt(&self, nonce: &[u8; NONCE_BYTES], aad: &[u8], buffer: &mut [u8]) -> [u8; TAG_BYTES] {
        let (_, short) = nonce.split_at(12);
        let short: [u8; 12] = short.try_into().expect("24 bytes less 12");
        self.message_cipher(nonce)
            .encrypt_inout_detached(&short.into(), aad, buffer.into())
            .expect("far below 64 GiB")
            .into()
    }

    /// Pads, encrypts under a fresh random nonce, and returns nonce ‖ ciphertext ‖ tag.
    pub fn seal(&self, aad: &[u8], content: &[u8]) -> Vec<u8> {
        self.seal_padded(aad, padding::pad(content, 0))
    }

    /// Encrypts padded content. It is a function of its own for tests that pad wrongly.
    pub fn seal_padded(&self, aad: &[u8], mut padded: Vec<u8>) -> Vec<u8> {
        let nonce = random::bytes::<NONCE_BYTES>();
        let tag = self.encrypt(&nonce, aad, &mut padded);
        let mut sealed = Vec::with_capacity(NONCE_BYTES + padded.len() + TAG_BYTES);
        sealed.extend_from_slice(&nonce);
        sealed.extend_from_slice(&padded);
        sealed.extend_from_slice(&tag);
        sealed
    }

    /// Opens what [`Xaes::seal`] made with this key and this associated data, else `None`.
    pub fn open(&self, aad: &[u8], sealed: &[u8]) -> Option<Plaintext> {
        let (nonce, rest) = sealed.split_first_chunk::<NONCE_BYTES>()?;
        let (ciphertext, tag) = rest.split_last_chunk::<TAG_BYTES>()?;
        let (_, short) = nonce.split_at(12);
        let short: [u8; 12] = short.try_into().ok()?;
        // Wiped on failure too: a rejected message is never left readable.
        let mut buffer = Zeroizing::new(ciphertext.to_vec());
        self.message_cipher(nonce)
            .decrypt_inout_detached(
                &short.into(),
                aad,
                buffer.as_mut_slice().into(),
                &(*tag).into(),
            )
            .ok()?;
        padding::unpad(buffer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use data_encoding::HEXLOWER;
    use shake::Shake128;
    use shake::digest::{ExtendableOutput, Update, XofReader};

    const NONCE: &[u8; 24] = b"ABCDEFGHIJKLMNOPQRSTUVWX";

    fn sealed(key: [u8; 32], nonce: &[u8; 24], aad: &[u8], message: &[u8]) -> Vec<u8> {
        let mut buffer = message.to_vec();
        let tag = Xaes::new(&key).encrypt(nonce, aad, &mut buffer);
        buffer.extend_from_slice(&tag);
        buffer
    }

    /// Both worked examples of C2SP `XAES-256-GCM.md`: one without, one with the reduction.
    #[test]
    fn c2sp_worked_examples() {
        for (key, aad, expected) in [
            (
                [1; 32],
                "",
                "ce546ef63c9cc60765923609b33a9a1974e96e52daf2fcf7075e2271",
            ),
            (
                [3; 32],
                "c2sp.org/XAES-256-GCM",
                "986ec1832593df5443a179437fd083bf3fdb41abd740a21f71eb769d",
            ),
        ] {
            let out = sealed(key, NONCE, aad.as_bytes(), b"XAES-256-GCM");
            assert_eq!(HEXLOWER.encode(&out), expected);
        }
    }

    /// The hash of the accumulated vectors: inputs drawn from SHAKE-128, every output hashed into another.
    fn accumulated(iterations: u32) -> String {
        let mut source = Shake128::default().finalize_xof();
        let mut sink = Shake128::default();
        for _ in 0..iterations {
            let mut key = [0; 32];
            source.read(&mut key);
            let mut nonce = [0; 24];
            source.read(&mut nonce);
            let mut length = [0];
            source.read(&mut length);
            let mut message = vec![0; length[0].into()];
            source.read(&mut message);
            source.read(&mut length);
            let mut aad = vec![0; length[0].into()];
            source.read(&mut aad);
            sink.update(&sealed(key, &nonce, &aad, &message));
        }
        let mut digest = [0; 32];
        sink.finalize_xof().read(&mut digest);
        HEXLOWER.encode(&digest)
    }

    #[test]
    fn c2sp_accumulated_10_000() {
        assert_eq!(
            accumulated(10_000),
            "e6b9edf2df6cec60c8cbd864e2211b597fb69a529160cd040d56c0c210081939"
        );
    }

    #[test]
    fn c2sp_accumulated_1_000_000() {
        assert_eq!(
            accumulated(1_000_000),
            "2163ae1445985a30b60585ee67daa55674df06901b890593e824b8a7c885ab15"
        );
    }

    #[test]
    fn the_same_content_is_sealed_in_other_bytes_each_time() {
        let key = Xaes::new(&[9; 32]);
        let [one, other] = [(); 2].map(|()| key.seal(b"here", b"content"));
        assert_ne!(one[..NONCE_BYTES], other[..NONCE_BYTES]);
        assert_ne!(one[NONCE_BYTES..], other[NONCE_BYTES..]);
    }

    #[test]
    fn a_ciphertext_opens_only_with_its_own_place() {
        let key = Xaes::new(&[9; 32]);
        let sealed = key.seal(b"here", b"content");
        let opened = key.open(b"here", &sealed).expect("the same place");
        assert_eq!(opened.expose(), b"content");
        assert!(key.open(b"there", &sealed).is_none());
        assert!(Xaes::new(&[8; 32]).open(b"here", &sealed).is_none());
        for length in 0..sealed.len() {
            assert!(key.open(b"here", &sealed[..length]).is_none());
        }
        for byte in 0..sealed.len() {
            let mut flipped = sealed.clone();
            flipped[byte] ^= 1;
            assert!(key.open(b"here", &flipped).is_none());
        }
    }
}
