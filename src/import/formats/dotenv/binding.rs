//! One variable of a `.env` file, as one of the readers sees it.

use crate::import::entries::Location;
use crate::plaintext::Plaintext;
use zeroize::Zeroizing;

pub struct Binding<'t> {
    pub place: Location,
    pub name: &'t str,
    pub quote: Quote,
    /// The value in the file, without its quotes, before escapes are replaced.
    pub raw: &'t str,
    pub value: Value,
}

/// A value before it becomes part of an entry. It is wiped when dropped.
pub type Value = Zeroizing<String>;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Quote {
    None,
    Single,
    Double,
    Backtick,
}

impl Quote {
    pub fn of(mark: u8) -> Self {
        match mark {
            b'\'' => Self::Single,
            b'"' => Self::Double,
            b'`' => Self::Backtick,
            _ => Self::None,
        }
    }
}

impl From<Value> for Plaintext {
    fn from(mut value: Value) -> Self {
        Self::new(std::mem::take(&mut *value).into_bytes())
    }
}

/// A copy of a text in memory that is wiped.
pub fn copied(text: &str) -> Value {
    Zeroizing::new(text.to_owned())
}

/// A text with its escapes replaced. `escape` gets the text after a backslash, and returns the character to
/// insert and the number of bytes that it replaces; `None` keeps the backslash.
pub fn unescaped(raw: &str, escape: impl Fn(&str) -> Option<(char, usize)>) -> Value {
    // No escape is longer than the text that it replaces, so the buffer never grows and leaves no copy.
    let mut value = Zeroizing::new(String::with_capacity(raw.len()));
    let mut rest = raw;
    while let Some(at) = rest.find('\\') {
        value.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        match escape(rest) {
            Some((letter, length)) => {
                value.push(letter);
                rest = &rest[length..];
            }
            None => value.push('\\'),
        }
    }
    value.push_str(rest);
    value
}

/// The line breaks of any system as `\n`.
pub fn with_newlines(text: &str) -> Value {
    let mut value = Zeroizing::new(String::with_capacity(text.len()));
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        if letter == '\r' {
            letters.next_if_eq(&'\n');
        }
        value.push(if letter == '\r' { '\n' } else { letter });
    }
    value
}
