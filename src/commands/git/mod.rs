//! `git`: teaches git to merge and to show vaults.

mod install;
mod merge_file;
pub mod setup;
mod textconv;
mod uninstall;

/// Share a vault in git
///
/// A vault is one encrypted file, and git can neither merge nor show it. After `kluis git install` git merges the
/// changes of two people, keeps both values where both changed one secret, and shows in `git diff` which secrets
/// changed, never a value.
///
/// Where it cannot merge, your file stays as it was, and git keeps the conflict: run `kluis unlock`, and then what the
/// hint says. If both of you changed keys or workspaces, keep one side and repeat the other change. Outside of git
/// `kluis vault merge FILE` does the same.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  kluis git install
  git diff secrets.kluis")]
pub struct Git {
    #[command(subcommand)]
    verb: Subverb,
}

#[derive(clap::Subcommand)]
enum Subverb {
    Install(install::Install),
    Uninstall(uninstall::Uninstall),
    #[command(hide = true)]
    MergeFile(merge_file::MergeFile),
    #[command(hide = true)]
    Textconv(textconv::Textconv),
}

impl crate::commands::Command for Git {
    fn run(self, context: &mut crate::context::Context) -> Result<(), crate::error::Error> {
        match self.verb {
            Subverb::Install(verb) => verb.run(context),
            Subverb::Uninstall(verb) => verb.run(context),
            Subverb::MergeFile(verb) => verb.run(context),
            Subverb::Textconv(verb) => verb.run(context),
        }
    }
}

pub use setup::offer;
