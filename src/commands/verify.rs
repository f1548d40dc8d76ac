//! `verify`: everything is decrypted, and the vault's key is told so that it can be pinned.

use super::Command;
use crate::context::Context;
use crate::error::Error;
use crate::keyring::vault_key::vault_key;
use crate::vault::Scan;
use crate::vault::revision::Revision;
use serde::Serialize;

/// Decrypt everything and say so
///
/// Opens every record and every value that the key reaches, prints what was opened, the vault's revision,
/// which every change makes greater, and its public key to pin with --vault-key. A job that sets
/// KLUIS_MIN_REVISION to that revision takes no older copy, on a machine that never saw the vault either.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  kluis verify
  kluis verify --json | jq -r .vault_key")]
pub struct Verify {}

#[derive(Serialize)]
struct VerifyJson {
    vault: String,
    vault_key: String,
    revision: Revision,
    workspaces: usize,
    secrets: usize,
    values: usize,
    apps: usize,
}

impl Command for Verify {
    fn run(self, context: &mut Context) -> Result<(), Error> {
        let vault = context.open(Scan::Everything)?;
        let working = context.ui.progress("verifying", None);
        let verified = vault.verify()?;
        drop(working);
        if verified.workspaces == 0 {
            return Err(anyhow::anyhow!(
                "this key has access to no workspace: nothing was verified"
            )
            .into());
        }
        let header = vault.header();
        let report = VerifyJson {
            vault: header.content().vault.to_string(),
            vault_key: vault_key(header),
            revision: vault.revision(),
            workspaces: verified.workspaces,
            secrets: verified.secrets,
            values: verified.values,
            apps: verified.apps,
        };
        if context.json {
            return Ok(context.ui.json(&report)?);
        }
        let VerifyJson {
            workspaces,
            secrets,
            values,
            revision,
            ..
        } = report;
        context.ui.line(&format!(
            "verified: {secrets} secret(s) with {values} value(s) in {workspaces} workspace(s)"
        ))?;
        context.ui.line(&format!("revision: {revision}"))?;
        Ok(context
            .ui
            .line(&format!("vault key: {}", report.vault_key))?)
    }
}
