//! Decides which slot of a secret is effective at a given time.

use super::Error;
use super::secret::Secret;
use super::slot::{Choice, Slot, SlotState};
use super::time::Timestamp;

impl Secret {
    /// The position of the effective slot at this Unix second: the greatest that has begun.
    pub fn effective(&self, second: u64) -> Option<usize> {
        self.slots.iter().rposition(|slot| slot.has_begun(second))
    }

    /// The positions of superseded slots, by number, without pending ones.
    pub fn superseded(&self, second: u64) -> impl DoubleEndedIterator<Item = usize> {
        let effective = self.effective(second).unwrap_or(0);
        (0..effective).filter(|&position| !self.slots[position].pending)
    }

    pub fn state(&self, position: usize, second: u64) -> SlotState {
        let slot = &self.slots[position];
        if slot.pending {
            SlotState::Pending
        } else if !slot.has_begun(second) {
            SlotState::Scheduled
        } else if self.effective(second) == Some(position) {
            SlotState::Effective
        } else {
            SlotState::Past
        }
    }

    /// The position of the first slot that a clock more than five minutes ahead wrote for its present second.
    pub fn ahead(&self, second: u64) -> Option<usize> {
        self.slots.iter().position(|slot| slot.is_ahead(second))
    }

    /// The number of the slot that was effective before the present one.
    pub fn previous(&self, second: u64) -> Option<u64> {
        let mut superseded = self.superseded(second);
        superseded
            .next_back()
            .map(|position| self.slots[position].slot)
    }

    /// The position of the chosen slot, or the error if there is none.
    pub fn choose(&self, choice: Choice) -> Result<usize, Error> {
        let absent = |name: String| Error::absent("slot", name);
        let not_effective = |time| Error::NotEffective {
            name: self.path(),
            at: time,
            first: self.first_effective(),
        };
        match choice {
            Choice::Now(time) => self
                .effective(time.seconds())
                .ok_or_else(|| not_effective(time)),
            Choice::At(time) => self
                .slots
                .iter()
                .rposition(|slot| slot.slot <= time.seconds() && !slot.pending)
                .ok_or_else(|| not_effective(time)),
            Choice::Number(number) => self
                .number(number)
                .ok_or_else(|| absent(format!("{number} of {}", self.path()))),
            Choice::Latest => self
                .slots
                .iter()
                .rposition(|slot| !slot.pending)
                .ok_or_else(|| absent(format!("of {}", self.path()))),
            Choice::Before(time) => {
                let effective = self.choose(Choice::Now(time))?;
                self.slots[..effective]
                    .iter()
                    .rposition(|slot| !slot.pending)
                    .ok_or_else(|| absent(format!("before the effective one of {}", self.path())))
            }
        }
    }

    /// The position of the slot with this number, unless it is pending.
    pub fn number(&self, number: u64) -> Option<usize> {
        self.slots
            .iter()
            .position(|slot| slot.slot == number && !slot.pending)
    }

    pub fn pending(&self) -> Option<usize> {
        self.slots.iter().position(|slot| slot.pending)
    }

    /// When the first slot becomes effective.
    fn first_effective(&self) -> Option<Timestamp> {
        let first = self.slots.iter().find(|slot| !slot.pending)?;
        Timestamp::from_seconds(first.slot)
    }

    /// The number of the next slot that begins after a second.
    pub fn next_scheduled(&self, second: u64) -> Option<u64> {
        let next = self.effective(second).map_or(0, |position| position + 1);
        let mut later = self.slots[next..].iter().filter(|slot| !slot.pending);
        later.next().map(|slot| slot.slot)
    }

