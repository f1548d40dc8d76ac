//! Searches for patterns in a text that may be broken into lines of any length, as encoders do.
//!
//! One line end (`\n`, `\r\n` or `\r`) after another byte is left out of the text that is searched. No pattern
//! contains a line end, so an empty line ends every match.
//!
//! Most lines of any output end in a letter that begins a pattern. So that no line waits for the next one, up to
//! [`MAX_SHOWN_BYTES`] of a pattern before a line end are not hidden.

use super::search::{PatternSet, Search};
use memchr::memchr2;
use std::collections::VecDeque;
use std::ops::Range;
use zeroize::Zeroizing;

/// Many prompts end in these three bytes, and they are at most half of the shortest pattern.
pub const MAX_SHOWN_BYTES: usize = 3;

/// A place in a stream, counted from the beginning of a window on it.
pub struct WrappedSearch {
    /// Its place in the text without line ends.
    search: Search,
    /// The places where bytes were left out, in order: the position of the next byte in the text without them.
    left_out: VecDeque<usize>,
    last: Last,
    /// The piece without line ends.
    text: Zeroizing<Vec<u8>>,
}

/// The last byte of the stream.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Last {
    Text,
    Return,
    LineEnd,
}

impl WrappedSearch {
    pub fn new(patterns: &PatternSet) -> Self {
        Self {
            search: Search::new(patterns),
            left_out: VecDeque::new(),
            last: Last::Text,
            text: Zeroizing::default(),
        }
    }

    /// Reads the next bytes and reports the positions of patterns, with the line ends inside them.
    pub fn push(
        &mut self,
        patterns: &PatternSet,
        piece: &[u8],
        mut found: impl FnMut(Range<usize>),
    ) {
        self.unwrap(piece);
        let left_out = &self.left_out;
        self.search.push(patterns, &self.text, |part| {
            found(hidden_from(left_out, part.start)..in_stream(left_out, part.end - 1) + 1);
        });
    }

    fn unwrap(&mut self, mut rest: &[u8]) {
        self.text.clear();
        if self.text.capacity() < rest.len() {
            // Growing in place would leave the old bytes in memory.
            self.text = Zeroizing::new(Vec::with_capacity(rest.len()));
        }
        let before = self.search.read();
        while let Some(at) = memchr2(b'\n', b'\r', rest) {
            if at > 0 {
                self.text.extend_from_slice(&rest[..at]);
                self.last = Last::Text;
            }
            self.last = match (self.last, rest[at]) {
                (Last::Text, b'\r') => {
                    self.left_out.push_back(before + self.text.len());
                    Last::Return
                }
                (Last::Text | Last::Return, b'\n') => {
                    self.left_out.push_back(before + self.text.len());
                    Last::LineEnd
                }
                (_, other) => {
                    self.text.push(other);
                    Last::LineEnd
                }
            };
            rest = &rest[at + 1..];
        }
        if !rest.is_empty() {
            self.text.extend_from_slice(rest);
            self.last = Last::Text;
        }
    }

    /// The position where a pattern may begin; everything before is decided.
    pub fn undecided(&self, patterns: &PatternSet) -> usize {
        in_stream(&self.left_out, self.search.undecided(patterns))
    }

    /// The position where a part to hide may begin: there, or after a line end that follows soon.
    pub fn may_hide_from(&self, patterns: &PatternSet) -> usize {
        hidden_from(&self.left_out, self.search.undecided(patterns))
    }

    /// Moves the beginning of the window.
    pub fn forget(&mut self, count: usize) {
        if count == 0 {
            return;
        }
        let mut left_out = 0;
        while let Some(&position) = self.left_out.front()
            && position + left_out < count
        {
            self.left_out.pop_front();
            left_out += 1;
        }
        let read = count - left_out;
        self.search.forget(read);
        for position in &mut self.left_out {
            *position -= read;
        }
    }
}

/// The position in the stream of the byte at `position` of the text without line ends.
fn in_stream(left_out: &VecDeque<usize>, position: usize) -> usize {
    position + left_out.partition_point(|&next| next <= position)
}

/// The position from which a pattern is hidden that begins at `position` of that text.
fn hidden_from(left_out: &VecDeque<usize>, position: usize) -> usize {
    let early = left_out.partition_point(|&next| next <= position + MAX_SHOWN_BYTES);
    let last = early.checked_sub(1).map_or(position, |last| left_out[last]);
    in_stream(left_out, last.max(position))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The parts that are hidden, and the position from which another may follow.
    fn found(pieces: &[&str]) -> (Vec<(usize, usize)>, usize) {
        let patterns = PatternSet::new(&vec![Zeroizing::new(b"abcdefgh".to_vec())]).unwrap();
        let (mut search, mut found) = (WrappedSearch::new(&patterns), Vec::new());
        for piece in pieces {
            search.push(&patterns, piece.as_bytes(), |part| {
                found.push((part.start, part.end));
            });
        }
        (found, search.may_hide_from(&patterns))
    }

    #[test]
    fn a_pattern_is_found_across_line_ends() {
        assert_eq!(found(&["x\nabcd\nefg\r\nh\n."]), (vec![(2, 13)], 15));
        assert_eq!(found(&["abcdefgh\n"]).0, [(0, 8)]);
        assert_eq!(found(&["abcd\r", "\ne\n", "fg", "h"]).0, [(0, 11)]);
    }

    #[test]
    fn an_empty_line_ends_a_match() {
        for text in [
            "abcd\n\nefgh",
            "abcd\r\n\r\nefgh",
            "abcd\n\refgh",
            "abcd\r\refgh",
        ] {
            assert!(found(&[text]).0.is_empty(), "{text:?}");
        }
    }

    #[test]
    fn a_short_beginning_before_a_line_end_is_shown() {
        for pieces in [
            &["abc\ndefgh"][..],
            &["ab", "c\n", "defgh"],
            &["a\nbc", "\ndefgh"],
        ] {
            let end = pieces.concat().len();
            assert_eq!(found(pieces).0, [(end - "defgh".len(), end)], "{pieces:?}");
        }
        assert_eq!(found(&["a\nb\nc\nd\nefgh"]).0, [(6, 12)]);
    }

    #[test]
    fn only_a_long_beginning_waits_for_the_next_line() {
        assert_eq!(found(&["x\n"]).1, 2);
        assert_eq!(found(&["x\nab"]).1, 2);
        assert_eq!(found(&["x\nabc\r\n"]).1, 7);
        assert_eq!(found(&["x\nabcd\n"]).1, 2);
        assert_eq!(found(&["x\nabcd\n", "\n"]).1, 8);
    }

    #[test]
    fn a_window_moves_on_without_losing_its_place() {
        let patterns = PatternSet::new(&vec![Zeroizing::new(b"abcdefgh".to_vec())]).unwrap();
        let (mut search, mut found) = (WrappedSearch::new(&patterns), Vec::new());
        search.push(&patterns, b"1\n2\r\nabcd\ne", |_| unreachable!());
        for count in [1, 0, 3] {
            search.forget(count);
        }
        assert_eq!(search.undecided(&patterns), 1);
        search.push(&patterns, b"f\ngh\n", |part| {
            found.push((part.start, part.end));
        });
        assert_eq!(found, [(1, 11)]);
    }
}
