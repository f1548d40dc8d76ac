//! `agent`: runs the agent in the foreground, for systemd.

use super::Command;
use crate::agent::Foreground;
use crate::context::Context;
use crate::context::agent::place;
use crate::error::Error;
use anyhow::Context as _;

/// Run the agent in the foreground, for systemd
///
/// You need this only to start the agent by systemd, or to watch it: `kluis unlock` starts an agent by
/// itself. The agent has no key until `kluis unlock` gives it one, and runs until a signal ends it.
///
/// It listens at kluis/agent.sock below $XDG_RUNTIME_DIR, or /run/user/UID if that variable is not set. If that
/// folder is not yours alone, it listens below ~/.local/state. Started by systemd, it listens at the socket that systemd passes, ends when it has no key left, and
/// is started again when it is needed.
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
