//! Checks what the system allows this program: memory that is never swapped, and no core dumps.

use super::finding::Finding;
use crate::platform::process::{Hardened, lock_memory, may_leave_core_files};

pub fn examine(hardened: Hardened) -> [Finding; 2] {
    [memory(), core(hardened)]
}

/// Does the same as an agent does at its start.
fn memory() -> Finding {
    match lock_memory() {
        Ok(()) => Finding::ok("memory", "an agent can keep what it holds out of swap"),
        Err(_) => Finding::warn(
            "memory",
            "the system's limit on locked memory is too low: what an agent holds may be written to swap",
            "raise it with `ulimit -l`, or `memlock` in limits.conf; or encrypt the swap",
        ),
    }
}

fn core(hardened: Hardened) -> Finding {
    if may_leave_core_files() {
        return Finding::fail(
            "core",
            "the system did not let kluis forbid core files of its own",
            "`ulimit -c 0` before it",
        );
    }
    if hardened.children_may_leave_core_files() {
        return Finding::warn(
            "core",
            "a command of `kluis run` that crashes may leave its secrets in a core file",
            "`ulimit -c 0` in the shell or the unit that starts it",
        );
    }
    Finding::ok("core", "no core files are written")
}
