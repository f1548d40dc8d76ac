//! Reads up to a bound, so that reading `/dev/zero` by mistake ends. The bytes may be secret.

use std::io::{self, Read};
use zeroize::Zeroizing;

const FIRST_READ_BYTES: usize = 64 << 10;

/// Reads to the end, but at most `most_bytes`. To detect an input that is too long, ask for one byte more than
/// you accept. A buffer that is too small is wiped after its bytes are copied to a larger one.
pub fn read(mut from: impl Read, most_bytes: usize) -> io::Result<Zeroizing<Vec<u8>>> {
    let mut bytes = Zeroizing::new(vec![0; FIRST_READ_BYTES.min(most_bytes)]);
    let mut length = 0;
    while length < most_bytes {
        if length == bytes.len() {
            let mut larger = Zeroizing::new(vec![0; (2 * length).min(most_bytes)]);
            larger[..length].copy_from_slice(&bytes);
            bytes = larger;
        }
        match from.read(&mut bytes[length..]) {
            Ok(0) => break,
            Ok(read) => length += read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    bytes.truncate(length);
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_arrives_in_pieces_is_kept_whole() {
        let text: Vec<u8> = (0..3 * FIRST_READ_BYTES)
            .map(|at| at.to_le_bytes()[0])
            .collect();
        let (start, end) = text.split_at(FIRST_READ_BYTES - 1);
        let (middle, end) = end.split_at(1);
        let pieces = || start.chain(middle).chain(end);
        assert_eq!(*read(pieces(), text.len() + 1).unwrap(), text);
        let most = FIRST_READ_BYTES + 1;
        assert_eq!(*read(pieces(), most).unwrap(), text[..most]);
    }
}
