//! The agent's clocks. Two count time, and one of them also counts while the machine sleeps: their difference is
//! the time asleep. Any user may set the date, so it only serves for keys that end on a date.

use std::time::{Duration, SystemTime};

pub trait Clock {
    /// The time since some moment, without the time asleep.
    fn awake(&self) -> Duration;

    /// The time since some moment, with the time asleep.
    fn elapsed(&self) -> Duration;

    /// The time since 1970.
    fn date(&self) -> Duration;
}

/// The system's clocks: `CLOCK_MONOTONIC` and `CLOCK_BOOTTIME`.
pub struct SystemClock;

impl Clock for SystemClock {
    fn awake(&self) -> Duration {
        read(rustix::time::ClockId::Monotonic)
    }

    #[cfg(target_os = "linux")]
    fn elapsed(&self) -> Duration {
        read(rustix::time::ClockId::Boottime)
    }

    /// Other systems do not count the time asleep: only the time-outs apply.
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
