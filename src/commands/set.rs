//! `set`: creates a secret or updates it, so that a script can run twice.

use super::Command;
use crate::args::content::{NamedContentArgs, ProvidedValues, UnlistedSlots};
use crate::args::fields::ClearArgs;
use crate::args::version::VersionArgs;
use crate::context::Context;
use crate::error::Error;
use crate::report::secret::{SetOutcome, has_new_version, note_version_before, print_written};
use crate::vault::Changed;
use crate::vault::change::{Fields, NewVersion, SecretUpdate, Values};
use crate::vault::reference::{Reference, Target};
use crate::vault::secret::Secret;

/// Store a value: create the secret, or update it
///
/// The value comes from a pipe, a file or a generator, or you are asked for it. It is never an argument,
/// where others could see it. Into a pipe it prints the secret's id.
///
/// A new value becomes a new version: `kluis rollback` brings back the one before. A value that is equal changes
/// nothing. With --generate, a secret that exists keeps its value. Fields that you do not name stay as they are.
///
/// Always reads a value, even if you only name fields: use `kluis update` to change fields alone. In a loop that
/// reads lines, give it another stdin, or it reads the other lines as the value.
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
    #[command(flatten)]
    version: VersionArgs,

    /// Drop all versions that you do not give
    #[arg(long, hide_short_help = true)]
    replace: bool,
}

impl Command for Set {
    fn run(self, context: &mut Context) -> Result<(), Error> {
        let (mut vault, mut given) = self.given.read(context)?;
        self.clear.clear(&mut given.fields);
        let may_have_swallowed = self.given.may_have_swallowed(&given);
        let version = self.version.version(context);
        let changed = context.change_in(&mut vault, |change| {
            let workspace = given.workspace.as_ref();
            let reference = Reference::to(Target::Name(given.name.clone()));
            let old = change.look_up(workspace, &reference)?;
            let secret = if old.is_some() {
                let update = self.update(given.fields, given.values, version);
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
        if let Some(old) = old {
            let path = result.path();
            if replaces(&old, &result, context.now.seconds()) {
                context
                    .ui
                    .done(&format!("replaced a value of {path}, which is not kept"));
            } else if may_have_swallowed && has_new_version(context, &old, &result) {
                let told = format!(
                    "several lines from stdin are the new value of {path}: if this is wrong, `kluis rollback {path}` undoes it"
                );
                if context.json {
                    context.ui.warning(&told);
                } else {
                    context.ui.note(&told);
                }
            } else {
                note_version_before(context, &old, &result);
            }
        }
        print_written(context, &vault, &Changed { result, written }, outcome)
    }
}

impl Set {
    /// The change of an existing secret. A generated value never replaces its value.
    fn update(&self, fields: Fields, values: ProvidedValues, version: NewVersion) -> SecretUpdate {
        let others = if self.replace {
            UnlistedSlots::Go
        } else {
            UnlistedSlots::Stay
        };
        let values = if self.given.is_generated() {
            Values::Keep
        } else {
            values.for_update(others, version)
        };
        SecretUpdate {
            fields,
            values,
            ..SecretUpdate::default()
        }
    }
}

/// Whether a slot has another value than before, or the value in use is gone.
fn replaces(old: &Secret, new: &Secret, second: u64) -> bool {
    let current = old.effective(second);
    old.slots.iter().enumerate().any(|(position, before)| {
        let mut after = new.slots.iter();
        match after.find(|after| after.slot == before.slot) {
            Some(after) => after.checksum != before.checksum,
            None => current == Some(position),
        }
    })
}
