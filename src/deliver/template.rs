//! Parses a template: bytes with references to secrets, such as `{{ kluis://workspace/name }}`.
//!
//! All other bytes stay, other `{{ … }}` included, and references inside a value are not replaced. Nothing
//! here asks a vault, and errors quote nothing of a template but a reference.

use crate::plaintext::Plaintext;
use crate::vault::reference::{Reference, SCHEME};
use crate::vault::rule::RuleViolation;
use memchr::{memchr_iter, memmem, memrchr};
use std::collections::HashMap;

pub const MAX_TEMPLATE_BYTES: usize = 16 << 20;

/// A template can name a long value on every line.
const MAX_FILLED_BYTES: usize = 64 << 20;

/// Longer than any reference, with some room for spaces.
const MAX_REFERENCE_BYTES: usize = 512;

const OPENING: &[u8] = b"{{";
const CLOSING: &[u8] = b"}}";

#[derive(Debug)]
pub struct Template<'t> {
    pieces: Vec<Piece<'t>>,
    references: Vec<Located>,
}

#[derive(Debug)]
enum Piece<'t> {
    Text(&'t [u8]),
    /// The position among the references.
    Value(usize),
}

/// A reference, and the line of its first use.
#[derive(Debug)]
pub struct Located {
    pub reference: Reference,
    pub line: usize,
}

#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The text after `{{ kluis://` is no reference. `column` counts characters, up to the braces.
    #[error("line {line}, column {column}: {broken}")]
    Malformed {
        line: usize,
        column: usize,
        broken: RuleViolation,
    },
    #[error("the template with its values is larger than 64 MiB")]
    TooLarge,
}

impl<'t> Template<'t> {
    pub fn parse(text: &'t [u8]) -> Result<Self, Error> {
        let mut template = Self {
            pieces: Vec::new(),
            references: Vec::new(),
        };
        let mut positions = HashMap::new();
        let mut line = 1;
        // How far lines were counted, and how far the text was copied.
        let (mut counted, mut taken) = (0, 0);
        for scheme in memmem::find_iter(text, SCHEME) {
            let before = text[..scheme].trim_ascii_end();
            let Some(before) = before.strip_suffix(OPENING) else {
                continue;
            };
            let opening = before.len();
            line += memchr_iter(b'\n', &text[counted..opening]).count();
            counted = opening;
            let (reference, bytes) = read(&text[scheme..]).map_err(|broken| Error::Malformed {
                line,
                column: column(before),
                broken,
            })?;
            template.pieces.push(Piece::Text(&text[taken..opening]));
            taken = scheme + bytes;
            let position = *positions.entry(reference).or_insert_with_key(|reference| {
                let reference = reference.clone();
                template.references.push(Located { reference, line });
                template.references.len() - 1
            });
            template.pieces.push(Piece::Value(position));
        }
        template.pieces.push(Piece::Text(&text[taken..]));
        Ok(template)
    }

    /// Each reference once.
    pub fn references(&self) -> &[Located] {
        &self.references
    }

    /// The text with `values` in place of the references; there is one value for each of
    /// [`Template::references`].
    pub fn fill(&self, values: &[Plaintext]) -> Result<Plaintext, Error> {
        let pieces = self.pieces.iter().map(|piece| match piece {
            Piece::Text(text) => text,
            Piece::Value(position) => values[*position].expose(),
        });
        let lengths = pieces.clone().map(<[u8]>::len);
        let length = lengths.fold(0, usize::saturating_add);
        if length > MAX_FILLED_BYTES {
            return Err(Error::TooLarge);
        }
        // At full size: a buffer that grows would leave unwiped copies.
        let mut filled = Vec::with_capacity(length);
        pieces.for_each(|piece| filled.extend_from_slice(piece));
        Ok(Plaintext::new(filled))
    }
}

/// Reads the reference at the beginning of `text`, and returns the position after its closing braces.
fn read(text: &[u8]) -> Result<(Reference, usize), RuleViolation> {
    let near = &text[..text.len().min(MAX_REFERENCE_BYTES)];
    let end = memmem::find(near, CLOSING)
        .ok_or_else(|| RuleViolation::mismatch("the }} at the end of the reference is missing"))?;
    let reference = near[..end].trim_ascii();
    // The rest between the braces may be anything, if braces were forgotten further up.
    let is_reference = |byte: &u8| byte.is_ascii_alphanumeric() || b"_+=-@#$./:?".contains(byte);
    let reference = std::str::from_utf8(reference)
        .ok()
        .filter(|reference| reference.as_bytes().iter().all(is_reference))
        .ok_or_else(|| {
            RuleViolation::mismatch(
                "there is more than a reference between {{ and }}, or the }} is missing",
            )
        })?;
    Ok((Reference::parse(reference)?, end + CLOSING.len()))
}

