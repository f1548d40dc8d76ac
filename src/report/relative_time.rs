//! Times in a table: relative for people ("in 3 days"), exact for programs.

use crate::context::Context;
use crate::vault::time::{Timestamp, rough_duration};

impl Context<'_> {
    pub fn when(&self, time: Timestamp) -> String {
        if !self.ui.stdout_is_terminal() {
            return time.rfc3339();
        }
        relative(time.seconds(), self.now.seconds())
    }
}

/// Both arguments are Unix seconds.
fn relative(then: u64, now: u64) -> String {
    match then.checked_sub(now) {
        None => format!("{} ago", rough_duration(now - then)),
        Some(0) => "now".to_owned(),
        Some(left) => format!("in {}", rough_duration(left)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_printed_relative_to_now() {
        let now = 1_800_000_000;
        for (then, told) in [
            (now, "now"),
            (now - 5, "5s ago"),
            (now - 3 * 86_400, "3d ago"),
            (now + 120, "in 2m"),
            (now + 20 * 86_400, "in 20d"),
            (0, "57y ago"),
        ] {
            assert_eq!(relative(then, now), told);
        }
    }
}
