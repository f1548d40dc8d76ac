//! `workspace delete`: removes a workspace and everything in it.

use crate::args::workspace::parse_name;
use crate::commands::Command;
use crate::context::Context;
use crate::context::confirm::confirm;
use crate::error::Error;
use crate::report::counted::counted;
use crate::vault::Scan;
use crate::vault::change::Contents;

/// Delete a workspace
///
/// Refuses one with secrets or links in it (6) unless --force deletes them with it. Asks first; where
/// nobody can be asked it needs --yes. Takes a key with full access.
#[derive(clap::Args)]
#[command(after_help = "\
Example:
  kluis workspace delete staging --yes")]
pub struct Delete {
    /// The workspace to delete
    #[arg(value_name = "WORKSPACE")]
    workspace_name: String,

    /// Delete the secrets in it as well, and the links of apps to them
    #[arg(long)]
    force: bool,
}

impl Command for Delete {
    fn run(self, context: &mut Context) -> Result<(), Error> {
        let name = parse_name(&self.workspace_name)?;
        let mut vault = context.open(Scan::Lookup)?;
        let secrets = vault.secret_count(vault.workspace(Some(&name))?)?;
        let question = match secrets {
            0 => format!("Delete the empty workspace {name}?"),
            _ => format!(
                "Delete the workspace {name}, its {} and the links of apps to them?",
                counted(secrets, "secret")
            ),
        };
        // A workspace that is not empty will be refused anyway, so do not ask first.
        if self.force || secrets == 0 {
            confirm(context, &question)?;
        }
        let contents = if self.force {
            Contents::Delete
        } else {
            Contents::Keep
        };
        context.change_in(&mut vault, |change| {
            Ok(change.delete_workspace(&name, contents)?)
        })?;
        context.ui.done(&format!("deleted the workspace {name}"));
        Ok(())
    }
}
