//! A position in a text, with its line, for the readers that go through it byte by byte. All bytes with a meaning
//! for them are ASCII.

use crate::import::entries::Location;
use crate::plaintext::Plaintext;
use zeroize::Zeroizing;

pub struct Cursor<'t> {
    rest: &'t [u8],
    line: usize,
}

impl<'t> Cursor<'t> {
    pub fn new(text: &'t [u8]) -> Self {
        Self {
            rest: text,
            line: 1,
        }
    }

    pub fn place(&self) -> Location {
        Location::Line(self.line)
    }

    pub fn peek(&self) -> Option<u8> {
        self.rest.first().copied()
    }

    pub fn is_at(&self, text: &[u8]) -> bool {
        self.rest.starts_with(text)
    }

    /// The byte after the next one.
    pub fn peek_second(&self) -> Option<u8> {
        self.rest.get(1).copied()
    }

    /// Moves past one byte.
    pub fn next(&mut self) -> Option<u8> {
        let byte = self.peek()?;
        self.advance(1);
        Some(byte)
    }

    /// Moves past this text, if it comes next.
    pub fn eat(&mut self, text: &[u8]) -> bool {
        let is_next = self.is_at(text);
        if is_next {
            self.advance(text.len());
        }
        is_next
    }

    pub fn take_while(&mut self, belongs: impl Fn(u8) -> bool) -> &'t [u8] {
        let end = self.rest.iter().position(|&byte| !belongs(byte));
        self.advance(end.unwrap_or(self.rest.len()))
    }

    /// Moves past the rest of the line, and stops before its end.
    pub fn take_line(&mut self) -> &'t [u8] {
        self.take_while(|byte| byte != b'\n')
    }

    /// The number that so many hexadecimal digits write, at most eight; `None` if one of them is another byte.
    pub fn take_hexadecimal(&mut self, digits: usize) -> Option<u32> {
        let mut number = 0;
        for _ in 0..digits {
            number = number * 16 + char::from(self.next()?).to_digit(16)?;
        }
        Some(number)
    }

    fn advance(&mut self, bytes: usize) -> &'t [u8] {
        let (passed, rest) = self.rest.split_at(bytes);
        self.line += memchr::memchr_iter(b'\n', passed).count();
        self.rest = rest;
        passed
    }
}

/// After a backslash in double quotes of a POSIX shell (XCU 2.2.3): it escapes four characters, and stays before others.
/// False at the end of the text.
pub fn escaped_in_double_quotes(cursor: &mut Cursor<'_>, value: &mut Growing) -> bool {
    match cursor.next() {
        None => return false,
        Some(b'\n') => {}
        Some(byte @ (b'"' | b'\\' | b'`' | b'$')) => value.push(byte),
        Some(byte) => {
            value.push(b'\\');
            value.push(byte);
        }
    }
    true
}

/// A value that grows. A buffer that is too small is replaced and wiped.
#[derive(Default)]
pub struct Growing(Zeroizing<Vec<u8>>);

impl Growing {
    pub fn push(&mut self, byte: u8) {
        if self.0.len() == self.0.capacity() {
            let mut larger = Zeroizing::new(Vec::with_capacity(64.max(2 * self.0.len())));
            larger.extend_from_slice(&self.0);
            self.0 = larger;
        }
        self.0.push(byte);
    }

    pub fn extend(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            self.push(byte);
        }
    }

    pub fn len(&self) -> usize {
        self.0.len()
    }

    pub fn truncate(&mut self, length: usize) {
        self.0.truncate(length);
    }
}

impl From<Growing> for Plaintext {
    fn from(value: Growing) -> Self {
        value.0.into()
    }
}
