//! The history that each signed part of a file records: its own revision and its last ancestors. It shows whether
//! one of two copies was made from the other.

use super::id::WorkspaceId;
use super::line::{Line, MAX_NUMBER, encode};
use super::sign::Digest;
use data_encoding::BASE64_NOPAD;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use std::borrow::Cow;
use std::fmt::{self, Write};

/// The greatest number of ancestors that a part lists.
pub const MAX_ANCESTORS: usize = 64;
/// The number of bytes kept of a digest: nobody finds a second text with the same 160 bits.
pub const DIGEST_BYTES: usize = 20;

/// One state of a part: its revision, and the first 20 bytes of its digest.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Default, Hash)]
pub struct RevisionId {
    /// 1 or more.
    pub number: u64,
    pub digest: [u8; DIGEST_BYTES],
}

/// How one state of a part relates to another.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Relation {
    Same,
    /// It was made from the other.
    Newer,
    /// More than [`MAX_ANCESTORS`] revisions lie between them, so it may be newer or a fork.
    TooFar,
    /// Its number is smaller.
    Older,
    /// It is not older, and was not made from the other.
    Fork,
}

impl Relation {
    /// Whether it follows the other, or may: nothing proves that it does not.
    pub fn follows(self) -> bool {
        match self {
            Self::Same | Self::Newer | Self::TooFar => true,
            Self::Older | Self::Fork => false,
        }
    }
}

impl RevisionId {
    pub fn new(number: u64, digest: &Digest) -> Self {
        let mut short = [0; DIGEST_BYTES];
        short.copy_from_slice(&digest[..DIGEST_BYTES]);
        Self {
            number,
            digest: short,
        }
    }

    /// Parses `N,"B20"]`, the text after the opening bracket.
    pub fn parse(line: &mut Line<'_>) -> Option<Self> {
        let number = line.number()?;
        line.literal(",\"")?;
        let digest = line.bytes()?;
        line.literal("]")?;
        Some(Self { number, digest })
    }
}

/// Writes `[41,"B20"]`.
impl fmt::Display for RevisionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "[{},\"{}\"]", self.number, encode(&self.digest))
    }
}

impl Serialize for RevisionId {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        (self.number, encode(&self.digest)).serialize(to)
    }
}

impl<'de> Deserialize<'de> for RevisionId {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let (number, text) = <(u64, Cow<'de, str>)>::deserialize(from)?;
        let bytes = BASE64_NOPAD.decode(text.as_bytes()).ok();
        let digest = bytes.and_then(|bytes| bytes.try_into().ok());
        let digest = digest.ok_or_else(|| de::Error::custom("not a digest"))?;
        Ok(Self { number, digest })
    }
}

/// The last ancestors of a part, ascending. The numbers have no gap between the first and the last; after a merge
/// of two copies a number may occur twice.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Ancestors(Vec<RevisionId>);

impl Ancestors {
    /// The number of a part with these ancestors.
    pub fn next_number(&self) -> u64 {
        self.0.last().map_or(1, |last| last.number + 1)
    }

    /// The ancestors of a part made from this one.
    pub fn with(&self, part: RevisionId) -> Self {
        let mut all = self.0.clone();
        all.push(part);
        Self::of(all)
    }

    fn of(mut all: Vec<RevisionId>) -> Self {
        let surplus = all.len().saturating_sub(MAX_ANCESTORS);
        all.drain(..surplus);
        Self(all)
    }

    /// Parses `[N,"B20"],…]`, the text after the opening bracket.
    pub fn parse(line: &mut Line<'_>) -> Option<Self> {
        let mut all: Vec<RevisionId> = Vec::new();
        if !line.optional("]") {
            loop {
                line.literal("[")?;
                all.push(RevisionId::parse(line)?);
                if line.optional("]") {
                    break;
                }
                line.literal(",")?;
            }
        }
        let is_gapless = |pair: &[RevisionId]| {
            pair[0] < pair[1] && pair[1].number <= pair[0].number.saturating_add(1)
        };
        let first = all.first().map_or(1, |first| first.number);
        // The list may lack earlier ancestors only if there are too many.
        let is_whole = if all.len() < MAX_ANCESTORS {
            first == 1
        } else {
            first > 0
        };
        let is_valid = all.len() <= MAX_ANCESTORS && is_whole && all.windows(2).all(is_gapless);
        let all = Self(all);
        (is_valid && all.next_number() <= MAX_NUMBER).then_some(all)
    }

    /// How a part named `own` with these ancestors relates to `other`.
    pub fn relation(&self, own: RevisionId, other: RevisionId) -> Relation {
        if own.number < other.number {
            return Relation::Older;
        }
        if own == other {
            return Relation::Same;
        }
        if self.0.binary_search(&other).is_ok() {
            return Relation::Newer;
        }
        // The list may lack one of two ancestors with its first number.
        let reaches = self
            .0
            .first()
            .is_none_or(|first| self.0.len() < MAX_ANCESTORS || first.number < other.number);
        if reaches || own.number == other.number {
            Relation::Fork
        } else {
            Relation::TooFar
        }
    }

    /// Whether this state is listed.
    pub fn lists(&self, other: RevisionId) -> bool {
        self.0.binary_search(&other).is_ok()
    }

    /// Sample ancestors of a part with this number.
    #[cfg(test)]
    pub fn before(number: u64) -> Self {
        let first = number.saturating_sub(MAX_ANCESTORS as u64).max(1);
        let all = (first..number).map(|number| RevisionId {
            number,
            digest: [7; DIGEST_BYTES],
        });
        Self(all.collect())
    }

