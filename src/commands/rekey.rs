//! `rekey`: everything is encrypted anew, and whoever could unlock still can.

use super::Command;
use crate::context::Context;
use crate::error::Error;
use crate::keyring::vault_key::vault_key;
use serde::Serialize;

/// Encrypt everything anew under new keys
///
/// Decrypts everything first, then gives the vault a new root key and every workspace new keys, in one
/// write. Every passphrase, token and identity still opens, and ids, dates, slots and links stay as they
/// are. Copies of the vault made before still open with the old keys. Takes full access.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  kluis rekey
  kluis rekey --json | jq .values")]
pub struct Rekey {}

#[derive(Serialize)]
struct RekeyJson {
    vault_key: String,
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
        let working = context.ui.progress("encrypting anew", None);
        let changed =
            context.change_for_good(&mut vault, |change| Ok(change.rekey(&mut owner)?))?;
        drop(working);
        let done = changed.result;
        let header = vault.header();
        let report = RekeyJson {
            vault_key: vault_key(header),
            revision: header.content().revision,
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
            keys,
            workspaces,
            secrets,
            values,
            ..
        } = report;
        context
            .ui
            .note("copies of the vault made before still open with the old keys");
        Ok(context.ui.line(&format!(
            "encrypted anew: {secrets} secret(s) with {values} value(s) in {workspaces} workspace(s), for {keys} key(s)"
        ))?)
    }
}
