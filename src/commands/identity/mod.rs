//! `identity`: a key pair of one's own. Its private half stays in one file of its owner's.

mod new;
mod show;

use super::Command;
use crate::context::Context;
use crate::error::Error;
use crate::keyring::recipient;
use crate::sealed::seed::PublicKey;
use serde::Serialize;
use std::path::Path;

/// Manage a key pair of your own
///
/// With an identity you are admitted to a vault by its public half alone, which is no secret, and no
/// passphrase or token has to be passed on. The private half stays in a file of yours, and unlocks every
/// vault that you are admitted to.
#[derive(clap::Args)]
pub struct Identity {
    #[command(subcommand)]
    verb: Subverb,
}

#[derive(clap::Subcommand)]
enum Subverb {
    New(new::New),
    Show(show::Show),
}

#[derive(Serialize)]
struct KeyFileJson {
    identity: String,
    public: String,
}

impl Command for Identity {
    fn run(self, context: &mut Context) -> Result<(), Error> {
        match self.verb {
            Subverb::New(verb) => verb.run(context),
            Subverb::Show(verb) => verb.run(context),
        }
    }
}

/// Prints the public half.
fn print(context: &mut Context, path: &Path, public: &PublicKey) -> Result<(), Error> {
    let public = recipient::encode(public);
    if context.json {
        let identity = path.display().to_string();
        return Ok(context.ui.json(&KeyFileJson { identity, public })?);
    }
    Ok(context.ui.line(&public)?)
}
