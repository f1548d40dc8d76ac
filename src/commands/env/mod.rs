//! `env`: lists and changes the variables of the project file.

mod change;
mod list;
mod set;
mod unset;

/// List and change the variables of kluis.toml
///
/// `kluis run` gives these variables to a command. Each comes from a secret, is a text that stands in the file, or is a
/// text with secrets in it. Changes keep every comment and the order of the file.
///
/// With -w they are those of one workspace, which are laid over the others.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  kluis env set DATABASE_URL=database_url
  kluis env list")]
pub struct Env {
    #[command(subcommand)]
    verb: Subverb,
}

subverbs! { Env:
    List(list::List),
    Set(set::Set),
    Unset(unset::Unset),
}
