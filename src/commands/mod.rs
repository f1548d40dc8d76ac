//! One file per verb: its arguments, whose doc comments are the help text, and its `run`. Commands never
//! encrypt and never print but through [`Ui`].

pub mod agent;
mod anchor;
pub mod app;
mod attention;
mod bounded;
pub mod check;
pub mod clear_clipboard;
mod clock;
pub mod complete;
pub mod completions;
mod confirm;
mod content;
mod context;
pub mod create;
pub mod delete;
mod destination;
pub mod doctor;
pub mod edit;
pub mod export;
mod fields;
mod generate;
pub mod get;
mod glob;
pub mod history;
pub mod identity;
mod identity_file;
pub mod import;
pub mod init;
pub mod inject;
pub mod input;
mod kdf;
pub mod key;
pub mod list;
pub mod lock;
mod new_passphrase;
mod output;
pub mod passphrase;
mod pick;
mod pin;
mod project_file;
pub mod prune;
pub mod rekey;
pub mod relocate;
mod remembered;
pub mod restore;
pub mod rollback;
pub mod rotate;
pub mod run;
mod secret_argument;
mod seen;
mod selection;
pub mod set;
pub mod show;
mod shown_once;
pub mod status;
mod stdin;
mod time_argument;
pub mod trust;
mod typed;
pub mod unlock;
pub mod update;
mod value;
pub mod verify;
mod when;
pub mod workspace;

pub use crate::vault::near::nearest;
pub use context::{Context, Switches};

use crate::error::Error;
use crate::ui::Ui;

/// A verb: its arguments, and what it does.
pub trait Verb: clap::Args {
    fn run(self, context: &mut Context) -> Result<(), Error>;
}

/// A verb that needs neither settings nor a vault: it works where those are what is wrong.
pub trait Alone: clap::Args {
    fn run(self, ui: &mut Ui) -> Result<(), Error>;
}
