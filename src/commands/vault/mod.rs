//! `vault`: verifies, re-encrypts, restores and prunes the whole file.

mod prune;
mod rekey;
mod restore;
mod verify;

use super::Command;
use crate::context::Context;
use crate::error::Error;

/// Check, renew or restore the whole file
#[derive(clap::Args)]
pub struct Vault {
    #[command(subcommand)]
    verb: Subverb,
}

#[derive(clap::Subcommand)]
enum Subverb {
    Verify(verify::Verify),
    Rekey(rekey::Rekey),
    Restore(restore::Restore),
    Prune(prune::Prune),
}

impl Command for Vault {
    fn run(self, context: &mut Context) -> Result<(), Error> {
        match self.verb {
            Subverb::Verify(verb) => verb.run(context),
            Subverb::Rekey(verb) => verb.run(context),
            Subverb::Restore(verb) => verb.run(context),
            Subverb::Prune(verb) => verb.run(context),
        }
    }
}
