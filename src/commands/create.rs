//! `create`: a new secret; an existing one is a conflict.

use super::fields::FieldArgs;
use super::output::print_written;
use super::secret_argument::{NameArgument, read_value};
use super::value::ValueArgs;
use super::{Context, Verb};
use crate::error::Error;
use crate::vault::Scan;
use crate::vault::change::NewSecret;

/// Make a new secret
///
/// The value is piped in, read from a file, made, or asked for: it is never an argument. Prints the new
/// secret's id. Fails with 6 when the name is taken; `set` updates instead.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  printf %s \"$TOKEN\" | kluis create github_token
  kluis create db_password --generate 32 --description 'the billing database'
  kluis create tls-key --value-file key.pem -w production")]
pub struct Create {
    #[command(flatten)]
    name: NameArgument,
    #[command(flatten)]
    fields: FieldArgs,
    #[command(flatten)]
    value: ValueArgs,
}

impl Verb for Create {
    fn run(self, context: &mut Context) -> Result<(), Error> {
        let name = self.name.name()?;
        let (description, env_key) = (self.fields.description()?, self.fields.env_key()?);
        let mut vault = context.open(Scan::Lookup)?;
        let value = read_value(&self.value, context)?;
        let workspace = context.workspace().cloned();
        let changed = context.change_in(&mut vault, |change| {
            let new = NewSecret {
                name,
                description,
                env_key,
                value,
            };
            Ok(change.create_secret(workspace.as_ref(), new)?)
        })?;
        print_written(context, &vault, &changed)
    }
}
