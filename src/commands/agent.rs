//! `agent`: runs the agent in the foreground, for systemd.

use super::Command;
use crate::agent::Foreground;
use crate::context::Context;
use crate::context::agent::place;
use crate::error::Error;
use anyhow::Context as _;

/// Be the agent, in the foreground
///
/// `kluis unlock` starts an agent by itself: this is for those who want systemd to do so, or to see it run.
/// It holds no key until `kluis unlock` gives it one, and runs until a signal ends it. It listens in
/// $XDG_RUNTIME_DIR/kluis/agent.sock, where that folder is yours alone, else below ~/.local/state, or at the
/// socket that systemd passes; then it ends when nothing is left to hold, and is started again on demand.
#[derive(clap::Args)]
#[command(after_help = "\
Example:
  kluis agent

As a user unit, with `systemctl --user enable --now kluis-agent.socket`:
  ~/.config/systemd/user/kluis-agent.socket
    [Socket]
    ListenStream=%t/kluis/agent.sock
    SocketMode=0600
    DirectoryMode=0700
    [Install]
    WantedBy=sockets.target
  ~/.config/systemd/user/kluis-agent.service
    [Service]
    ExecStart=%h/.cargo/bin/kluis agent
    LimitMEMLOCK=64M")]
pub struct Agent {}

impl Command for Agent {
    fn run(self, context: &mut Context) -> Result<(), Error> {
        let agent = Foreground::listen(place)?.ok_or(Error::AgentRuns)?;
        if agent.is_activated() {
            context
                .ui
                .note("the agent is listening at the socket that systemd passed");
        } else {
            context
                .ui
                .note("the agent is listening; `kluis unlock` gives it a key");
        }
        let served = agent.serve();
        Ok(served.context("the agent failed, and forgot every key")?)
    }
}
