//! `key renew`: makes a new token or passphrase for a key, with the same id, label and reach.

use crate::args::key::find_key;
use crate::args::new_passphrase::NewPassphraseArgs;
use crate::args::time::parse_expiry;
use crate::commands::Command;
use crate::completion::words::KeyWord;
use crate::context::Context;
use crate::error::Error;
use crate::keyring::issue::Credential;
use crate::report::key::reach;
use crate::report::{issued_key, one_time_token};
use crate::vault::key::KeyKind;

/// Make a token or passphrase anew
///
/// Prints a new token, or asks for a new passphrase. The key keeps its id, label, reach and expiry date. The old
/// token or passphrase opens no later version of the vault; copies from before still open with it.
///
/// An attacker who used the old one may have copied the keys of the vault, and these stay the same: then use
/// `kluis key remove`, and add a new key. For a key file, its owner makes a new one with `kluis key new -o`, and
/// you exchange the keys. Needs a key that opens the whole vault, and does not take it from the agent.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  kluis key renew ci
  kluis key renew ci --expires 90d > token
  kluis key renew alice --new-passphrase-file new.txt")]
pub struct Renew {
    /// The id of the key, or its label
    #[arg(value_name = "KEY")]
    key: KeyWord,

    /// Stop using the key at this time, or after `90d`
    #[arg(long, value_name = "TIME", allow_negative_numbers = true)]
    expires: Option<String>,

    #[command(flatten)]
    new: NewPassphraseArgs,
}

impl Command for Renew {
    fn run(self, context: &mut Context) -> Result<(), Error> {
        self.new.check_stdin(context)?;
        let expires = self.expires.as_deref();
        let not_after = expires.map(|text| parse_expiry(text, context.now));
        let not_after = not_after.transpose()?;
        let (mut vault, mut owner) = context.open_as_owner()?;
        let keys = vault.keys()?;
        let key = find_key(&keys, &self.key)?;
        let of = vault.header().content().vault;
        let (credential, text) = match key.kind {
            KeyKind::Token if self.new.is_given() => {
                return Err(Error::usage(
                    "--new-passphrase-file and --kdf are for a passphrase",
                ));
            }
            KeyKind::Token => {
                one_time_token::check()?;
                let (credential, token) = Credential::token_of(of, key.id);
                (credential, Some(token.text()))
            }
            KeyKind::Passphrase => (self.new.credential(context, of, key.id)?, None),
            KeyKind::Identity => {
                return Err(Error::Usage {
                    message: format!("{} is a key file, which only its owner can make anew", key.label),
                    hint: Some("ask its owner for the public key of a new one; remove this key, then add that one with `kluis key add --public-key`".into()),
                });
            }
            KeyKind::ToCome => return Err(crate::keyring::Error::KindToCome(key.id).into()),
        };
        // The bytes before this change open with the old one, so they are not kept.
        let changed = context.change_for_good(&mut vault, |change| {
            Ok(change.replace_key(&mut owner, &credential, not_after)?)
        });
        let changed = one_time_token::keep(context, changed, text.as_ref(), "renewed")?;
        let key = changed.result;
        let (id, label, reach) = (key.id, &key.label, reach(&key));
        let note = format!("renewed {label} ({id}), which reaches: {reach}");
        let lost = format!(
            "the token was renewed, but could not be printed: run `kluis key renew {id}` again"
        );
        issued_key::print(context, &key, text.as_ref(), &[note], &lost)
    }
}
