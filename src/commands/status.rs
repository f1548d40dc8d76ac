//! `status`: what the agent holds of this vault.

use super::Command;
use crate::context::Context;
use crate::context::agent::{Found, NOT_IN_MEMORY, access};
use crate::context::key_file::load;
use crate::error::Error;
use crate::keyring::unlock;
use crate::sealed::header::Header;
use crate::settings::{IdentityFile, Source};
use crate::vault::Vault;
use crate::vault::time::rough_duration;

/// Tell whether the agent holds the key
///
/// Exits with 0 when the vault is unlocked, with 4 when it is locked, whatever else could unlock it.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  kluis status
  kluis status --quiet 2>/dev/null || kluis unlock")]
pub struct Status {}

impl Command for Status {
    fn run(self, context: &mut Context) -> Result<(), Error> {
        let header = Vault::read_header(&context.store()?)?;
        let found = Found::look(&header)?;
        let Some(status) = found.status else {
            if context.json {
                found.print(context)?;
            }
            if let Some(way) = way(context, &header) {
                return Err(Error::NotNeeded { way });
            }
            let has_passphrase = unlock::passphrase_keys(&header).next().is_some();
            return Err(Error::NoneHeld { has_passphrase });
        };
        if !status.memory_locked {
            context.ui.warning(NOT_IN_MEMORY);
        }
        if context.json {
            return found.print(context);
        }
        if context.quiet {
            return Ok(());
        }
        let [idle, left] = [status.idle_left, status.left].map(rough_duration);
        let access = access(status);
        let line = format!(
            "unlocked with {}, {access}: {idle} without use, {left} at most",
            status.key
        );
        Ok(context.ui.line(&line)?)
    }
}

/// What other commands unlock with, where no agent holds a key. Whether it opens the vault, they find out.
fn way(context: &Context, header: &Header) -> Option<&'static str> {
    let unlocking = &context.settings.unlocking;
    if unlocking.token.is_some() {
        return Some("KLUIS_TOKEN");
    }
    if unlocking.token_file.is_some() {
        return Some("KLUIS_TOKEN_FILE");
    }
    if unlocking.passphrase_file.is_some() {
        return Some("a passphrase's file");
    }
    let IdentityFile { path, source } = unlocking.identity.as_ref()?;
    let stored = load(path).ok().flatten();
    let is_admitted = stored.is_some_and(|stored| {
        let public = stored.public();
        unlock::identity_keys(header, &public).next().is_some()
    });
    (is_admitted || *source != Source::Default).then_some("an identity")
}
