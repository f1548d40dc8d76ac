//! `git uninstall`: undoes `git install`.

use super::install::SetupJson;
use super::setup::Setup;
use crate::commands::Command;
use crate::context::Context;
use crate::error::Error;

/// Undo `kluis git install`
///
/// Removes the line from .gitattributes and the settings of git, unless you changed them.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  kluis git uninstall
  kluis git uninstall --global")]
pub struct Uninstall {
    /// Undo it in your own settings of git
    #[arg(long)]
    global: bool,
}

impl Command for Uninstall {
    fn run(self, context: &mut Context) -> Result<(), Error> {
        context.withhold_credentials()?;
        let setup = Setup::find(self.global)?;
        let changed = setup.uninstall()?;
        if context.json {
            return Ok(context.ui.json(&SetupJson {
                attributes: setup.attributes.display().to_string(),
                changed,
            })?);
        }
        context.ui.note(if changed {
            "git merges vaults no longer"
        } else {
            "unchanged: nothing was installed"
        });
        Ok(())
    }
}
