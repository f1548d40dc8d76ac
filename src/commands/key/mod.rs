//! `key`: who can unlock.

mod add;
mod list;
mod remove;

use super::{Context, Verb};
use crate::error::Error;
use crate::sealed::id::KeyId;
use crate::vault;
use crate::vault::key::{Key as VaultKey, Label};
use crate::vault::near::nearest;

/// Manage who can unlock
///
/// A key is one way to unlock: a passphrase, a token or an identity. It reaches the whole vault, or some
/// workspaces, to read and write or only to read. Takes a key with full access.
#[derive(clap::Args)]
pub struct Key {
    #[command(subcommand)]
    verb: Subverb,
}

#[derive(clap::Subcommand)]
enum Subverb {
    List(list::List),
    Add(add::Add),
    Remove(remove::Remove),
}

impl Verb for Key {
    fn run(self, context: &mut Context) -> Result<(), Error> {
        match self.verb {
            Subverb::List(verb) => verb.run(context),
            Subverb::Add(verb) => verb.run(context),
            Subverb::Remove(verb) => verb.run(context),
        }
    }
}

/// The key of this id, or the only one with this label. A token in the place of either is not repeated.
pub fn find_key<'k>(keys: &'k [VaultKey], named: &str) -> Result<&'k VaultKey, Error> {
    if KeyId::parse(named).is_none() && Label::parse(named).is_err() {
        return Err(Error::Usage {
            message: "a key is named by its id or its label".into(),
            hint: Some("`kluis key list` shows both".into()),
        });
    }
    let is_meant = |key: &&VaultKey| match KeyId::parse(named) {
        Some(id) => key.id == id,
        None => key.label == named,
    };
    let found: Vec<&VaultKey> = keys.iter().filter(is_meant).collect();
    match found.as_slice() {
        [only] => Ok(only),
        [] => {
            let labels = keys.iter().map(|key| key.label.as_str());
            Err(vault::Error::NotFound {
                what: "key",
                name: named.to_owned(),
                within: None,
                near: nearest(named, labels).map(str::to_owned),
            }
            .into())
        }
        several => Err(vault::Error::InUse {
            message: format!("{} keys have the label {named}", several.len()),
            hint: "name one by its id, which `kluis key list` shows",
            ids: several.iter().map(|key| key.id.to_string()).collect(),
        }
        .into()),
    }
}
