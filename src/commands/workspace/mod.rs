//! `workspace`: manages sections of the vault, each with keys of its own.

mod create;
mod delete;
mod list;
mod update;

/// Manage workspaces
///
/// A workspace is a part of the vault with a key of its own, such as staging. The workspace `default` always
/// exists.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  kluis workspace create staging
  kluis workspace list")]
pub struct Workspace {
    #[command(subcommand)]
    verb: Subverb,
}

subverbs! { Workspace:
    Create(create::Create),
    List(list::List),
    Update(update::Update),
    Delete(delete::Delete),
}
