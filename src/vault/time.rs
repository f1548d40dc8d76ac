//! Parses times and durations as you write them: Unix seconds, RFC 3339, a date, `90s`, `15m`, `7d`, `2w`.
//!
//! It has no clock: the caller passes the time.

use super::rule::RuleViolation;
use crate::sealed::meta::MAX_MILLISECONDS;
use jiff::SignedDuration;
use jiff::civil::{DateTime, Time, date};
use jiff::fmt::temporal::Pieces;
use std::fmt;
use std::time::Duration;

const EPOCH: DateTime = date(1970, 1, 1).at(0, 0, 0, 0);
const MAX_DURATION_SECONDS: u64 = 100 * 365 * 86_400;

/// Milliseconds since 1970-01-01T00:00:00Z, up to the end of the year 9999.
///
/// Shown as RFC 3339 in UTC with three decimals; stored as a number.
#[derive(
    Clone,
    Copy,
    Default,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Debug,
    serde::Serialize,
    serde::Deserialize,
)]
#[serde(into = "i64", try_from = "i64")]
pub struct Timestamp(i64);

impl Timestamp {
    /// The last millisecond of the year 9999.
    pub const MAX: Self = Self(MAX_MILLISECONDS);

    pub fn from_milliseconds(milliseconds: i64) -> Option<Self> {
        (0..=MAX_MILLISECONDS)
            .contains(&milliseconds)
            .then_some(Self(milliseconds))
    }

    /// Reads a time from a record, which may be any number.
    pub fn from_stored(milliseconds: i64) -> Result<Self, RuleViolation> {
        Self::from_milliseconds(milliseconds).ok_or_else(|| {
            RuleViolation::new("a time must be between 1970 and 9999", "datetime_parsing")
        })
    }

    pub fn from_seconds(seconds: u64) -> Option<Self> {
        let milliseconds = i64::try_from(seconds).ok()?.checked_mul(1_000)?;
        Self::from_milliseconds(milliseconds)
    }

    /// Parses Unix seconds, or RFC 3339 with `Z` or an offset; drops fractions of a millisecond. A date alone
    /// means its first moment in UTC.
    pub fn parse(text: &str) -> Result<Self, RuleViolation> {
        let milliseconds = if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
            text.parse()
                .ok()
                .and_then(|seconds: i64| seconds.checked_mul(1_000))
        } else {
            rfc3339_milliseconds(text)
        };
        milliseconds
            .and_then(Self::from_milliseconds)
            .ok_or_else(|| {
                let rule = "a time must be like 2030-01-31 (UTC), 2030-01-31T12:00:00Z or a Unix second, from 1970 to 9999";
                RuleViolation::new(rule, "datetime_parsing")
            })
    }

    /// Parses a time, or a duration from `now` on, such as `7d`; at most the end of the year 9999.
    pub fn parse_future(text: &str, now: Self) -> Result<Self, RuleViolation> {
        let Some(seconds) = duration_seconds(text) else {
            return Self::parse(text).map_err(|broken| {
                let rule = format!("{}, or a duration like 7d", broken.rule);
                RuleViolation { rule, ..broken }
            });
        };
        let seconds = parse_duration(text).map(|_| seconds)?;
        Ok(Self::from_seconds(now.seconds().saturating_add(seconds)).unwrap_or(Self::MAX))
    }

    pub fn milliseconds(self) -> i64 {
        self.0
    }

    /// Whole seconds since 1970, the unit of slots.
    pub fn seconds(self) -> u64 {
        self.0.unsigned_abs() / 1_000
    }

    pub fn rfc3339(self) -> String {
        self.to_string()
    }
}

/// Does not use `jiff::Timestamp`, which ends a day early: people write 9999-12-31 for "never".
fn rfc3339_milliseconds(text: &str) -> Option<i64> {
    let pieces = Pieces::parse(text).ok()?;
    if pieces.time_zone_annotation().is_some() {
        return None;
    }
    let (time, offset) = match (pieces.time(), pieces.to_numeric_offset()) {
        (Some(time), Some(offset)) => (time, offset.seconds()),
        // A date has ten characters: few programs read other spellings.
        (None, None) if text.len() == 10 => (Time::midnight(), 0),
        _ => return None,
    };
    let local = pieces.date().to_datetime(time).duration_since(EPOCH);
    let offset = SignedDuration::from_secs(offset.into());
    let milliseconds = local.checked_sub(offset)?.as_millis();
    i64::try_from(milliseconds).ok()
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let instant = EPOCH.saturating_add(SignedDuration::from_millis(self.0));
        write!(f, "{instant:.3}Z")
    }
}

impl From<Timestamp> for i64 {
    fn from(timestamp: Timestamp) -> Self {
        timestamp.0
    }
}

impl TryFrom<i64> for Timestamp {
    type Error = &'static str;

    fn try_from(milliseconds: i64) -> Result<Self, Self::Error> {
        Self::from_milliseconds(milliseconds).ok_or("not a time from 1970 to 9999")
    }
}

