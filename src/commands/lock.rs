//! `lock`: makes the agent forget every key at once.

use super::{CommandLine, StandaloneCommand};
use crate::context::agent::lock_all;
use crate::error::Error;
use crate::report::leftovers;
use crate::ui::Ui;

/// Forget every unlocked key
///
/// Tells the agent to forget the keys of all vaults. Also tells the agents that you started elsewhere: in a cron
/// job, with `su`, or with another XDG_RUNTIME_DIR. Returns when the keys are wiped from memory. An agent that
/// `kluis unlock` started then ends. Without an agent there is nothing to do.
#[derive(clap::Args)]
#[command(after_help = "\
Example:
  kluis lock")]
pub struct Lock {}

/// Broken settings or project files must not prevent locking.
impl StandaloneCommand for Lock {
    fn run(self, ui: &mut Ui, _: CommandLine) -> Result<(), Error> {
        leftovers::remove(ui);
        match lock_all()? {
            0 => ui.note("no agent is running: there is nothing to lock"),
            1 => ui.note("locked"),
            more => ui.note(&format!("locked {more} agents")),
        }
        Ok(())
    }
}
