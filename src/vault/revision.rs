//! A vault's revision as one value to compare and to print: `HEADER.SECTIONS`. Every change makes it greater,
//! whichever part it touches.

use super::rule::RuleViolation;
use crate::sealed::file::Layout;
use serde::{Serialize, Serializer};
use std::fmt;

/// The header's revision, then the sum of the sections' revisions. Each change raises one of the two by one.
/// A deleted workspace lowers the sum, but only when the header's revision rises.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Revision {
    header: u64,
    sections: u64,
}

impl Revision {
    pub(super) fn of(layout: &Layout) -> Self {
        let sections = layout.sections().map(|section| section.seal().revision);
        Self {
            header: layout.header.content().revision,
            sections: sections.sum(),
        }
    }

    /// Parses `7.42` as printed, or `7` for `7.0`.
    pub fn parse(text: &str) -> Result<Self, RuleViolation> {
        let number = |digits: &str| {
            let decimal = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
            decimal.then(|| digits.parse().ok()).flatten()
        };
        let (header, sections) = text.split_once('.').unwrap_or((text, "0"));
        match (number(header), number(sections)) {
            (Some(header), Some(sections)) => Ok(Self { header, sections }),
            _ => Err(RuleViolation::mismatch(
                "a revision must be like 7.42, as `kluis vault verify` prints it",
            )),
        }
    }
}

impl fmt::Display for Revision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.header, self.sections)
    }
}

impl Serialize for Revision {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vault::change::Contents;
    use crate::vault::tests::{Owned, put, workspace_name};

    #[test]
    fn every_change_raises_the_revision_also_deleting_a_workspace() {
        let owned = Owned::with(&[("default/name", "value"), ("staging/name", "value")]);
        let mut last = owned.revision();
        let mut grows = || {
            let now = owned.revision();
            assert!(now > last, "{now} after {last}");
            last = now;
        };
        owned.change(|change| put(change, "default/other", "value"));
        grows();
        owned.change(|change| put(change, "staging/other", "value"));
        grows();
        owned
            .change(|change| change.delete_workspace(&workspace_name("staging"), Contents::Delete));
        grows();
    }

    #[test]
    fn it_is_read_as_it_is_written() {
        for text in ["0.0", "7.42", "7.100", "18446744073709551615.1"] {
            assert_eq!(Revision::parse(text).unwrap().to_string(), text);
        }
        assert_eq!(Revision::parse("7").unwrap().to_string(), "7.0");
        // Not a decimal fraction.
        assert!(Revision::parse("7.9").unwrap() < Revision::parse("7.42").unwrap());
        assert!(Revision::parse("7.42").unwrap() < Revision::parse("8").unwrap());
        for wrong in [
            "",
            ".",
            "7.",
            ".7",
            "7.4.2",
            "+7",
            "7 ",
            "-1",
            "x",
            "7.x",
            "18446744073709551616",
        ] {
            assert!(Revision::parse(wrong).is_err(), "{wrong}");
        }
    }
}
