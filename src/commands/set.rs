//! `set`: creates or updates, so that a script can be run twice.

use super::fields::FieldArgs;
use super::output::print_written;
use super::secret_argument::{NameArgument, read_value};
use super::value::ValueArgs;
use super::{Context, Verb};
use crate::error::Error;
use crate::vault::Scan;
use crate::vault::change::{NewSecret, SecretUpdate};
use crate::vault::reference::{Reference, Target};

/// Make a secret, or update it if it is there
///
/// Running it again with the same value changes nothing. With --generate the value of a secret that is
/// there already is kept. Prints the secret's id.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  printf %s \"$TOKEN\" | kluis set github_token
  kluis set session_key --generate hex:32      # made once, then kept")]
pub struct Set {
    #[command(flatten)]
    name: NameArgument,
    #[command(flatten)]
    fields: FieldArgs,
    #[command(flatten)]
    value: ValueArgs,
}

impl Verb for Set {
    fn run(self, context: &mut Context) -> Result<(), Error> {
        let name = self.name.name()?;
        let (description, env_key) = (self.fields.description()?, self.fields.env_key()?);
        let mut vault = context.open(Scan::Lookup)?;
        let value = read_value(&self.value, context)?;
        let workspace = context.workspace().cloned();
        let changed = context.change_in(&mut vault, |change| {
            let target = Target::Name(name.clone());
            let reference = Reference {
                workspace: None,
                secret: target,
                slot: None,
            };
            let secret = if change.look_up(workspace.as_ref(), &reference)?.is_some() {
                let value = (!self.value.is_generated()).then_some(value);
                let update = SecretUpdate {
                    name: None,
                    description,
                    env_key,
                    value,
                };
                change.update_secret(workspace.as_ref(), &reference, update)?
            } else {
                let new = NewSecret {
                    name,
                    description,
                    env_key,
                    value,
                };
                change.create_secret(workspace.as_ref(), new)?
            };
            Ok(secret)
        })?;
        print_written(context, &vault, &changed)
    }
}
