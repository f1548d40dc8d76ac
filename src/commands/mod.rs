//! One file for each verb: its arguments, whose doc comments are the help text, and its `run`. Commands never
//! encrypt, and print only through [`Ui`].

/// The subcommands of a noun, and how it runs them.
macro_rules! subverbs {
    ($noun:ident: $($verb:ident($arguments:ty)),+ $(,)?) => {
        #[derive(clap::Subcommand)]
        enum Subverb {
            $($verb($arguments),)+
        }

        impl crate::commands::Command for $noun {
            fn run(self, context: &mut crate::context::Context) -> Result<(), crate::error::Error> {
                match self.verb {
                    $(Subverb::$verb(verb) => crate::commands::Command::run(verb, context),)+
                }
            }
        }
    };
}

pub mod agent;
pub mod app;
pub mod check;
pub mod completions;
pub mod copy;
pub mod create;
pub mod delete;
pub mod doctor;
pub mod edit;
pub mod env;
pub mod export;
pub mod get;
pub mod git;
pub mod help;
pub mod helper;
pub mod history;
pub mod import;
pub mod init;
pub mod inject;
pub mod key;
pub mod list;
pub mod lock;
pub mod move_secret;
pub mod restore;
pub mod rollback;
pub mod rotate;
pub mod run;
pub mod set;
pub mod show;
pub mod status;
pub mod trust;
pub mod unlock;
pub mod update;
pub mod vault;
pub mod workspace;

use crate::context::Context;
use crate::error::Error;
use crate::ui::Ui;

/// A verb: its arguments, and its action.
pub trait Command: clap::Args {
    fn run(self, context: &mut Context) -> Result<(), Error>;
}

/// A verb that needs no settings and no vault, so that it works when those are broken.
pub trait StandaloneCommand: clap::Args {
    fn run(self, ui: &mut Ui, line: CommandLine) -> Result<(), Error>;
}

/// The whole command line, for commands that describe it.
#[derive(Clone, Copy)]
pub struct CommandLine {
    pub all: fn() -> clap::Command,
    /// Without the hidden commands.
    pub shown: fn() -> clap::Command,
}
