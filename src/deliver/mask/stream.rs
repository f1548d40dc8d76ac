//! Hides patterns in a stream that arrives in pieces of any size.
//!
//! Every byte of every occurrence is hidden, also where occurrences overlap, and each hidden stretch becomes
//! one [`MASK`]. Bytes that may begin a pattern are held back until that is decided; the sizes of the pieces
//! make no difference to the output. Two exceptions help the reader; each shows at most
//! [`MAX_SHOWN_BYTES`] of a beginning:
//!
//! - when the stream pauses, so that a prompt is not held back for ever ([`Masker::pause`]);
//! - when it ends. A longer beginning was cut off there, and is hidden.

use super::patterns::{FILTER_BYTES, Patterns, State};
use std::ops::Range;
use std::sync::Arc;
use zeroize::Zeroizing;

/// The same length for every value, so that it reveals nothing.
pub const MASK: &[u8] = b"[hidden]";

/// Many prompts end in these three bytes, and they are at most half of the shortest pattern.
pub const MAX_SHOWN_BYTES: usize = 3;

/// A position in a stream.
pub struct Masker {
    patterns: Arc<Patterns>,
    /// The undecided bytes, which may begin a pattern.
    window: Zeroizing<Vec<u8>>,
    /// How many of them were shown or masked already.
    shown: usize,
    /// How many of them the automaton has read.
    read: usize,
    state: State,
    /// The parts of the window to hide, in order and not adjacent.
    hidden: Vec<Range<usize>>,
    /// Whether the last output was the mask.
    masked: bool,
}

impl Masker {
    pub fn new(patterns: Arc<Patterns>) -> Self {
        Self {
            window: Zeroizing::default(),
            shown: 0,
            read: 0,
            state: patterns.start(),
            hidden: Vec::new(),
            masked: false,
            patterns,
        }
    }

    /// Takes the next bytes and adds the decided ones to `out`.
    pub fn push(&mut self, bytes: &[u8], out: &mut Vec<u8>) {
        self.append(bytes);
        self.search();
        let decided = self.undecided();
        self.show_until(decided, out);
        self.forget(decided);
    }

    /// Whether [`Masker::pause`] would show anything.
    pub fn can_show_more(&self) -> bool {
        self.shown < self.window.len() && self.plain_bytes() <= MAX_SHOWN_BYTES
    }

    /// Shows a short beginning of a pattern, because no more bytes came for a while. If the rest comes later,
    /// that is hidden.
    pub fn pause(&mut self, out: &mut Vec<u8>) {
        if self.can_show_more() {
            self.show_until(self.window.len(), out);
        }
    }

    /// Ends the stream.
    pub fn finish(mut self, out: &mut Vec<u8>) {
        let end = self.window.len();
        if self.plain_bytes() > MAX_SHOWN_BYTES {
            self.hide(0..end);
        }
        self.show_until(end, out);
    }

    fn append(&mut self, bytes: &[u8]) {
        let length = self.window.len() + bytes.len();
        if length > self.window.capacity() {
            // Growing in place would leave the old bytes in memory.
            let room = length.max(self.patterns.longest() + bytes.len());
            let mut larger = Zeroizing::new(Vec::with_capacity(room));
            larger.extend_from_slice(&self.window);
            self.window = larger;
        }
        self.window.extend_from_slice(bytes);
    }

    /// Reads to the end of the window.
    fn search(&mut self) {
        let end = self.window.len();
        while self.read < end {
            let from = self.undecided();
            // Inside a possible pattern only the automaton knows; elsewhere the filter finds the next one.
            if self.patterns.depth(self.state) >= FILTER_BYTES || end - from < FILTER_BYTES {
                self.step();
                continue;
            }
            let found = self.patterns.candidate(&self.window[from..]);
            self.read = found.map_or(end - FILTER_BYTES + 1, |at| from + at);
            self.state = self.patterns.start();
            for _ in self.read..end.min(self.read + FILTER_BYTES) {
                self.step();
            }
        }
    }

    fn step(&mut self) {
        self.state = self.patterns.next(self.state, self.window[self.read]);
        self.read += 1;
        if let Some(length) = self.patterns.matched(self.state) {
            self.hide(self.read - length..self.read);
        }
    }

    /// Adds a part that ends after all others.
    fn hide(&mut self, mut part: Range<usize>) {
        while let Some(last) = self.hidden.pop_if(|last| last.end >= part.start) {
            part.start = part.start.min(last.start);
        }
        self.hidden.push(part);
    }

    /// Where a pattern may begin; everything before is decided.
    fn undecided(&self) -> usize {
        self.read - self.patterns.depth(self.state)
    }

