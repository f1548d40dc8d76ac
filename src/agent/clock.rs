//! The agent's clocks. Two count time, one of them while the machine sleeps too: their difference is how
//! long it slept. The date, which any user may set, serves only for keys that end on a date.

use std::time::{Duration, SystemTime};

pub trait Clock {
    /// Since some moment, without the time asleep.
    fn awake(&self) -> Duration;

    /// Since some moment, with it.
    fn elapsed(&self) -> Duration;

    /// Since 1970.
    fn date(&self) -> Duration;
}

/// The system's, `CLOCK_MONOTONIC` and `CLOCK_BOOTTIME`.
pub struct SystemClock;

impl Clock for SystemClock {
    fn awake(&self) -> Duration {
        read(rustix::time::ClockId::Monotonic)
    }

    #[cfg(target_os = "linux")]
    fn elapsed(&self) -> Duration {
        read(rustix::time::ClockId::Boottime)
    }

    /// Elsewhere nobody tells of sleep: the time-outs alone count.
    #[cfg(not(target_os = "linux"))]
    fn elapsed(&self) -> Duration {
        self.awake()
    }

    fn date(&self) -> Duration {
        let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
        since.unwrap_or_default()
    }
}

fn read(clock: rustix::time::ClockId) -> Duration {
    let now = rustix::time::clock_gettime(clock);
    Duration::new(
        u64::try_from(now.tv_sec).unwrap_or_default(),
        u32::try_from(now.tv_nsec).unwrap_or_default(),
    )
}
