//! `create`: adds a new secret; a name that exists is a conflict.

use super::Command;
use crate::args::content::NamedContentArgs;
use crate::context::Context;
use crate::error::Error;
use crate::report::secret::{SetOutcome, print_written};

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
    given: NamedContentArgs,
}

impl Command for Create {
    fn run(self, context: &mut Context) -> Result<(), Error> {
        let (mut vault, given) = self.given.read(context)?;
        let changed = context.change_in(&mut vault, |change| given.create(change))?;
        print_written(context, &vault, &changed, SetOutcome::Created)
    }
}
