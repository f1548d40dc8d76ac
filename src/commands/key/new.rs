//! `key new`: makes a key file.

use crate::args::kdf::KdfArgs;
use crate::args::new_passphrase;
use crate::commands::Command;
use crate::context::Context;
use crate::deliver::output_file;
use crate::deliver::output_path::Links;
use crate::error::Error;
use crate::keyring::identity::Identity;
use crate::report::key_file::print;
use crate::vault;
use std::fs;
use std::path::{Path, PathBuf};

/// Make a key file of your own
///
/// Writes the key to a file that only you can read: ~/.config/kluis/key, or the file that --output,
/// --key-file or KLUIS_KEY_FILE names. Never replaces an existing file (exit code 6). Prints the public key,
/// `klp_…`: give it to the owner of a vault, who adds you with `kluis key add --public-key`.
///
/// Without a passphrase, a copy of the file opens all that you can open. With --passphrase, every use asks
/// for it.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  kluis key new
  kluis key new --passphrase
  kluis key new -o ~/work.key")]
pub struct New {
    /// Write the key to this file
    #[arg(short, long, value_name = "PATH")]
    output: Option<PathBuf>,

    /// Protect the key file with a passphrase
    #[arg(long, conflicts_with = "new_passphrase_file")]
    passphrase: bool,

    /// Protect the key file with the passphrase in this file
    #[arg(long, value_name = "PATH", hide_short_help = true)]
    new_passphrase_file: Option<PathBuf>,

    #[command(flatten)]
    kdf: KdfArgs,
}

impl Command for New {
    fn run(self, context: &mut Context) -> Result<(), Error> {
        let has_passphrase = self.passphrase || self.new_passphrase_file.is_some();
        if self.kdf.is_given() && !has_passphrase {
            return Err(Error::usage(
                "--kdf needs --passphrase or --new-passphrase-file",
            ));
        }
        let in_project = Context::in_project();
        let (path, is_named) = if let Some(path) = self.output {
            (path, true)
        } else {
            let file = context.key_file_path()?;
            let is_named = file.is_named();
            (file.path, is_named)
        };
        let links = Links::on(is_named, &in_project);
        // Checked before you choose a passphrase in vain. Writing would refuse it, too.
        if fs::symlink_metadata(&path).is_ok() {
            return Err(exists(&path));
        }
        let identity = Identity::random();
        let contents = if has_passphrase {
            let file = self.new_passphrase_file.as_deref();
            let passphrase = new_passphrase::choose(context, file)?;
            let kdf = self.kdf.choose(context)?;
            identity.under(&passphrase, kdf)?
        } else {
            identity.bare()
        };
        output_file::create(&path, links, &contents).map_err(|error| match error {
            output_file::Error::Exists { .. } => exists(&path),
            error => error.into(),
        })?;
        context.changed = true;
        let place = path.display();
        context.ui.note(&format!("made the key file {place}"));
        print(context, &path, &identity.public())
    }
}

fn exists(path: &Path) -> Error {
    let (what, name) = ("key file", path.display().to_string());
    vault::Error::Exists { what, name }.into()
}
