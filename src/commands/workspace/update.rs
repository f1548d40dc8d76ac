//! `workspace update`: changes a workspace's name or description.

use crate::args::workspace::{parse_description, parse_name};
use crate::commands::Command;
use crate::completion::words::WorkspaceWord;
use crate::context::Context;
use crate::error::Error;
use crate::report::secret::note_unchanged;
use crate::vault::change::WorkspaceUpdate;

/// Rename a workspace or change its description
///
/// You cannot rename the workspace `default`. Needs a key that opens the whole vault.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  kluis workspace update staging --name preview
  kluis workspace update staging --description 'before production'")]
pub struct Update {
    /// The workspace to change
    #[arg(value_name = "WORKSPACE")]
    workspace_name: WorkspaceWord,

    /// Give it this name
    #[arg(long, value_name = "NAME")]
    name: Option<String>,

    /// Describe what it is for
    ///
    /// At most 1,024 characters; "" clears it.
    #[arg(long, visible_alias = "comment", value_name = "TEXT")]
    description: Option<String>,
}

impl Command for Update {
    fn run(self, context: &mut Context) -> Result<(), Error> {
        let name = parse_name(&self.workspace_name)?;
        let update = WorkspaceUpdate {
            name: self.name.as_deref().map(parse_name).transpose()?,
            description: self
                .description
                .as_deref()
                .map(parse_description)
                .transpose()?,
        };
        let changed = context.change(|change| Ok(change.update_workspace(&name, update)?))?;
        note_unchanged(context, changed.written);
        Ok(())
    }
}
