//! Options that take a time, a duration or a slot number.

use crate::error::Error;
use crate::vault::rule::RuleViolation;
use crate::vault::time::{self, Timestamp};
use crate::vault::{self};
use std::time::Duration;

/// A time in the past or the future.
pub fn parse_time(field: &str, text: &str) -> Result<Timestamp, Error> {
    Timestamp::parse(text).map_err(|broken| invalid(field, broken))
}

/// A time, or a duration from `now` on.
pub fn parse_future(field: &str, text: &str, now: Timestamp) -> Result<Timestamp, Error> {
    Timestamp::parse_future(text, now).map_err(|broken| invalid(field, broken))
}

/// The time until which a key is used.
pub fn parse_expiry(text: &str, now: Timestamp) -> Result<Timestamp, Error> {
    let time = parse_future("expires", text, now)?;
    if time > now {
        return Ok(time);
    }
    let rule = "a key expires in the future";
    Err(invalid("expires", RuleViolation::new(rule, "greater_than")))
}

pub fn parse_duration(field: &str, text: &str) -> Result<Duration, Error> {
    time::parse_duration(text).map_err(|broken| invalid(field, broken))
}

/// A slot's number: any 64-bit number, or the second of a time.
pub fn parse_slot(field: &str, text: &str, now: Timestamp) -> Result<u64, Error> {
    if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
        return text.parse().map_err(|_| {
            let rule = "a slot must be below 2^64";
            invalid(field, RuleViolation::new(rule, "int_parsing"))
        });
    }
    if text.starts_with('-') {
        let rule = "a slot cannot be negative";
        return Err(invalid(
            field,
            RuleViolation::new(rule, "greater_than_equal"),
        ));
    }
    Ok(parse_future(field, text, now)?.seconds())
}

fn invalid(field: &str, RuleViolation { rule, kind }: RuleViolation) -> Error {
    let option = field.replace('_', "-");
    let rule = format!("--{option}: {rule}");
    vault::Error::invalid(field, RuleViolation::new(rule, kind)).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slot_is_a_number_a_time_or_a_duration() {
        let now = Timestamp::from_seconds(1_000).unwrap();
        for (text, slot) in [
            ("0", 0),
            ("18446744073709551615", u64::MAX),
            ("1970-01-01T00:01:00Z", 60),
            ("1h", 4_600),
        ] {
            assert_eq!(parse_slot("slot", text, now).unwrap(), slot);
        }
        for wrong in ["", "-1", "18446744073709551616", "1.5", "x", "1e3"] {
            assert!(parse_slot("slot", wrong, now).is_err(), "{wrong}");
        }
    }
}
