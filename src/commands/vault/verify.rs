//! `vault verify`: decrypts everything, and prints the pin of the vault.

use crate::commands::Command;
use crate::context::Context;
use crate::error::Error;
use crate::keyring::vault_key::vault_key;
use crate::report::counted::counted;
use crate::vault::Scan;
use crate::vault::pin::Pin;
use crate::vault::revision::Revision;
use serde::Serialize;

/// Decrypt everything and report whether it is whole
///
/// Opens every secret and every value that your key reaches. Prints how many there are, the vault's revision,
/// which grows with every change, and the vault's public key.
///
/// With --pin it prints the long pin instead: the public key, and the revision of each part. A CI job with this
/// pin in KLUIS_PIN accepts only this vault as it is now and what is made from it, and no older copy.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  kluis vault verify
  KLUIS_PIN=$(kluis vault verify --pin)
  kluis vault verify --json | jq -r .pin")]
pub struct Verify {
    /// Print only the pin; with PIN, accept only that vault
    // The global option of this name takes a value, and here it may go without.
    #[expect(
        clippy::option_option,
        reason = "not given, given alone, given with a value"
    )]
    #[arg(long, value_name = "PIN", num_args = 0..=1)]
    pin: Option<Option<String>>,
}

#[derive(Serialize)]
struct VerifyJson {
    vault: String,
    public_key: String,
    revision: Revision,
    pin: String,
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
            let nothing = "this key reaches no workspace, so nothing was verified";
            return Err(anyhow::anyhow!(nothing).into());
        }
        let header = vault.header();
        let pin = Pin::of(header.content().verify, &vault.histories()).to_string();
        if context.json {
            return Ok(context.ui.json(&VerifyJson {
                vault: header.content().vault.to_string(),
                public_key: vault_key(header),
                revision: vault.revision(),
                pin,
                workspaces: verified.workspaces,
                secrets: verified.secrets,
                values: verified.values,
                apps: verified.apps,
            })?);
        }
        if self.pin == Some(None) {
            return Ok(context.ui.line(&pin)?);
        }
        let secrets = counted(verified.secrets, "secret");
        let values = counted(verified.values, "value");
        let workspaces = counted(verified.workspaces, "workspace");
        for line in [
            format!("verified: {secrets} with {values} in {workspaces}"),
            format!("revision: {}", vault.revision()),
            format!("public key: {}", vault_key(header)),
        ] {
            context.ui.line(&line)?;
        }
        Ok(())
    }
}
