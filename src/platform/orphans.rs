//! The duty of process 1 in a container: it becomes the parent of processes whose parent has ended, and they stay
//! as zombies until it waits for them.

#[cfg(target_os = "linux")]
use nix::sys::wait::{Id, WaitPidFlag, waitid, waitpid};
use rustix::process::Pid;

/// Whether orphans become children of this process: it is process 1, or asked for them
/// (`PR_SET_CHILD_SUBREAPER`).
pub fn are_adopted() -> bool {
    #[cfg(target_os = "linux")]
    {
        use rustix::process::{child_subreaper, getpid};
        getpid() == Pid::INIT || child_subreaper().is_ok_and(|asked| asked.is_some())
    }
    #[cfg(not(target_os = "linux"))]
    false
}

/// Waits until the child has ended, and leaves it to be waited for. As process 1 it reaps all other children
/// meanwhile, so start no other child.
pub fn reap_until_end_of(child: Pid) {
    #[cfg(target_os = "linux")]
    if rustix::process::getpid() == Pid::INIT {
        let child = nix::unistd::Pid::from_raw(child.as_raw_nonzero().get());
        reap(child);
    }
    #[cfg(not(target_os = "linux"))]
    let _ = child;
}

/// The same in a thread of its own.
pub fn reap_beside(child: Pid) {
    if cfg!(target_os = "linux") && rustix::process::getpid() == Pid::INIT {
        // If no thread starts, the zombies stay: nothing else depends on this.
        let thread = std::thread::Builder::new();
        let _ = thread.spawn(move || reap_until_end_of(child));
    }
}

#[cfg(target_os = "linux")]
fn reap(child: nix::unistd::Pid) {
    let only_look = WaitPidFlag::WEXITED | WaitPidFlag::WNOWAIT;
    loop {
        match waitid(Id::All, only_look) {
            Ok(ended) => match ended.pid() {
                Some(ended) if ended != child => {
                    let _ = waitpid(ended, Some(WaitPidFlag::WNOHANG));
                }
                _ => return,
            },
            Err(nix::errno::Errno::EINTR) => {}
            Err(_) => return,
        }
    }
}
