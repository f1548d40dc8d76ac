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
/// Refuses if it has secrets or links in it (exit code 6), unless --force deletes them too. Deleted secrets, which
/// could be restored, count. Asks first; without a terminal it needs --yes. Needs a key that opens the whole vault.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  kluis workspace delete staging
  kluis workspace delete staging --force --yes")]
pub struct Delete {
    /// The workspace to delete
    #[arg(value_name = "WORKSPACE")]
    workspace_name: String,

    /// Delete its secrets too, and the links of apps to them
    #[arg(long)]
    force: bool,
}

impl Command for Delete {
    fn run(self, context: &mut Context) -> Result<(), Error> {
        let name = parse_name(&self.workspace_name)?;
        let mut vault = context.open(Scan::Lookup)?;
        let workspace = vault.workspace(Some(&name))?;
        let deleted = vault.deleted(workspace)?.len();
        let secrets = vault.secret_count(workspace)? + deleted;
        let restorable = match deleted {
            0 => String::new(),
            _ => format!(" ({deleted} of them deleted, which can be restored)"),
        };
        let question = match secrets {
            0 => format!("Delete the empty workspace {name}?"),
            _ => format!(
                "Delete the workspace {name}, its {}{restorable} and the links of apps to them?",
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
