//! Finds the line number of a position in a text. It looks at each byte once, from first to last.

use super::entries::Location;

pub struct Lines<'t> {
    text: &'t [u8],
    at: usize,
    breaks: usize,
}

impl<'t> Lines<'t> {
    pub fn of(text: &'t [u8]) -> Self {
        Self {
            text,
            at: 0,
            breaks: 0,
        }
    }

    /// The line of a byte. Later calls must not go back.
    pub fn line(&mut self, at: usize) -> Location {
        let at = at.clamp(self.at, self.text.len());
        let passed = &self.text[self.at..at];
        self.breaks += memchr::memchr_iter(b'\n', passed).count();
        self.at = at;
        Location::Line(self.breaks + 1)
    }

    /// The line of a slice of the text.
    pub fn line_of(&mut self, part: &[u8]) -> Location {
        let start = self.text.as_ptr().addr();
        self.line(part.as_ptr().addr().saturating_sub(start))
    }
}
