//! `helper`: answers other programs that ask for a password, each in its own protocol.
//!
//! A helper may run in a repository that you only cloned: it follows no project file, asks only for a passphrase,
//! and gives a secret that is bound to hosts only to those.

mod askpass;
mod credential;
mod docker;
mod git;
mod install;
mod stdin_request;

pub use docker::PROGRAM as DOCKER_PROGRAM;

/// Answer git, docker or ssh when they ask for a password
///
/// Each of these programs can ask another program for a password, so that none lies in a file. Tell it once to ask
/// `kluis`; after that you type no password there. `kluis help integrations` has recipes for more programs.
///
/// For git and docker the secret is, in this order: the one of --secret; the one of the host in [hosts] of
/// ~/.config/kluis/config.toml; the one that is bound most closely to the host (`kluis set --allow-domain`) in your
/// workspace. A secret that is bound to hosts goes to no other host, however it was chosen.
///
/// A helper ignores kluis.toml, so that a repository that you cloned cannot choose the vault or the secret. If the
/// vault is locked, it asks for the passphrase at the terminal, or fails if there is none: use `kluis unlock` or a
/// key file.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  git config --global credential.helper '!kluis helper git'
  kluis helper askpass --install ~/.askpass --secret key --prompt Enter

In ~/.config/kluis/config.toml:
  [hosts]
  \"git.example.com\" = { secret = \"git_token\", username = \"ada\" }
  \"registry.example.com:5000\" = { secret = \"registry\", username = \"ci\" }")]
pub struct Helper {
    #[command(subcommand)]
    verb: Subverb,
}

subverbs!(Helper:
    Git(git::Git),
    Docker(docker::Docker),
    Askpass(askpass::Askpass),
);
