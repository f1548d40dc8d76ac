//! The agent, as commands see it: where it listens, the keyring it holds, and giving it one.

use super::Context;
use crate::agent::{self, AgentKeyring, Connection, SocketError, SocketPath, Terms};
use crate::error::Error;
use crate::keyring::Keyring;
use crate::keyring::local::LocalKeyring;
use crate::sealed::header::Header;
use crate::settings::directories::state_directory;
use crate::settings::{AutoAgent, Interaction};
use crate::ui::Answer;
use crate::vault::time::exact_duration;
use serde::Serialize;
use std::path::{Path, PathBuf};
use std::time::Duration;

pub const DEFAULT_TERMS: Terms = Terms {
    idle: Duration::from_mins(15),
    longest: Duration::from_hours(8),
};

/// Where this user's agent listens, or would.
pub fn place() -> Result<SocketPath, agent::Error> {
    let runtime = std::env::var_os("XDG_RUNTIME_DIR").map(PathBuf::from);
    let state = state_directory();
    let place = SocketPath::find(runtime.as_deref().map(Path::new), state.as_deref());
    Ok(place?)
}

impl Context<'_> {
    /// Whatever unlocks first: a way that was named, the agent, a person at a terminal.
    pub fn keyring(&mut self, header: &Header) -> Result<Box<dyn Keyring>, Error> {
        if !self.settings.unlocking.is_open() {
            return Ok(Box::new(self.unlock(header)?));
        }
        self.check_pin(header)?;
        self.rollback_guard.recall(header);
        // Nothing can be held where no agent could ever be.
        if let Ok(place) = place() {
            match AgentKeyring::open(&place, header) {
                // One that has expired it does not hold any more.
                Ok(Some(keyring)) => return Ok(Box::new(keyring)),
                Ok(None) => {}
                Err(error) => self.warn_of_agent(error),
            }
        }
        let keyring = self.unlock(header)?;
        if self.typed {
            self.offer(header, &keyring);
        }
        Ok(Box::new(keyring))
    }

    fn warn_of_agent(&mut self, error: agent::Error) {
        let error = Error::from(error);
        let hint = error.report().hint.unwrap_or_default();
        let message = error.message();
        self.ui
            .warning(&format!("the agent is not used: {message}; {hint}"));
    }

    /// Offers to keep the vault unlocked, after somebody has typed the passphrase.
    fn offer(&mut self, header: &Header, keyring: &LocalKeyring) {
        let wanted = match self.settings.auto_agent {
            AutoAgent::Never => false,
            AutoAgent::Always => true,
            // A question that nobody sees is no consent to a process that outlives the command.
            AutoAgent::Ask if self.yes || self.settings.interaction == Interaction::Refused => {
                false
            }
            AutoAgent::Ask => {
                let idle = exact_duration(DEFAULT_TERMS.idle.as_secs());
                let question = format!("Keep it unlocked, until it is unused for {idle}?");
                // Who does not answer, does not want it; the command goes on either way.
                self.ui.confirm(&question, Answer::Yes).unwrap_or(false)
            }
        };
        if wanted && let Err(error) = remember(header, keyring, DEFAULT_TERMS) {
            self.warn_of_agent(error);
        }
    }
}

/// Gives the key to the agent, which is started where there is none.
pub fn remember(header: &Header, keyring: &LocalKeyring, terms: Terms) -> Result<(), agent::Error> {
    let place = place()?;
    let mut connection = match Connection::open(&place)? {
        Some(connection) => connection,
        None => start(&place)?,
    };
    connection.unlock(header, keyring, terms)
}

/// Of those who come here at once, one starts it.
fn start(place: &SocketPath) -> Result<Connection, agent::Error> {
    let _lock = place.lock()?;
    if let Some(connection) = Connection::open(place)? {
        return Ok(connection);
    }
    agent::start(place.bind()?).map_err(agent::Error::Broken)?;
    Connection::open(place)?.ok_or_else(|| {
        let ended = std::io::Error::other("it ended at once");
        agent::Error::Broken(ended)
    })
}

pub const NOT_IN_MEMORY: &str = "the agent's memory may be written to swap: the limit on locked memory is too low (`ulimit -l`)";

/// What an agent was found to hold.
pub struct Found {
    pub status: Option<agent::Status>,
}

#[derive(Serialize)]
struct AgentJson<'a> {
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
        Ok(context.ui.json(&AgentJson {
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

pub fn access(status: agent::Status) -> &'static str {
    if status.full_access {
        "full access"
    } else {
        "some workspaces"
    }
}
