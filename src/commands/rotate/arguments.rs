//! The arguments of `rotate`.

use crate::args::destination::DestinationArgs;
use crate::args::fields::ExpiryArgs;
use crate::args::secret_or_picker::PickedArgument;
use crate::args::time::{parse_duration, parse_future};
use crate::args::value::ValueArgs;
use crate::args::version::VersionArgs;
use crate::context::Context;
use crate::error::Error;
use crate::vault::change::{Begin, Change, NewVersion};
use crate::vault::name::WorkspaceName;
use crate::vault::reference::Reference;
use crate::vault::secret::Secret;
use std::ffi::OsString;

/// Give a secret a new value, now or later
///
/// Adds a version and prints its slot number. The new value is in effect from now, or from the time of --at
/// or --in. `kluis rollback` and `kluis get --previous` use the versions before; --keep tells how many stay. A
/// value that is current already changes nothing. An expiry date that has passed is removed.
///
/// --exec changes the value elsewhere as well, such as in a database. `kluis` saves the new value as pending
/// and runs CMD; the new value is in effect only if CMD succeeds. Write CMD so
/// that it fails only if it changed nothing.
///
/// If `kluis` or CMD is killed, the vault has both values. --resume puts the new value into effect (add
/// --exec to run CMD again); --discard drops it.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  kluis rotate db_password --generate 32
  printf %s \"$NEXT\" | kluis rotate api_key --at 2027-01-01T00:00:00Z
  kluis rotate session_key --generate hex:32 --if-older-than 30d --keep 1
  kluis rotate db_password --generate 32 --exec ./change_password.sh
  kluis rotate db_password --resume --exec ./change_password.sh")]
pub struct Rotate {
    #[command(flatten)]
    pub secret: PickedArgument,

    #[command(flatten)]
    pub source: ValueArgs,

    /// Put it into effect at this time [default: now]
    #[arg(long, value_name = "TIME", allow_negative_numbers = true)]
    at: Option<String>,

    /// Put it into effect after this time, such as `7d`
    #[arg(
        long = "in",
        value_name = "TIME",
        conflicts_with = "at",
        allow_negative_numbers = true
    )]
    after: Option<String>,

    /// Do nothing if the value is younger, such as `30d`
    #[arg(long, value_name = "TIME", allow_negative_numbers = true)]
    if_older_than: Option<String>,

    #[command(flatten)]
    pub version: VersionArgs,

    #[command(flatten)]
    pub expiry: ExpiryArgs,

    #[command(flatten)]
    pub exec: ExecArgs,

    #[command(flatten)]
    pub destination: DestinationArgs,
}

#[derive(clap::Args)]
pub struct ExecArgs {
    /// Run CMD; keep the new value only if CMD succeeds
    ///
    /// CMD finds both values in its environment as KLUIS_OLD_VALUE and KLUIS_NEW_VALUE. If it fails, the new value is
    /// dropped. --exec takes the rest of the line.
    #[arg(
        long,
        value_name = "CMD",
        num_args = 1..,
        allow_hyphen_values = true,
        conflicts_with_all = ["at", "after"],
    )]
    pub exec: Vec<OsString>,

    /// Give CMD files in memory instead, for you alone, named by KLUIS_OLD_FILE and KLUIS_NEW_FILE
    #[arg(long, requires = "exec", hide_short_help = true)]
    pub files: bool,

    /// Set the variable KEY to the secret REF for CMD; may be repeated
    #[arg(
        short,
        value_name = "KEY=REF",
        requires = "exec",
        hide_short_help = true
    )]
    pub env: Vec<String>,

    /// Allow the variable KEY for CMD, as `kluis run` does; may be repeated
    #[arg(long, value_name = "KEY", requires = "exec", hide_short_help = true)]
    pub allow_env: Vec<String>,

    /// Put the pending value of an interrupted rotation into effect
    #[arg(
        long,
        hide_short_help = true,
        conflicts_with_all = ["value_file", "generate", "raw", "at", "after", "if_older_than"],
    )]
    pub resume: bool,

    /// Drop the pending value of an interrupted rotation
    #[arg(
        long,
        hide_short_help = true,
        conflicts_with_all = [
            "value_file", "generate", "raw", "at", "after", "if_older_than", "keep", "expires",
            "resume", "exec",
        ],
    )]
    pub discard: bool,
}

impl Rotate {
    pub fn rotation(&self, context: &Context) -> Result<NewVersion, Error> {
        let now = context.now;
        let begin = match (&self.at, &self.after) {
            (Some(text), _) => Begin::At(parse_future("at", text, now)?.seconds()),
            (None, Some(text)) => {
                let wait = parse_duration("in", text)?.as_secs();
                Begin::At(now.seconds().saturating_add(wait))
            }
            (None, None) => Begin::Now,
        };
        // A version of later supersedes nothing yet.
        let keep = match begin {
            Begin::Now => self.version.version(context).keep,
            Begin::At(_) => self.version.keep(),
        };
        Ok(NewVersion {
            begin,
            keep,
            expires_at: self.expiry.edit(now)?,
            clock: self.version.clock(),
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
