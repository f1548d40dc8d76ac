//! `identity show`

use super::print;
use crate::commands::Command;
use crate::context::Context;
use crate::context::key_file::load;
use crate::error::Error;
use crate::vault;

/// Print the public half of an identity
///
/// It is no secret: who owns a vault admits you by it. No passphrase is asked for.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  kluis identity show
  kluis identity show --identity ~/work.identity")]
pub struct Show {}

impl Command for Show {
    fn run(self, context: &mut Context) -> Result<(), Error> {
        let path = context.identity_file()?.path;
        let stored = load(&path)?
            .ok_or_else(|| vault::Error::absent("identity", path.display().to_string()))?;
        print(context, &path, &stored.public())
    }
}
