//! The arguments of `rotate`.

use crate::args::destination::DestinationArgs;
use crate::args::fields::ExpiryArgs;
use crate::args::secret_or_picker::PickedArgument;
use crate::args::time::{parse_duration, parse_future};
use crate::args::value::ValueArgs;
use crate::context::Context;
use crate::error::Error;
use crate::vault::change::{Begin, Change, Rotation};
use crate::vault::name::WorkspaceName;
use crate::vault::reference::Reference;
use crate::vault::secret::Secret;
use std::ffi::OsString;

/// Give a secret a new value, now or at a time
///
/// Adds a slot and prints its number: the new value is effective from then on, and the older ones stay
/// readable with `get --at` or `get --previous`. A value that is effective already changes nothing. A date
/// of --expires that is over goes with the value that it was for.
///
/// With --exec the value changes elsewhere as well: it is first saved as pending, then CMD runs, and only
/// if CMD succeeds is the value effective. CMD must fail only when it has changed nothing. If kluis or CMD
/// is killed in between, both values are still there: --resume makes the new one effective, or runs CMD
/// again with --exec; --discard drops it.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  kluis rotate db_password --generate 32
  printf %s \"$NEXT\" | kluis rotate api_key --at 2027-01-01T00:00:00Z
  kluis rotate session_key --generate hex:32 --if-older-than 30d --keep 1      # from cron
  kluis rotate db_password --generate 32 --exec ./change_password.sh
  kluis rotate db_password --resume --exec ./change_password.sh")]
pub struct Rotate {
    #[command(flatten)]
    pub secret: PickedArgument,

    #[command(flatten)]
    pub source: ValueArgs,

    /// Make it effective at this time, or after a duration such as `7d` [default: now]
    #[arg(long, value_name = "TIME", allow_negative_numbers = true)]
    at: Option<String>,

    /// Make it effective after this long
    #[arg(
        long = "in",
        value_name = "DURATION",
        conflicts_with = "at",
        allow_negative_numbers = true
    )]
    after: Option<String>,

    /// Do nothing, successfully, while the effective value has been in use for less than this
    #[arg(long, value_name = "DURATION", allow_negative_numbers = true)]
    if_older_than: Option<String>,

    /// Drop superseded slots, all but the newest N
    #[arg(long, value_name = "N")]
    pub keep: Option<usize>,

    #[command(flatten)]
    pub expiry: ExpiryArgs,

    #[command(flatten)]
    pub exec: ExecArgs,

    #[command(flatten)]
    pub destination: DestinationArgs,
}

#[derive(clap::Args)]
pub struct ExecArgs {
    /// Run CMD with KLUIS_OLD_VALUE and KLUIS_NEW_VALUE in its environment; the new value becomes
    /// effective if it succeeds and is dropped if it fails. Takes the rest of the line
    #[arg(
        long,
        value_name = "CMD",
        num_args = 1..,
        allow_hyphen_values = true,
        conflicts_with_all = ["at", "after"],
    )]
    pub exec: Vec<OsString>,

    /// Give CMD files instead, named by KLUIS_OLD_FILE and KLUIS_NEW_FILE, which only it can read
    #[arg(long, requires = "exec")]
    pub files: bool,

    /// Give CMD the secret REF as the variable KEY, too; may be repeated
    #[arg(short, value_name = "KEY=REF", requires = "exec")]
    pub env: Vec<String>,

    /// Allow the variable KEY for CMD, as `run` does; may be repeated
    #[arg(long, value_name = "KEY", requires = "exec")]
    pub allow_env: Vec<String>,

    /// Make the pending value of an unfinished rotation effective; with --exec, if CMD succeeds
    #[arg(
        long,
        conflicts_with_all = ["value_file", "generate", "raw", "at", "after", "if_older_than"],
    )]
    pub resume: bool,

    /// Drop the pending value of an unfinished rotation
    #[arg(
        long,
        conflicts_with_all = [
            "value_file", "generate", "raw", "at", "after", "if_older_than", "keep", "expires",
            "resume", "exec",
        ],
    )]
    pub discard: bool,
}

impl Rotate {
    pub fn rotation(&self, context: &Context) -> Result<Rotation, Error> {
        let now = context.now;
        let begin = match (&self.at, &self.after) {
            (Some(text), _) => Begin::At(parse_future("at", text, now)?.seconds()),
            (None, Some(text)) => {
                let wait = parse_duration("in", text)?.as_secs();
                Begin::At(now.seconds().saturating_add(wait))
            }
            (None, None) => Begin::Now,
        };
        Ok(Rotation {
            begin,
            keep: self.keep,
            expires_at: self.expiry.edit(now)?,
        })
    }

    pub fn if_older_than(&self) -> Result<Option<u64>, Error> {
        let text = self.if_older_than.as_deref();
        let duration = text.map(|text| parse_duration("if_older_than", text));
        Ok(duration.transpose()?.map(|duration| duration.as_secs()))
    }

    pub fn is_due(&self, secret: &Secret, second: u64) -> Result<bool, Error> {
        let Some(limit) = self.if_older_than()? else {
            return Ok(true);
        };
        Ok(secret.age(second).is_none_or(|age| age >= limit))
    }

    /// The secret, if another process has rotated it meanwhile.
    pub fn skipped(
        &self,
        change: &mut Change<'_>,
        workspace: Option<&WorkspaceName>,
        reference: &Reference,
    ) -> Result<Option<Secret>, Error> {
        let now = change.now().seconds();
        let secret = change.look_up(workspace, reference)?;
        match secret {
            Some(secret) if !self.is_due(&secret, now)? => Ok(Some(secret)),
            _ => Ok(None),
        }
    }
}
