//! Unites the versions of one secret by their numbers. Never drops a value of ours, except one that had not begun
//! and that the other side took back.

use super::copy::{Side, Version};
use crate::vault::time::Timestamp;
use std::collections::BTreeMap;

/// The reason why the versions do not fit together.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Unfit {
    TwoPending,
    TooMany(usize),
}

/// The united versions, and the numbers of our scheduled or pending ones that the other side took back.
pub struct United {
    pub versions: Vec<Version>,
    pub taken_back: Vec<u64>,
    /// The numbers of their versions that may be old and would come into use. They were put below ours, or left
    /// out.
    pub put_below: Vec<u64>,
}

/// Unites ours and theirs. `base` are the common versions, if they are known; `ahead` is the side that may only
/// be the other's later state. If `ahead` is ours, no version that only theirs has comes into use, now or later:
/// ours may have dropped a leaked value.
pub fn unite(
    ours: &[Version],
    theirs: &[Version],
    base: Option<&[Version]>,
    ahead: Option<Side>,
    now: Timestamp,
) -> Result<United, Unfit> {
    let of = |all: &[Version]| -> BTreeMap<u64, Version> {
        all.iter().map(|one| (one.slot.slot, one.clone())).collect()
    };
    let (ours, theirs) = (of(ours), of(theirs));
    let base = of(base.unwrap_or_default());
    let mut all: BTreeMap<u64, Version> = BTreeMap::new();
    let mut displaced = Vec::new();
    let mut taken_back = Vec::new();
    let mut put_below = Vec::new();
    let in_use = effective(&ours, now);
    let mut numbers: Vec<u64> = ours.keys().chain(theirs.keys()).copied().collect();
    numbers.sort_unstable();
    numbers.dedup();
    for number in numbers {
        let was = base.get(&number);
        let kept = match (ours.get(&number), theirs.get(&number)) {
            (Some(our), Some(their)) if our.slot.checksum == their.slot.checksum => {
                let is_theirs = was.is_some_and(|was| was.slot == our.slot);
                let mut one = our.clone();
                if is_theirs {
                    one.slot = their.slot.clone();
                }
                Some(one)
            }
            (Some(our), Some(their)) => {
                let (first, second) = order(our, their, was, ahead);
                if ahead == Some(Side::Ours) {
                    put_below.push(number);
                } else {
                    displaced.extend(second.map(|second| (number, second.clone())));
                }
                Some(first.clone())
            }
            (Some(our), None) => {
                let is_taken_back = was.is_some_and(|was| was.slot == our.slot)
                    && !our.slot.has_begun(now.seconds());
                if is_taken_back {
                    taken_back.push(number);
                }
                (!is_taken_back).then(|| our.clone())
            }
            (None, Some(their)) => {
                let is_dropped = was.is_some_and(|was| was.slot == their.slot);
                let is_superseded = in_use.is_some_and(|in_use| number < in_use);
                let may_be_old =
                    ahead == Some(Side::Ours) && (their.slot.pending || !is_superseded);
                if may_be_old && !is_dropped {
                    put_below.push(number);
                }
                (!is_dropped && !may_be_old).then(|| their.clone())
            }
            (None, None) => None,
        };
        if let Some(kept) = kept {
            all.insert(number, kept);
        }
    }
    for (number, version) in displaced {
        place_below(&mut all, number, version);
    }
    put_below.retain(|number| match theirs.get(number) {
        Some(their) => !ours
            .values()
            .any(|our| our.slot.checksum == their.slot.checksum),
        None => false,
    });
    for number in &put_below {
        if let (Some(their), Some(in_use)) = (theirs.get(number), in_use) {
            let mut version = their.clone();
            version.slot.pending = false;
            place_below(&mut all, in_use.min(*number), version);
        }
    }
    let versions: Vec<Version> = all.into_values().collect();
    // A settled rotation has its value under another number.
    taken_back.retain(|number| {
        let checksum = ours.get(number).map(|our| our.slot.checksum);
        !versions
            .iter()
            .any(|one| Some(one.slot.checksum) == checksum)
    });
    if versions.iter().filter(|one| one.slot.pending).count() > 1 {
        return Err(Unfit::TwoPending);
    }
    if versions.len() > crate::vault::slot::MAX_SLOTS {
        return Err(Unfit::TooMany(versions.len()));
    }
    Ok(United {
        versions,
        taken_back,
        put_below,
    })
}

