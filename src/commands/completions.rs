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
        let mut script = Vec::new();
        clap_complete::generate(self.shell, &mut (context.command)(), "kluis", &mut script);
        Ok(context.ui.raw(&script)?)
    }
}
