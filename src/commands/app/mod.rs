//! `app`: manages named consumers and the secrets that each one gets.

mod create;
mod delete;
mod link;
mod list;
mod show;
mod sync;
mod unlink;

use super::Command;
use crate::context::Context;
use crate::error::Error;

/// Manage apps and the secrets they depend on
///
/// An app is a named consumer of secrets. Each of its links gives one secret, of any workspace, under an
/// environment key: `kluis run --app APP` gives a command all of them. A linked secret is not deleted.
#[derive(clap::Args)]
pub struct App {
    #[command(subcommand)]
    verb: Subverb,
}

#[derive(clap::Subcommand)]
enum Subverb {
    Create(create::Create),
    Link(link::Link),
    Unlink(unlink::Unlink),
    List(list::List),
    Show(show::Show),
    Delete(delete::Delete),
    Sync(sync::Sync),
}

impl Command for App {
    fn run(self, context: &mut Context) -> Result<(), Error> {
        match self.verb {
            Subverb::Create(verb) => verb.run(context),
            Subverb::Link(verb) => verb.run(context),
            Subverb::Unlink(verb) => verb.run(context),
            Subverb::List(verb) => verb.run(context),
            Subverb::Show(verb) => verb.run(context),
            Subverb::Delete(verb) => verb.run(context),
            Subverb::Sync(verb) => verb.run(context),
        }
    }
}
