//! The bytes of a vault at one moment, read in pieces or as a whole.
//!
//! Lengths come from unverified bytes: it never allocates more memory than the file has bytes.

use super::Error;
use crate::sealed::SealedBytes;
use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use std::path::PathBuf;

/// The number of bytes compared at once.
const CHUNK_BYTES: usize = 64 * 1024;

/// The bytes of a vault at one moment.
#[derive(Debug)]
pub enum Snapshot {
    /// An open file, which is only ever replaced, never written again. The path is for messages: it may name
    /// other bytes meanwhile.
    File {
        file: File,
        bytes: u64,
        path: PathBuf,
    },
    #[cfg(any(test, fuzzing))]
    Memory(Vec<u8>),
}

impl Snapshot {
    /// The number of bytes.
    pub fn len(&self) -> u64 {
        match self {
            Self::File { bytes, .. } => *bytes,
            #[cfg(any(test, fuzzing))]
            Self::Memory(bytes) => bytes.len() as u64,
        }
    }

    /// Reads exactly `len` bytes from `offset`; fewer are an error.
    pub fn read_at(&self, offset: u64, len: usize) -> Result<Vec<u8>, Error> {
        let end = u64::try_from(len)
            .ok()
            .and_then(|len| offset.checked_add(len));
        if end.is_none_or(|end| end > self.len()) {
            return Err(self.unreadable(io::ErrorKind::UnexpectedEof.into()));
        }
        match self {
            Self::File { file, .. } => {
                let mut bytes = vec![0; len];
                file.read_exact_at(&mut bytes, offset)
                    .map_err(|error| self.unreadable(error))?;
                Ok(bytes)
            }
            #[cfg(any(test, fuzzing))]
            Self::Memory(bytes) => {
                Ok(bytes[usize::try_from(offset).unwrap_or(usize::MAX)..][..len].to_vec())
            }
        }
    }

    /// Reads all bytes; more than `limit` are an error.
    pub fn read_all(&self, limit: u64) -> Result<Vec<u8>, Error> {
        match usize::try_from(self.len()) {
            Ok(len) if self.len() <= limit => self.read_at(0, len),
            _ => Err(self.unreadable(io::ErrorKind::FileTooLarge.into())),
        }
    }

    /// Whether the file has exactly these bytes. Reads a small part of them at a time.
    pub fn is(&self, bytes: &SealedBytes<'_>) -> Result<bool, Error> {
        if self.len() != bytes.len() {
            return Ok(false);
        }
        let mut at = 0;
        for part in bytes.pieces().flat_map(|piece| piece.chunks(CHUNK_BYTES)) {
            if self.read_at(at, part.len())? != part {
                return Ok(false);
            }
            at += part.len() as u64;
        }
        Ok(true)
    }

    fn unreadable(&self, source: io::Error) -> Error {
        Error::Io {
            doing: "read",
            path: match self {
                Self::File { path, .. } => path.clone(),
                #[cfg(any(test, fuzzing))]
                Self::Memory(_) => PathBuf::from("memory"),
            },
            source,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    fn both(bytes: &[u8]) -> [Snapshot; 2] {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(bytes).unwrap();
        let file = Snapshot::File {
            file,
            bytes: bytes.len() as u64,
            path: PathBuf::from("vault"),
        };
        [file, Snapshot::Memory(bytes.to_vec())]
    }

    #[test]
    fn a_piece_is_exact_or_an_error() {
        for snapshot in both(b"sealed") {
            assert_eq!(snapshot.read_at(1, 3).unwrap(), b"eal");
            assert_eq!(snapshot.read_at(6, 0).unwrap(), b"");
            for (offset, len) in [(4, 3), (7, 0), (0, 7), (u64::MAX, 1), (0, usize::MAX)] {
                let error = snapshot.read_at(offset, len).unwrap_err();
                assert!(matches!(error, Error::Io { .. }), "{offset} {len}");
            }
        }
    }

    #[test]
    fn it_is_compared_to_the_last_byte() {
        let large = vec![7; CHUNK_BYTES + 3];
        for snapshot in both(&large) {
            assert!(snapshot.is(&SealedBytes::for_test(&large)).unwrap());
            for at in [0, CHUNK_BYTES - 1, CHUNK_BYTES, CHUNK_BYTES + 2] {
                let mut other = large.clone();
                other[at] ^= 1;
                assert!(!snapshot.is(&SealedBytes::for_test(&other)).unwrap());
            }
            for other in [&large[1..], &[large.as_slice(), &[7]].concat(), &[]] {
                assert!(!snapshot.is(&SealedBytes::for_test(other)).unwrap());
            }
        }
    }

    #[test]
    fn a_file_that_shrank_is_an_error() {
        let [snapshot, _] = both(b"sealed");
        let Snapshot::File { file, .. } = &snapshot else {
            unreachable!()
        };
        file.set_len(3).unwrap();
        assert!(matches!(snapshot.read_at(0, 6), Err(Error::Io { .. })));
    }

    #[test]
    fn reading_everything_keeps_to_the_limit() {
        for snapshot in both(b"sealed") {
            assert_eq!(snapshot.read_all(6).unwrap(), b"sealed");
            assert!(matches!(snapshot.read_all(5), Err(Error::Io { .. })));
        }
    }
}
