//! The exit codes and code words by which scripts distinguish failures. Their numbers never change.

/// The exit codes. Scripts rely on them, so they never change.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Exit {
    Failed,
    /// The compared things differ, as you asked to know: no failure, with the code of one.
    Differs,
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
  0    done and safely on disk, or nothing to change
  1    failed: I/O, or something unexpected
  2    the command line is wrong
  3    no such vault, workspace, secret, version, app or key, or not in effect
  4    locked: no key opens the vault, or `kluis` could not ask for one
  5    damaged, older than a copy seen before, or written by a newer kluis
  6    it exists already, is in use, or changed meanwhile; nothing was written
  7    a field breaks a rule
  8    denied: the host, the reach of the key, or a project file not trusted
  9    another process held the lock for too long
  125  `kluis run` failed before its command started
  126  the command cannot be executed
  127  there is no such command
  130  cancelled at a prompt
  141  stdout was closed early; a change that was made is kept";

    pub fn code(self) -> u8 {
        match self {
            Self::Failed | Self::Differs => 1,
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
            Self::Differs => "differs",
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
