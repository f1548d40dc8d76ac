//! The system's clock, limited to the years that a timestamp can hold.

use crate::vault::clock::Clock;
use crate::vault::time::Timestamp;
use std::time::{SystemTime, UNIX_EPOCH};

#[derive(Clone, Copy)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        let since = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default();
        let milliseconds = i64::try_from(since.as_millis()).unwrap_or(i64::MAX);
        Timestamp::from_milliseconds(milliseconds).unwrap_or(Timestamp::MAX)
    }
}
