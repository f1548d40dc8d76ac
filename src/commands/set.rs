//! `set`: creates or updates, so that a script can be run twice.

use super::content::{Content, ContentArgs, Others};
use super::fields::ClearArgs;
use super::output::print_written;
use super::secret_argument::NameArgument;
use super::{Context, Verb};
use crate::error::Error;
use crate::vault::Scan;
use crate::vault::change::{NewSecret, SecretUpdate, Values};
use crate::vault::reference::{Reference, Target};

/// Make a secret, or update it if it is there
///
/// Running it again with the same value changes nothing. With --generate the value of a secret that is
/// there already is kept. Prints the secret's id.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  printf %s \"$TOKEN\" | kluis set github_token
  kluis set session_key --generate hex:32      # made once, then kept
  kluis set api_key --input secret.json --replace")]
pub struct Set {
    #[command(flatten)]
    name: NameArgument,
    #[command(flatten)]
    content: ContentArgs,
    #[command(flatten)]
    clear: ClearArgs,

    /// Drop the slots that are not given
    #[arg(long)]
    replace: bool,
}

impl Verb for Set {
    fn run(self, context: &mut Context) -> Result<(), Error> {
        self.name.name()?;
        let Content {
            name,
            mut fields,
            mut values,
        } = self.content.read(context)?;
        self.clear.clear(&mut fields);
        let name = self.name.name_or(name)?;
        let mut vault = context.open(Scan::Lookup)?;
        vault.check_may_write(vault.workspace(context.workspace())?.id)?;
        if !self.content.is_json() {
            values = self.content.read_value(context)?;
        }
        let others = if self.replace {
            Others::Go
        } else {
            Others::Stay
        };
        let workspace = context.workspace().cloned();
        let changed = context.change_in(&mut vault, |change| {
            let reference = Reference::to(Target::Name(name.clone()));
            let secret = if change.look_up(workspace.as_ref(), &reference)?.is_some() {
                let values = if self.content.is_generated() {
                    Values::Keep
                } else {
                    values.for_update(others)
                };
                let update = SecretUpdate {
                    fields,
                    values,
                    ..SecretUpdate::default()
                };
                change.update_secret(workspace.as_ref(), &reference, update)?
            } else {
                let new = NewSecret {
                    name,
                    fields,
                    slots: values.for_new()?,
                };
                change.create_secret(workspace.as_ref(), new)?
            };
            Ok(secret)
        })?;
        print_written(context, &vault, &changed)
    }
}
