//! `rotate`: a new value beside the older ones, now or at a time, alone or with a change elsewhere.

mod exec;
mod settle;

use super::destination::DestinationArgs;
use super::fields::ExpiryArgs;
use super::output::{note_unchanged, print_json, print_rotated};
use super::pick::PickedArgument;
use super::secret_argument::read_value;
use super::time_argument::{parse_duration, parse_future};
use super::value::ValueArgs;
use super::{Context, Verb, attention};
use crate::error::Error;
use crate::vault::change::{Begin, Change, Rotated, Rotation};
use crate::vault::name::WorkspaceName;
use crate::vault::reference::Reference;
use crate::vault::secret::Secret;
use crate::vault::slot::Choice;
use crate::vault::{Scan, Vault};

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
    secret: PickedArgument,

    #[command(flatten)]
    source: ValueArgs,

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
    keep: Option<usize>,

    #[command(flatten)]
    expiry: ExpiryArgs,

    #[command(flatten)]
    exec: exec::ExecArgs,

    #[command(flatten)]
    destination: DestinationArgs,
}

/// What a rotation came to.
enum Outcome {
    Rotated(Rotated),
    NotDue(Secret),
}

impl Verb for Rotate {
    fn run(self, context: &mut Context) -> Result<(), Error> {
        let named = self.secret.whole(context)?;
        self.rotation(context)?;
        self.if_older_than()?;
        if self.exec.applies() {
            return self.run_in_steps(context);
        }
        let mut vault = context.open(Scan::Lookup)?;
        let reference = context.picked(&vault, named)?;
        let workspace = context.workspace().cloned();
        let secret = vault.secret(workspace.as_ref(), &reference);
        let secret = context.found(&vault, secret)?;
        if !self.is_due(&secret, context.now.seconds())? {
            return skip(context, &vault, &secret);
        }
        vault.check_may_write(secret.workspace)?;
        let value = read_value(&self.source, context)?;
        let rotation = self.rotation(context)?;
        let changed = context.change_in(&mut vault, |change| {
            let workspace = workspace.as_ref();
            if let Some(secret) = self.skipped(change, workspace, &reference)? {
                return Ok(Outcome::NotDue(secret));
            }
            let rotated = change.rotate(workspace, &reference, &value, rotation)?;
            Ok(Outcome::Rotated(rotated))
        })?;
        match changed.result {
            Outcome::NotDue(secret) => skip(context, &vault, &secret),
            Outcome::Rotated(rotated) => {
                note_unchanged(context, changed.written);
                print_rotated(context, &vault, &rotated)
            }
        }
    }
}

impl Rotate {
    fn rotation(&self, context: &Context) -> Result<Rotation, Error> {
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

    fn if_older_than(&self) -> Result<Option<u64>, Error> {
        let text = self.if_older_than.as_deref();
        let duration = text.map(|text| parse_duration("if_older_than", text));
        Ok(duration.transpose()?.map(|duration| duration.as_secs()))
    }

    fn is_due(&self, secret: &Secret, second: u64) -> Result<bool, Error> {
        let Some(limit) = self.if_older_than()? else {
            return Ok(true);
        };
        Ok(secret.age(second).is_none_or(|age| age >= limit))
    }

    /// The secret, if somebody else has rotated it meanwhile.
    fn skipped(
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

/// Success without a change, as a timer expects it: prints the slot that stays effective.
fn skip(context: &mut Context, vault: &Vault, secret: &Secret) -> Result<(), Error> {
    attention::warn_unfinished(context, secret);
    context.ui.note(&format!("{} is not due", secret.path()));
    print_effective(context, vault, secret)
}

/// What a rotation prints that was not needed.
fn print_effective(context: &mut Context, vault: &Vault, secret: &Secret) -> Result<(), Error> {
    if context.json {
        return print_json(context, vault, secret);
    }
    let effective = secret.choose(Choice::At(context.now))?;
    let slot = secret.slots[effective].slot;
    Ok(context.ui.line(&slot.to_string())?)
}
