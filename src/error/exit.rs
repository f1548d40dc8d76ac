//! The exit codes and code words by which scripts tell failures apart. Their numbers never change.

/// The exit codes. Scripts rely on them, so they never change.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Exit {
    Failed,
    Usage,
    NotFound,
    Locked,
    Damaged,
    Older,
    Unsupported,
    Conflict,
    Invalid,
    Denied,
    Busy,
    RunFailed,
    NotExecutable,
    CommandNotFound,
    Cancelled,
    Unread,
    Commands(u8),
}

impl Exit {
    /// Each code with its meaning, for the help and the README.
    pub const TABLE: &str = "\
Exit codes:
  0    done, durable; or nothing to change
  1    failed: I/O, an unexpected state
  2    the command line is wrong
  3    no such vault, workspace, secret, slot, app or key; or no slot effective yet
  4    locked: no key given opens the vault, or nobody was there to ask
  5    damaged or not authentic; an older copy; or written by a newer kluis
  6    it exists already, is in use, or changed underneath; nothing was written
  7    a field breaks a rule
  8    denied: a domain is not allowed, the key does not reach, or a project file is not trusted
  9    the lock was not free in time
  125  `run` failed before the command started
  126  the command cannot be executed
  127  there is no such command
  130  cancelled at a prompt
  141  stdout was closed early; a change that was made is kept";

    pub fn code(self) -> u8 {
        match self {
            Self::Failed => 1,
            Self::Usage => 2,
            Self::NotFound => 3,
            Self::Locked => 4,
            Self::Damaged | Self::Older | Self::Unsupported => 5,
            Self::Conflict => 6,
            Self::Invalid => 7,
            Self::Denied => 8,
            Self::Busy => 9,
            Self::RunFailed => 125,
            Self::NotExecutable => 126,
            Self::CommandNotFound => 127,
            Self::Cancelled => 130,
            Self::Unread => 141,
            Self::Commands(code) => code,
        }
    }

    /// The word for programs, which never changes.
    pub fn word(self) -> &'static str {
        match self {
            Self::Failed | Self::RunFailed | Self::Commands(_) => "failed",
            Self::Usage => "usage",
            Self::NotFound | Self::CommandNotFound => "not_found",
            Self::Locked => "locked",
            Self::Damaged => "damaged",
            Self::Older => "older",
            Self::Unsupported => "unsupported",
            Self::Conflict => "conflict",
            Self::Invalid | Self::NotExecutable => "invalid",
            Self::Denied => "denied",
            Self::Busy => "busy",
            Self::Cancelled => "cancelled",
            Self::Unread => "unread",
        }
    }
}
