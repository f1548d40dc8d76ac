//! `move`: puts a secret into another workspace.

use super::Command;
use crate::args::secret::SecretArgument;
use crate::context::Context;
use crate::error::Error;
use crate::report::secret::{note_unchanged, print_json};
use crate::report::warnings;
use crate::vault::name::WorkspaceName;
use crate::vault::{self, Scan, Written};

/// Move a secret to another workspace
///
/// Its id, versions, dates and the links of apps stay. Fails if the other workspace has a secret of that name
/// (exit code 6).
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  kluis move db_password --to-workspace production
  kluis move staging/api_key --to-workspace production")]
pub struct Move {
    #[command(flatten)]
    secret: SecretArgument,

    /// Move it to this workspace
    #[arg(long, value_name = "NAME")]
    to_workspace: String,
}

impl Command for Move {
    fn run(self, context: &mut Context) -> Result<(), Error> {
        let reference = self.secret.whole()?;
        let to = WorkspaceName::parse(&self.to_workspace)
            .map_err(|broken| vault::Error::invalid("workspace", broken))?;
        let mut vault = context.open(Scan::Lookup)?;
        let workspace = context.workspace().cloned();
        let changed = context.change_in(&mut vault, |change| {
            let old = change.look_up(workspace.as_ref(), &reference)?;
            let secret = change.move_secret(workspace.as_ref(), &reference, &to)?;
            Ok((old, secret))
        })?;
        note_unchanged(context, changed.written);
        let (old, secret) = changed.result;
        if let Some(old) = old.filter(|_| changed.written != Written::Unchanged) {
            let (from, to) = (old.path(), secret.path());
            context.ui.done(&format!("moved {from} to {to}"));
        }
        warnings::warn_versions(context, &secret);
        if context.json {
            print_json(context, &vault, &secret)?;
        }
        Ok(())
    }
}
