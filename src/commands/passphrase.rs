//! `passphrase`: another passphrase for the same key.

use super::context::is_stdin;
use super::kdf::KdfArgs;
use super::{Context, Verb, new_passphrase};
use crate::error::Error;
use crate::keyring::{self, Keyring, issue, unlock};
use crate::sealed::id::KeyId;
use crate::sealed::place::Place;
use crate::sealed::{self, meta};
use crate::store::Previous;
use crate::vault::Scan;
use std::path::PathBuf;

/// Change the passphrase
///
/// The secrets stay as they are: only the key that the passphrase opens is written anew. Copies of the
/// vault made before still open with the old passphrase.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  kluis passphrase
  kluis passphrase --passphrase-file old.txt --new-passphrase-file new.txt
  KLUIS_TOKEN=$RECOVERY kluis passphrase             # when it is forgotten")]
pub struct Passphrase {
    /// Read the new passphrase from this file, one final newline aside
    #[arg(long, value_name = "PATH")]
    new_passphrase_file: Option<PathBuf>,

    #[command(flatten)]
    kdf: KdfArgs,
}

impl Verb for Passphrase {
    fn run(self, context: &mut Context) -> Result<(), Error> {
        let old = context.settings.unlocking.passphrase_file.as_deref();
        if old.is_some_and(is_stdin) && self.new_passphrase_file.as_deref().is_some_and(is_stdin) {
            return Err(Error::usage(
                "the old and the new passphrase cannot both come from stdin",
            ));
        }
        let mut line = None;
        let mut vault = context.open_by(Scan::Everything, |context, header| {
            let keyring = context.unlock(header)?;
            let id = key_to_change(header, keyring.key())?;
            let old = header.content().key(id).ok_or(keyring::Error::KeyChanged)?;
            let about = keyring.open(Place::KeyAbout(id), &old.about)?;
            let about: meta::Key = meta::decode(&about).ok_or(keyring::Error::Sealed(
                sealed::Error::Damaged(sealed::Part::Key(id)),
            ))?;
            let chosen = new_passphrase::choose(context, self.new_passphrase_file.as_deref())?;
            let kdf = self.kdf.choose(context)?;
            let master = keyring.master()?;
            let vault = header.content().vault;
            line = Some(issue::passphrase(master, vault, id, &chosen, kdf, &about)?);
            Ok(Box::new(keyring))
        })?;
        let line = line.ok_or(keyring::Error::KeyChanged)?;
        // The bytes before this change open with the old passphrase, so they are not kept.
        context.replace(&mut vault, Previous::Remove, |change| {
            change.replace_key(line).map_err(Error::from)
        })?;
        context.ui.note("the passphrase is changed; copies of the vault made before still open with the old one");
        Ok(())
    }
}

/// The key that was unlocked by passphrase, or else the only one that a passphrase opens.
fn key_to_change(header: &sealed::header::Header, unlocked: KeyId) -> Result<KeyId, Error> {
    let keys: Vec<_> = unlock::passphrase_keys(header).map(|key| key.id).collect();
    match keys.as_slice() {
        all if all.contains(&unlocked) => Ok(unlocked),
        [only] => Ok(*only),
        [] => Err(keyring::Error::NoPassphraseKey.into()),
        _ => Err(Error::Usage {
            message: "the vault has several passphrases".into(),
            hint: Some("unlock with the one to change".into()),
        }),
    }
}
