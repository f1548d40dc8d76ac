//! `set`: creates a secret or updates it, so that a script can run twice.

use super::Command;
use crate::args::content::{NamedContentArgs, ProvidedValues, UnlistedSlots};
use crate::args::fields::ClearArgs;
use crate::context::Context;
use crate::error::Error;
use crate::report::secret::{SetOutcome, print_written};
use crate::vault::Changed;
use crate::vault::change::{Fields, SecretUpdate, Values};
use crate::vault::reference::{Reference, Target};
use crate::vault::secret::Secret;

/// Make a secret, or update it if it is there
///
/// Running it again with the same value changes nothing. With --generate the value of a secret that is
/// there already is kept. Prints the secret's id.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  printf %s \"$TOKEN\" | kluis set github_token
  printf %s \"$TOKEN\" | kluis set staging/github_token
  kluis set session_key --generate hex:32      # made once, then kept
  kluis set api_key --input secret.json --replace")]
pub struct Set {
    #[command(flatten)]
    given: NamedContentArgs,
    #[command(flatten)]
    clear: ClearArgs,

    /// Drop the slots that are not given
    #[arg(long)]
    replace: bool,
}

impl Command for Set {
    fn run(self, context: &mut Context) -> Result<(), Error> {
        let (mut vault, mut given) = self.given.read(context)?;
        self.clear.clear(&mut given.fields);
        let changed = context.change_in(&mut vault, |change| {
            let workspace = given.workspace.as_ref();
            let reference = Reference::to(Target::Name(given.name.clone()));
            let old = change.look_up(workspace, &reference)?;
            let secret = if old.is_some() {
                let update = self.update(given.fields, given.values);
                change.update_secret(workspace, &reference, update)?
            } else {
                given.create(change)?
            };
            Ok((old, secret))
        })?;
        let Changed { result, written } = changed;
        let (old, result) = result;
        let outcome = match old {
            Some(_) => SetOutcome::Updated,
            None => SetOutcome::Created,
        };
        if old.is_some_and(|old| replaces(&old, &result)) {
            let path = result.path();
            context.ui.done(&format!(
                "replaced the old value of {path}; `kluis rotate` would have kept it"
            ));
        }
        print_written(context, &vault, &Changed { result, written }, outcome)
    }
}

impl Set {
    /// The change of a secret that is there already. A generated value never replaces its own.
    fn update(&self, fields: Fields, values: ProvidedValues) -> SecretUpdate {
        let others = if self.replace {
            UnlistedSlots::Go
        } else {
            UnlistedSlots::Stay
        };
        let values = if self.given.is_generated() {
            Values::Keep
        } else {
            values.for_update(others)
        };
        SecretUpdate {
            fields,
            values,
            ..SecretUpdate::default()
        }
    }
}

/// Whether a slot has another value than before.
fn replaces(old: &Secret, new: &Secret) -> bool {
    old.slots.iter().any(|before| {
        let mut after = new.slots.iter();
        after.any(|after| after.slot == before.slot && after.checksum != before.checksum)
    })
}
