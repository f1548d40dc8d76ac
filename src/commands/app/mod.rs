//! `app`: manages named consumers and the secrets that each one gets.

mod create;
mod delete;
mod link;
mod list;
mod show;
mod sync;
mod unlink;

/// Manage apps and the secrets they use
///
/// An app is a named consumer of secrets, such as a service. It belongs to one workspace, and each of its links
/// sets one variable to one secret, of any workspace: `kluis run --app NAME` gives a command all of them.
/// `kluis delete` refuses to delete a linked secret.
///
/// A link stands with the app and with the secret, and counts only if both name it. So a colleague whose key
/// writes one workspace can add nothing to an app of another.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  kluis app create billing
  kluis app link billing DATABASE_URL=database_url
  kluis run --app billing -- ./server")]
pub struct App {
    #[command(subcommand)]
    verb: Subverb,
}

subverbs! { App:
    Create(create::Create),
    Link(link::Link),
    Unlink(unlink::Unlink),
    List(list::List),
    Show(show::Show),
    Delete(delete::Delete),
    Sync(sync::Sync),
}