/// The column after `before`, counted from 1 in UTF-8 characters.
fn column(before: &[u8]) -> usize {
    let line = memrchr(b'\n', before).map_or(0, |newline| newline + 1);
    let is_first = |byte: &&u8| !(0x80..0xC0).contains(*byte);
    before[line..].iter().filter(is_first).count() + 1
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The text with each reference replaced by what `value` returns.
    fn filled(text: &[u8], value: impl Fn(&Reference) -> String) -> Vec<u8> {
        let template = Template::parse(text).unwrap();
        let values: Vec<Plaintext> = template
            .references()
            .iter()
            .map(|located| Plaintext::new(value(&located.reference).into_bytes()))
            .collect();
        template.fill(&values).unwrap().expose().to_vec()
    }

    fn shown(text: &str) -> String {
        let filled = filled(text.as_bytes(), |reference| format!("<{reference}>"));
        String::from_utf8(filled).unwrap()
    }

    fn malformed(text: &str) -> (usize, usize, String) {
        match Template::parse(text.as_bytes()).unwrap_err() {
            Error::Malformed {
                line,
                column,
                broken,
            } => (line, column, broken.rule),
            Error::TooLarge => panic!("too large"),
        }
    }

    #[test]
    fn every_spelling_of_a_reference_is_filled() {
        for (text, expected) in [
            ("{{ kluis://a }}", "<a>"),
            ("{{kluis://a}}", "<a>"),
            ("{{\tkluis://w/a\r\n}}", "<w/a>"),
            ("x{{ kluis://a?slot=7 }}y", "x<kluis://a?slot=7>y"),
            ("{{ kluis://a }}{{ kluis://b }}{{ kluis://a }}", "<a><b><a>"),
            (r#"{"a":{"b":"{{ kluis://a }}"}}"#, r#"{"a":{"b":"<a>"}}"#),
            ("{{{kluis://a}}}", "{<a>}"),
            ("{{ x {{ kluis://a }} }}", "{{ x <a> }}"),
            (
                "{{ kluis://sec_7ZZZZZZZZZZZZZZZZZZZZZZZZZ }}",
                "<sec_7ZZZZZZZZZZZZZZZZZZZZZZZZZ>",
            ),
        ] {
            assert_eq!(shown(text), expected, "{text}");
        }
    }

    #[test]
    fn everything_else_stays_as_it_stands() {
        for text in [
            "",
            "{{ name }}",
            "{{ .Values.x | default \"kluis://a\" }}",
            "{{- kluis://a -}}",
            "{{ \"kluis://a\" }}",
            "{ kluis://a }",
            "{{ kluis:/a }}",
            "{{ KLUIS://a }}",
            "kluis://a",
            "{{",
            "}}{{ }}\r\n\r\n",
            "\u{feff}{{ secret }}",
        ] {
            assert_eq!(shown(text), text);
        }
    }

    #[test]
    fn a_value_is_not_read_for_references() {
        let value = "{{ kluis://b }}";
        assert_eq!(
            filled(b"{{ kluis://a }}", |_| value.to_owned()),
            value.as_bytes()
        );
        // Not even if a value and the text around it form a reference.
        let split = filled(b"{{ {{ kluis://a }}://b }}", |_| "kluis".to_owned());
        assert_eq!(split, b"{{ kluis://b }}");
    }

    #[test]
    fn a_reference_is_listed_once_with_its_first_line() {
        let template =
            Template::parse(b"\n\n{{ kluis://b }}\n{{ kluis://a }}{{ kluis://b }}").unwrap();
        let listed: Vec<_> = template
            .references()
            .iter()
            .map(|located| (located.reference.to_string(), located.line))
            .collect();
        assert_eq!(listed, [("b".to_owned(), 3), ("a".to_owned(), 4)]);
    }

    #[test]
    fn an_invalid_reference_is_reported_by_place_only() {
        for (text, line, column, said) in [
            ("{{ kluis:// }}", 1, 1, "cannot be empty"),
            ("a\n\nbé {{ kluis://a/b/c }}", 3, 4, "\"b/c\""),
            ("\u{e9}\u{e9}{{ kluis://a?at=1 }}", 1, 3, "slot=N"),
            (
                "x\n{{ kluis://a",
                2,
                1,
                "}} at the end of the reference is missing",
            ),
            ("{{ kluis://a | hunter2 }}", 1, 1, "more than a reference"),
            (
                "{{ kluis://a\nx: hunter2\n{{ kluis://b }}",
                1,
                1,
                "more than",
            ),
            ("{{ kluis://hunter2\u{e9} }}", 1, 1, "more than a reference"),
        ] {
            let (at, column_found, rule) = malformed(text);
            assert_eq!((at, column_found), (line, column), "{text}");
            assert!(rule.contains(said), "{text}: {rule}");
            assert!(!rule.contains("hunter2"), "{text}: {rule}");
        }
        let far = format!("{{{{ kluis://{} }}}}", "a".repeat(MAX_REFERENCE_BYTES));
        assert!(malformed(&far).2.contains("missing"));
    }

    #[test]
    fn a_result_beyond_the_bound_is_refused() {
        let value = || vec![Plaintext::new(vec![b'x'; 1 << 16])];
        let line = "{{ kluis://a }}";
        let most = MAX_FILLED_BYTES >> 16;
        let text = line.repeat(most);
        let template = Template::parse(text.as_bytes()).unwrap();
        assert_eq!(template.fill(&value()).unwrap().len(), MAX_FILLED_BYTES);
        let text = line.repeat(most) + "!";
        let template = Template::parse(text.as_bytes()).unwrap();
        assert!(matches!(template.fill(&value()), Err(Error::TooLarge)));
    }

    proptest! {
        #[test]
        fn bytes_around_a_reference_are_kept(
            before in proptest::collection::vec(any::<u8>(), 0..40),
            after in proptest::collection::vec(any::<u8>(), 0..40),
        ) {
            let text = [&before[..], b"{{ kluis://a }}", &after].concat();
            let expected = [&before[..], b"value", &after].concat();
            prop_assert_eq!(filled(&text, |_| "value".to_owned()), expected);
        }

        #[test]
        fn no_template_panics(text in "([{} \n]|kluis://|a|/|\\?slot=1){0,40}") {
            if let Ok(template) = Template::parse(text.as_bytes()) {
                let values = template.references().iter().map(|_| Plaintext::new(Vec::new()));
                let values: Vec<Plaintext> = values.collect();
                prop_assert!(template.fill(&values).unwrap().len() <= text.len());
            }
        }
    }
}
