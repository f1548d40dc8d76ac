//! The text form of secrets and keys: a prefix that scanners know, then base 62 of fixed length with a CRC-32,
//! so that a typing error is found before any work.

use crc::{CRC_32_ISO_HDLC, Crc};
use zeroize::Zeroizing;

const ALPHABET: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const CRC_BYTES: usize = 4;
const CRC: Crc<u32> = Crc::<u32>::new(&CRC_32_ISO_HDLC);

/// The number of characters for `bytes` bytes: log 256 / log 62, rounded up.
const fn characters(bytes: usize) -> usize {
    (bytes * 13_437).div_ceil(10_000)
}

/// Writes `prefix`, then `payload` and the checksum of both as one number in base 62.
pub fn encode(prefix: &str, payload: &[u8]) -> Zeroizing<String> {
    let mut number = Zeroizing::new(payload.to_vec());
    number.extend_from_slice(&checksum(prefix, payload));
    let width = characters(number.len());
    let mut digits = Zeroizing::new(vec![0; width]);
    for digit in digits.iter_mut().rev() {
        let mut rest = 0;
        for byte in number.iter_mut() {
            rest = rest << 8 | u32::from(*byte);
            *byte = u8::try_from(rest / 62).unwrap_or_default();
            rest %= 62;
        }
        *digit = ALPHABET[rest as usize];
    }
    let mut text = Zeroizing::new(String::with_capacity(prefix.len() + width));
    text.push_str(prefix);
    text.extend(digits.iter().map(|&digit| char::from(digit)));
    text
}

/// The payload of `N` bytes; `None` for another prefix, length or alphabet, or a wrong checksum.
pub fn decode<const N: usize>(prefix: &str, text: &str) -> Option<Zeroizing<[u8; N]>> {
    let digits = text.strip_prefix(prefix)?;
    if digits.len() != characters(N + CRC_BYTES) {
        return None;
    }
    let mut number = Zeroizing::new(vec![0; N + CRC_BYTES]);
    for digit in digits.bytes() {
        let place = ALPHABET.iter().position(|&letter| letter == digit)?;
        let mut carry = u32::try_from(place).ok()?;
        for byte in number.iter_mut().rev() {
            carry += u32::from(*byte) * 62;
            [.., *byte] = carry.to_be_bytes();
            carry >>= 8;
        }
        if carry != 0 {
            return None;
        }
    }
    let (payload, crc) = number.split_first_chunk::<N>()?;
    (checksum(prefix, payload) == crc).then(|| Zeroizing::new(*payload))
}

fn checksum(prefix: &str, payload: &[u8]) -> [u8; CRC_BYTES] {
    let mut crc = CRC.digest();
    crc.update(prefix.as_bytes());
    crc.update(payload);
    crc.finalize().to_be_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_reads_back_as_it_was_written() {
        for payload in [
            [0; 48],
            [255; 48],
            std::array::from_fn(|i| u8::try_from(i).unwrap()),
        ] {
            let text = encode("kls_", &payload);
            assert_eq!(text.len(), "kls_".len() + 70);
            assert_eq!(decode("kls_", &text).as_deref(), Some(&payload));
            assert!(decode::<48>("kli_", &text).is_none());
            assert!(decode::<47>("kls_", &text).is_none());
        }
    }

    #[test]
    fn every_single_typing_error_is_found() {
        let text = encode("kls_", &[7; 48]);
        for position in 0..text.len() {
            for letter in ["0", "z", "-", " "] {
                let mut wrong = text.to_string();
                wrong.replace_range(position..=position, letter);
                assert!(
                    wrong == *text || decode::<48>("kls_", &wrong).is_none(),
                    "{wrong}"
                );
            }
            let mut shorter = text.to_string();
            shorter.remove(position);
            assert!(decode::<48>("kls_", &shorter).is_none());
        }
        assert!(decode::<48>("kls_", &format!("kls_{}", "z".repeat(70))).is_none());
    }
}
