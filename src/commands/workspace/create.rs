//! `workspace create`: adds an empty workspace.

use crate::args::workspace::{parse_description, parse_name};
use crate::commands::Command;
use crate::context::Context;
use crate::error::Error;
use crate::report::workspace::WorkspaceJson;

/// Create a workspace
///
/// Prints its id. Needs a key that opens the whole vault.
#[derive(clap::Args)]
#[command(after_help = "\
Example:
  kluis workspace create staging --description 'before production'")]
pub struct Create {
    /// The name of the workspace
    name: String,

    /// Describe what it is for
    ///
    /// At most 1,024 characters.
    #[arg(
        long,
        visible_alias = "comment",
        value_name = "TEXT",
        default_value = "",
        hide_default_value = true
    )]
    description: String,
}

impl Command for Create {
    fn run(self, context: &mut Context) -> Result<(), Error> {
        let (name, description) = (
            parse_name(&self.name)?,
            parse_description(&self.description)?,
        );
        let changed = context.change(|change| Ok(change.create_workspace(name, description)?))?;
        let workspace = changed.result;
        if context.json {
            return Ok(context.ui.json(&WorkspaceJson::new(&workspace, 0))?);
        }
        Ok(context.ui.line(&workspace.id.to_string())?)
    }
}
