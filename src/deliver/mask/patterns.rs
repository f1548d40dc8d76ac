//! The texts to hide: the selected values, their lines, and the encodings in which a program may print them.
//!
//! A text shorter than [`MIN_BYTES`] is not hidden.

use super::encodings::{self, Forms};
use super::lines::{MIN_BYTES, secret_lines};
use super::search::PatternSet;
use super::shell_quoting;
use crate::plaintext::Plaintext;
use std::io;
use zeroize::Zeroizing;

/// All texts to hide, ready to be searched for.
pub struct Patterns {
    /// Texts that are searched for unchanged.
    pub exact: PatternSet,
    /// Texts of encoders that break lines; they are also found in pieces.
    pub wrapped: PatternSet,
}

/// Collects values.
#[derive(Default)]
pub struct Collector {
    exact: Forms,
    wrapped: Forms,
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
        self.add_exact(value);
        encodings::base64(value, &mut self.wrapped);
        encodings::hex(value, &mut self.wrapped);
        true
    }

    fn add_exact(&mut self, value: &[u8]) {
        let mut forms = vec![Zeroizing::new(value.to_vec()), with_newlines(value)];
        encodings::percent(value, &mut forms);
        encodings::json(value, &mut forms);
        shell_quoting::shells(value, &mut forms);
        let on_terminal: Vec<_> = forms.iter().filter_map(|form| with_returns(form)).collect();
        self.exact.append(&mut forms);
        self.exact.extend(on_terminal);
        if value.contains(&b'\n') {
            let lines = secret_lines(value).map(|line| Zeroizing::new(line.to_vec()));
            self.exact.extend(lines);
        }
    }

    /// An error means that the automata would be too large.
    pub fn finish(self) -> io::Result<Patterns> {
        Ok(Patterns {
            exact: PatternSet::new(&distinct(self.exact))?,
            wrapped: PatternSet::new(&distinct(self.wrapped))?,
        })
    }
}

fn distinct(mut forms: Forms) -> Forms {
    forms.retain(|form| form.len() >= MIN_BYTES);
    forms.sort_unstable_by(|one, other| one[..].cmp(&other[..]));
    forms.dedup_by(|one, other| one[..] == other[..]);
    forms
}

/// With `\n` for each `\r\n`.
fn with_newlines(text: &[u8]) -> Zeroizing<Vec<u8>> {
    let lines = text.split(|&byte| byte == b'\n');
    let lines: Vec<&[u8]> = lines
        .map(|line| line.strip_suffix(b"\r").unwrap_or(line))
        .collect();
    Zeroizing::new(lines.join(&b"\n"[..]))
}

/// With the line ends that a terminal writes, if there are any.
fn with_returns(text: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    if !text.contains(&b'\n') {
        return None;
    }
    let text = with_newlines(text);
    let lines: Vec<&[u8]> = text.split(|&byte| byte == b'\n').collect();
    Some(Zeroizing::new(lines.join(&b"\r\n"[..])))
}

#[cfg(test)]
impl Patterns {
    /// Exactly these texts, each at least [`MIN_BYTES`] long.
    pub fn of(exact: &[&[u8]], wrapped: &[&[u8]]) -> Self {
        let set = |texts: &[&[u8]]| {
            let forms = texts.iter().map(|text| Zeroizing::new(text.to_vec()));
            PatternSet::new(&forms.collect()).unwrap()
        };
        Self {
            exact: set(exact),
            wrapped: set(wrapped),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn collected(value: &str) -> Option<Forms> {
        let mut collector = Collector::default();
        collector
            .add(&Plaintext::new(value.as_bytes().to_vec()))
            .then_some(collector.exact)
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
            "-----BEGIN KEY-----\nfirst line\r\n  second line\n=x",
            "-----BEGIN KEY-----\nfirst line\n  second line\n=x",
            "-----BEGIN KEY-----\r\nfirst line\r\n  second line\r\n=x",
        ] {
            assert!(has(&forms, form), "{form:?}");
        }
        assert!(!has(&forms, "-----BEGIN KEY-----"));
    }

    #[test]
    fn no_pattern_is_short() {
        let value = Plaintext::new(b"{\n  \"a\": 1,\n \"bcdefghi\"\n}\n".to_vec());
        let mut collector = Collector::default();
        assert!(collector.add(&value));
        for forms in [collector.exact, collector.wrapped] {
            assert!(distinct(forms).iter().all(|form| form.len() >= MIN_BYTES));
        }
    }
}
