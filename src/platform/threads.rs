//! Threads for Argon2's lanes and for many pages.
//!
//! A missing thread is never an error: if the system gives none (a limit on processes, no memory for stacks), the
//! pieces of work are done one after the other.

use rayon::ThreadPoolBuilder;
use std::num::NonZero;
use std::thread::{Builder, available_parallelism, scope};

/// Runs `work`, whose parallel parts get at most so many threads.
///
/// Otherwise rayon would start threads itself, and panic if the system gives none.
pub fn with_threads<T: Send>(most: u32, work: impl FnOnce() -> T + Send) -> T {
    let processors = available_parallelism().map_or(1, NonZero::get);
    let count = processors.min(most.max(1) as usize);
    match ThreadPoolBuilder::new().num_threads(count).build() {
        Ok(pool) => pool.install(work),
        Err(_) => without_threads(work),
    }
}

/// Runs it only in this thread.
fn without_threads<T>(work: impl FnOnce() -> T) -> T {
    let here = ThreadPoolBuilder::new().num_threads(1).use_current_thread();
    // This fails if an earlier call did it in the same thread, which then still belongs to a pool.
    let _pool = here.build();
    work()
}

/// Does both pieces of work, the second in another thread. Passes on a panic in either.
pub fn in_two<A, B: Send>(one: impl FnOnce() -> A, two: impl Fn() -> B + Sync) -> (A, B) {
    scope(|scope| {
        let other = Builder::new().spawn_scoped(scope, &two);
        let first = one();
        let second = match other {
            Ok(other) => other
                .join()
                .unwrap_or_else(|panic| std::panic::resume_unwind(panic)),
            Err(_) => two(),
        };
        (first, second)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn both() -> ([usize; 2], usize) {
        let (one, other) = rayon::join(|| 1, || 2);
        ([one, other], rayon::current_num_threads())
    }

    #[test]
    fn two_pieces_of_work_are_both_done() {
        let here = std::thread::current().id();
        let id = || std::thread::current().id();
        let (one, two) = in_two(id, id);
        assert_eq!(one, here);
        assert_ne!(two, here);
    }

    #[test]
    fn work_is_done_with_threads_and_without() {
        let (done, threads) = with_threads(2, both);
        assert_eq!(done, [1, 2]);
        assert!((1..=2).contains(&threads));
        // More than once: a vault may have several passphrases.
        for _ in 0..3 {
            assert_eq!(without_threads(both), ([1, 2], 1));
        }
    }
}