    fn plain_bytes(&self) -> usize {
        let hidden: usize = self.hidden.iter().map(ExactSizeIterator::len).sum();
        self.window.len() - hidden
    }

    fn show_until(&mut self, end: usize, out: &mut Vec<u8>) {
        for part in &self.hidden {
            if part.start >= end {
                break;
            }
            if self.shown < part.start {
                out.extend_from_slice(&self.window[self.shown..part.start]);
                self.masked = false;
                self.shown = part.start;
            }
            if self.shown < part.end {
                if !self.masked {
                    out.extend_from_slice(MASK);
                    self.masked = true;
                }
                self.shown = part.end.min(end);
            }
        }
        if self.shown < end {
            out.extend_from_slice(&self.window[self.shown..end]);
            self.masked = false;
            self.shown = end;
        }
    }

    /// Drops the beginning of the window, which was shown.
    fn forget(&mut self, count: usize) {
        self.window.drain(..count);
        self.shown -= count;
        self.read -= count;
        self.hidden.retain_mut(|part| {
            *part = part.start.saturating_sub(count)..part.end.saturating_sub(count);
            part.start < part.end
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn masker(patterns: &[&str]) -> Masker {
        let patterns: Vec<&[u8]> = patterns.iter().map(|text| text.as_bytes()).collect();
        Masker::new(Arc::new(Patterns::of(&patterns)))
    }

    fn text(bytes: Vec<u8>) -> String {
        String::from_utf8(bytes).unwrap()
    }

    fn masked(patterns: &[&str], input: &str) -> String {
        let (mut masker, mut out) = (masker(patterns), Vec::new());
        masker.push(input.as_bytes(), &mut out);
        masker.finish(&mut out);
        text(out)
    }

    /// The same, byte by byte and without optimisations.
    fn reference(patterns: &[Vec<u8>], input: &[u8]) -> Vec<u8> {
        let mut hidden = vec![false; input.len()];
        for pattern in patterns {
            for at in 0..input.len() {
                if input[at..].starts_with(pattern) {
                    hidden[at..at + pattern.len()].fill(true);
                }
            }
        }
        let cut_off = (0..input.len()).find(|&at| {
            let is_beginning = |pattern: &Vec<u8>| {
                pattern.len() > input.len() - at && pattern.starts_with(&input[at..])
            };
            patterns.iter().any(is_beginning)
        });
        if let Some(at) = cut_off {
            let plain = hidden[at..].iter().filter(|&&hidden| !hidden).count();
            if plain > MAX_SHOWN_BYTES {
                hidden[at..].fill(true);
            }
        }
        let mut out = Vec::new();
        for (at, &byte) in input.iter().enumerate() {
            if !hidden[at] {
                out.push(byte);
            } else if at == 0 || !hidden[at - 1] {
                out.extend_from_slice(MASK);
            }
        }
        out
    }

    /// Few letters make many overlaps; long patterns make many long beginnings.
    fn letters(length: Range<usize>) -> impl Strategy<Value = Vec<u8>> {
        prop::collection::vec(prop::sample::select(&b"aab"[..]), length)
    }

    /// Texts that contain patterns, and parts of them.
    fn cases() -> impl Strategy<Value = (Vec<Vec<u8>>, Vec<u8>)> {
        let patterns = prop::collection::vec(letters(6..14), 1..6);
        patterns.prop_flat_map(|patterns| {
            let part = (
                any::<prop::sample::Index>(),
                any::<prop::sample::Index>(),
                0..4,
            );
            let of = patterns.clone();
            let part = part.prop_map(move |(which, length, kind)| {
                let pattern = which.get(&of);
                match kind {
                    0 => pattern.clone(),
                    1 => pattern[..length.index(pattern.len())].to_vec(),
                    2 => pattern[length.index(pattern.len())..].to_vec(),
                    _ => b"c".to_vec(),
                }
            });
            let input = prop::collection::vec(prop_oneof![part, letters(0..5)], 0..12);
            (Just(patterns), input.prop_map(|parts| parts.concat()))
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(3000))]

        #[test]
        fn no_cut_makes_a_difference_and_nothing_is_left(
            (patterns, input) in cases(),
            cuts in prop::collection::vec(1_usize..9, 1..40),
        ) {
            let slices: Vec<&[u8]> = patterns.iter().map(|pattern| &pattern[..]).collect();
            let shared = Arc::new(Patterns::of(&slices));
            let expected = reference(&patterns, &input);
            for cuts in [&cuts[..], &[1], &[input.len().max(1)]] {
                let (mut masker, mut out) = (Masker::new(Arc::clone(&shared)), Vec::new());
                let (mut rest, mut cuts) = (&input[..], cuts.iter().cycle());
                while !rest.is_empty() {
                    let (piece, later) = rest.split_at(rest.len().min(*cuts.next().unwrap()));
                    masker.push(piece, &mut out);
                    rest = later;
                }
                masker.finish(&mut out);
                prop_assert_eq!(String::from_utf8_lossy(&out), String::from_utf8_lossy(&expected));
            }
            for pattern in slices {
                prop_assert!(!expected.windows(pattern.len()).any(|window| window == pattern));
            }
        }

        #[test]
        fn pauses_show_no_more_than_a_few_bytes((patterns, input) in cases()) {
            let slices: Vec<&[u8]> = patterns.iter().map(|pattern| &pattern[..]).collect();
            let (mut masker, mut out) = (Masker::new(Arc::new(Patterns::of(&slices))), Vec::new());
            for byte in &input {
                masker.push(&[*byte], &mut out);
                masker.pause(&mut out);
            }
            masker.finish(&mut out);
            let shown = |text: &[u8]| -> usize {
                let masks = text.windows(MASK.len()).filter(|window| *window == MASK).count();
                text.len() - masks * MASK.len()
            };
            for pattern in &slices {
                prop_assert!(!out.windows(pattern.len()).any(|window| window == *pattern));
            }
            // A few bytes of each value, and of the cut-off end.
            let right = reference(&patterns, &input);
            let values = slices.iter().flat_map(|pattern| input.windows(pattern.len()).filter(move |window| window == pattern));
            prop_assert!(shown(&out) <= shown(&right) + (values.count() + 1) * MAX_SHOWN_BYTES);
        }
    }

    #[test]
    fn a_value_is_hidden_and_the_rest_is_not() {
        assert_eq!(
            masked(&["hunter22"], "a hunter22 b hunter2 c"),
            "a [hidden] b hunter2 c"
        );
        assert_eq!(masked(&[], "a hunter22"), "a hunter22");
    }

    #[test]
    fn overlapping_and_adjacent_values_are_hidden_as_one() {
        let patterns = ["abcdefgh", "efghijkl", "abcdefghmnop"];
        assert_eq!(masked(&patterns, "<abcdefghijkl>"), "<[hidden]>");
        assert_eq!(masked(&patterns, "<abcdefghefghijkl>"), "<[hidden]>");
        assert_eq!(masked(&patterns, "<abcdefghmnop>"), "<[hidden]>");
        assert_eq!(masked(&patterns, "<abcdefghmnox>"), "<[hidden]mnox>");
    }

    #[test]
    fn only_a_possible_beginning_is_held_back_until_a_pause() {
        let (mut masker, mut out) = (masker(&["hunter22"]), Vec::new());
        masker.push(b"Password: ", &mut out);
        assert_eq!(out, b"Password: ");
        assert!(!masker.can_show_more());
        masker.push(b"oh", &mut out);
        assert_eq!(out, b"Password: o");
        assert!(masker.can_show_more());
        masker.pause(&mut out);
        assert_eq!(out, b"Password: oh");
        assert!(!masker.can_show_more());
        masker.push(b"unte", &mut out);
        assert!(!masker.can_show_more(), "a long beginning is not shown");
        masker.push(b"r22\n", &mut out);
        assert_eq!(text(out), "Password: oh[hidden]\n");
    }

    #[test]
    fn a_beginning_that_is_no_value_is_shown_in_full() {
        let (mut masker, mut out) = (masker(&["hunter22"]), Vec::new());
        for piece in ["hu", "nte", "rs"] {
            masker.push(piece.as_bytes(), &mut out);
            masker.pause(&mut out);
        }
        masker.finish(&mut out);
        assert_eq!(text(out), "hunters");
    }

    #[test]
    fn a_long_beginning_at_the_end_was_cut_off_and_is_hidden() {
        assert_eq!(masked(&["hunter22"], "it is hunter2"), "it is [hidden]");
        assert_eq!(masked(&["hunter22"], "it is hun"), "it is hun");
    }

    #[test]
    fn a_value_inside_another_is_masked_before_the_other_is_known() {
        let (mut masker, mut out) = (masker(&["hunter22", "hunter22-and-more"]), Vec::new());
        masker.push(b"hunter22", &mut out);
        assert!(out.is_empty() && masker.can_show_more());
        masker.pause(&mut out);
        assert_eq!(out, MASK);
        masker.push(b"-and-more.", &mut out);
        assert_eq!(text(out), "[hidden].");
    }
}
