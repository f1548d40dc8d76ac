//! `lock`: makes the agent forget every key at once.

use super::StandaloneCommand;
use crate::agent::{self, SocketError};
use crate::context::agent::place;
use crate::error::Error;
use crate::ui::Ui;

/// Forget every unlocked key
///
/// Tells the agent to forget the keys of all vaults. Returns when they are wiped from its memory. An agent
/// that `kluis unlock` started then ends. Without an agent there is nothing to do.
#[derive(clap::Args)]
#[command(after_help = "\
Example:
  kluis lock")]
pub struct Lock {}

/// Broken settings or project files must not prevent locking.
impl StandaloneCommand for Lock {
    fn run(self, ui: &mut Ui, _command: fn() -> clap::Command) -> Result<(), Error> {
        let locked = place().and_then(|place| agent::lock(&place));
        match locked {
            Ok(true) => ui.note("locked"),
            // Without a socket path there can be no agent.
            Ok(false) | Err(agent::Error::Socket(SocketError::Nowhere)) => {
                ui.note("no agent is running: there is nothing to lock");
            }
            Err(error) => return Err(error.into()),
        }
        Ok(())
    }
}
