//! `key`: manages who can open the vault.

mod add;
mod list;
mod new;
mod passphrase;
mod remove;
mod renew;
mod show;

pub use passphrase::Passphrase;

/// Manage who can open the vault
///
/// A key opens a vault: a passphrase, a key file or a token. It opens the whole vault or only some
/// workspaces, to read and write or only to read.
///
/// `new` and `show` are about your own key file and need no vault. The others need a key that opens the whole
/// vault.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  kluis key list
  kluis key add --token --workspace staging --read-only --label ci
  kluis key remove ci")]
pub struct Key {
    #[command(subcommand)]
    verb: Subverb,
}

subverbs! { Key:
    New(new::New),
    Show(show::Show),
    Add(add::Add),
    List(list::List),
    Remove(remove::Remove),
    Renew(renew::Renew),
    Passphrase(Passphrase),
}
