//! The options of verbs that add a version of a value.

use crate::context::Context;
use crate::vault::change::{FastClock, NewVersion};

#[derive(clap::Args)]
pub struct VersionArgs {
    /// Keep the newest N past versions [default: 10]
    ///
    /// The version before always stays, unless N is 0. All past versions of a secret take at most 64 KiB
    /// together. `keep` in your user file changes the default.
    #[arg(long, value_name = "N", hide_short_help = true)]
    keep: Option<usize>,

    /// Take a version that a fast clock wrote as one of now
    ///
    /// A version from a clock more than five minutes ahead does not count yet, and would replace yours later. So
    /// `kluis` writes nothing (exit code 6). With this option it becomes the version before yours.
    #[arg(long, hide_short_help = true)]
    accept_clock: bool,
}

impl VersionArgs {
    /// The way to add a version of now.
    pub fn version(&self, context: &Context) -> NewVersion {
        NewVersion::now(self.keep.unwrap_or(context.settings.keep), self.clock())
    }

    /// The number of past versions to keep, if you set it.
    pub fn keep(&self) -> Option<usize> {
        self.keep
    }

    pub fn clock(&self) -> FastClock {
        if self.accept_clock {
            FastClock::Accept
        } else {
            FastClock::Refuse
        }
    }
}