    /// The number of seconds that the effective value has been in use. A value that was brought back keeps its
    /// age while its earlier slot exists.
    pub fn age(&self, second: u64) -> Option<u64> {
        let effective = &self.slots[self.effective(second)?];
        let same = self
            .slots
            .iter()
            .filter(|slot| slot.checksum == effective.checksum && !slot.pending);
        let since = same.map(Slot::in_use_since).min()?;
        Some(second.saturating_sub(since))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vault::checksum::Checksum;

    fn at(seconds: u64) -> Timestamp {
        Timestamp::from_seconds(seconds).unwrap()
    }

    #[test]
    fn the_effective_slot_is_the_greatest_that_has_begun() {
        let secret = Secret::for_test(&[(5, false), (10, false), (20, true)]);
        for (second, expected) in [
            (0, None),
            (4, None),
            (5, Some(0)),
            (9, Some(0)),
            (10, Some(1)),
            (u64::MAX, Some(1)),
        ] {
            assert_eq!(secret.effective(second), expected, "{second}");
        }
    }

    #[test]
    fn a_slot_of_a_clock_a_little_ahead_has_begun() {
        let mut secret = Secret::for_test(&[(5, false), (400, false)]);
        let mut effective = |written_at, second| {
            secret.slots[1].written_at = at(written_at);
            secret.effective(second)
        };
        // Scheduled, at whatever time it was written.
        assert_eq!(effective(399, 399), Some(0));
        assert_eq!(effective(399, 400), Some(1));
        // Written for that second, by a clock up to five minutes ahead.
        assert_eq!(effective(400, 100), Some(1));
        assert_eq!(effective(400, 99), Some(0));
        assert_eq!(effective(450, 150), Some(1));
        assert_eq!(effective(450, 149), Some(0));
        secret.slots[1].written_at = at(400);
        assert_eq!(secret.next_scheduled(100), None);
        assert_eq!(secret.next_scheduled(99), Some(400));
        assert_eq!(secret.choose(Choice::At(at(399))).ok(), Some(0));
    }

    #[test]
    fn each_slot_is_past_effective_scheduled_or_pending() {
        let secret = Secret::for_test(&[(0, false), (5, false), (7, true), (10, false)]);
        let states = |second| {
            let all = (0..4).map(|position| secret.state(position, second).word());
            all.collect::<Vec<_>>()
        };
        assert_eq!(
            states(4),
            ["effective", "scheduled", "pending", "scheduled"]
        );
        assert_eq!(states(8), ["past", "effective", "pending", "scheduled"]);
        assert_eq!(states(10), ["past", "past", "pending", "effective"]);
    }

    #[test]
    fn a_slot_is_chosen_by_time_number_or_order_never_while_pending() {
        let secret = Secret::for_test(&[(5, false), (7, true), (10, false), (90, false)]);
        let chosen = |choice| secret.choose(choice).ok();
        for (choice, expected) in [
            (Choice::At(at(12)), Some(2)),
            (Choice::At(at(7)), Some(0)),
            (Choice::At(at(4)), None),
            (Choice::Number(10), Some(2)),
            (Choice::Number(7), None),
            (Choice::Number(6), None),
            (Choice::Latest, Some(3)),
            (Choice::Before(at(12)), Some(0)),
            (Choice::Before(at(5)), None),
            (Choice::Before(at(4)), None),
        ] {
            assert_eq!(chosen(choice), expected, "{choice:?}");
        }
        let error = secret.choose(Choice::At(at(4))).unwrap_err();
        assert!(
            matches!(error, Error::NotEffective { first, .. } if first == Some(at(5))),
            "{error}"
        );
    }

    #[test]
    fn a_value_is_as_old_as_its_first_use() {
        let mut secret = Secret::for_test(&[(0, false), (100, false), (200, false)]);
        for (position, text) in [(0, "a"), (1, "b"), (2, "a")] {
            secret.slots[position].checksum = Checksum::of(text.as_bytes());
        }
        secret.slots[0].written_at = at(40);
        assert_eq!(secret.age(90), Some(50));
        assert_eq!(secret.age(130), Some(30));
        // Brought back: equal to the first value.
        assert_eq!(secret.age(230), Some(190));
        // The clock was set back.
        assert_eq!(secret.age(20), Some(0));
        let later = Secret::for_test(&[(50, false)]);
        assert_eq!(later.age(49), None);
    }
}
