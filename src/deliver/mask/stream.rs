//! Hides patterns in a stream that arrives in pieces of any size.
//!
//! Every byte of every occurrence is hidden, also where occurrences overlap, and each hidden stretch becomes one
//! [`MASK`]. Bytes that may begin a pattern are held back until that is decided; the sizes of the pieces do not
//! change the output. Two exceptions help the reader; each shows only a short beginning:
//!
//! - when the stream pauses, so that a prompt is not held back for ever ([`Masker::pause`]);
//! - when the stream ends. A longer beginning was cut off there, and is hidden.

use super::patterns::Patterns;
use super::search::Search;
use super::wrapped::{MAX_SHOWN_BYTES, WrappedSearch};
use std::ops::Range;
use std::sync::Arc;
use zeroize::Zeroizing;

/// The same length for every value, so that it reveals nothing.
pub const MASK: &[u8] = b"[hidden]";

/// The longest beginning of base64 or hex that is shown at the end of a stream: at most five bytes of a value.
/// The beginning of a commit id looks like a hex form now and then.
pub const MAX_SHOWN_ENCODED_BYTES: usize = 7;

/// A position in a stream.
pub struct Masker {
    patterns: Arc<Patterns>,
    exact: Search,
    wrapped: WrappedSearch,
    /// The undecided bytes, which may begin a pattern.
    window: Zeroizing<Vec<u8>>,
    /// The number of them that were already shown or masked.
    shown: usize,
    /// The parts of the window to hide, in order and not adjacent.
    hidden: Vec<Range<usize>>,
    /// Whether the last output was the mask.
    masked: bool,
}

impl Masker {
    pub fn new(patterns: Arc<Patterns>) -> Self {
        Self {
            exact: Search::new(&patterns.exact),
            wrapped: WrappedSearch::new(&patterns.wrapped),
            window: Zeroizing::default(),
            shown: 0,
            hidden: Vec::new(),
            masked: false,
            patterns,
        }
    }

    /// Takes the next bytes and adds the decided ones to `out`.
    pub fn push(&mut self, bytes: &[u8], out: &mut Vec<u8>) {
        self.append(bytes);
        let hidden = &mut self.hidden;
        let Patterns { exact, wrapped } = &*self.patterns;
        self.exact.push(exact, bytes, |part| hidden.push(part));
        self.wrapped.push(wrapped, bytes, |part| hidden.push(part));
        join(hidden);
        let undecided = self.exact.undecided(exact);
        let may_hide_from = undecided.min(self.wrapped.may_hide_from(wrapped));
        let decided = undecided.min(self.wrapped.undecided(wrapped));
        self.show_until(may_hide_from, out);
        self.forget(decided);
    }

    /// Whether [`Masker::pause`] would show anything.
    pub fn can_show_more(&self) -> bool {
        self.shown < self.window.len() && !self.shows_more_than(MAX_SHOWN_BYTES, 0)
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
        let text = self.window.iter().rposition(|byte| !is_line_end(*byte));
        let end = text.map_or(0, |last| last + 1);
        for (from, limit) in [
            (self.exact.undecided(&self.patterns.exact), MAX_SHOWN_BYTES),
            (
                self.wrapped.may_hide_from(&self.patterns.wrapped),
                MAX_SHOWN_ENCODED_BYTES,
            ),
        ] {
            if self.shows_more_than(limit, from) {
                self.hidden.push(from..end);
            }
        }
        join(&mut self.hidden);
        self.show_until(self.window.len(), out);
    }

    fn append(&mut self, bytes: &[u8]) {
        let length = self.window.len() + bytes.len();
        if length > self.window.capacity() {
            // Growing in place would leave the old bytes in memory.
            let mut larger = Zeroizing::new(Vec::with_capacity(length.next_power_of_two()));
            larger.extend_from_slice(&self.window);
            self.window = larger;
        }
        self.window.extend_from_slice(bytes);
    }

    /// Whether more bytes than these are not hidden, without counting line ends.
    fn shows_more_than(&self, limit: usize, mut from: usize) -> bool {
        let end = self.window.len();
        let mut seen = 0;
        for part in self.hidden.iter().chain([&(end..end)]) {
            for byte in self.window.get(from..part.start).unwrap_or_default() {
                seen += usize::from(!is_line_end(*byte));
                if seen > limit {
                    return true;
                }
            }
            from = from.max(part.end);
        }
        false
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
        self.exact.forget(count);
        self.wrapped.forget(count);
        self.hidden.retain_mut(|part| {
            *part = part.start.saturating_sub(count)..part.end.saturating_sub(count);
            part.start < part.end
        });
    }
}

