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

/// Store a value: create the secret, or update it
///
/// The value comes from a pipe, a file or a generator, or you are asked for it. It is never an argument,
/// where others could see it. Into a pipe it prints the secret's id.
///
/// A new value replaces the old one, which is not kept: use `kluis rotate` to keep it. With --generate, a
/// secret that exists keeps its value. Fields that you do not name stay as they are.
///
/// Always reads a value, even if you only name fields: use `kluis update` to change fields alone.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  printf %s \"$TOKEN\" | kluis set github_token
  kluis set session_key --generate 32       # makes it once, then keeps it
  kluis set staging/tls_key --value-file key.pem
  kluis set api_key --input secret.json --replace")]
pub struct Set {
    #[command(flatten)]
    given: NamedContentArgs,
    #[command(flatten)]
    clear: ClearArgs,

    /// Drop all versions that you do not give
    #[arg(long, hide_short_help = true)]
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
