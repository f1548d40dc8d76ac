//! `key remove`: removes a key, and encrypts anew everything that it could open.

use crate::args::key::find_key;
use crate::args::leaked::LeakedArgs;
use crate::commands::Command;
use crate::completion::words::KeyWord;
use crate::context::Context;
use crate::context::confirm::confirm;
use crate::error::Error;
use crate::keyring::Keyring;
use crate::keyring::vault_key::vault_key;
use crate::report::key::{KeyJson, named, other_signer, question};
use crate::vault::Vault;
use crate::vault::change::Removed;
use crate::vault::key::Key;
use serde::Serialize;

/// Remove a key, and encrypt anew what it could open
///
/// Stops the key: it opens no later version of the vault. It still opens old copies, so `kluis` lists the names
/// of the secrets that it could read: change those. Asks first; without a terminal it needs --yes.
///
/// If the key opens the whole vault, the vault gets a new public key. Every other key goes on, because the old
/// public key vouches for the new one. But the owner of the removed key could still make a false vault that opens
/// with these keys: `kluis key renew`, or the new pin on their machines, ends that. --leaked removes every other
/// passphrase and token except yours, to be added again; renew yours, too.
///
/// You cannot remove the key that you use, nor the last key that opens the whole vault (exit code 6).
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  kluis key remove ci
  kluis key remove key_01J9ZJ2V8D3Y0M5T6N7Q4R1KXW --yes > change-these.txt")]
pub struct Remove {
    /// The id of the key, or its label if no other key has the same
    #[arg(value_name = "KEY")]
    key: KeyWord,

    #[command(flatten)]
    leaked: LeakedArgs,
}

#[derive(Serialize)]
struct RemovedKeyJson<'a> {
    removed: KeyJson<'a>,
    /// Keys that were removed with it.
    issue_again: Vec<KeyJson<'a>>,
    /// Keys whose holders must pin the new public key.
    pin_again: Vec<KeyJson<'a>>,
    /// Keys whose holders still trust the old public key.
    trusting_old: Vec<KeyJson<'a>>,
    public_key: String,
    change: Vec<Known>,
}

/// A secret that the removed key could read.
#[derive(Serialize)]
struct Known {
    workspace: String,
    name: String,
    id: String,
}

impl Command for Remove {
    fn run(self, context: &mut Context) -> Result<(), Error> {
        let (mut vault, mut owner) = context.open_as_owner()?;
        let keys = vault.keys()?;
        let key = find_key(&keys, &self.key)?;
        let mut lost = self.leaked.lost(&keys, owner.key());
        lost.retain(|other| key.has_full_access() && other.id != key.id);
        confirm(
            context,
            &question(&format!("Remove the {}?", named(key)), &lost),
        )?;
        let changed = context.change_for_good(&mut vault, |change| {
            Ok(change.remove_key(&mut owner, key.id, self.leaked.trust())?)
        })?;
        let removed = changed.result;
        let known = known(&vault, &removed.key)?;
        print(context, &vault, &removed, known)
    }
}

fn known(vault: &Vault, key: &Key) -> Result<Vec<Known>, Error> {
    let mut known = Vec::new();
    for workspace in vault.workspaces().iter().filter(|one| key.reaches(one.id)) {
        for listed in vault.list(workspace)? {
            known.push(Known {
                workspace: workspace.name.to_string(),
                name: listed.secret.name.to_string(),
                id: listed.secret.id.to_string(),
            });
        }
    }
    Ok(known)
}

fn print(
    context: &mut Context,
    vault: &Vault,
    removed: &Removed,
    known: Vec<Known>,
) -> Result<(), Error> {
    let vault_key = vault_key(vault.header());
    if context.json {
        return Ok(context.ui.json(&RemovedKeyJson {
            removed: KeyJson::new(&removed.key),
            issue_again: removed.others.dropped.iter().map(KeyJson::new).collect(),
            pin_again: removed.others.to_pin.iter().map(KeyJson::new).collect(),
            trusting_old: removed
                .others
                .trusting_old
                .iter()
                .map(KeyJson::new)
                .collect(),
            public_key: vault_key,
            change: known,
        })?);
    }
    if removed.key.has_full_access() {
        other_signer(context, &vault_key, &removed.others);
    }
    if !known.is_empty() {
        context
            .ui
            .note("the removed key could read these secrets; change their values:");
    }
    for secret in known {
        context
            .ui
            .line(&format!("{}/{}", secret.workspace, secret.name))?;
    }
    Ok(())
}
