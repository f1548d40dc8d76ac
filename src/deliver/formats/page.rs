//! The memory that a document grows in. It is wiped, including the copies that growing leaves behind.

use crate::plaintext::Plaintext;
use std::io::{self, Write};
use zeroize::Zeroizing;

const FIRST_BYTES: usize = 4096;

#[derive(Default)]
pub struct Page(Zeroizing<Vec<u8>>);

impl Page {
    pub fn bytes(&mut self, bytes: &[u8]) {
        self.reserve(bytes.len());
        self.0.extend_from_slice(bytes);
    }

    pub fn text(&mut self, text: &str) {
        self.bytes(text.as_bytes());
    }

    pub fn texts(&mut self, texts: &[&str]) {
        for text in texts {
            self.text(text);
        }
    }

    /// Adds bytes, some of them replaced.
    pub fn replaced(&mut self, bytes: &[u8], replace: impl Fn(u8) -> Option<&'static str>) {
        let mut rest = bytes;
        while let Some(at) = rest.iter().position(|byte| replace(*byte).is_some()) {
            self.bytes(&rest[..at]);
            self.text(replace(rest[at]).unwrap_or_default());
            rest = &rest[at + 1..];
        }
        self.bytes(rest);
    }

    /// Adds text in printable ASCII: every other character that `replace` does not know is written by its
    /// number.
    pub fn ascii(
        &mut self,
        text: &str,
        replace: impl Fn(char) -> Option<&'static str>,
        number: impl Fn(&mut Self, u32) -> io::Result<()>,
    ) {
        for character in text.chars() {
            match replace(character) {
                Some(other) => self.text(other),
                None if matches!(character, ' '..='~') => {
                    self.text(character.encode_utf8(&mut [0; 4]));
                }
                // Writing to memory does not fail.
                None => drop(number(self, u32::from(character))),
            }
        }
    }

    pub fn finish(mut self) -> Plaintext {
        Plaintext::new(std::mem::take(&mut *self.0))
    }

    /// Makes room without the copy that a vector leaves behind when it moves.
    fn reserve(&mut self, more: usize) {
        let needed = self.0.len().saturating_add(more);
        if needed > self.0.capacity() {
            let room = needed.max(self.0.capacity() * 2).max(FIRST_BYTES);
            let mut larger = Zeroizing::new(Vec::with_capacity(room));
            larger.extend_from_slice(&self.0);
            self.0 = larger;
        }
    }
}

impl Write for Page {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.bytes(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
