//! One file per verb: its arguments, whose doc comments are the help text, and its `run`. Commands never
//! encrypt and never print but through [`Ui`](crate::ui::Ui).

pub mod completions;
mod context;
pub mod create;
pub mod delete;
mod fields;
mod generate;
pub mod get;
pub mod init;
mod kdf;
pub mod list;
mod new_passphrase;
mod output;
pub mod passphrase;
pub mod run;
mod secret_argument;
pub mod set;
pub mod show;
pub mod update;
mod value;
pub mod verify;
pub mod workspace;

pub use context::{Context, Switches};

use crate::error::Error;

/// A verb: its arguments, and what it does.
pub trait Verb: clap::Args {
    fn run(self, context: &mut Context) -> Result<(), Error>;
}