/// Sorts the parts, and joins those that overlap or touch.
fn join(parts: &mut Vec<Range<usize>>) {
    parts.sort_unstable_by_key(|part| part.start);
    parts.dedup_by(|next, last| {
        let touches = next.start <= last.end;
        if touches {
            last.end = last.end.max(next.end);
        }
        touches
    });
}

fn is_line_end(byte: u8) -> bool {
    matches!(byte, b'\n' | b'\r')
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn masker(exact: &[&str]) -> Masker {
        let exact: Vec<&[u8]> = exact.iter().map(|text| text.as_bytes()).collect();
        Masker::new(Arc::new(Patterns::of(&exact, &[])))
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

    struct Case {
        exact: Vec<Vec<u8>>,
        wrapped: Vec<Vec<u8>>,
        input: Vec<u8>,
    }

    impl Case {
        fn patterns(&self) -> Arc<Patterns> {
            let [exact, wrapped] = [&self.exact, &self.wrapped].map(|patterns| {
                patterns
                    .iter()
                    .map(|pattern| &pattern[..])
                    .collect::<Vec<_>>()
            });
            Arc::new(Patterns::of(&exact, &wrapped))
        }

        /// The positions of the bytes that are searched for wrapped patterns.
        fn unwrapped(&self) -> Vec<usize> {
            let (mut kept, mut last) = (Vec::new(), b'.');
            for (at, &byte) in self.input.iter().enumerate() {
                let follows_text = !is_line_end(last);
                match byte {
                    b'\r' if follows_text => last = b'\r',
                    b'\n' if follows_text || last == b'\r' => last = b'\n',
                    byte => {
                        kept.push(at);
                        last = if byte == b'\r' { b'\n' } else { byte };
                    }
                }
            }
            kept
        }

        /// The position after the last line end that was left out after one of the first bytes.
        fn hidden_from(&self, kept: &[usize], at: usize) -> usize {
            let mut ends = (at + 1..=at + MAX_SHOWN_BYTES).filter(|&next| next <= kept.len());
            let next = |next: usize| kept.get(next).copied().unwrap_or(self.input.len());
            let early = ends.rfind(|&end| next(end) > kept[end - 1] + 1);
            early.map_or(kept[at], next)
        }

        /// Finds the same, byte by byte and without optimisations.
        fn hidden(&self) -> Vec<bool> {
            let mut hidden = vec![false; self.input.len()];
            let everything: Vec<usize> = (0..self.input.len()).collect();
            let unwrapped = self.unwrapped();
            let searches = [
                (&self.exact, &everything, MAX_SHOWN_BYTES),
                (&self.wrapped, &unwrapped, MAX_SHOWN_ENCODED_BYTES),
            ];
            for (patterns, kept, _) in searches {
                let text: Vec<u8> = kept.iter().map(|&at| self.input[at]).collect();
                for pattern in patterns {
                    for at in 0..text.len() {
                        if text[at..].starts_with(pattern) {
                            let from = self.hidden_from(kept, at);
                            hidden[from..=kept[at + pattern.len() - 1]].fill(true);
                        }
                    }
                }
            }
            for (patterns, kept, limit) in searches {
                let text: Vec<u8> = kept.iter().map(|&at| self.input[at]).collect();
                let cut_off = (0..text.len()).find(|&at| {
                    let begins = |pattern: &Vec<u8>| pattern.starts_with(&text[at..]);
                    patterns.iter().any(begins)
                });
                let Some(from) = cut_off.map(|at| self.hidden_from(kept, at)) else {
                    continue;
                };
                let plain = |at: &usize| !hidden[*at] && !is_line_end(self.input[*at]);
                if (from..self.input.len()).filter(plain).count() > limit {
                    let last = self
                        .input
                        .iter()
                        .rposition(|byte| !is_line_end(*byte))
                        .unwrap();
                    hidden[from..=last].fill(true);
                }
            }
            hidden
        }

        fn expected(&self) -> Vec<u8> {
            let hidden = self.hidden();
            let mut out = Vec::new();
            for (at, &byte) in self.input.iter().enumerate() {
                if !hidden[at] {
                    out.push(byte);
                } else if at == 0 || !hidden[at - 1] {
                    out.extend_from_slice(MASK);
                }
            }
            out
        }
    }

    impl std::fmt::Debug for Case {
        fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            let text = |bytes: &Vec<u8>| bytes.escape_ascii().to_string();
            let [exact, wrapped] = [&self.exact, &self.wrapped]
                .map(|texts| texts.iter().map(text).collect::<Vec<_>>());
            write!(f, "{exact:?} {wrapped:?} in {}", text(&self.input))
        }
    }

    /// Few letters make many overlaps; long patterns make many long beginnings.
    fn letters(from: &'static [u8], length: Range<usize>) -> impl Strategy<Value = Vec<u8>> {
        prop::collection::vec(prop::sample::select(from), length)
    }

    /// Texts that contain patterns, and parts of them, some broken into lines.
    fn cases() -> impl Strategy<Value = Case> {
        let patterns = || prop::collection::vec(letters(b"aab", 6..14), 1..4);
        let exact = prop::collection::vec(letters(b"aaabbc\n", 6..14), 0..4);
        (exact, patterns())
            .prop_flat_map(|(exact, wrapped)| {
                let part = (
                    any::<prop::sample::Index>(),
                    any::<prop::sample::Index>(),
                    0..5,
                    1_usize..5,
                );
                let of = [&exact[..], &wrapped].concat();
                let part = part.prop_map(move |(which, length, kind, columns)| {
                    let pattern = which.get(&of);
                    match kind {
                        0 => pattern.clone(),
                        1 => pattern[..length.index(pattern.len())].to_vec(),
                        2 => pattern[length.index(pattern.len())..].to_vec(),
                        3 => pattern
                            .chunks(columns)
                            .collect::<Vec<_>>()
                            .join(&b"\r\n"[columns % 2..]),
                        _ => b"c".to_vec(),
                    }
                });
                let input =
                    prop::collection::vec(prop_oneof![part, letters(b"aab\n\r", 0..5)], 0..12);
                (
                    Just(exact),
                    Just(wrapped),
                    input.prop_map(|parts| parts.concat()),
                )
            })
            .prop_map(|(exact, wrapped, input)| Case {
                exact,
                wrapped,
                input,
            })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(3000))]

        #[test]
        fn no_cut_makes_a_difference_and_nothing_is_left(
            case in cases(),
            cuts in prop::collection::vec(1_usize..9, 1..40),
        ) {
            let (patterns, expected) = (case.patterns(), case.expected());
            for cuts in [&cuts[..], &[1], &[case.input.len().max(1)]] {
                let (mut masker, mut out) = (Masker::new(Arc::clone(&patterns)), Vec::new());
                let (mut rest, mut cuts) = (&case.input[..], cuts.iter().cycle());
                while !rest.is_empty() {
                    let (piece, later) = rest.split_at(rest.len().min(*cuts.next().unwrap()));
                    masker.push(piece, &mut out);
                    rest = later;
                }
                masker.finish(&mut out);
                prop_assert_eq!(out.escape_ascii().to_string(), expected.escape_ascii().to_string());
            }
            for pattern in case.exact.iter().chain(&case.wrapped) {
                prop_assert!(!expected.windows(pattern.len()).any(|window| window == pattern));
            }
        }

        #[test]
        fn pauses_show_no_more_than_a_few_bytes(case in cases()) {
            let (mut masker, mut out) = (Masker::new(case.patterns()), Vec::new());
            for byte in &case.input {
                masker.push(&[*byte], &mut out);
                masker.pause(&mut out);
            }
            masker.finish(&mut out);
            let shown = |text: &[u8]| -> usize {
                let masks = text.windows(MASK.len()).filter(|window| *window == MASK).count();
                let line_ends = text.iter().filter(|byte| is_line_end(**byte)).count();
                text.len() - masks * MASK.len() - line_ends
            };
            // A few bytes before each part that is hidden.
            let hidden = case.hidden();
            let parts = hidden.iter().filter(|&&hidden| hidden).count();
            prop_assert!(shown(&out) <= shown(&case.expected()) + parts * MAX_SHOWN_BYTES);
            for pattern in case.exact.iter().chain(&case.wrapped) {
                prop_assert!(!out.windows(pattern.len()).any(|window| window == pattern));
            }
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

    #[test]
    fn an_encoding_is_hidden_with_its_line_ends_and_none_around_it() {
        let patterns = Arc::new(Patterns::of(&[], &[b"aHVudGVyMjI="]));
        let (mut masker, mut out) = (Masker::new(patterns), Vec::new());
        masker.push(b"<\naHVud\nGVyM\r\njI=\n", &mut out);
        masker.pause(&mut out);
        assert_eq!(out, b"<\n[hidden]\n");
        // Lines wait neither for the next line nor for a pause.
        masker.push(b"data\n", &mut out);
        assert_eq!(out, b"<\n[hidden]\ndata\n");
        // Five of a commit's digits may be any encoding's first.
        masker.push(b"commit aHVud\n", &mut out);
        masker.finish(&mut out);
        assert_eq!(text(out), "<\n[hidden]\ndata\ncommit aHVud\n");
    }
}
