//! `copy`: makes a new secret from another one.

use super::Command;
use crate::args::secret::{NewName, parse, whole};
use crate::completion::words::SecretWord;
use crate::context::Context;
use crate::error::Error;
use crate::report::secret::{SetOutcome, print_written};
use crate::vault::Scan;

/// Copy a secret under another name
///
/// Makes a new secret with the current value and the fields of the old one: the description, the hosts, and when it
/// is due. Past versions and the links of apps are not copied. Under another name it gets the variable of that name.
/// Into a pipe it prints the new secret's id. Fails if the name is taken (exit code 6).
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  kluis copy db_password replica_password
  kluis copy db_password staging/db_password")]
pub struct Copy {
    /// The secret to copy: its name, `workspace/name` or id
    #[arg(value_name = "SECRET")]
    secret: SecretWord,

    /// The name of the copy, or `workspace/name`
    #[arg(value_name = "NEW")]
    new: String,

    /// Accept a name with `=` in it
    #[arg(long, hide_short_help = true)]
    literal_name: bool,
}

impl Command for Copy {
    fn run(self, context: &mut Context) -> Result<(), Error> {
        let reference = whole(parse(&self.secret, self.literal_name)?)?;
        let to = NewName::parse(&self.new, self.literal_name)?.into_place();
        let mut vault = context.open(Scan::Lookup)?;
        let workspace = context.workspace().cloned();
        let changed = context.change_in(&mut vault, |change| {
            Ok(change.copy_secret(workspace.as_ref(), &reference, &to)?)
        })?;
        print_written(context, &vault, &changed, SetOutcome::Created)
    }
}
