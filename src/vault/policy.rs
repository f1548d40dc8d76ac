//! Decides when a value should be replaced: after some time in use, or by a date. It is advice, never a lock:
//! an overdue value still opens.

use super::secret::Secret;
use super::time::Timestamp;

/// The reason why a secret needs attention, with its date.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Due {
    /// The date until which it may be used.
    Expiry(Timestamp),
    /// The end of a value's planned time in use.
    Rotation(Timestamp),
}

impl Due {
    pub fn word(self) -> &'static str {
        match self {
            Self::Expiry(_) => "expiry",
            Self::Rotation(_) => "rotation",
        }
    }

    pub fn at(self) -> Timestamp {
        match self {
            Self::Expiry(time) | Self::Rotation(time) => time,
        }
    }
}

impl Secret {
    /// The reason why it is due at a Unix second, if it is. An expiry takes precedence over a rotation.
    pub fn due(&self, second: u64) -> Option<Due> {
        if let Some(time) = self.expires_at.filter(|time| time.seconds() <= second) {
            return Some(Due::Expiry(time));
        }
        let since = self.rotation_due(second)?;
        (since <= second).then(|| Due::Rotation(Timestamp::from_seconds(since).unwrap_or_default()))
    }

    /// The second when the effective value is due for rotation.
    fn rotation_due(&self, second: u64) -> Option<u64> {
        let in_use_since = second.checked_sub(self.age(second)?)?;
        in_use_since.checked_add(self.rotate_every?)
    }

    /// The present reason for being due, or the next one.
    pub fn next_due(&self, second: u64) -> Option<Due> {
        if let Some(due) = self.due(second) {
            return Some(due);
        }
        let rotation = self.rotation_due(second).and_then(Timestamp::from_seconds);
        let expiry = self.expires_at.map(Due::Expiry);
        expiry
            .into_iter()
            .chain(rotation.map(Due::Rotation))
            .min_by_key(|due| due.at())
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
    fn a_value_is_due_when_it_was_in_use_for_long_enough() {
        let mut secret = Secret::for_test(&[(100, false), (500, false)]);
        secret.slots[1].checksum = Checksum::of(b"another");
        assert_eq!(secret.due(u64::MAX), None);
        secret.rotate_every = Some(60);
        for (second, expected) in [
            (99, None),
            (159, None),
            (160, Some(Due::Rotation(at(160)))),
            (499, Some(Due::Rotation(at(160)))),
            (500, None),
            (559, None),
            (560, Some(Due::Rotation(at(560)))),
        ] {
            assert_eq!(secret.due(second), expected, "{second}");
        }
        assert_eq!(secret.next_due(120), Some(Due::Rotation(at(160))));
        assert_eq!(secret.next_due(99), None);
    }

    #[test]
    fn an_expiry_comes_first() {
        let mut secret = Secret::for_test(&[(100, false)]);
        secret.rotate_every = Some(60);
        secret.expires_at = Some(at(170));
        assert_eq!(secret.due(165), Some(Due::Rotation(at(160))));
        assert_eq!(secret.due(170), Some(Due::Expiry(at(170))));
        assert_eq!(secret.next_due(120), Some(Due::Rotation(at(160))));
        assert_eq!(secret.next_due(170), Some(Due::Expiry(at(170))));
        secret.rotate_every = None;
        assert_eq!(secret.next_due(120), Some(Due::Expiry(at(170))));
        assert_eq!(secret.due(169), None);
    }

    #[test]
    fn a_policy_beyond_all_time_is_never_due() {
        let mut secret = Secret::for_test(&[(100, false)]);
        secret.slots[0].slot = u64::MAX - 1;
        secret.rotate_every = Some(60);
        assert_eq!(secret.due(u64::MAX), None);
        assert_eq!(secret.next_due(u64::MAX), None);
    }
}
