//! The agent, as commands see it: where it listens, the keyring it holds, and giving it one.

use super::Context;
use super::context::state_directory;
use crate::agent::{self, AgentKeyring, Connection, Place, Terms};
use crate::error::Error;
use crate::keyring::Keyring;
use crate::keyring::local::LocalKeyring;
use crate::sealed::header::Header;
use crate::settings::{AutoAgent, Interaction};
use crate::ui::Answer;
use crate::vault::time::exact_duration;
use std::path::{Path, PathBuf};
use std::time::Duration;

pub const DEFAULT_TERMS: Terms = Terms {
    idle: Duration::from_mins(15),
    longest: Duration::from_hours(8),
};

/// Where this user's agent listens, or would.
pub fn place() -> Result<Place, agent::Error> {
    let runtime = std::env::var_os("XDG_RUNTIME_DIR").map(PathBuf::from);
    let state = state_directory();
    let place = Place::find(runtime.as_deref().map(Path::new), state.as_deref());
    Ok(place?)
}

impl Context<'_> {
    /// Whatever unlocks first: a way that was named, the agent, a person at a terminal.
    pub fn keyring(&mut self, header: &Header) -> Result<Box<dyn Keyring>, Error> {
        if !self.settings.unlocking.is_open() {
            return Ok(Box::new(self.unlock(header)?));
        }
        self.check_pin(header)?;
        self.seen.recall(header);
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
            AutoAgent::Ask if self.settings.interaction == Interaction::Refused => false,
            AutoAgent::Ask => {
                let idle = exact_duration(DEFAULT_TERMS.idle.as_secs());
                let question = format!("Keep it unlocked, until it is unused for {idle}?");
                // Who does not answer, does not want it; the command goes on either way.
                self.yes || self.ui.confirm(&question, Answer::Yes).unwrap_or(false)
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
fn start(place: &Place) -> Result<Connection, agent::Error> {
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
