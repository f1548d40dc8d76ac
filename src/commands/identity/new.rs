//! `identity new`

use super::print;
use crate::args::kdf::KdfArgs;
use crate::args::new_passphrase;
use crate::commands::Command;
use crate::context::Context;
use crate::deliver::output_file;
use crate::error::Error;
use crate::keyring::identity::Identity;
use crate::{ui, vault};
use std::fs;
use std::path::{Path, PathBuf};

/// Make an identity
///
/// Writes the private half to a file that only you can read, ~/.config/kluis/identity unless --output,
/// --identity or KLUIS_IDENTITY names another, and prints the public half, `klp_…`, to give away. A file that
/// is there is never written over (6): delete it yourself if nothing is opened with it any more. Without a
/// passphrase, whoever has the file unlocks what you can; with one, every unlocking asks for it at a terminal.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  kluis identity new
  kluis identity new --passphrase
  kluis identity new -o ~/work.identity")]
pub struct New {
    /// Write it to this file
    #[arg(short, long, value_name = "PATH")]
    output: Option<PathBuf>,

    /// Keep it under a passphrase, which is asked for twice
    #[arg(long, conflicts_with = "new_passphrase_file")]
    passphrase: bool,

    /// Keep it under the passphrase in this file, one final newline aside
    #[arg(long, value_name = "PATH")]
    new_passphrase_file: Option<PathBuf>,

    #[command(flatten)]
    kdf: KdfArgs,
}

impl Command for New {
    fn run(self, context: &mut Context) -> Result<(), Error> {
        let has_passphrase = self.passphrase || self.new_passphrase_file.is_some();
        if self.kdf.is_given() && !has_passphrase {
            return Err(Error::usage("--kdf is for an identity with --passphrase"));
        }
        let path = match self.output {
            Some(path) => path,
            None => context.identity_file()?.path,
        };
        // Nobody should choose a passphrase in vain; what counts is that writing refuses.
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
        output_file::create(&path, &contents).map_err(|error| match error {
            output_file::Error::Exists { .. } => exists(&path),
            output_file::Error::Interrupted => ui::Error::Cancelled.into(),
            error => anyhow::Error::from(error).into(),
        })?;
        context.changed = true;
        let place = path.display();
        context.ui.note(&format!("made the identity {place}"));
        print(context, &path, &identity.public())
    }
}

fn exists(path: &Path) -> Error {
    let (what, name) = ("identity", path.display().to_string());
    vault::Error::Exists { what, name }.into()
}
