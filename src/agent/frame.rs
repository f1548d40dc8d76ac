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
pub struct Writer(Zeroizing<Vec<u8>>);

impl Writer {
    pub fn new(kind: u8) -> Self {
        let mut bytes = Vec::with_capacity(256);
        bytes.extend_from_slice(&[0; LENGTH_BYTES]);
        bytes.push(kind);
        Self(Zeroizing::new(bytes))
    }

    pub fn raw(&mut self, bytes: &[u8]) -> &mut Self {
        reserve(&mut self.0, bytes.len());
        self.0.extend_from_slice(bytes);
        self
    }

    pub fn byte(&mut self, byte: u8) -> &mut Self {
        self.raw(&[byte])
    }

    pub fn number(&mut self, number: u64) -> &mut Self {
        self.raw(&number.to_be_bytes())
    }

    pub fn id(&mut self, bits: u128) -> &mut Self {
        self.raw(&bits.to_be_bytes())
    }

    /// Four bytes of length, then the bytes.
    pub fn bytes(&mut self, bytes: &[u8]) -> &mut Self {
        self.count(bytes.len()).raw(bytes)
    }

    /// The number of items that follow.
    pub fn count(&mut self, count: usize) -> &mut Self {
        // More than four bytes can count is more than a frame can hold, and `finish` refuses that.
        self.raw(&u32::try_from(count).unwrap_or(u32::MAX).to_be_bytes())
    }

    /// The complete frame, beginning with its length.
    pub fn finish(mut self) -> io::Result<Zeroizing<Vec<u8>>> {
        let length = self.0.len() - LENGTH_BYTES;
        if length > MAX_FRAME_BYTES {
            let message = "more than a megabyte at once";
            return Err(io::Error::new(io::ErrorKind::FileTooLarge, message));
        }
        let length = u32::try_from(length).unwrap_or_default().to_be_bytes();
        self.0[..LENGTH_BYTES].copy_from_slice(&length);
        Ok(self.0)
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

    pub fn number(&mut self) -> Option<u64> {
        self.array().map(u64::from_be_bytes)
    }

    pub fn id(&mut self) -> Option<u128> {
        self.array().map(u128::from_be_bytes)
    }

    pub fn bytes(&mut self) -> Option<&'f [u8]> {
        let length = usize::try_from(u32::from_be_bytes(self.array()?)).ok()?;
        self.raw(length)
    }

    pub fn text(&mut self) -> Option<&'f str> {
        std::str::from_utf8(self.bytes()?).ok()
    }

    /// Reads as many items as the frame announces, each with `read`. Memory is reserved only as they are
    /// read.
    pub fn each<T>(&mut self, mut read: impl FnMut(&mut Self) -> Option<T>) -> Option<Vec<T>> {
        let count = u32::from_be_bytes(self.array()?);
        let mut all = Vec::new();
        for _ in 0..count {
            all.push(read(self)?);
        }
        Some(all)
    }

    /// Checks that nothing is left.
    pub fn end(self) -> Option<()> {
        self.0.is_empty().then_some(())
    }
}