/// The number of the effective version.
fn effective(all: &BTreeMap<u64, Version>, now: Timestamp) -> Option<u64> {
    let mut begun = all.iter().rev();
    begun
        .find(|(_, one)| one.slot.has_begun(now.seconds()))
        .map(|(number, _)| *number)
}

/// The value that keeps the number, and the other one if it stays, too. A side that replaced the value keeps the
/// number. If both did, or that is unknown, the greater checksum does.
fn order<'v>(
    our: &'v Version,
    their: &'v Version,
    was: Option<&Version>,
    ahead: Option<Side>,
) -> (&'v Version, Option<&'v Version>) {
    let was = was.map(|was| was.slot.checksum);
    if ahead == Some(Side::Ours) {
        (our, Some(their))
    } else if was == Some(their.slot.checksum) {
        // Ours replaced it on purpose: the old value is dropped, as it was in ours.
        (our, None)
    } else if was == Some(our.slot.checksum) {
        (their, Some(our))
    } else {
        let is_greater = our.slot.checksum.bytes() > their.slot.checksum.bytes();
        match ahead {
            None if is_greater => (our, Some(their)),
            Some(_) | None => (their, Some(our)),
        }
    }
}

/// Puts a version at the nearest free second below a number. If there is none, it takes the number, and the
/// versions from there move up a second.
fn place_below(all: &mut BTreeMap<u64, Version>, number: u64, mut version: Version) {
    let same = |one: &&Version| one.slot.checksum == version.slot.checksum && !one.slot.pending;
    if !version.slot.pending
        && all
            .range(..number)
            .map(|(_, one)| one)
            .any(|one| same(&one))
    {
        return;
    }
    let free = (0..number).rev().find(|below| !all.contains_key(below));
    let mut at = free.unwrap_or(number);
    loop {
        version.slot.slot = at;
        let Some(next) = all.insert(at, version) else {
            return;
        };
        version = next;
        at += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sealed::aad_context::AadContext;
    use crate::sealed::id::{SecretId, WorkspaceId};
    use crate::vault::checksum::Checksum;
    use crate::vault::slot::Slot;

    const NOW: u64 = 1_000;

    fn at(second: u64) -> Timestamp {
        Timestamp::from_seconds(second).unwrap()
    }

    fn version(slot: u64, value: &str) -> Version {
        Version {
            slot: Slot {
                slot,
                checksum: Checksum::of(value.as_bytes()),
                written_at: at(slot.min(NOW)),
                pending: false,
            },
            place: AadContext::Value(WorkspaceId::from_bits(1), SecretId::from_bits(1), slot),
            sealed: value.into(),
        }
    }

    fn pending(slot: u64, value: &str) -> Version {
        let mut version = version(slot, value);
        version.slot.pending = true;
        version
    }

    fn all(versions: &[(u64, &str)]) -> Vec<Version> {
        let all = versions.iter();
        all.map(|(slot, value)| version(*slot, value)).collect()
    }

    fn united(
        ours: &[(u64, &str)],
        theirs: &[(u64, &str)],
        base: Option<&[(u64, &str)]>,
    ) -> Vec<(u64, String)> {
        let base = base.map(all);
        let united = unite(&all(ours), &all(theirs), base.as_deref(), None, at(NOW)).ok();
        let united = united.unwrap().versions.into_iter();
        let named = united.map(|one| (one.slot.slot, String::from_utf8(one.sealed).unwrap()));
        named.collect()
    }

    fn expect(found: &[(u64, String)], expected: &[(u64, &str)]) {
        let expected = expected
            .iter()
            .map(|(slot, value)| (*slot, (*value).to_owned()));
        assert_eq!(found, expected.collect::<Vec<_>>());
    }

    #[test]
    fn versions_unite_by_number() {
        let found = united(&[(0, "a"), (5, "b")], &[(0, "a"), (7, "c")], None);
        expect(&found, &[(0, "a"), (5, "b"), (7, "c")]);
    }

    #[test]
    fn of_two_values_of_one_second_the_other_goes_below() {
        let (greater, smaller) = if Checksum::of(b"x").bytes() > Checksum::of(b"y").bytes() {
            ("x", "y")
        } else {
            ("y", "x")
        };
        for (ours, theirs) in [("x", "y"), ("y", "x")] {
            let found = united(&[(9, ours)], &[(9, theirs)], None);
            expect(&found, &[(8, smaller), (9, greater)]);
            // The nearest second is taken.
            let found = united(&[(8, "z"), (9, ours)], &[(8, "z"), (9, theirs)], None);
            expect(&found, &[(7, smaller), (8, "z"), (9, greater)]);
            // There is none below, so the others move up.
            let found = united(&[(0, ours), (1, "z")], &[(0, theirs)], None);
            expect(&found, &[(0, smaller), (1, greater), (2, "z")]);
        }
    }

    #[test]
    fn a_value_replaced_on_one_side_stays_effective() {
        for (old, new) in [("x", "y"), ("y", "x")] {
            let base: &[(u64, &str)] = &[(9, old)];
            // Ours is never dropped; theirs was replaced here on purpose.
            expect(
                &united(&[(9, old)], &[(9, new)], Some(base)),
                &[(8, old), (9, new)],
            );
            expect(&united(&[(9, new)], &[(9, old)], Some(base)), &[(9, new)]);
        }
    }

    #[test]
    fn what_one_side_dropped_stays_if_it_is_ours() {
        let base: &[(u64, &str)] = &[(0, "a"), (5, "b")];
        let newer: &[(u64, &str)] = &[(5, "b"), (9, "c")];
        expect(
            &united(base, newer, Some(base)),
            &[(0, "a"), (5, "b"), (9, "c")],
        );
        expect(&united(newer, base, Some(base)), newer);
        // Without a base nothing counts as dropped.
        expect(&united(newer, base, None), &[(0, "a"), (5, "b"), (9, "c")]);
    }

    #[test]
    fn a_scheduled_version_that_was_taken_back_is_gone() {
        let base = all(&[(0, "a"), (2_000, "b")]);
        let united = unite(&base, &all(&[(0, "a")]), Some(&base), None, at(NOW))
            .ok()
            .unwrap();
        assert_eq!(united.versions.len(), 1);
        assert_eq!(united.taken_back, [2_000]);
        // Settled under another number: nothing is lost or reported.
        let mut ours = all(&[(0, "a")]);
        ours.push(pending(9, "b"));
        let theirs = all(&[(0, "a"), (12, "b")]);
        let united = unite(&ours, &theirs, Some(&ours), None, at(NOW))
            .ok()
            .unwrap();
        assert_eq!((united.versions.len(), united.taken_back.len()), (2, 0));
    }

    #[test]
    fn two_pending_versions_and_too_many_conflict() {
        let ours = [version(0, "a"), pending(5, "b")];
        let theirs = [version(0, "a"), pending(6, "c")];
        let unfit = unite(&ours, &theirs, None, None, at(NOW)).err();
        assert_eq!(unfit, Some(Unfit::TwoPending));
        let many = |first: u64| -> Vec<Version> {
            let numbers = (0..60).map(|number| first + 2 * number);
            numbers
                .map(|number| version(number, &number.to_string()))
                .collect()
        };
        let unfit = unite(&many(0), &many(1), None, None, at(NOW)).err();
        assert_eq!(unfit, Some(Unfit::TooMany(120)));
    }
}
