//! The texts to hide: the selected values, their lines, and the encodings in which a program may print them.
//!
//! A text shorter than [`MIN_BYTES`] is not hidden. The automaton holds copies that are not wiped, because its
//! crate has no way to: it lives in a process that no other can read and that ends with the command.

use super::encodings::{self, Forms};
use crate::plaintext::Plaintext;
use aho_corasick::automaton::Automaton as _;
use aho_corasick::nfa::noncontiguous::NFA;
use aho_corasick::{Anchored, MatchKind};
use std::io;
use zeroize::Zeroizing;

pub use aho_corasick::automaton::StateID as State;

/// A shorter value is a word, a number or a port: `true`, `5432` and `admin` appear in any program's output.
/// Hiding them would make it useless, and reveal the value.
pub const MIN_BYTES: usize = 6;

/// How many bytes the filter looks at; no pattern is shorter.
pub const FILTER_BYTES: usize = 4;

/// Small enough for the fastest cache. A hundred secrets have about a thousand beginnings.
const FILTER_BITS: u32 = 16;

/// All texts to hide, ready to be searched for.
pub struct Patterns {
    automaton: NFA,
    start: State,
    /// For each state, how many of the last bytes may begin a pattern.
    depths: Vec<u32>,
    /// The first four bytes of the patterns, by a hash.
    filter: Vec<u64>,
    longest: usize,
}

/// Collects values.
#[derive(Default)]
pub struct Collector {
    forms: Forms,
}

impl Collector {
    /// Adds a value with its encodings; returns whether it is long enough to hide.
    #[must_use]
    pub fn add(&mut self, value: &Plaintext) -> bool {
        // Programs often print a value without the white space around it.
        let value = value.expose().trim_ascii();
        if value.len() < MIN_BYTES {
            return false;
        }
        self.add_forms(value);
        true
    }

    fn add_forms(&mut self, value: &[u8]) {
        let forms = &mut self.forms;
        forms.push(Zeroizing::new(value.to_vec()));
        encodings::base64(value, forms);
        encodings::hex(value, forms);
        encodings::percent(value, forms);
        encodings::json(value, forms);
        let lines: Vec<&[u8]> = value.split(|&byte| byte == b'\n').collect();
        if lines.len() > 1 {
            let lines = || lines.iter().map(|line| line.trim_ascii());
            forms.extend(
                lines()
                    .filter(|line| !is_label(line))
                    .map(|line| Zeroizing::new(line.to_vec())),
            );
            // With its short lines, and line ends as a terminal writes them.
            let without: Vec<&[u8]> = value
                .split(|&byte| byte == b'\n')
                .map(|line| line.strip_suffix(b"\r").unwrap_or(line))
                .collect();
            for line_end in [&b"\n"[..], b"\r\n"] {
                forms.push(Zeroizing::new(without.join(line_end)));
            }
        }
    }

    /// An error means that the automaton would be too large.
    pub fn finish(self) -> io::Result<Patterns> {
        let mut forms = self.forms;
        forms.retain(|form| form.len() >= MIN_BYTES);
        forms.sort_unstable_by(|one, other| one[..].cmp(&other[..]));
        forms.dedup_by(|one, other| one[..] == other[..]);
        Patterns::new(&forms)
    }
}

/// A line such as `-----BEGIN PRIVATE KEY-----` (RFC 7468), which is no secret.
fn is_label(line: &[u8]) -> bool {
    line.starts_with(b"-----") && line.ends_with(b"-----")
}

impl Patterns {
    fn new(forms: &Forms) -> io::Result<Self> {
        // All matches, not only the leftmost: where two values overlap, both are hidden.
        let automaton = NFA::builder()
            .match_kind(MatchKind::Standard)
            .prefilter(false)
            .build(forms.iter().map(|form| &form[..]))
            .map_err(io::Error::other)?;
        let start = automaton
            .start_state(Anchored::No)
            .map_err(io::Error::other)?;
        let mut depths = vec![0; start.as_usize() + 1];
        let mut filter = vec![0; 1 << (FILTER_BITS - 6)];
        for form in forms {
            let mut state = start;
            for (depth, &byte) in (1..).zip(form.iter()) {
                state = automaton.next_state(Anchored::No, state, byte);
                if depths.len() <= state.as_usize() {
                    depths.resize(state.as_usize() + 1, 0);
                }
                depths[state.as_usize()] = depth;
            }
            if let Some(&beginning) = form.first_chunk() {
                let bit = hash(beginning);
                filter[bit >> 6] |= 1_u64 << (bit & 63);
            }
        }
        Ok(Self {
            automaton,
            start,
            depths,
            filter,
            longest: forms.iter().map(|form| form.len()).max().unwrap_or(0),
        })
    }

