//! `update`: some fields of a secret, all or none of them.

use super::fields::FieldArgs;
use super::output::{note_unchanged, print_json};
use super::secret_argument::{SecretArgument, read_value};
use super::value::ValueArgs;
use super::{Context, Verb};
use crate::error::Error;
use crate::vault;
use crate::vault::Scan;
use crate::vault::change::SecretUpdate;
use crate::vault::name::SecretName;

/// Change some fields of a secret
///
/// Only what is given changes, all of it or nothing. A value is read only with --value, --value-file or
/// --generate, and replaces the effective one. Nothing given, or nothing new: the vault keeps its bytes.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  kluis update github_token --description 'read only'
  printf %s \"$NEW\" | kluis update github_token --value
  kluis update old_name --name new_name")]
pub struct Update {
    #[command(flatten)]
    secret: SecretArgument,

    /// Rename the secret; its id stays
    #[arg(long, value_name = "NAME")]
    name: Option<String>,

    #[command(flatten)]
    fields: FieldArgs,

    /// Read a new value from stdin, or ask for it
    #[arg(long)]
    value: bool,

    #[command(flatten)]
    source: ValueArgs,
}

impl Verb for Update {
    fn run(self, context: &mut Context) -> Result<(), Error> {
        let reference = self.secret.reference()?;
        let name = self.name.as_deref().map(SecretName::parse).transpose();
        let reads = self.value || self.source.names_a_source();
        if self.source.is_raw() && !reads {
            return Err(Error::usage(
                "--raw says how a value is read, and none is: add --value",
            ));
        }
        let mut update = SecretUpdate {
            name: name.map_err(|broken| vault::Error::invalid("name", broken))?,
            description: self.fields.description()?,
            env_key: self.fields.env_key()?,
            value: None,
        };
        let mut vault = context.open(Scan::Lookup)?;
        if reads {
            update.value = Some(read_value(&self.source, context)?);
        }
        let workspace = context.workspace().cloned();
        let changed = context.change_in(&mut vault, |change| {
            Ok(change.update_secret(workspace.as_ref(), &reference, update)?)
        })?;
        note_unchanged(context, changed.written);
        if context.json {
            print_json(context, &vault, &changed.result)?;
        }
        Ok(())
    }
}
