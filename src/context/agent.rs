//! Reaches the agent for commands: finds it, uses its keyring, and gives it one.

use super::Context;
use crate::agent::{self, AgentKeyring, Connection, KnownAgents, SocketError, SocketPath, Terms};
use crate::error::Error;
use crate::keyring::Keyring;
use crate::keyring::local::LocalKeyring;
use crate::sealed::header::Header;
use crate::settings::directories::{runtime_directory, state_directory};
use crate::settings::{AutoAgent, Interaction};
use crate::ui::Answer;
use crate::vault::time::exact_duration;
use std::time::Duration;

pub const DEFAULT_TERMS: Terms = Terms {
    idle: Duration::from_mins(15),
    longest: Duration::from_hours(8),
};

/// The path of this user's agent socket, whether or not an agent listens there.
pub fn place() -> Result<SocketPath, agent::Error> {
    let runtime = runtime_directory();
    let state = state_directory();
    let place = SocketPath::find(Some(&runtime), state.as_deref());
    Ok(place?)
}

/// Makes every agent that was given a key from this home forget its keys, in whatever environment it was started.
/// Returns the number of agents.
pub fn lock_all() -> Result<usize, agent::Error> {
    let known = state_directory().map(|state| KnownAgents::new(&state));
    let own = place().ok();
    let places = match &known {
        Some(known) => known.all(own.clone()),
        None => own.iter().cloned().collect(),
    };
    let (mut locked, mut failed) = (0, None);
    for place in places {
        match agent::lock(&place) {
            Ok(was_there) => {
                locked += usize::from(was_there);
                if let Some(known) = &known {
                    known.forget(&place);
                }
            }
            Err(error) => {
                // Reported once: another user's place would fail for ever.
                if let Some(known) = &known
                    && own.as_ref() != Some(&place)
                    && is_lost(&error, &place)
                {
                    known.forget(&place);
                }
                failed = failed.or(Some(error));
            }
        }
    }
    failed.map_or(Ok(locked), Err)
}

/// Whether the agent's place now belongs to another user. A folder of ours that is only open to others may become
/// private again.
fn is_lost(error: &agent::Error, place: &SocketPath) -> bool {
    match error {
        agent::Error::Socket(SocketError::Stranger { .. }) => true,
        agent::Error::Socket(SocketError::NotOurs { .. }) => place.is_anothers(),
        _ => false,
    }
}

impl Context<'_> {
    /// Unlocks in the first way that works: a credential that you named, the agent, a prompt at the terminal.
    pub fn keyring(&mut self, header: &Header) -> Result<Box<dyn Keyring>, Error> {
        if self.names_key()? {
            return Ok(Box::new(self.unlock(header)?));
        }
        self.check_pin(header)?;
        self.rollback_guard.recall(header);
        // Without a socket path there can be no agent, and so no key in it.
        if let Ok(place) = place() {
            match AgentKeyring::open(&place, header) {
                // The agent no longer holds a key that has expired.
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

    /// Whether you named a credential; it takes precedence over the agent.
    fn names_key(&mut self) -> Result<bool, Error> {
        let unlocking = &self.settings.unlocking;
        let is_named = unlocking.token.is_some() || unlocking.passphrase_file.is_some();
        Ok(is_named || self.named_token()?.is_some())
    }

    fn warn_of_agent(&mut self, error: agent::Error) {
        let error = Error::from(error);
        let hint = error.report().hint.unwrap_or_default();
        let message = error.message();
        self.ui
            .warning(&format!("the agent is not used: {message}; {hint}"));
    }

    /// Offers to keep the vault unlocked after you have typed the passphrase.
    fn offer(&mut self, header: &Header, keyring: &LocalKeyring) {
        let wanted = match self.settings.auto_agent {
            AutoAgent::Never => false,
            AutoAgent::Always => true,
            // Without a visible question you do not consent to a process that outlives the command.
            AutoAgent::Ask if self.yes || self.settings.interaction == Interaction::Refused => {
                false
            }
            AutoAgent::Ask => {
                let idle = exact_duration(DEFAULT_TERMS.idle.as_secs());
                let question = format!("Keep it unlocked, until it is unused for {idle}?");
                // No answer means no; the command goes on either way.
                self.ui.confirm(&question, Answer::Yes).unwrap_or(false)
            }
        };
        if wanted && let Err(error) = remember(header, keyring, DEFAULT_TERMS) {
            self.warn_of_agent(error);
        }
    }
}

/// Gives the key to the agent. Starts an agent if none runs.
pub fn remember(header: &Header, keyring: &LocalKeyring, terms: Terms) -> Result<(), agent::Error> {
    let place = place()?;
    let mut connection = match Connection::open(&place)? {
        Some(connection) => connection,
        None => start(&place)?,
    };
    // Noted before the agent has a key, so that `lock` finds it from everywhere. If it cannot be noted, the agent
    // works without.
    if let Some(state) = state_directory() {
        let _ = KnownAgents::new(&state).add(&place);
    }
    connection.unlock(header, keyring, terms)
}

/// Of several concurrent callers one starts the agent.
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

/// The state of the agent for this vault.
pub struct Found {
    pub status: Option<agent::Status>,
}

impl Found {
    pub fn look(header: &Header) -> Result<Self, Error> {
        let place = match place() {
            Ok(place) => place,
            Err(agent::Error::Socket(SocketError::Nowhere)) => return Ok(Self { status: None }),
            Err(error) => return Err(error.into()),
        };
        // The agent forgets a removed key when it sees this header.
        let keyring = AgentKeyring::open(&place, header)?;
        let status = keyring.map(|keyring| keyring.into_connection().status(header));
        Ok(Self {
            status: status.transpose()?.flatten(),
        })
    }

    /// Whether the agent reports that it has a key of this vault.
    pub fn is_held(header: &Header) -> bool {
        Self::look(header).is_ok_and(|found| found.status.is_some())
    }
}
