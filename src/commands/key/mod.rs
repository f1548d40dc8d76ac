//! `key`: who can unlock.

mod add;
mod list;
mod remove;

use super::Command;
use crate::context::Context;
use crate::error::Error;

/// Manage who can unlock
///
/// A key is one way to unlock: a passphrase, a token or an identity. It reaches the whole vault, or some
/// workspaces, to read and write or only to read. Takes a key with full access.
#[derive(clap::Args)]
pub struct Key {
    #[command(subcommand)]
    verb: Subverb,
}

#[derive(clap::Subcommand)]
enum Subverb {
    List(list::List),
    Add(add::Add),
    Remove(remove::Remove),
}

impl Command for Key {
    fn run(self, context: &mut Context) -> Result<(), Error> {
        match self.verb {
            Subverb::List(verb) => verb.run(context),
            Subverb::Add(verb) => verb.run(context),
            Subverb::Remove(verb) => verb.run(context),
        }
    }
}
