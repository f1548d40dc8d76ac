//! The last revisions seen of one part, and the rule for the next one: the same or a newer one, but no
//! fork that can be recognized.

use crate::sealed::age::Age;
use crate::sealed::sign::Digest;
use data_encoding::BASE64_NOPAD;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use std::borrow::Cow;

/// How many ages of a part are kept: enough to tell an older copy from a fork.
const MAX_SEEN: usize = 64;

/// The ages seen of one part, by rising revision.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RevisionHistory(Vec<ObservedRevision>);

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct ObservedRevision(
    u64,
    #[serde(serialize_with = "write", deserialize_with = "read")] Digest,
);

/// How a part relates to the ages seen of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RevisionOrder {
    Same,
    Newer,
    /// Older than the newest age seen.
    Older,
    /// Neither older nor made from an age that was seen: a fork from an older copy.
    Forked,
}

/// Which parts may replace what was seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Accept {
    /// Only greater revisions.
    Newer,
    /// Any part, because the user agreed.
    Anything,
}

impl RevisionHistory {
    /// The greatest revision seen; 0 if none was.
    pub fn revision(&self) -> u64 {
        self.0.last().map_or(0, |seen| seen.0)
    }

    pub fn judge(&self, age: &Age) -> RevisionOrder {
        let Some(ObservedRevision(revision, digest)) = self.0.last() else {
            return RevisionOrder::Newer;
        };
        if age.revision > *revision {
            // Each change adds one, so the next revision names its parent. Of a later revision the parents in
            // between are unknown.
            let is_next = age.revision == revision + 1;
            return if is_next && !age.parents.contains(digest) {
                RevisionOrder::Forked
            } else {
                RevisionOrder::Newer
            };
        }
        let of_its_time = self.0.iter().find(|seen| seen.0 == age.revision);
        match of_its_time {
            Some(seen) if seen.1 != age.digest => RevisionOrder::Forked,
            Some(_) if age.revision == *revision => RevisionOrder::Same,
            Some(_) | None => RevisionOrder::Older,
        }
    }

    /// Records an age if `accept` allows it; returns whether anything changed.
    pub fn note(&mut self, age: &Age, accept: Accept) -> bool {
        let is_greater = self.0.is_empty() || age.revision > self.revision();
        let is_taken = match accept {
            Accept::Newer => is_greater,
            Accept::Anything => self.judge(age) != RevisionOrder::Same,
        };
        if is_taken {
            self.0.retain(|seen| seen.0 < age.revision);
            self.0.push(ObservedRevision(age.revision, age.digest));
            let surplus = self.0.len().saturating_sub(MAX_SEEN);
            self.0.drain(..surplus);
        }
        is_taken
    }
}

pub fn write<S: Serializer>(digest: &Digest, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_str(&BASE64_NOPAD.encode(digest))
}

pub fn read<'de, D: Deserializer<'de>>(from: D) -> Result<Digest, D::Error> {
    let text = Cow::<'de, str>::deserialize(from)?;
    let bytes = BASE64_NOPAD.decode(text.as_bytes()).ok();
    bytes
        .and_then(|bytes| bytes.try_into().ok())
        .ok_or_else(|| de::Error::custom("not a digest"))
}

