//! `passphrase`: another passphrase for the same key.

use super::Command;
use crate::args::key::find_key;
use crate::args::new_passphrase::NewPassphraseArgs;
use crate::context::Context;
use crate::context::agent::Found;
use crate::error::Error;
use crate::keyring::{self, Keyring};
use crate::sealed::id::KeyId;
use crate::vault::key::{Key, KeyKind};

/// Change the passphrase
///
/// Of the key that unlocked, of the only one with a passphrase, or of the one that --key names; `key list`
/// shows them. The secrets stay as they are: only that key is written anew. Copies of the vault made before
/// still open with the old passphrase, and who has both can go on from such a copy: when a passphrase has
/// leaked, `key add` another key and `key remove` that one. Takes full access.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  kluis passphrase
  kluis passphrase --passphrase-file old.txt --new-passphrase-file new.txt
  kluis passphrase --key alice                       # not the one that unlocks
  KLUIS_TOKEN=$RECOVERY kluis passphrase             # when it is forgotten")]
pub struct Passphrase {
    /// The key to change, by its id or label
    #[arg(long, value_name = "KEY")]
    key: Option<String>,

    #[command(flatten)]
    new: NewPassphraseArgs,
}

impl Command for Passphrase {
    fn run(self, context: &mut Context) -> Result<(), Error> {
        self.new.check_stdin(context)?;
        let (mut vault, mut owner) = context.open_as_owner()?;
        let keys = vault.keys()?;
        let id = match &self.key {
            Some(named) => named_passphrase(find_key(&keys, named)?)?,
            None => key_to_change(&keys, owner.key())?,
        };
        let was_held = Found::is_held(vault.header());
        let of = vault.header().content().vault;
        let credential = self.new.credential(context, of, id)?;
        // The bytes before this change open with the old passphrase, so they are not kept.
        context.change_for_good(&mut vault, |change| {
            Ok(change.replace_key(&mut owner, &credential)?)
        })?;
        context.ui.note("the passphrase is changed; copies of the vault made before still open with the old one");
        // Asked now, it forgets a key that was changed.
        if was_held && !Found::is_held(vault.header()) {
            context
                .ui
                .note("the agent has forgotten the old key: `kluis unlock` gives it the new one");
        }
        Ok(())
    }
}

fn named_passphrase(key: &Key) -> Result<KeyId, Error> {
    if key.kind == KeyKind::Passphrase {
        return Ok(key.id);
    }
    Err(Error::Usage {
        message: format!("{} is not a passphrase", key.id),
        hint: Some("run `kluis key list` to see the kind of each key".into()),
    })
}

/// The key that was unlocked by passphrase, or else the only one that a passphrase opens.
fn key_to_change(keys: &[Key], unlocked: KeyId) -> Result<KeyId, Error> {
    let keys = keys.iter().filter(|key| key.kind == KeyKind::Passphrase);
    let keys: Vec<_> = keys.map(|key| key.id).collect();
    match keys.as_slice() {
        all if all.contains(&unlocked) => Ok(unlocked),
        [only] => Ok(*only),
        [] => Err(keyring::Error::NoPassphraseKey.into()),
        _ => Err(Error::Usage {
            message: "the vault has several passphrases".into(),
            hint: Some(
                "unlock with the one to change, or name it with --key KEY, as in `kluis key list`"
                    .into(),
            ),
        }),
    }
}
