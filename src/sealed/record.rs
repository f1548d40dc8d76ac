//! A record's line in a page: ciphertexts, which are decoded on demand. The page's index has the record's name.

use super::error::{Error, Part};
use super::id::{AppId, SecretId};
use super::line::{Line, decode, encode};
use std::fmt;

#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
pub enum RecordId {
    Secret(SecretId),
    App(AppId),
}

impl RecordId {
    pub fn parse(text: &str) -> Option<Self> {
        if text.starts_with("app_") {
            return AppId::parse(text).map(Self::App);
        }
        SecretId::parse(text).map(Self::Secret)
    }

    pub fn damaged(self) -> Error {
        Error::Damaged(Part::Record(self.to_string()))
    }
}

impl fmt::Display for RecordId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Secret(id) => id.fmt(f),
            Self::App(id) => id.fmt(f),
        }
    }
}

/// A record's line.
#[derive(Clone, Debug)]
pub struct Record<'a> {
    pub id: RecordId,
    /// A secret's values in the order of its slots, or an app's links.
    sealed: Vec<&'a str>,
}

impl<'a> Record<'a> {
    /// Parses the line of this record, without its newline.
    pub fn parse(id: RecordId, text: &'a str) -> Option<Self> {
        let mut line = Line::new(text);
        let sealed = match id {
            RecordId::Secret(_) => {
                line.literal("{\"values\":[")?;
                line.strings()?
            }
            RecordId::App(_) => {
                line.literal("{\"links\":\"")?;
                vec![line.string()?]
            }
        };
        line.literal("}")?;
        line.end()?;
        Some(Self { id, sealed })
    }

    /// The number of its ciphertexts.
    pub fn count(&self) -> usize {
        self.sealed.len()
    }

    /// The ciphertext at this position: the value of a slot, or the links of an app.
    pub fn sealed(&self, position: usize) -> Result<Vec<u8>, Error> {
        let text = self.sealed.get(position).ok_or_else(|| self.damaged())?;
        decode(text).ok_or_else(|| self.damaged())
    }

    pub fn damaged(&self) -> Error {
        self.id.damaged()
    }
}

/// A record's line, newline included.
pub fn write(id: RecordId, sealed: &[Vec<u8>]) -> String {
    let texts = sealed.iter().map(|one| format!("\"{}\"", encode(one)));
    let texts = texts.collect::<Vec<_>>().join(",");
    match id {
        RecordId::Secret(_) => format!("{{\"values\":[{texts}]}}\n"),
        RecordId::App(_) => format!("{{\"links\":{texts}}}\n"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: RecordId = RecordId::Secret(SecretId::from_bits(5));
    const APP: RecordId = RecordId::App(AppId::from_bits(5));

    #[test]
    fn a_line_reads_back_as_it_was_written() {
        let line = write(SECRET, &[b"one".into(), b"two".into()]);
        let record = Record::parse(SECRET, line.trim_end()).expect("written here");
        assert_eq!((record.id, record.count()), (SECRET, 2));
        assert_eq!(record.sealed(1), Ok(b"two".to_vec()));
        assert!(record.sealed(2).is_err());
        let line = write(APP, &[b"links".into()]);
        let record = Record::parse(APP, line.trim_end()).expect("written here");
        assert_eq!(record.sealed(0), Ok(b"links".to_vec()));
        assert!(Record::parse(SECRET, line.trim_end()).is_none());
        for id in [SECRET, APP] {
            assert_eq!(RecordId::parse(&id.to_string()), Some(id));
        }
    }

    #[test]
    fn a_line_has_one_spelling() {
        let line = write(SECRET, &[b"one".into(), b"two".into()]);
        let line = line.trim_end();
        assert!(Record::parse(SECRET, line).is_some());
        for wrong in [
            line.replace(',', ", "),
            line.replace(']', ",]"),
            line.replace('}', ",\"more\":1}"),
            line.replace("values", "links"),
            format!("{line} "),
            format!(" {line}"),
        ] {
            assert!(Record::parse(SECRET, &wrong).is_none(), "{wrong}");
        }
    }
}
