//! Frames: a length of four bytes, big-endian, then that many bytes. The length is checked before any memory
//! is reserved, and a buffer is wiped when it is dropped or grows.

use std::io;
use zeroize::Zeroizing;

/// Room for the largest header, and for many pages of records.
pub const MAX_FRAME_BYTES: usize = 1024 * 1024;
pub const LENGTH_BYTES: usize = 4;

/// The length at a frame's beginning; `None` if it exceeds the limit.
pub fn length(bytes: [u8; LENGTH_BYTES]) -> Option<usize> {
    let length = usize::try_from(u32::from_be_bytes(bytes)).ok()?;
    (1..=MAX_FRAME_BYTES).contains(&length).then_some(length)
}

/// Makes room for `more` bytes without leaving a copy behind.
pub fn reserve(buffer: &mut Zeroizing<Vec<u8>>, more: usize) {
    let needed = buffer.len() + more;
    if needed > buffer.capacity() {
        let mut larger = Vec::with_capacity(needed.max(2 * buffer.capacity()));
        larger.extend_from_slice(buffer);
        *buffer = Zeroizing::new(larger);
    }
}

/// A frame under construction.
pub struct Writer {
    bytes: Zeroizing<Vec<u8>>,
    is_refused: bool,
}

impl Default for Writer {
    fn default() -> Self {
        let mut bytes = Vec::with_capacity(256);
        bytes.extend_from_slice(&[0; LENGTH_BYTES]);
        Self {
            bytes: Zeroizing::new(bytes),
            is_refused: false,
        }
    }
}

impl Writer {
    pub fn raw(&mut self, bytes: &[u8]) {
        reserve(&mut self.bytes, bytes.len());
        self.bytes.extend_from_slice(bytes);
    }

    pub fn byte(&mut self, byte: u8) {
        self.raw(&[byte]);
    }

    /// Four bytes of length, then the bytes.
    pub fn bytes(&mut self, bytes: &[u8]) {
        self.count(bytes.len());
        self.raw(bytes);
    }

    /// The number of items that follow.
    pub fn count(&mut self, count: usize) {
        // A count that does not fit into four bytes does not fit into a frame, and `finish` refuses it.
        self.raw(&u32::try_from(count).unwrap_or(u32::MAX).to_be_bytes());
    }

    /// Makes `finish` fail, because a part of the frame has no encoding.
    pub fn refuse(&mut self) {
        self.is_refused = true;
    }

    /// The complete frame, beginning with its length.
    pub fn finish(mut self) -> io::Result<Zeroizing<Vec<u8>>> {
        if self.is_refused {
            return Err(io::ErrorKind::InvalidInput.into());
        }
        let length = self.bytes.len() - LENGTH_BYTES;
        if length > MAX_FRAME_BYTES {
            let message = "more than a megabyte at once";
            return Err(io::Error::new(io::ErrorKind::FileTooLarge, message));
        }
        let length = u32::try_from(length).unwrap_or_default().to_be_bytes();
        self.bytes[..LENGTH_BYTES].copy_from_slice(&length);
        Ok(self.bytes)
    }
}

/// The unread rest of a frame's content. Every step returns `None` if the rest is too short.
pub struct Reader<'f>(&'f [u8]);

impl<'f> Reader<'f> {
    pub fn new(content: &'f [u8]) -> Self {
        Self(content)
    }

    pub fn raw(&mut self, length: usize) -> Option<&'f [u8]> {
        let (taken, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(taken)
    }

    pub fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        self.raw(N)?.try_into().ok()
    }

    pub fn byte(&mut self) -> Option<u8> {
        self.array().map(|[byte]| byte)
    }

    pub fn bytes(&mut self) -> Option<&'f [u8]> {
        let length = usize::try_from(u32::from_be_bytes(self.array()?)).ok()?;
        self.raw(length)
    }

    /// Checks that nothing is left.
    pub fn end(self) -> Option<()> {
        self.0.is_empty().then_some(())
    }
}