    /// Exactly these texts, each at least [`MIN_BYTES`] long.
    #[cfg(test)]
    pub fn of(texts: &[&[u8]]) -> Self {
        let forms = texts.iter().map(|text| Zeroizing::new(text.to_vec()));
        Self::new(&forms.collect()).unwrap()
    }

    pub fn start(&self) -> State {
        self.start
    }

    pub fn longest(&self) -> usize {
        self.longest
    }

    pub fn next(&self, state: State, byte: u8) -> State {
        self.automaton.next_state(Anchored::No, state, byte)
    }

    /// How many of the bytes up to here may begin a pattern.
    pub fn depth(&self, state: State) -> usize {
        self.depths
            .get(state.as_usize())
            .map_or(0, |&depth| depth as usize)
    }

    /// The length of the longest pattern that ends here.
    pub fn matched(&self, state: State) -> Option<usize> {
        if !self.automaton.is_match(state) {
            return None;
        }
        let ids = (0..self.automaton.match_len(state))
            .map(|index| self.automaton.match_pattern(state, index));
        ids.map(|id| self.automaton.pattern_len(id)).max()
    }

    /// The first place where a pattern may begin; it skips nearly all others.
    pub fn candidate(&self, bytes: &[u8]) -> Option<usize> {
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

#[cfg(test)]
mod tests {
    use super::*;

    fn collected(value: &str) -> Option<Forms> {
        let mut collector = Collector::default();
        collector
            .add(&Plaintext::new(value.as_bytes().to_vec()))
            .then_some(collector.forms)
    }

    fn has(forms: &Forms, text: &str) -> bool {
        forms.iter().any(|form| form[..] == *text.as_bytes())
    }

    #[test]
    fn a_text_too_short_to_mask_is_reported() {
        for value in ["", "1", "admin", "  5432 \n"] {
            assert!(collected(value).is_none(), "{value:?}");
        }
        assert!(collected("hunter").is_some());
    }

    #[test]
    fn a_value_is_looked_for_without_the_space_around_it() {
        let forms = collected("\n hunter two\r\n").unwrap();
        assert!(has(&forms, "hunter two"));
        assert!(!forms.iter().any(|form| form.ends_with(b"\n")));
    }

    #[test]
    fn lines_are_looked_for_one_by_one_and_together() {
        let forms = collected("-----BEGIN KEY-----\nfirst line\r\n  second line\n=x").unwrap();
        for form in [
            "first line",
            "second line",
            "-----BEGIN KEY-----\nfirst line\n  second line\n=x",
            "-----BEGIN KEY-----\r\nfirst line\r\n  second line\r\n=x",
        ] {
            assert!(has(&forms, form), "{form:?}");
        }
        assert!(!has(&forms, "-----BEGIN KEY-----"));
    }

    #[test]
    fn no_pattern_is_short_and_the_filter_knows_each() {
        let mut collector = Collector::default();
        let value = Plaintext::new(b"{\n  \"a\": 1,\n \"bcdefghi\"\n}\n".to_vec());
        assert!(collector.add(&value));
        let mut forms = std::mem::take(&mut collector.forms);
        assert!(forms.iter().any(|form| form.len() < MIN_BYTES));
        collector.forms = forms
            .iter()
            .map(|form| Zeroizing::new(form.to_vec()))
            .collect();
        let patterns = collector.finish().unwrap();
        forms.retain(|form| form.len() >= MIN_BYTES);
        for form in &forms {
            assert_eq!(patterns.candidate(form), Some(0));
            let mut state = patterns.start();
            for (read, &byte) in form.iter().enumerate() {
                assert_eq!(patterns.depth(state), read);
                state = patterns.next(state, byte);
            }
            assert_eq!(patterns.matched(state), Some(form.len()));
            assert!(patterns.longest() >= form.len());
        }
    }
}
