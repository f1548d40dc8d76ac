//! Closes this process to other programs before it touches a secret.
//!
//! It must never change what a child of `run` inherits: it sets no umask, and the child gets its own limit on
//! core files back.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use std::os::fd::RawFd;
use std::path::{Path, PathBuf};

#[cfg(target_os = "linux")]
const OWN_FILE: &str = "/proc/self/exe";

/// What [`harden`] found, so that a child can have it back.
#[derive(Clone, Copy, Debug)]
pub struct Hardened {
    core_file: Rlimit,
}

/// Forbids core files and, on Linux, reading this process's memory and environment.
///
/// To be called before anything else. Where the system refuses, the program goes on without.
pub fn harden() -> Hardened {
    let core_file = getrlimit(Resource::Core);
    limit_core_file(none_of(core_file));
    #[cfg(target_os = "linux")]
    {
        use rustix::process::{DumpableBehavior, set_dumpable_behavior};
        // Also gives /proc/self to root, so that no other process of this user can read it.
        let _ = set_dumpable_behavior(DumpableBehavior::NotDumpable);
    }
    Hardened { core_file }
}

/// Closes whatever this process inherited beside its standard streams, such as the lock of a script: a process
/// that outlives who started it must not hold that.
///
/// To be called before anything else is opened.
#[expect(
    unsafe_code,
    reason = "what was inherited is known by its number alone"
)]
pub fn close_inherited() {
    const FOLDER: &str = "/dev/fd";
    let Ok(open) = std::fs::read_dir(FOLDER) else {
        return;
    };
    let numbers = open.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok());
    let numbers: Vec<RawFd> = numbers.filter(|&number| number > 2).collect();
    // One of them was the folder's own, which is closed again.
    let is_open = |number: &RawFd| {
        Path::new(FOLDER)
            .join(number.to_string())
            .symlink_metadata()
            .is_ok()
    };
    for number in numbers.into_iter().filter(is_open) {
        // SAFETY: nothing of this program has opened anything, so that nobody counts on the number.
        unsafe { rustix::io::close(number) };
    }
}

/// Keeps the memory that is in use now off the disk, as it is touched. Refused where the system's limit
/// (`ulimit -l`) is below what this process has mapped.
pub fn lock_memory() -> std::io::Result<()> {
    #[cfg(target_os = "linux")]
    {
        use rustix::mm::{MlockAllFlags, mlockall};
        let maximum = getrlimit(Resource::Memlock).maximum;
        let raised = Rlimit {
            current: maximum,
            maximum,
        };
        let _ = setrlimit(Resource::Memlock, raised);
        // Not what is to come: a limit that is reached then would end the process.
        Ok(mlockall(MlockAllFlags::CURRENT | MlockAllFlags::ONFAULT)?)
    }
    #[cfg(not(target_os = "linux"))]
    Err(std::io::ErrorKind::Unsupported.into())
}

/// No core file for this process and its children, for good.
pub fn forbid_core_files() {
    limit_core_file(Rlimit {
        current: Some(0),
        maximum: Some(0),
    });
}

/// This very file, even if another was installed in its place since: to be started again.
pub fn own_file() -> std::io::Result<PathBuf> {
    #[cfg(target_os = "linux")]
    if Path::new(OWN_FILE).exists() {
        return Ok(OWN_FILE.into());
    }
    std::env::current_exe()
}

/// Whether this process could leave a core file, hardened or not.
pub fn may_leave_core_files() -> bool {
    getrlimit(Resource::Core).current != Some(0)
}

impl Hardened {
    /// Whether a child could, under the limit that was found.
    pub fn children_may_leave_core_files(self) -> bool {
        self.core_file.current != Some(0)
    }

    /// Runs `start`, which becomes or starts a child, under the limit that was found.
    ///
    /// A program that is executed is dumpable again by itself.
    pub fn restore_for_child<T>(self, start: impl FnOnce() -> T) -> T {
        limit_core_file(self.core_file);
        let started = start();
        limit_core_file(none_of(self.core_file));
        started
    }
}

/// The same limit with no core file now; the hard limit stays, or the child could not go back.
fn none_of(limit: Rlimit) -> Rlimit {
    Rlimit {
        current: Some(0),
        maximum: limit.maximum,
    }
}

fn limit_core_file(limit: Rlimit) {
    let _ = setrlimit(Resource::Core, limit);
}

#[cfg(test)]
mod tests {
    use super::*;

    // One test for both: they are about the same limits of the same process.
    #[test]
    fn this_process_is_undumpable_and_a_child_gets_its_limit_back() {
        let maximum = getrlimit(Resource::Core).maximum;
        let found = Rlimit {
            current: maximum,
            maximum,
        };
        setrlimit(Resource::Core, found).unwrap();
        let hardened = harden();
        assert_eq!(getrlimit(Resource::Core), none_of(found));
        let inside = hardened.restore_for_child(|| getrlimit(Resource::Core));
        assert_eq!(inside, found);
        assert_eq!(getrlimit(Resource::Core), none_of(found));
        #[cfg(target_os = "linux")]
        {
            use rustix::process::{DumpableBehavior, dumpable_behavior};
            assert_eq!(dumpable_behavior(), Ok(DumpableBehavior::NotDumpable));
        }
    }
}
