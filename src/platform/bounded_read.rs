//! Reading no further than a bound: naming `/dev/zero` by mistake ends. Any of it may be secret.

use std::io::{self, Read};
use zeroize::Zeroizing;

pub const FIRST_READ_BYTES: usize = 64 << 10;

/// Reads to the end, or as many as `most_bytes`: whoever must tell the two apart asks for one more. A buffer that is too small is wiped when a larger one has
/// its bytes.
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
