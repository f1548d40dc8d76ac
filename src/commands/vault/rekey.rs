//! `vault rekey`: encrypts everything again under new keys.

use crate::args::leaked::LeakedArgs;
use crate::commands::Command;
use crate::context::Context;
use crate::context::confirm::confirm;
use crate::error::Error;
use crate::keyring::Keyring;
use crate::keyring::vault_key::vault_key;
use crate::report::counted::counted;
use crate::report::key::{KeyJson, add_again, question};
use crate::vault::change::Rekeyed;
use serde::Serialize;

/// Encrypt everything again under new keys
///
/// Gives the vault and every workspace new keys, in one write. Every passphrase, token and key file still
/// opens the vault, because its old public key vouches for the new one. Ids, dates, versions and links stay.
///
/// After a leak, use --leaked: then nothing in the vault trusts the old public key any more. `kluis` removes every
/// other passphrase and token except yours, to be added again, and key files must be given the new pin. It asks
/// first; without a terminal it needs --yes. Renew your own key, too.
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
struct RekeyJson<'a> {
    public_key: String,
    revision: u64,
    keys: usize,
    workspaces: usize,
    secrets: usize,
    values: usize,
    apps: usize,
    /// Keys that were removed with it.
    issue_again: Vec<KeyJson<'a>>,
}

impl Command for Rekey {
    fn run(self, context: &mut Context) -> Result<(), Error> {
        let (mut vault, mut owner) = context.open_as_owner()?;
        let keys = vault.keys()?;
        let lost = self.leaked.lost(&keys, owner.key());
        if !lost.is_empty() {
            confirm(context, &question("Encrypt everything again?", &lost))?;
        }
        let working = context.ui.progress("encrypting", None);
        let changed = context.change_for_good(&mut vault, |change| {
            Ok(change.rekey(&mut owner, self.leaked.trust())?)
        })?;
        drop(working);
        let Rekeyed { done, dropped } = changed.result;
        let header = vault.header();
        let report = RekeyJson {
            public_key: vault_key(header),
            revision: header.content().revision(),
            keys: header.content().keys.len(),
            workspaces: done.workspaces,
            secrets: done.secrets,
            values: done.values,
            apps: done.apps,
            issue_again: dropped.iter().map(KeyJson::new).collect(),
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
        add_again(context, &dropped);
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
