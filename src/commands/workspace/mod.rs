//! `workspace`: manages sections of the vault, each with keys of its own.

mod create;
mod delete;
mod list;
mod update;

use super::Command;
use crate::context::Context;
use crate::error::Error;

/// Manage workspaces
///
/// A workspace is a part of the vault with a key of its own, such as staging. The workspace `default` always
/// exists.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  kluis workspace create staging
  kluis workspace list")]
pub struct Workspace {
    #[command(subcommand)]
    verb: Subverb,
}

#[derive(clap::Subcommand)]
enum Subverb {
    Create(create::Create),
    List(list::List),
    Update(update::Update),
    Delete(delete::Delete),
}

impl Command for Workspace {
    fn run(self, context: &mut Context) -> Result<(), Error> {
        match self.verb {
            Subverb::Create(verb) => verb.run(context),
            Subverb::List(verb) => verb.run(context),
            Subverb::Update(verb) => verb.run(context),
            Subverb::Delete(verb) => verb.run(context),
        }
    }
}
