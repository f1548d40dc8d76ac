//! `completions`: the script that a shell loads.

use super::{Context, Verb};
use crate::error::Error;
use clap_complete::Shell;

/// Print a completion script
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  kluis completions bash > ~/.local/share/bash-completion/completions/kluis
  kluis completions zsh > ~/.zfunc/_kluis
  kluis completions fish > ~/.config/fish/completions/kluis.fish")]
pub struct Completions {
    /// The shell to complete in
    shell: Shell,
}

impl Verb for Completions {
    fn run(self, context: &mut Context) -> Result<(), Error> {
        let script = script(self.shell, context.command);
        Ok(context.ui.raw(&script)?)
    }
}

/// What a shell loads to complete this command line.
pub fn script(shell: Shell, command: fn() -> clap::Command) -> Vec<u8> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut command(), "kluis", &mut script);
    script
}
