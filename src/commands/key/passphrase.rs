//! `key passphrase`: changes the passphrase of a key.

use crate::args::key::find_key;
use crate::args::leaked::LeakedArgs;
use crate::args::new_passphrase::NewPassphraseArgs;
use crate::commands::Command;
use crate::completion::words::KeyWord;
use crate::context::Context;
use crate::context::agent::Found;
use crate::context::confirm::confirm;
use crate::error::Error;
use crate::keyring::renew::Trust;
use crate::keyring::vault_key::vault_key;
use crate::keyring::{self, Keyring};
use crate::report::key::{other_signer, question};
use crate::sealed::id::KeyId;
use crate::vault::key::{Key, KeyKind};

/// Change the passphrase
///
/// Changes the passphrase that you unlock with, or the one that --key names. Older copies of the vault still open with
/// the old passphrase. An attacker with both still has the keys of the secrets: they can read later copies, too, and
/// change values. They cannot add keys, because the vault gets a new public key.
///
/// If the passphrase may have leaked, use --leaked: it encrypts everything again under new keys, as `kluis vault rekey
/// --leaked` does. Needs a key that opens the whole vault.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  kluis key passphrase
  kluis key passphrase --passphrase-file old.txt --new-passphrase-file new.txt
  kluis key passphrase --key alice                 # another key than yours
  KLUIS_TOKEN=$RECOVERY kluis key passphrase       # with a recovery token")]
pub struct Passphrase {
    /// Change this key instead of yours: its id or label
    #[arg(long, value_name = "KEY")]
    key: Option<KeyWord>,

    #[command(flatten)]
    new: NewPassphraseArgs,

    #[command(flatten)]
    leaked: LeakedArgs,
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
        let mut lost = self.leaked.lost(&keys, owner.key());
        let key = keys.iter().find(|key| key.id == id);
        lost.retain(|other| other.id != id && key.is_some_and(Key::has_full_access));
        if !lost.is_empty() {
            confirm(context, &question("Change the passphrase?", &lost))?;
        }
        // The bytes before this change open with the old passphrase, so they are not kept.
        let changed = context.change_for_good(&mut vault, |change| {
            Ok(change.change_passphrase(&mut owner, &credential, self.leaked.trust())?)
        })?;
        let told = match self.leaked.trust() {
            Trust::Ends => {
                "changed the passphrase, and encrypted everything again under new keys. Older copies of the vault still open with the old one"
            }
            Trust::Passes => {
                "changed the passphrase. The old one still opens older copies, and a person who has both can read later ones: if it may have leaked, use --leaked"
            }
        };
        context.ui.note(told);
        if key.is_some_and(Key::has_full_access) {
            other_signer(context, &vault_key(vault.header()), &changed.result);
        }
        // The agent forgets a changed key when it is asked now.
        if was_held && !Found::is_held(vault.header()) {
            context
                .ui
                .note("the agent forgot the old key; `kluis unlock` unlocks the vault again");
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

/// The key that the passphrase unlocked, else the only passphrase key.
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
