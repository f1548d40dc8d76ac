//! Checks what the system allows this program: memory that is never swapped, and no core dumps.

use super::finding::Finding;
use crate::deliver::memory_place;
use crate::platform::process::{Hardened, lock_memory, may_leave_core_files};

pub fn examine(hardened: Hardened) -> Vec<Finding> {
    let mut findings = vec![memory(), core(hardened)];
    findings.extend(leftovers());
    findings
}

/// Values that killed commands left in memory.
fn leftovers() -> Option<Finding> {
    let left = memory_place::leftovers(|name| std::env::var_os(name));
    let first = left.first()?.display().to_string();
    Some(Finding::warn(
        "leftover",
        format!("an interrupted `kluis edit` or `kluis run` left a value in {first}"),
        "run `kluis lock`, which removes it",
    ))
}

/// Locks the memory as an agent does at its start.
fn memory() -> Finding {
    match lock_memory() {
        Ok(()) => Finding::ok("memory", "the agent can keep its keys out of swap"),
        Err(_) => Finding::warn(
            "memory",
            "the limit on locked memory is too low: keys that the agent holds may be written to swap",
            "raise the limit with `ulimit -l`, or `memlock` in limits.conf; or encrypt the swap",
        ),
    }
}

fn core(hardened: Hardened) -> Finding {
    if may_leave_core_files() {
        return Finding::fail(
            "core",
            "kluis could not turn off its core files, which may contain keys",
            "run `ulimit -c 0` before kluis",
        );
    }
    if hardened.children_may_leave_core_files() {
        return Finding::warn(
            "core",
            "a command that `kluis run` starts may leave its secrets in a core file when it crashes",
            "run `ulimit -c 0` in the shell before kluis, or set LimitCORE=0 in the systemd unit",
        );
    }
    Finding::ok("core", "no core files are written")
}
