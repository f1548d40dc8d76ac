//! Searches for many patterns at once in a stream that arrives in pieces of any size.

use super::encodings::Forms;
use aho_corasick::automaton::{Automaton as _, StateID};
use aho_corasick::nfa::noncontiguous::NFA;
use aho_corasick::{Anchored, MatchKind};
use std::io;
use std::ops::Range;

/// The number of bytes that the filter examines; no pattern is shorter.
const FILTER_BYTES: usize = 4;

/// Small enough for the fastest cache. A hundred secrets have about a thousand beginnings.
const FILTER_BITS: u32 = 16;

/// Patterns, ready to be searched for.
///
/// The automaton contains copies that are not wiped, because its crate cannot wipe them. It is in a process that
/// no other can read and that ends with the command.
pub struct PatternSet {
    automaton: NFA,
    start: StateID,
    /// For each state, the number of last bytes that may begin a pattern.
    depths: Vec<u32>,
    /// The first four bytes of the patterns, by a hash.
    filter: Vec<u64>,
}

impl PatternSet {
    /// Each pattern has at least four bytes. An error means that the automaton would be too large.
    pub fn new(patterns: &Forms) -> io::Result<Self> {
        // All matches, not only the leftmost: where two values overlap, both are hidden.
        let automaton = NFA::builder()
            .match_kind(MatchKind::Standard)
            .prefilter(false)
            .build(patterns.iter().map(|pattern| &pattern[..]))
            .map_err(io::Error::other)?;
        let start = automaton
            .start_state(Anchored::No)
            .map_err(io::Error::other)?;
        let mut depths = vec![0; start.as_usize() + 1];
        let mut filter = vec![0; 1 << (FILTER_BITS - 6)];
        for pattern in patterns {
            let mut state = start;
            for (depth, &byte) in (1..).zip(pattern.iter()) {
                state = automaton.next_state(Anchored::No, state, byte);
                if depths.len() <= state.as_usize() {
                    depths.resize(state.as_usize() + 1, 0);
                }
                depths[state.as_usize()] = depth;
            }
            if let Some(&beginning) = pattern.first_chunk() {
                let bit = hash(beginning);
                filter[bit >> 6] |= 1_u64 << (bit & 63);
            }
        }
        Ok(Self {
            automaton,
            start,
            depths,
            filter,
        })
    }

    fn next(&self, state: StateID, byte: u8) -> StateID {
        self.automaton.next_state(Anchored::No, state, byte)
    }

    /// The number of bytes up to here that may begin a pattern.
    fn depth(&self, state: StateID) -> usize {
        self.depths
            .get(state.as_usize())
            .map_or(0, |&depth| depth as usize)
    }

    /// The length of the longest pattern that ends here.
    fn matched(&self, state: StateID) -> Option<usize> {
        if !self.automaton.is_match(state) {
            return None;
        }
        let ids = (0..self.automaton.match_len(state))
            .map(|index| self.automaton.match_pattern(state, index));
        ids.map(|id| self.automaton.pattern_len(id)).max()
    }

    /// The first position where a pattern may begin; it skips nearly all others.
    fn candidate(&self, bytes: &[u8]) -> Option<usize> {
        bytes.windows(FILTER_BYTES).position(|window| {
            window.first_chunk().is_some_and(|&beginning| {
                let bit = hash(beginning);
                self.filter[bit >> 6] >> (bit & 63) & 1 == 1
            })
        })
    }
}

/// Multiplicative hashing (Knuth, volume 3, 6.4).
fn hash(bytes: [u8; FILTER_BYTES]) -> usize {
    (u32::from_le_bytes(bytes).wrapping_mul(0x9E37_79B1) >> (32 - FILTER_BITS)) as usize
}

/// A place in a stream, counted from the beginning of a window on it.
pub struct Search {
    state: StateID,
    read: usize,
}

impl Search {
    pub fn new(patterns: &PatternSet) -> Self {
        Self {
            state: patterns.start,
            read: 0,
        }
    }

    /// The number of bytes of the window that were read.
    pub fn read(&self) -> usize {
        self.read
    }

    /// Reads the next bytes and reports the positions of patterns.
    pub fn push(
        &mut self,
        patterns: &PatternSet,
        piece: &[u8],
        mut found: impl FnMut(Range<usize>),
    ) {
        let (before, end) = (self.read, self.read + piece.len());
        while self.read < end {
            let at = self.read - before;
            // Inside a possible pattern only the automaton knows; elsewhere the filter finds the next candidate.
            let depth = patterns.depth(self.state);
            let from = at
                .checked_sub(depth)
                .filter(|from| depth < FILTER_BYTES && piece.len() - from >= FILTER_BYTES);
            let Some(from) = from else {
                self.step(patterns, piece[at], &mut found);
                continue;
            };
            let skipped = patterns.candidate(&piece[from..]);
            let at = skipped.map_or(piece.len() - FILTER_BYTES + 1, |skipped| from + skipped);
            self.state = patterns.start;
            self.read = before + at;
            for &byte in &piece[at..piece.len().min(at + FILTER_BYTES)] {
                self.step(patterns, byte, &mut found);
            }
        }
    }

    fn step(&mut self, patterns: &PatternSet, byte: u8, found: &mut impl FnMut(Range<usize>)) {
        self.state = patterns.next(self.state, byte);
        self.read += 1;
        if let Some(length) = patterns.matched(self.state) {
            found(self.read - length..self.read);
        }
    }

    /// The position where a pattern may begin; everything before is decided.
    pub fn undecided(&self, patterns: &PatternSet) -> usize {
        self.read - patterns.depth(self.state)
    }

    /// Moves the beginning of the window.
    pub fn forget(&mut self, count: usize) {
        self.read -= count;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use zeroize::Zeroizing;

    #[test]
    fn the_filter_and_the_automaton_know_each_pattern() {
        let texts = ["hunter22", "hunter22-and-more", "{\"a\":1}"];
        let forms: Forms = texts.map(|text| Zeroizing::new(text.into())).into();
        let patterns = PatternSet::new(&forms).unwrap();
        for text in &forms {
            assert_eq!(patterns.candidate(text), Some(0));
            let mut state = patterns.start;
            for (read, &byte) in text.iter().enumerate() {
                assert_eq!(patterns.depth(state), read);
                state = patterns.next(state, byte);
            }
            assert_eq!(patterns.matched(state), Some(text.len()));
        }
    }

    #[test]
    fn patterns_are_found_across_pieces() {
        let patterns = PatternSet::new(&vec![Zeroizing::new(b"hunter22".to_vec())]).unwrap();
        for cut in 0..=12 {
            let (mut search, mut found) = (Search::new(&patterns), Vec::new());
            let (one, two) = b"a hunter22 b".split_at(cut);
            search.push(&patterns, one, |part| found.push((part.start, part.end)));
            search.push(&patterns, two, |part| found.push((part.start, part.end)));
            assert_eq!(found, [(2, 10)], "{cut}");
            assert_eq!(search.undecided(&patterns), 12);
        }
    }
}
