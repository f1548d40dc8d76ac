//! `unlock`: gives the key to the agent, so that the next commands ask for nothing.

use super::Command;
use crate::agent::Terms;
use crate::args::time::parse_duration;
use crate::context::Context;
use crate::context::agent::{DEFAULT_TERMS, Found, NOT_IN_MEMORY, remember};
use crate::error::Error;
use crate::keyring;
use crate::report::agent::AgentJson;
use crate::report::leftovers;
use crate::vault::time::exact_duration;
use crate::vault::{Scan, Vault};
use serde::Serialize;
use std::time::Duration;

/// Type the passphrase once for the next commands
///
/// Asks for the passphrase or a token, or takes --passphrase-file or KLUIS_TOKEN, and gives the key to the agent. The agent
/// is a process of yours that works with the key and never hands it out; `kluis` starts it.
///
/// The agent forgets the key after 15 minutes without use, after 8 hours in any case, after `kluis lock`, and
/// when the key is removed from the vault. It also forgets the key when the machine wakes from sleep. While
/// the machine sleeps, the key is still in its memory: run `kluis lock` first if the machine could be stolen.
///
/// Commands that change keys still ask for the passphrase. If the vault is unlocked already, nothing changes
/// unless you give --for or --max.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  kluis unlock
  kluis unlock --for 1h --max 10h
  kluis unlock --passphrase-file <(systemd-ask-password)")]
pub struct Unlock {
    /// Forget the key after this time without use [default: 15m]
    #[arg(long = "for", value_name = "TIME", allow_negative_numbers = true)]
    idle: Option<String>,

    /// Forget the key after this time in any case [default: 8h]
    #[arg(long = "max", value_name = "TIME", allow_negative_numbers = true)]
    longest: Option<String>,
}

#[derive(Serialize)]
struct UnlockJson {
    unlocked: bool,
    vault: String,
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    agent: Option<AgentJson>,
}

impl Command for Unlock {
    fn run(self, context: &mut Context) -> Result<(), Error> {
        let terms = self.terms()?;
        leftovers::remove(context.ui);
        let header = Vault::read_header(&context.store()?)?;
        context.check_pin(&header)?;
        if terms.is_none() && Found::look(&header)?.status.is_some() {
            context.ui.note("unlocked already");
        } else {
            let terms = terms.unwrap_or(DEFAULT_TERMS);
            let mut unlocked = None;
            // Like every verb, it refuses an older copy and a vault that you did not agree to.
            let vault = context.open_by(Scan::Lookup, |context, header| {
                let keyring = context.unlock(header)?;
                unlocked = Some(keyring.clone());
                Ok(Box::new(keyring))
            })?;
            let keyring = unlocked.ok_or(keyring::Error::NeedsFullAccess)?;
            remember(vault.header(), &keyring, terms)?;
            let [idle, longest] =
                [terms.idle, terms.longest].map(|time| exact_duration(time.as_secs()));
            context.ui.note(&format!(
                "unlocked, until it is unused for {idle}, or {longest} at most"
            ));
        }
        let found = Found::look(&header)?;
        if found.status.is_some_and(|status| !status.memory_locked) {
            context.ui.warning(NOT_IN_MEMORY);
        }
        if context.json {
            let vault = context.settings.vault.path().display().to_string();
            context.ui.json(&UnlockJson {
                unlocked: found.status.is_some(),
                vault,
                agent: found.status.map(AgentJson::new),
            })?;
        }
        Ok(())
    }
}

impl Unlock {
    /// `None` if no option sets them.
    fn terms(&self) -> Result<Option<Terms>, Error> {
        if self.idle.is_none() && self.longest.is_none() {
            return Ok(None);
        }
        let duration = |name, text: Option<&str>, default: Duration| {
            let parsed = text.map(|text| parse_duration(name, text)).transpose()?;
            match parsed {
                Some(Duration::ZERO) => {
                    Err(Error::usage(format!("--{name} must be at least a second")))
                }
                parsed => Ok(parsed.unwrap_or(default)),
            }
        };
        let longest = duration("max", self.longest.as_deref(), DEFAULT_TERMS.longest)?;
        let idle = DEFAULT_TERMS.idle.min(longest);
        let idle = duration("for", self.idle.as_deref(), idle)?;
        if idle > longest {
            return Err(Error::Usage {
                message: "--for cannot be longer than --max".into(),
                hint: Some("the default of --max is 8h".into()),
            });
        }
        Ok(Some(Terms { idle, longest }))
    }
}
