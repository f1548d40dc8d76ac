//! `workspace`: sections with keys of their own.

mod create;
mod delete;
mod list;
mod update;

use super::{Context, Verb};
use crate::error::Error;
use crate::vault;
use crate::vault::description::Description;
use crate::vault::name::WorkspaceName;

/// Manage workspaces
///
/// A workspace is a part of the vault with a key of its own. The workspace `default` is always there.
#[derive(clap::Args)]
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

impl Verb for Workspace {
    fn run(self, context: &mut Context) -> Result<(), Error> {
        match self.verb {
            Subverb::Create(verb) => verb.run(context),
            Subverb::List(verb) => verb.run(context),
            Subverb::Update(verb) => verb.run(context),
            Subverb::Delete(verb) => verb.run(context),
        }
    }
}

fn parse_name(text: &str) -> Result<WorkspaceName, Error> {
    Ok(WorkspaceName::parse(text).map_err(|broken| vault::Error::invalid("workspace", broken))?)
}

fn parse_description(text: &str) -> Result<Description, Error> {
    Ok(Description::parse(text).map_err(|broken| vault::Error::invalid("description", broken))?)
}
