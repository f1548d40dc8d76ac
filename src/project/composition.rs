//! A text with secrets in it: `postgres://{user}:{password}@host`. Two braces are one brace of the text.

use crate::vault::reference::Reference;
use std::fmt;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Composition {
    pub parts: Vec<Part>,
    pub encoding: Encoding,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part {
    Text(String),
    Secret(Reference),
}

/// The way to write each secret into the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    AsItIs,
    /// Percent-encodes all but RFC 3986's unreserved characters.
    Url,
}

pub const OPEN: &str = "a { is not closed: write {name} for a secret, {{ for a brace of the text";
pub const CLOSED: &str = "a } has no {: write }} for a brace of the text";
pub const REFERENCE: &str =
    "in braces write a secret: {name}, {workspace/name}, an id or {kluis://workspace/name}";

impl Composition {
    /// Parses the text; the error is the rule that it breaks.
    pub fn parse(text: &str, encoding: Encoding) -> Result<Self, &'static str> {
        let mut parts = Vec::new();
        let mut plain = String::new();
        let mut rest = text;
        while let Some(at) = rest.find(['{', '}']) {
            plain.push_str(&rest[..at]);
            let brace = &rest[at..=at];
            rest = &rest[at + 1..];
            if let Some(after) = rest.strip_prefix(brace) {
                plain.push_str(brace);
                rest = after;
                continue;
            }
            if brace == "}" {
                return Err(CLOSED);
            }
            let end = rest.find('}').ok_or(OPEN)?;
            let reference = Reference::parse(&rest[..end]).map_err(|_| REFERENCE)?;
            if !plain.is_empty() {
                parts.push(Part::Text(std::mem::take(&mut plain)));
            }
            parts.push(Part::Secret(reference));
            rest = &rest[end + 1..];
        }
        plain.push_str(rest);
        if !plain.is_empty() {
            parts.push(Part::Text(plain));
        }
        Ok(Self { parts, encoding })
    }

    pub fn references(&self) -> impl Iterator<Item = &Reference> {
        self.parts.iter().filter_map(|part| match part {
            Part::Text(_) => None,
            Part::Secret(reference) => Some(reference),
        })
    }

    /// The same with another spelling of each reference.
    pub fn map_references(&self, change: impl Fn(&Reference) -> Reference) -> Self {
        let parts = self.parts.iter().map(|part| match part {
            Part::Text(text) => Part::Text(text.clone()),
            Part::Secret(reference) => Part::Secret(change(reference)),
        });
        Self {
            parts: parts.collect(),
            encoding: self.encoding,
        }
    }
}

/// Writes it as it is parsed.
impl fmt::Display for Composition {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        for part in &self.parts {
            match part {
                Part::Text(text) => {
                    out.write_str(&text.replace('{', "{{").replace('}', "}}"))?;
                }
                Part::Secret(reference) => write!(out, "{{{reference}}}")?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn shown(text: &str) -> Result<Vec<String>, &'static str> {
        let composition = Composition::parse(text, Encoding::AsItIs)?;
        let parts = composition.parts.iter().map(|part| match part {
            Part::Text(text) => text.clone(),
            Part::Secret(reference) => format!("<{reference}>"),
        });
        Ok(parts.collect())
    }

    #[test]
    fn braces_hold_a_reference_and_two_are_one() {
        for (text, parts) in [
            ("", &[][..]),
            ("plain", &["plain"]),
            ("{a}", &["<a>"]),
            ("{a}{w/b}", &["<a>", "<w/b>"]),
            (
                "x {kluis://w/a?slot=7} y",
                &["x ", "<kluis://w/a?slot=7>", " y"],
            ),
            ("{{a}}", &["{a}"]),
            ("{{{a}}}", &["{", "<a>", "}"]),
            ("{{}}", &["{}"]),
            ("é{a}é", &["é", "<a>", "é"]),
        ] {
            assert_eq!(shown(text).unwrap(), parts, "{text}");
        }
        for (text, rule) in [
            ("{", OPEN),
            ("}", CLOSED),
            ("a}b", CLOSED),
            ("{a", OPEN),
            ("{a}}", CLOSED),
            ("{}", REFERENCE),
            ("{a b}", REFERENCE),
            ("{a{b}", REFERENCE),
            ("{ a }", REFERENCE),
        ] {
            assert_eq!(shown(text), Err(rule), "{text}");
        }
    }

    proptest! {
        #[test]
        fn a_composition_reads_back_as_it_was_written(text in "([a-z{}:é]|\\{\\{|\\}\\}|\\{w/a\\}){0,12}") {
            if let Ok(composition) = Composition::parse(&text, Encoding::Url) {
                let again = Composition::parse(&composition.to_string(), Encoding::Url);
                prop_assert_eq!(again, Ok(composition));
            }
        }
    }
}
