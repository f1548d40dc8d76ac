//! Finds the line number of a position in a text, in any order. It keeps one number for each block of the text.

use super::entries::Location;

const BLOCK_BYTES: usize = 4096;

pub struct Lines<'t> {
    text: &'t [u8],
    /// The line breaks before each block, and in the whole text.
    before: Vec<usize>,
}

impl<'t> Lines<'t> {
    pub fn of(text: &'t [u8]) -> Self {
        let mut before = vec![0];
        let mut breaks = 0;
        for block in text.chunks(BLOCK_BYTES) {
            breaks += breaks_in(block);
            before.push(breaks);
        }
        Self { text, before }
    }

    /// The line of a byte.
    pub fn line(&self, at: usize) -> Location {
        let at = at.min(self.text.len());
        let block = at / BLOCK_BYTES;
        let breaks = self.before[block] + breaks_in(&self.text[block * BLOCK_BYTES..at]);
        Location::Line(breaks + 1)
    }

    /// The line of a slice of the text.
    pub fn line_of(&self, part: &[u8]) -> Location {
        let start = self.text.as_ptr().addr();
        self.line(part.as_ptr().addr().saturating_sub(start))
    }
}

fn breaks_in(text: &[u8]) -> usize {
    memchr::memchr_iter(b'\n', text).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_position_has_its_line_in_any_order() {
        let text = "ab\n".repeat(2 * BLOCK_BYTES);
        let lines = Lines::of(text.as_bytes());
        for at in (0..=text.len() + 1).rev() {
            let expected = 1 + at.min(text.len()) / 3;
            assert_eq!(lines.line(at), Location::Line(expected), "{at}");
        }
        assert_eq!(Lines::of(b"").line(0), Location::Line(1));
    }
}
