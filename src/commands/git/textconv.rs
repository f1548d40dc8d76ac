//! `git textconv`, which git calls to show a vault: names, fields and slots, never a value. It asks nothing and
//! does not check the vault's age. It never fails because of the file's content: that would end `git log -p`.

use crate::commands::Command;
use crate::context::Context;
use crate::error::Error;
use crate::store::file::FileStore;
use crate::vault::merge::Copy;
use crate::vault::outline::{locked, outline};
use crate::vault::{Scan, Vault};
use std::path::PathBuf;

/// Show a vault as text for git
///
/// Git calls this, after `kluis git install`, for `git diff`, `git log -p` and `git show`. Prints names, fields and
/// versions. Each value is 8 digits of a digest with a key, so you see that it changed, and nobody can guess it from
/// that. Without a key it prints revisions and sizes.
#[derive(clap::Args)]
#[command(after_help = "\
Example:
  git config diff.kluis.textconv 'kluis git textconv --'")]
pub struct Textconv {
    /// The vault
    #[arg(value_name = "FILE")]
    file: PathBuf,
}

impl Command for Textconv {
    fn run(self, context: &mut Context) -> Result<(), Error> {
        context.be_unattended(self.file.clone());
        for line in self.lines(context) {
            context.ui.line(&line)?;
        }
        Ok(())
    }
}

impl Textconv {
    fn lines(&self, context: &mut Context) -> Vec<String> {
        let store = FileStore::new(&self.file);
        let opened = Vault::open(Box::new(store.clone()), Scan::Everything, |header| {
            context.keyring(header)
        });
        let opened = opened.and_then(|vault| Ok(outline(&vault)?));
        opened.unwrap_or_else(|_| match Copy::read(&store) {
            Ok(copy) => locked(copy.layout()),
            Err(error) => vec![Error::from(error).message()],
        })
    }
}
