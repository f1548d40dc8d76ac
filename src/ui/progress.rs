//! Shows the progress of work: one line on stderr after half a second, removed at the end. It is for people only:
//! not in a pipe, nor with `--quiet` or `--json`.

use std::io::Write;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use super::Ui;
use crate::platform::terminal::columns;

const PATIENCE: Duration = Duration::from_millis(500);
const INTERVAL: Duration = Duration::from_millis(200);

/// Moves to the beginning of the line and clears it.
const CLEAR: &str = "\r\x1b[K";

/// Shows the work in progress until it is dropped.
pub struct Progress {
    shared: Arc<Shared>,
    drawer: Option<JoinHandle<()>>,
}

#[derive(Default)]
struct Shared {
    done: AtomicUsize,
    is_over: Mutex<bool>,
    over: Condvar,
}

impl Ui {
    /// Shows `doing`, such as `importing`, and the part of `total` that is done.
    pub fn progress(&self, doing: &'static str, total: Option<usize>) -> Progress {
        let options = &self.options;
        let shared = Arc::<Shared>::default();
        let is_seen = self.streams.err_columns.is_some() && !options.quiet && !options.json;
        let drawer = is_seen.then(|| {
            let shared = Arc::clone(&shared);
            thread::spawn(move || shared.draw(doing, total))
        });
        Progress { shared, drawer }
    }
}

impl Progress {
    /// Counts one more as done.
    pub fn advance(&self) {
        self.shared.done.fetch_add(1, Ordering::Relaxed);
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        let is_over = self.shared.is_over.lock();
        *is_over.unwrap_or_else(PoisonError::into_inner) = true;
        self.shared.over.notify_all();
        if let Some(drawer) = self.drawer.take() {
            let _ = drawer.join();
        }
    }
}

impl Shared {
    fn draw(&self, doing: &str, total: Option<usize>) {
        let started = Instant::now();
        let mut stderr = std::io::stderr();
        let mut patience = PATIENCE;
        let mut has_drawn = false;
        while !self.is_over_within(patience) {
            let done = self.done.load(Ordering::Relaxed);
            let width = columns(&stderr).map_or(80, usize::from);
            let line = line(doing, done, total, started.elapsed());
            let line: String = line.chars().take(width.saturating_sub(1)).collect();
            let _ = stderr.write_all(format!("{CLEAR}{line}").as_bytes());
            has_drawn = true;
            patience = INTERVAL;
        }
        if has_drawn {
            let _ = stderr.write_all(CLEAR.as_bytes());
        }
    }

    fn is_over_within(&self, patience: Duration) -> bool {
        let is_over = self.is_over.lock().unwrap_or_else(PoisonError::into_inner);
        let waited = self
            .over
            .wait_timeout_while(is_over, patience, |is_over| !*is_over);
        *waited.unwrap_or_else(PoisonError::into_inner).0
    }
}

/// `importing: 1200 of 10000, 3s`
fn line(doing: &str, done: usize, total: Option<usize>, taken: Duration) -> String {
    let taken = taken.as_secs();
    match total {
        Some(total) => format!("{doing}: {done} of {total}, {taken}s"),
        None => format!("{doing}: {taken}s"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_shows_progress_and_time() {
        let taken = Duration::from_millis(3_700);
        assert_eq!(line("unlocking", 0, None, taken), "unlocking: 3s");
        assert_eq!(
            line("importing", 7, Some(9), taken),
            "importing: 7 of 9, 3s"
        );
    }

    #[test]
    fn waiting_ends_at_once_when_work_ends() {
        let shared = Arc::<Shared>::default();
        let progress = Progress {
            shared: Arc::clone(&shared),
            drawer: None,
        };
        assert!(!shared.is_over_within(Duration::ZERO));
        let waiting = thread::spawn(move || shared.is_over_within(Duration::from_mins(1)));
        let started = Instant::now();
        drop(progress);
        assert!(waiting.join().unwrap());
        assert!(started.elapsed() < Duration::from_secs(30));
    }
}
