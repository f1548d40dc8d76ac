//! Decides what happens to a pending value when its command has ended.
//!
//! It drops the value only if it is surely not in use elsewhere, and never reports a lost value as kept.

use crate::context::Context;
use crate::deliver::child::Ended;
use crate::error::Error;
use crate::plaintext::Plaintext;
use crate::report::secret::print_json;
use crate::report::secret::{note_unchanged, print_rotated};
use crate::report::warnings;
use crate::vault::change::NewVersion;
use crate::vault::checksum::Checksum;
use crate::vault::reference::{Reference, Target};
use crate::vault::secret::Secret;
use crate::vault::slot::Choice;
use crate::vault::{self, Vault, no_pending};
use anyhow::anyhow;

/// POSIX, XCU 2.8.2: a shell reports the signal that ended a command as this plus its number.
const SIGNAL_EXIT_BASE: i32 = 128;

/// The reason why a rotation stops after its command.
pub enum Failure {
    /// Nothing was changed elsewhere: the value is not needed.
    Clean(Error),
    /// The value may be in use elsewhere.
    Unclear(Error),
}

/// The checksum of the effective value.
pub fn effective(secret: &Secret, second: u64) -> Option<Checksum> {
    let position = secret.effective(second)?;
    Some(secret.slots[position].checksum)
}

/// Whether the rotation can continue: only after a success. `resumed` means that an earlier run of the command
/// was interrupted.
pub fn judge(path: String, ended: Result<Ended, Error>, resumed: bool) -> Result<(), Failure> {
    let what = match ended {
        Ok(Ended::Exited(0)) => return Ok(()),
        // A shell reports a killed command like this.
        Ok(Ended::Exited(code)) if code > SIGNAL_EXIT_BASE => {
            format!("the command ended with exit code {code}, as after a signal")
        }
        // The interrupted run may have made the change, whatever this one did.
        Ok(Ended::Exited(code)) if resumed => {
            format!("the command failed with exit code {code}")
        }
        Ok(Ended::Exited(code)) => {
            let failure = anyhow!("the command failed with exit code {code}");
            return Err(Failure::Clean(failure.into()));
        }
        Ok(Ended::Signalled(signal)) => {
            format!("signal {signal} ended the command, perhaps before its work was done")
        }
        Ok(Ended::Unknown) => "it is not known how the command ended".to_owned(),
        Err(error) if resumed => error.message(),
        Err(error) => return Err(Failure::Clean(error)),
    };
    Err(Failure::Unclear(Error::Unfinished { path, what }))
}

/// Drops the value after a failure that changed nothing.
pub fn drop_value(
    context: &mut Context,
    vault: &mut Vault,
    secret: &Secret,
    checksum: Checksum,
    failure: Failure,
) -> Error {
    let failure = match failure {
        Failure::Clean(failure) => failure,
        Failure::Unclear(error) => return error,
    };
    let told = failure.message();
    let path = secret.path();
    let reference = Reference::to(Target::Id(secret.id));
    let dropped = context.change_in(vault, |change| {
        if change.discard_rotation(None, &reference, Some(checksum))? {
            return Ok(true);
        }
        let now = change.now().seconds();
        let found = change.look_up(None, &reference)?;
        Ok(found.is_none_or(|found| effective(&found, now) != Some(checksum)))
    });
    match dropped {
        Ok(dropped) if dropped.result => {
            anyhow!("{told}: the new value was dropped, and {path} is unchanged").into()
        }
        Ok(_) => anyhow!(
            "{told}, but another process made the new value effective meanwhile; to undo that, run `kluis rollback {path}`"
        )
        .into(),
        Err(error) if error.was_replaced() => error,
        Err(Error::Vault(vault::Error::NotFound { .. } | vault::Error::Deleted { .. })) => failure,
        Err(error) => Error::Unfinished {
            path,
            what: format!(
                "{told}, and the new value could not be dropped: {}",
                error.message()
            ),
        },
    }
}

/// Makes the value effective after a success.
pub fn finish(
    context: &mut Context,
    vault: &mut Vault,
    secret: &Secret,
    value: &Plaintext,
    rotation: NewVersion,
) -> Result<(), Error> {
    let reference = Reference::to(Target::Id(secret.id));
    let finished = context.change_in(vault, |change| {
        Ok(change.finish_rotation(None, &reference, value, rotation)?)
    });
    let path = secret.path();
    let changed = finished.map_err(|error| match error {
        error if error.was_replaced() => error,
        Error::Vault(vault::Error::NotFound { .. } | vault::Error::Deleted { .. }) => {
            anyhow!("the command succeeded, but another process deleted {path} meanwhile").into()
        }
        error => Error::Unfinished {
            path,
            what: format!(
                "the new value could not be made effective: {}",
                error.message()
            ),
        },
    })?;
    note_unchanged(context, changed.written);
    print_rotated(context, vault, &changed.result)
}

/// Drops the pending value, because you decided so.
pub fn discard(
    context: &mut Context,
    vault: &mut Vault,
    secret: &Secret,
    reference: &Reference,
) -> Result<(), Error> {
    let changed = context.change_in(vault, |change| {
        Ok(change.discard_rotation(None, reference, None)?)
    })?;
    let path = secret.path();
    if !changed.result {
        return Err(no_pending(&path).into());
    }
    context
        .ui
        .note(&format!("dropped the pending value of {path}"));
    Ok(())
}

/// Succeeds without a change, as timers expect: prints the slot that stays effective.
pub fn skip(context: &mut Context, vault: &Vault, secret: &Secret) -> Result<(), Error> {
    warnings::warn_versions(context, secret);
    let path = secret.path();
    context.ui.note(&format!(
        "{path} is not due: its value has been in use for less than --if-older-than"
    ));
    print_effective(context, vault, secret)
}

/// Prints the result of a rotation that was not needed.
pub fn print_effective(context: &mut Context, vault: &Vault, secret: &Secret) -> Result<(), Error> {
    if context.json {
        return print_json(context, vault, secret);
    }
    let effective = secret.choose(Choice::Now(context.now))?;
    let slot = secret.slots[effective].slot;
    Ok(context.ui.line(&slot.to_string())?)
}
