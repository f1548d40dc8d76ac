//! `workspace delete`: removes a workspace and everything in it.

use crate::args::workspace::parse_name;
use crate::commands::Command;
use crate::completion::words::WorkspaceWord;
use crate::context::Context;
use crate::context::confirm::{UNDO, confirm};
use crate::error::Error;
use crate::report::counted::counted;
use crate::sealed;
use crate::vault::change::{Change, Contents};
use crate::vault::workspace::Workspace;
use crate::vault::{self, Scan, Vault};

/// Delete a workspace
///
/// Refuses if it has secrets or links in it (exit code 6), unless --force deletes them too. Deleted secrets, which
/// could be restored, count. --force also deletes a workspace that is damaged; `default` is made anew, and keys that
/// were limited to it must be added again. Until the next change, `kluis vault restore` brings everything back, unless it
/// was damaged. Asks first; without a terminal it needs --yes. Needs a key that opens the
/// whole vault.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  kluis workspace delete staging
  kluis workspace delete staging --force --yes")]
pub struct Delete {
    /// The workspace to delete
    #[arg(value_name = "WORKSPACE")]
    workspace_name: WorkspaceWord,

    /// Delete its secrets too, and the links of apps to them
    #[arg(long)]
    force: bool,
}

impl Command for Delete {
    fn run(self, context: &mut Context) -> Result<(), Error> {
        let name = parse_name(&self.workspace_name)?;
        let mut vault = context.open(Scan::Lookup)?;
        let workspace = vault.workspace(Some(&name))?.clone();
        let counted_secrets = count(&vault, &workspace)?;
        let secrets = counted_secrets.map(|(present, deleted)| present + deleted);
        let question = match counted_secrets {
            Some((0, 0)) => format!("Delete the empty workspace {name}?"),
            Some((present, deleted)) => format!(
                "Delete the workspace {name}, its {}{} and the links of apps to them?",
                counted(present + deleted, "secret"),
                restorable(deleted)
            ),
            None => {
                format!("Delete the workspace {name}, which is damaged, with everything in it?")
            }
        };
        // A workspace that is not empty is refused anyway, so do not ask first.
        if self.force || secrets == Some(0) {
            confirm(context, &question)?;
        }
        let contents = if self.force {
            Contents::Delete
        } else {
            Contents::Keep
        };
        let delete = |change: &mut Change<'_>| Ok(change.delete_workspace(&name, contents)?);
        match contents {
            Contents::Keep => context.change_in(&mut vault, delete)?,
            Contents::Delete => context.change_beside_damage(&mut vault, delete)?,
        };
        // A damaged workspace cannot be restored either.
        let undo = secrets.map_or(String::new(), |_| format!("; {UNDO}"));
        context
            .ui
            .done(&format!("deleted the workspace {name}{undo}"));
        Ok(())
    }
}

/// The numbers of present and deleted secrets; `None` if the workspace is damaged.
fn count(vault: &Vault, workspace: &Workspace) -> Result<Option<(usize, usize)>, vault::Error> {
    let present = vault.secret_count(workspace);
    let both = present.and_then(|present| Ok((present, vault.deleted(workspace)?.len())));
    match both {
        Ok(both) => Ok(Some(both)),
        Err(vault::Error::Sealed(sealed::Error::Damaged(_))) => Ok(None),
        Err(error) => Err(error),
    }
}

fn restorable(deleted: usize) -> String {
    match deleted {
        0 => String::new(),
        _ => format!(" ({deleted} of them deleted, which can be restored)"),
    }
}
