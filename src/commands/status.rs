//! `status`: what the agent holds of this vault.

use super::identity_file::load;
use super::remembered::place;
use super::{Context, Verb};
use crate::agent::{self, AgentKeyring, SocketError};
use crate::error::Error;
use crate::keyring::unlock;
use crate::sealed::header::Header;
use crate::settings::{IdentityFile, Source};
use crate::vault::Vault;
use crate::vault::time::rough_duration;
use serde::Serialize;

pub const NOT_IN_MEMORY: &str = "the agent's memory may be written to swap: the limit on locked memory is too low (`ulimit -l`)";

/// Tell whether the agent holds the key
///
/// Exits with 0 when the vault is unlocked, with 4 when it is locked, whatever else could unlock it.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  kluis status
  kluis status --quiet 2>/dev/null || kluis unlock")]
pub struct Status {}

/// What an agent was found to hold.
pub struct Found {
    pub status: Option<agent::Status>,
}

#[derive(Serialize)]
struct Report<'a> {
    unlocked: bool,
    vault: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    key: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    access: Option<&'static str>,
    /// Seconds until it locks without a use, and in any case.
    #[serde(skip_serializing_if = "Option::is_none")]
    idle_left: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    max_left: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    memory_locked: Option<bool>,
}

impl Verb for Status {
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

impl Found {
    pub fn look(header: &Header) -> Result<Self, Error> {
        let place = match place() {
            Ok(place) => place,
            Err(agent::Error::Socket(SocketError::Nowhere)) => return Ok(Self { status: None }),
            Err(error) => return Err(error.into()),
        };
        // Shown this header, it forgets a key that the vault takes no more.
        let keyring = AgentKeyring::open(&place, header)?;
        let status = keyring.map(|keyring| keyring.into_connection().status(header));
        Ok(Self {
            status: status.transpose()?.flatten(),
        })
    }

    /// Whether the agent holds a key of this vault, as far as it says.
    pub fn is_held(header: &Header) -> bool {
        Self::look(header).is_ok_and(|found| found.status.is_some())
    }

    /// The object of `status --json`.
    pub fn print(&self, context: &mut Context) -> Result<(), Error> {
        let vault = context.settings.vault.path().display().to_string();
        let status = self.status;
        Ok(context.ui.json(&Report {
            unlocked: status.is_some(),
            vault: &vault,
            key: status.map(|status| status.key.to_string()),
            access: status.map(|status| {
                if status.full_access {
                    "full"
                } else {
                    "workspaces"
                }
            }),
            idle_left: status.map(|status| status.idle_left),
            max_left: status.map(|status| status.left),
            memory_locked: status.map(|status| status.memory_locked),
        })?)
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

fn access(status: agent::Status) -> &'static str {
    if status.full_access {
        "full access"
    } else {
        "some workspaces"
    }
}
