//! `create`: adds a new secret; a name that exists is a conflict.

use super::Command;
use crate::args::content::{Content, ContentArgs};
use crate::args::secret::NameArgument;
use crate::context::Context;
use crate::error::Error;
use crate::report::secret::{SetOutcome, print_written};
use crate::vault::Scan;
use crate::vault::change::NewSecret;

/// Create a new secret
///
/// The value comes from a pipe, a file or a generator, or you are asked for it. It is never an argument,
/// where others could see it. Into a pipe it prints the secret's id.
///
/// Fails if the name is taken (exit code 6); `kluis set` updates the secret instead.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  printf %s \"$TOKEN\" | kluis create github_token
  kluis create db_password --generate 32 --rotate-every 90d
  kluis create stripe_key --allow-domain api.example.com --value-file key.txt
  kluis create staging/api_key --generate 32
  kluis create --input secret.json")]
pub struct Create {
    #[command(flatten)]
    name: NameArgument,
    #[command(flatten)]
    content: ContentArgs,
}

impl Command for Create {
    fn run(self, context: &mut Context) -> Result<(), Error> {
        self.name.check(context)?;
        let Content {
            name,
            fields,
            mut values,
        } = self.content.read(context)?;
        let new = self.name.name_or(name)?;
        let workspace = new.workspace(context);
        let mut vault = context.open(Scan::Lookup)?;
        let home = vault.workspace(workspace.as_ref()).map(|home| home.id);
        vault.check_may_write(context.found(&vault, home)?)?;
        if !self.content.is_json() {
            values = self.content.read_value(context)?;
        }
        let slots = values.for_new()?;
        let changed = context.change_in(&mut vault, |change| {
            let new = NewSecret {
                name: new.name,
                fields,
                slots,
            };
            Ok(change.create_secret(workspace.as_ref(), new)?)
        })?;
        print_written(context, &vault, &changed, SetOutcome::Created)
    }
}
