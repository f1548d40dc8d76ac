//! `git install`: sets up merging and showing of vaults.

use super::setup::Setup;
use crate::commands::Command;
use crate::context::Context;
use crate::error::Error;
use serde::Serialize;

/// Let git merge and show vaults
///
/// Adds a line to .gitattributes, which you commit: it is for everyone. Each person runs this once in their own
/// clone, because git takes the commands to run from nobody else. Running it again changes nothing.
///
/// It sets merge.kluis.driver, merge.kluis.recursive and diff.kluis.textconv. Git then calls `kluis` to merge a vault
/// that two people changed, in `git merge`, `rebase`, `cherry-pick` and `stash pop`, and to show names, fields and
/// versions in `git diff`. No value is ever shown. Files must end in .kluis.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  kluis git install && git add .gitattributes
  kluis git install --global")]
pub struct Install {
    /// For all your repositories, in your own settings of git
    #[arg(long)]
    global: bool,
}

#[derive(Serialize)]
pub struct SetupJson {
    pub attributes: String,
    pub changed: bool,
}

impl Command for Install {
    fn run(self, context: &mut Context) -> Result<(), Error> {
        context.withhold_credentials()?;
        let setup = Setup::find(self.global)?;
        let changed = setup.install()?;
        let attributes = setup.attributes.display().to_string();
        if context.json {
            return Ok(context.ui.json(&SetupJson {
                attributes,
                changed,
            })?);
        }
        context.ui.note(&if !changed {
            "unchanged: git merges and shows vaults already".to_owned()
        } else if self.global {
            "git merges and shows vaults in all your repositories now".to_owned()
        } else {
            format!("git merges and shows vaults here now; commit {attributes}")
        });
        Ok(())
    }
}
