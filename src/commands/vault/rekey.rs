//! `vault rekey`: encrypts everything again under new keys.

use crate::args::leaked::LeakedArgs;
use crate::commands::Command;
use crate::context::Context;
use crate::error::Error;
use crate::keyring::vault_key::vault_key;
use crate::report::counted::counted;
use serde::Serialize;

/// Encrypt everything again under new keys
///
/// Gives the vault and every workspace new keys, in one write. Every passphrase, token and key file still
/// opens the vault, because its old public key vouches for the new one. Ids, dates, versions and links stay.
///
/// After a leak, use --leaked: then nothing trusts the old public key any more. `kluis` removes every other
/// passphrase and token except yours, to be added again, and key files must be given the new pin.
///
/// It does not protect old copies of the vault: they still open with the old keys. Needs a key that opens the
/// whole vault.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  kluis vault rekey
  kluis vault rekey --json | jq .values")]
pub struct Rekey {
    #[command(flatten)]
    leaked: LeakedArgs,
}

#[derive(Serialize)]
struct RekeyJson {
    public_key: String,
    revision: u64,
    keys: usize,
    workspaces: usize,
    secrets: usize,
    values: usize,
    apps: usize,
}

impl Command for Rekey {
    fn run(self, context: &mut Context) -> Result<(), Error> {
        let (mut vault, mut owner) = context.open_as_owner()?;
        let working = context.ui.progress("encrypting", None);
        let changed = context.change_for_good(&mut vault, |change| {
            Ok(change.rekey(&mut owner, self.leaked.trust())?)
        })?;
        drop(working);
        let done = changed.result;
        let header = vault.header();
        let report = RekeyJson {
            public_key: vault_key(header),
            revision: header.content().revision(),
            keys: header.content().keys.len(),
            workspaces: done.workspaces,
            secrets: done.secrets,
            values: done.values,
            apps: done.apps,
        };
        if context.json {
            return Ok(context.ui.json(&report)?);
        }
        let RekeyJson {
            public_key,
            keys,
            workspaces,
            secrets,
            values,
            ..
        } = report;
        context
            .ui
            .note("older copies of the vault still open with the old keys");
        context.ui.note(&format!(
            "the vault has a new public key to pin: {public_key}"
        ));
        Ok(context.ui.line(&format!(
            "encrypted again: {} with {} in {}, for {}",
            counted(secrets, "secret"),
            counted(values, "value"),
            counted(workspaces, "workspace"),
            counted(keys, "key")
        ))?)
    }
}