#[cfg(test)]
pub mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The part named `name` at this revision, made from `parents`.
    pub fn age(revision: u64, name: u8, parents: &[u8]) -> Age {
        Age {
            workspace: None,
            revision,
            digest: [name; 32],
            parents: parents.iter().map(|parent| [*parent; 32]).collect(),
        }
    }

    fn trail(ages: &[Age]) -> RevisionHistory {
        let mut trail = RevisionHistory::default();
        for age in ages {
            assert!(trail.note(age, Accept::Newer));
        }
        trail
    }

    #[test]
    fn the_first_revision_seen_is_accepted() {
        assert_eq!(
            RevisionHistory::default().judge(&age(7, 7, &[6])),
            RevisionOrder::Newer
        );
    }

    #[test]
    fn a_successor_names_its_parent_and_anything_else_is_a_fork() {
        // Revision 7 was never seen here.
        let seen = trail(&[age(5, 5, &[4]), age(6, 6, &[5]), age(8, 8, &[7])]);
        for (age, expected) in [
            (age(8, 8, &[7]), RevisionOrder::Same),
            (age(9, 9, &[8]), RevisionOrder::Newer),
            (age(9, 9, &[1, 8]), RevisionOrder::Newer),
            (age(10, 10, &[9]), RevisionOrder::Newer),
            (age(6, 6, &[5]), RevisionOrder::Older),
            (age(7, 7, &[6]), RevisionOrder::Older),
            (age(4, 4, &[3]), RevisionOrder::Older),
            (age(9, 9, &[7]), RevisionOrder::Forked),
            (age(9, 9, &[]), RevisionOrder::Forked),
            (age(8, 1, &[7]), RevisionOrder::Forked),
            (age(6, 1, &[5]), RevisionOrder::Forked),
        ] {
            assert_eq!(seen.judge(&age), expected, "{age:?}");
        }
    }

    #[test]
    fn only_an_accepted_copy_replaces_something_newer() {
        let mut seen = trail(&[age(5, 5, &[4]), age(6, 6, &[5]), age(7, 7, &[6])]);
        let before = seen.clone();
        for older in [age(5, 5, &[4]), age(6, 1, &[5]), age(7, 7, &[6])] {
            assert!(!seen.note(&older, Accept::Newer));
            assert_eq!(seen, before);
        }
        let older = age(6, 1, &[5]);
        assert!(seen.note(&older, Accept::Anything));
        assert_eq!(seen.judge(&older), RevisionOrder::Same);
        assert_eq!(seen.judge(&age(7, 2, &[1])), RevisionOrder::Newer);
        assert_eq!(seen.judge(&age(7, 7, &[6])), RevisionOrder::Forked);
        assert!(!seen.note(&older, Accept::Anything), "nothing is new");
    }

    #[test]
    fn memory_does_not_grow_however_often_a_part_changes() {
        let mut seen = RevisionHistory::default();
        for revision in 1..1_000 {
            seen.note(&age(revision, 1, &[1]), Accept::Newer);
        }
        assert_eq!(seen.0.len(), MAX_SEEN);
        assert_eq!(seen.revision(), 999);
    }

    proptest! {
        /// Two histories fork after `common`. The machine sees some ages of the first one: from then on it
        /// refuses none of that history's future, and accepts none of its past as new.
        #[test]
        fn a_history_goes_forward_and_neither_back_nor_aside(
            common in 1_u64..20,
            looks in prop::collection::btree_set(1_u64..40, 1..10),
            found in 1_u64..42,
            other in any::<bool>(),
        ) {
            let name = |revision: u64, other: bool| {
                let digest = if other && revision > common { 100 + revision } else { revision };
                u8::try_from(digest).unwrap()
            };
            let at = |revision, other| {
                age(revision, name(revision, other), &[name(revision - 1, other)])
            };
            let mut seen = RevisionHistory::default();
            for &look in &looks {
                let own = at(look, false);
                prop_assert!(matches!(seen.judge(&own), RevisionOrder::Newer));
                seen.note(&own, Accept::Newer);
            }
            let last = *looks.last().unwrap();
            let standing = seen.judge(&at(found, other));
            let is_own = !other || found <= common;
            match (is_own, found.cmp(&last)) {
                (true, std::cmp::Ordering::Equal) => prop_assert_eq!(standing, RevisionOrder::Same),
                (true, std::cmp::Ordering::Greater) => prop_assert_eq!(standing, RevisionOrder::Newer),
                (true, std::cmp::Ordering::Less) => prop_assert_eq!(standing, RevisionOrder::Older),
                (false, std::cmp::Ordering::Greater) => prop_assert_eq!(
                    standing == RevisionOrder::Forked,
                    found == last + 1 && last > common
                ),
                (false, _) => prop_assert_eq!(
                    standing,
                    if looks.contains(&found) { RevisionOrder::Forked } else { RevisionOrder::Older }
                ),
            }
        }
    }
}