    /// The ancestors of a part made from two parts: those of both.
    pub fn merged(&self, other: &Self) -> Self {
        let mut all = [&self.0[..], &other.0].concat();
        all.sort_unstable();
        all.dedup();
        Self::of(all)
    }

    #[cfg(test)]
    pub fn iter(&self) -> impl Iterator<Item = RevisionId> {
        self.0.iter().copied()
    }
}

/// Writes `[[41,"B20"],…]`.
impl fmt::Display for Ancestors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_char('[')?;
        for (position, ancestor) in self.0.iter().enumerate() {
            let comma = if position == 0 { "" } else { "," };
            write!(f, "{comma}{ancestor}")?;
        }
        f.write_char(']')
    }
}

/// One part of a file: the header or a section.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PartHistory {
    /// The section's workspace; `None` for the header.
    pub workspace: Option<WorkspaceId>,
    pub id: RevisionId,
    pub ancestors: Ancestors,
}

impl PartHistory {
    /// How it relates to another state of the same part.
    pub fn relation(&self, other: RevisionId) -> Relation {
        self.ancestors.relation(self.id, other)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn id(number: u64, name: u8) -> RevisionId {
        RevisionId::new(number, &[name; 32])
    }

    /// A history with one state for each number; `name` gives the digests.
    fn line(last: u64, name: impl Fn(u64) -> u8) -> (RevisionId, Ancestors) {
        let mut ancestors = Ancestors::default();
        for number in 1..last {
            ancestors = ancestors.with(id(number, name(number)));
        }
        (id(last, name(last)), ancestors)
    }

    #[test]
    fn a_list_has_one_spelling_and_no_gap() {
        let digest = encode(&[1; 20]);
        let greater = encode(&[2; 20]);
        let parse = |text: &str| {
            let text = text.replace('!', &digest).replace('?', &greater);
            let mut line = Line::new(text.strip_prefix('[')?);
            let list = Ancestors::parse(&mut line)?;
            line.end()?;
            assert_eq!(list.to_string(), text);
            Some(list.next_number())
        };
        let entry = |number: u64| format!("[{number},\"{digest}\"]");
        let many = |first: u64, count: u64| {
            let all: Vec<_> = (first..first + count).map(entry).collect();
            format!("[{}]", all.join(","))
        };
        for (text, next) in [
            ("[]".to_owned(), 1),
            (r#"[[1,"!"]]"#.into(), 2),
            (r#"[[1,"!"],[1,"?"],[2,"!"]]"#.into(), 3),
            (many(1, 64), 65),
            (many(9, 64), 73),
            (many(MAX_NUMBER - 64, 64), MAX_NUMBER),
        ] {
            assert_eq!(parse(&text), Some(next), "{text}");
        }
        for wrong in [
            "",
            "[",
            "[[]]",
            r#"[[1,"!"],]"#,
            r#"[[1,"!"]"#,
            r#"[[1, "!"]]"#,
            r#"[[01,"!"]]"#,
            r#"[[0,"!"]]"#,
            r#"[[2,"!"]]"#,
            r#"[[1,"!"],[3,"!"]]"#,
            r#"[[1,"!"],[1,"!"]]"#,
            r#"[[1,"?"],[1,"!"]]"#,
            r#"[[1,"!"],[2,"!"],[1,"?"]]"#,
            r#"[[1,"!A"]]"#,
            &many(2, 63),
            &many(1, 65),
            &many(0, 64),
            &many(MAX_NUMBER - 63, 64),
        ] {
            assert_eq!(parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn of_a_merge_both_sides_are_ancestors() {
        let (ours, our_past) = line(9, |number| u8::from(number > 4));
        let (theirs, their_past) = line(6, |number| if number > 4 { 2 } else { 0 });
        let merged = our_past.with(ours).merged(&their_past.with(theirs));
        assert_eq!(merged.next_number(), 10);
        let result = id(10, 9);
        for ancestor in [ours, theirs, id(5, 1), id(5, 2), id(4, 0)] {
            assert_eq!(merged.relation(result, ancestor), Relation::Newer);
        }
        for stranger in [id(5, 3), id(4, 1), id(10, 8)] {
            assert_eq!(merged.relation(result, stranger), Relation::Fork);
        }
        assert_eq!(our_past.relation(ours, theirs), Relation::Fork);
        assert_eq!(their_past.relation(theirs, ours), Relation::Older);
    }

    proptest! {
        /// Two histories that fork after `common`. As far as the lists reach, neither counts as newer.
        #[test]
        fn a_history_goes_forward_and_neither_back_nor_aside(
            common in 0_u64..150,
            seen in 1_u64..150,
            found in 1_u64..220,
            is_other in any::<bool>(),
        ) {
            let name = |number: u64| u8::from(is_other && number > common);
            let (own, ancestors) = line(found, name);
            let relation = ancestors.relation(own, id(seen, 0));
            let is_own = !is_other || seen <= common;
            let expected = match found.cmp(&seen) {
                std::cmp::Ordering::Less => Relation::Older,
                std::cmp::Ordering::Equal if own == id(seen, 0) => Relation::Same,
                std::cmp::Ordering::Equal => Relation::Fork,
                // The earliest ancestor in the list is exact only if it is the requested one.
                std::cmp::Ordering::Greater if found - seen < 64 || found <= 64 || (is_own && found - seen == 64) => {
                    if is_own { Relation::Newer } else { Relation::Fork }
                }
                std::cmp::Ordering::Greater => Relation::TooFar,
            };
            prop_assert_eq!(relation, expected);
            prop_assert!(ancestors.0.len() <= MAX_ANCESTORS);
        }
    }
}
