//! The limit on a value's length. This file never sees the bytes.

use super::rule::RuleViolation;

pub const MAX_VALUE_BYTES: usize = 65_536;

/// Refuses a length outside of 1 to 65,536 bytes.
pub fn check_value(bytes: usize) -> Result<(), RuleViolation> {
    match bytes {
        0 => Err(RuleViolation::too_short("a value cannot be empty")),
        1..=MAX_VALUE_BYTES => Ok(()),
        _ => Err(RuleViolation::too_long(
            "a value can have at most 65,536 bytes",
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_has_one_to_65536_bytes() {
        for (bytes, kind) in [
            (0, Some("string_too_short")),
            (1, None),
            (65_536, None),
            (65_537, Some("string_too_long")),
        ] {
            assert_eq!(check_value(bytes).err().map(|broken| broken.kind), kind);
        }
    }
}
