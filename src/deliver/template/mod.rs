//! Parses a template: bytes with references to secrets, such as `{{ kluis://workspace/name | json }}`.
//!
//! All other bytes stay unchanged, other `{{ … }}` included; references inside a value are not replaced. Nothing
//! here reads a vault, and errors quote nothing of a template but a reference.

mod expression;
mod function;

pub use function::encode_url;

use crate::plaintext::Plaintext;
use crate::vault::reference::{Reference, SCHEME};
use crate::vault::rule::RuleViolation;
use expression::Expression;
use function::{Function, Unfit};
use memchr::{memchr_iter, memmem, memrchr};
use std::collections::HashMap;

pub const MAX_TEMPLATE_BYTES: usize = 16 << 20;

/// A template can name a long value on every line.
const MAX_FILLED_BYTES: usize = 64 << 20;

/// Longer delimiters are no delimiters.
const MAX_DELIMITER_BYTES: usize = 8;

/// The delimiters around a reference.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Delimiters {
    opening: String,
    closing: String,
}

#[derive(Debug)]
pub struct Template<'t> {
    pieces: Vec<Piece<'t>>,
    references: Vec<Located>,
    uses: Vec<Use>,
}

#[derive(Debug)]
enum Piece<'t> {
    Text(&'t [u8]),
    /// The position among the uses.
    Use(usize),
}

/// A reference with the functions for its value.
#[derive(Debug)]
struct Use {
    /// The position among the references.
    reference: usize,
    functions: Vec<Function>,
    /// The line of its first use.
    line: usize,
    column: usize,
}

/// A reference, and the line of its first use.
#[derive(Debug)]
pub struct Located {
    pub reference: Reference,
    /// Replaces a value that is missing or not effective.
    pub default: Option<String>,
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
    /// The value cannot be written in this way.
    #[error("line {line}, column {column}: {unfit}")]
    Unfit {
        line: usize,
        column: usize,
        unfit: Unfit,
    },
    #[error("the template with its values is larger than 64 MiB")]
    TooLarge,
}

impl Default for Delimiters {
    fn default() -> Self {
        Self {
            opening: "{{".to_owned(),
            closing: "}}".to_owned(),
        }
    }
}

impl Delimiters {
    /// Parses `[[ ]]`: the opening and the closing delimiter with a space between. Letters and digits would be
    /// text.
    pub fn parse(text: &str) -> Option<Self> {
        let is_valid = |delimiter: &str| {
            let mut bytes = delimiter.bytes();
            (1..=MAX_DELIMITER_BYTES).contains(&delimiter.len())
                && bytes.all(|byte| byte.is_ascii_punctuation() && !matches!(byte, b'|' | b'"'))
        };
        let (opening, closing) = text.split_once(' ')?;
        let parsed = Self {
            opening: opening.to_owned(),
            closing: closing.to_owned(),
        };
        (is_valid(opening) && is_valid(closing) && opening != closing).then_some(parsed)
    }
}

impl<'t> Template<'t> {
    pub fn parse(text: &'t [u8], delimiters: &Delimiters) -> Result<Self, Error> {
        let mut template = Self {
            pieces: Vec::new(),
            references: Vec::new(),
            uses: Vec::new(),
        };
        let (mut references, mut uses) = (HashMap::new(), HashMap::new());
        let mut line = 1;
        // The positions up to which lines were counted and text was copied.
        let (mut counted, mut taken) = (0, 0);
        for scheme in memmem::find_iter(text, SCHEME) {
            let before = text[..scheme].trim_ascii_end();
            // A scheme inside another expression is text there.
            let Some(before) = before
                .strip_suffix(delimiters.opening.as_bytes())
                .filter(|_| scheme >= taken)
            else {
                continue;
            };
            let opening = before.len();
            line += memchr_iter(b'\n', &text[counted..opening]).count();
            counted = opening;
            let read = expression::read(&text[scheme..], delimiters.closing.as_bytes());
            let (expression, bytes) = read.map_err(|broken| Error::Malformed {
                line,
                column: column(before),
                broken,
            })?;
            template.pieces.push(Piece::Text(&text[taken..opening]));
            taken = scheme + bytes;
            let Expression {
                reference,
                default,
                functions,
            } = expression;
            let reference = *references.entry((reference, default)).or_insert_with_key(
                |(reference, default)| {
                    template.references.push(Located {
                        reference: reference.clone(),
                        default: default.clone(),
                        line,
                    });
                    template.references.len() - 1
                },
            );
            let position =
                *uses
                    .entry((reference, functions))
                    .or_insert_with_key(|(_, functions)| {
                        template.uses.push(Use {
                            reference,
                            functions: functions.clone(),
                            line,
                            column: column(before),
                        });
                        template.uses.len() - 1
                    });
            template.pieces.push(Piece::Use(position));
        }
        template.pieces.push(Piece::Text(&text[taken..]));
        Ok(template)
    }

    /// Each reference once, with each default that it has.
    pub fn references(&self) -> &[Located] {
        &self.references
    }

    /// The text with `values` in place of the references; there is one value for each of
    /// [`Template::references`].
    pub fn fill(&self, values: &[Plaintext]) -> Result<Plaintext, Error> {
        let written = self.written(values)?;
        let pieces = self.pieces.iter().map(|piece| match piece {
            Piece::Text(text) => text,
            Piece::Use(position) => match &written[*position] {
                Some(written) => written.expose(),
                None => values[self.uses[*position].reference].expose(),
            },
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

    /// For each use the value as its functions write it; `None` without functions.
    fn written(&self, values: &[Plaintext]) -> Result<Vec<Option<Plaintext>>, Error> {
        let mut all = Vec::with_capacity(self.uses.len());
        // The result contains each at least once.
        let mut length = 0_usize;
        for one in &self.uses {
            let mut written: Option<Plaintext> = None;
            for function in &one.functions {
                let value = written.as_ref().unwrap_or(&values[one.reference]);
                let applied = function.apply(value).map_err(|unfit| Error::Unfit {
                    line: one.line,
                    column: one.column,
                    unfit,
                })?;
                written = Some(applied);
            }
            length = length.saturating_add(written.as_ref().map_or(0, Plaintext::len));
            if length > MAX_FILLED_BYTES {
                return Err(Error::TooLarge);
            }
            all.push(written);
        }
        Ok(all)
    }
}

/// The column after `before`, counted from 1 in UTF-8 characters.
fn column(before: &[u8]) -> usize {
    let line = memrchr(b'\n', before).map_or(0, |newline| newline + 1);
    let is_first = |byte: &&u8| !(0x80..0xC0).contains(*byte);
    before[line..].iter().filter(is_first).count() + 1
}

#[cfg(test)]
mod tests;
