//! Padding hides the exact size of encrypted content: only steps are visible.
//!
//! The padded content is a four-byte big-endian length, the content, and zeros. Its size is rounded up to a
//! multiple of 64 bytes until 1 KiB, then by Padmé (Nikitin et al., *Reducing Metadata Leakage from Encrypted
//! Files*, `PoPETs` 2019), which adds at most 12 %.

use crate::plaintext::Plaintext;
use zeroize::Zeroizing;

const LENGTH_BYTES: usize = 4;
const STEP_BYTES: usize = 64;
const STEPS_UNTIL_BYTES: usize = 1024;

/// The size of `bytes` bytes, rounded up.
fn padded(bytes: usize) -> usize {
    if bytes <= STEPS_UNTIL_BYTES {
        return bytes.next_multiple_of(STEP_BYTES);
    }
    let exponent = bytes.ilog2();
    let mantissa = exponent.ilog2() + 1;
    bytes.next_multiple_of(1 << (exponent - mantissa))
}

/// `content` with its length before it and zeros after it, and `spare` more bytes of capacity.
pub fn pad(content: &[u8], spare: usize) -> Vec<u8> {
    let whole = padded(LENGTH_BYTES + content.len());
    let mut out = Vec::with_capacity(whole + spare);
    #[expect(
        clippy::cast_possible_truncation,
        reason = "nothing sealed reaches 4 GiB"
    )]
    out.extend_from_slice(&(content.len() as u32).to_be_bytes());
    out.extend_from_slice(content);
    out.resize(whole, 0);
    out
}

/// Removes the padding in place; `None` unless [`pad`] would have made exactly these bytes.
pub fn unpad(mut bytes: Zeroizing<Vec<u8>>) -> Option<Plaintext> {
    let (length, rest) = bytes.split_first_chunk::<LENGTH_BYTES>()?;
    let length = u32::from_be_bytes(*length) as usize;
    let (_, zeros) = rest.split_at_checked(length)?;
    if padded(LENGTH_BYTES + length) != bytes.len() || zeros.iter().any(|&byte| byte != 0) {
        return None;
    }
    bytes.drain(..LENGTH_BYTES);
    bytes.truncate(length);
    Some(Plaintext::new(std::mem::take(&mut *bytes)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_come_in_steps() {
        for (bytes, expected) in [(4, 64), (64, 64), (65, 128), (1024, 1024), (1025, 1088)] {
            assert_eq!(padded(bytes), expected, "{bytes}");
        }
        for bytes in (1025..300_000).step_by(97) {
            assert!(
                padded(bytes) >= bytes && padded(bytes) * 100 <= bytes * 112,
                "{bytes}"
            );
        }
    }

    #[test]
    fn unpadding_accepts_only_valid_padding() {
        for length in [0, 1, 59, 60, 61, 1020, 1021, 70_000] {
            let content = vec![7; length];
            let padded = pad(&content, 0);
            let opened = unpad(Zeroizing::new(padded.clone())).expect("it was padded here");
            assert_eq!(opened.expose(), content);
            let mut longer = padded.clone();
            longer.resize(longer.len() + STEP_BYTES, 0);
            assert!(unpad(longer.into()).is_none());
            if padded.len() > LENGTH_BYTES + length {
                let mut marked = padded.clone();
                *marked.last_mut().expect("not empty") = 1;
                assert!(unpad(marked.into()).is_none());
            }
        }
        assert!(unpad(vec![0; 3].into()).is_none());
        assert!(unpad(vec![255; 64].into()).is_none());
    }
}
