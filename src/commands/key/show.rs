//! `key show`: prints the public key of a key file.

use crate::commands::Command;
use crate::context::Context;
use crate::context::key_file::load;
use crate::error::Error;
use crate::report::key_file::print;
use crate::vault;

/// Print the public key of your key file
///
/// The public key is no secret. The owner of a vault adds you with it: `kluis key add --public-key`. Asks for no
/// passphrase.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  kluis key show
  kluis key show --key-file ~/work.key")]
pub struct Show {}

impl Command for Show {
    fn run(self, context: &mut Context) -> Result<(), Error> {
        let path = context.key_file_path()?.path;
        let stored = load(&path)?
            .ok_or_else(|| vault::Error::absent("key file", path.display().to_string()))?;
        print(context, &path, &stored.into_key(&path)?.public())
    }
}
