//! Closes this process to other programs before it handles a secret.
//!
//! It must never change what a child of `run` inherits: it sets no umask, and the child gets its own limit on
//! core files back.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use std::path::PathBuf;

#[cfg(target_os = "linux")]
const OWN_FILE: &str = "/proc/self/exe";

/// The limits before [`harden`], to restore them for a child.
#[derive(Clone, Copy, Debug)]
pub struct Hardened {
    core_file: Rlimit,
}

/// Forbids core files and, on Linux, reading this process's memory and environment.
///
/// Call it before anything else. If the system refuses, the program continues without it.
pub fn harden() -> Hardened {
    let core_file = getrlimit(Resource::Core);
    limit_core_file(none_of(core_file));
    #[cfg(target_os = "linux")]
    {
        use rustix::process::{DumpableBehavior, set_dumpable_behavior};
        // This also makes /proc/self belong to root, so that no other process of this user can read it.
        let _ = set_dumpable_behavior(DumpableBehavior::NotDumpable);
    }
    Hardened { core_file }
}

/// Keeps the memory in use now off the disk, from its first use on. Fails if the system's limit (`ulimit -l`) is
/// below the size that this process has mapped.
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
        // Only present memory: with future memory, reaching the limit would end the process.
        Ok(mlockall(MlockAllFlags::CURRENT | MlockAllFlags::ONFAULT)?)
    }
    #[cfg(not(target_os = "linux"))]
    Err(std::io::ErrorKind::Unsupported.into())
}

/// Forbids core files for this process and its children, for good.
pub fn forbid_core_files() {
    limit_core_file(Rlimit {
        current: Some(0),
        maximum: Some(0),
    });
}

/// This program's own file, to be started again, even if another file was installed in its place.
pub fn own_file() -> std::io::Result<PathBuf> {
    #[cfg(target_os = "linux")]
    if std::path::Path::new(OWN_FILE).exists() {
        return Ok(OWN_FILE.into());
    }
    std::env::current_exe()
}

/// The path where this program is installed, for a later start.
pub fn installed_file() -> std::io::Result<PathBuf> {
    let path = std::env::current_exe()?;
    // If another file was installed in its place, Linux gives a path that does not exist.
    path.metadata()?;
    Ok(path)
}

/// Whether this process could leave a core file, hardened or not.
pub fn may_leave_core_files() -> bool {
    getrlimit(Resource::Core).current != Some(0)
}

impl Hardened {
    /// Whether a child could leave one, under the original limit.
    pub fn children_may_leave_core_files(self) -> bool {
        self.core_file.current != Some(0)
    }

    /// Runs `start`, which becomes or starts a child, under the original limit.
    ///
    /// An executed program is dumpable again by itself.
    pub fn restore_for_child<T>(self, start: impl FnOnce() -> T) -> T {
        limit_core_file(self.core_file);
        let started = start();
        limit_core_file(none_of(self.core_file));
        started
    }
}

/// The limit without core files. The hard limit stays, or the child could not raise it again.
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

    // One test for both, because they share the limits of one process.
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