/// Parses `90s`, `15m`, `12h`, `7d`, `2w` or `1h30m`: each unit at most once, the greatest first, and at most
/// a hundred years.
// Not jiff's parser: it refuses days and weeks without a calendar, and accepts `ago`, signs, months and
// fractions.
pub fn parse_duration(text: &str) -> Result<Duration, RuleViolation> {
    let broken = |rule| RuleViolation::new(rule, "time_delta_parsing");
    match duration_seconds(text) {
        None => Err(broken(
            "a duration must be like 90s, 15m, 12h, 7d, 2w or 1h30m",
        )),
        Some(seconds) if seconds > MAX_DURATION_SECONDS => {
            Err(broken("a duration can be at most a hundred years"))
        }
        Some(seconds) => Ok(Duration::from_secs(seconds)),
    }
}

/// The average year of the Gregorian calendar.
const YEAR_SECONDS: u64 = 31_556_952;
const MONTH_SECONDS: u64 = YEAR_SECONDS / 12;

/// The rounded duration, in the greatest unit of which it has at least two, else in seconds: `45d`, `26h`, `5mo`.
/// If it rounds to two of a greater unit, that unit is used.
pub fn rough_duration(seconds: u64) -> String {
    let units = [
        ("y", YEAR_SECONDS, MONTH_SECONDS),
        ("mo", MONTH_SECONDS, 86_400),
        ("d", 86_400, 3_600),
        ("h", 3_600, 60),
        ("m", 60, 1),
    ];
    let has_two =
        |(_, unit, smaller): &(&str, u64, u64)| seconds.saturating_add(smaller / 2) >= 2 * unit;
    let (letter, unit, _) = units.into_iter().find(has_two).unwrap_or(("s", 1, 1));
    format!("{}{letter}", seconds.saturating_add(unit / 2) / unit)
}

/// The exact duration in one unit: `90d`, `36h`.
pub fn exact_duration(seconds: u64) -> String {
    let units = [("w", 604_800), ("d", 86_400), ("h", 3_600), ("m", 60)];
    let whole = |(_, unit): &(&str, u64)| seconds > 0 && seconds.is_multiple_of(*unit);
    let (letter, unit) = units.into_iter().find(whole).unwrap_or(("s", 1));
    format!("{}{letter}", seconds / unit)
}

