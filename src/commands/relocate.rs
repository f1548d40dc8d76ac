//! `move`: a secret to another workspace.

use super::output::{note_unchanged, print_json};
use super::secret_argument::SecretArgument;
use super::{Context, Verb, attention};
use crate::error::Error;
use crate::vault;
use crate::vault::Scan;
use crate::vault::name::WorkspaceName;

/// Move a secret to another workspace
///
/// Its id, slots, dates and the links of apps stay. Fails with 6 when the name is taken there.
#[derive(clap::Args)]
#[command(after_help = "\
Example:
  kluis move db_password --to-workspace production")]
pub struct Move {
    #[command(flatten)]
    secret: SecretArgument,

    /// The workspace it goes to
    #[arg(long, value_name = "NAME")]
    to_workspace: String,
}

impl Verb for Move {
    fn run(self, context: &mut Context) -> Result<(), Error> {
        let reference = self.secret.whole()?;
        let to = WorkspaceName::parse(&self.to_workspace)
            .map_err(|broken| vault::Error::invalid("workspace", broken))?;
        let mut vault = context.open(Scan::Lookup)?;
        let workspace = context.workspace().cloned();
        let changed = context.change_in(&mut vault, |change| {
            Ok(change.move_secret(workspace.as_ref(), &reference, &to)?)
        })?;
        note_unchanged(context, changed.written);
        attention::warn_unfinished(context, &changed.result);
        if context.json {
            print_json(context, &vault, &changed.result)?;
        }
        Ok(())
    }
}
