//! The system's clock, limited to the years that a timestamp can hold.

use crate::vault::clock::Clock;
use crate::vault::time::Timestamp;
use std::thread::sleep;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

const SECOND_MILLISECONDS: u64 = 1_000;

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

    /// Waits at most a second, even if the clock is changed meanwhile.
    fn wait(&self) {
        let passed = self.now().milliseconds().unsigned_abs() % SECOND_MILLISECONDS;
        sleep(Duration::from_millis(SECOND_MILLISECONDS - passed));
    }
}