fn duration_seconds(text: &str) -> Option<u64> {
    let mut units = [
        ('w', 604_800),
        ('d', 86_400),
        ('h', 3_600),
        ('m', 60),
        ('s', 1),
    ]
    .into_iter();
    let mut total: u64 = 0;
    for part in text.split_inclusive(|letter: char| !letter.is_ascii_digit()) {
        let (number, unit) = part.split_at_checked(part.len() - 1)?;
        let (_, seconds) = units.find(|(letter, _)| unit.starts_with(*letter))?;
        if number.is_empty() {
            return None;
        }
        // Digits that do not fit into 64 bits mean a long duration, not an invalid one.
        let count = number.parse().unwrap_or(u64::MAX);
        total = total.saturating_add(count.saturating_mul(seconds));
    }
    (!text.is_empty()).then_some(total)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_time_is_shown_in_utc_with_three_decimals() {
        for (milliseconds, shown) in [
            (0, "1970-01-01T00:00:00.000Z"),
            (1_709_208_000_120, "2024-02-29T12:00:00.120Z"),
            (MAX_MILLISECONDS, "9999-12-31T23:59:59.999Z"),
        ] {
            let time = Timestamp::from_milliseconds(milliseconds).unwrap();
            assert_eq!(time.rfc3339(), shown);
            assert_eq!(Timestamp::parse(shown), Ok(time));
        }
    }

    #[test]
    fn a_time_lies_between_1970_and_9999() {
        assert_eq!(Timestamp::from_milliseconds(-1), None);
        assert_eq!(Timestamp::from_milliseconds(MAX_MILLISECONDS + 1), None);
        assert_eq!(Timestamp::from_milliseconds(i64::MIN), None);
        assert_eq!(
            Timestamp::from_milliseconds(1_999).map(Timestamp::seconds),
            Some(1)
        );
    }

    #[test]
    fn a_stored_time_is_a_number_whose_bounds_are_checked() {
        let time = Timestamp::from_milliseconds(1_500).unwrap();
        assert_eq!(serde_json::to_string(&time).unwrap(), "1500");
        assert_eq!(serde_json::from_str::<Timestamp>("1500").unwrap(), time);
        for wrong in ["-1", "253402300800000", "1.5", "\"1500\"", "1e3"] {
            assert!(serde_json::from_str::<Timestamp>(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_time_is_read_as_unix_seconds_or_with_an_offset() {
        let noon = Timestamp::from_milliseconds(1_709_208_000_000).unwrap();
        for text in [
            "1709208000",
            "2024-02-29T12:00:00Z",
            "2024-02-29T13:30:00.0009+01:30",
        ] {
            assert_eq!(Timestamp::parse(text), Ok(noon), "{text}");
        }
        for wrong in [
            "",
            "-1",
            "+1",
            "1.5",
            "2024-02-29T12:00:00",
            "20240229T",
            "2024-0229",
            "2024-02-30",
            "2024-02-2",
            "2024-02",
            "+002024-02-29",
            "2024-02-29Z",
            " 2024-02-29",
            "1969-12-31",
            "2024-02-30T12:00:00Z",
            "2024-02-29T12:00:00Z[UTC]",
            "1969-12-31T23:59:59Z",
            "1970-01-01T00:00:00+01:00",
            "9999-12-31T23:59:59-01:00",
            "99999999999999999999",
            "9223372036854775807",
            "now",
            "2024-02-29T12:00:00Z\n",
        ] {
            assert!(Timestamp::parse(wrong).is_err(), "{wrong:?}");
        }
    }

    #[test]
    fn a_date_is_its_first_moment_in_utc() {
        for (date, time) in [
            ("2024-02-29", "2024-02-29T00:00:00Z"),
            ("1970-01-01", "0"),
            ("9999-12-31", "9999-12-31T00:00:00Z"),
        ] {
            assert_eq!(Timestamp::parse(date), Timestamp::parse(time), "{date}");
        }
    }

    #[test]
    fn a_duration_has_units_the_greatest_first() {
        for (text, seconds) in [
            ("90s", 90),
            ("15m", 900),
            ("12h", 43_200),
            ("7d", 604_800),
            ("2w", 1_209_600),
            ("1h30m", 5_400),
            ("1w1d1h1m1s", 694_861),
            ("0s", 0),
            ("007s", 7),
            ("36500d", 3_153_600_000),
        ] {
            assert_eq!(
                parse_duration(text),
                Ok(Duration::from_secs(seconds)),
                "{text}"
            );
        }
        for wrong in [
            "",
            "s",
            "90",
            "-1s",
            "+1s",
            "1s ago",
            "1 s",
            " 1s",
            "1s\n",
            "1.5h",
            "1h30",
            "30m1h",
            "1h1h",
            "h1",
            "1mo",
            "1y",
            "1M",
            "1S",
            "1ms",
            "1min",
            "P1D",
            "36501d",
            "307445734561825861m", // 2^64 + 44 seconds
            "99999999999999999999s",
            "9223372036854775807w",
            "1é",
        ] {
            assert!(parse_duration(wrong).is_err(), "{wrong:?}");
        }
        let rule = parse_duration("h").unwrap_err().rule;
        assert!(rule.starts_with("a duration must be like"), "{rule}");
    }

    #[test]
    fn a_future_time_may_be_a_duration() {
        let now = Timestamp::from_seconds(1_000).unwrap();
        for (text, seconds) in [
            ("90s", 1_090),
            ("1h", 4_600),
            ("0s", 1_000),
            ("5000", 5_000),
            ("1970-01-01T01:00:00Z", 3_600),
        ] {
            assert_eq!(
                Timestamp::parse_future(text, now).map(Timestamp::seconds),
                Ok(seconds),
                "{text}"
            );
        }
        let end = Timestamp::parse_future("36500d", Timestamp::MAX);
        assert_eq!(end, Ok(Timestamp::MAX));
        for wrong in ["", "-1", "soon", "36501d", "1h1h"] {
            assert!(Timestamp::parse_future(wrong, now).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_rough_duration_has_one_unit() {
        for (seconds, text) in [
            (0, "0s"),
            (119, "119s"),
            (120, "2m"),
            (149, "2m"),
            (150, "3m"),
            (899, "15m"),
            (7_169, "119m"),
            (7_170, "2h"),
            (28_799, "8h"),
            (171_000, "2d"),
            (170_999, "47h"),
            (907_200, "11d"),
            (1_209_600, "14d"),
            (20 * 86_400, "20d"),
            (60 * 86_400, "60d"),
            (61 * 86_400, "2mo"),
            (365 * 86_400, "12mo"),
            (731 * 86_400, "2y"),
        ] {
            assert_eq!(rough_duration(seconds), text);
        }
    }

    #[test]
    fn an_exact_duration_has_the_greatest_unit_that_loses_nothing() {
        for (seconds, text) in [
            (0, "0s"),
            (90, "90s"),
            (5_400, "90m"),
            (129_600, "36h"),
            (7_776_000, "90d"),
            (1_209_600, "2w"),
        ] {
            assert_eq!(exact_duration(seconds), text);
        }
    }

    proptest! {
        #[test]
        fn every_duration_reads_back_as_it_was_shown(
            count in 0..200_u64, unit in prop::sample::select(vec![1, 60, 3_600, 86_400, 604_800]),
        ) {
            let shown = exact_duration(count * unit);
            prop_assert_eq!(parse_duration(&shown), Ok(Duration::from_secs(count * unit)));
        }

        #[test]
        fn every_time_reads_back_as_it_was_shown(milliseconds in 0..=MAX_MILLISECONDS) {
            let time = Timestamp(milliseconds);
            prop_assert_eq!(Timestamp::parse(&time.rfc3339()), Ok(time));
        }
    }
}
