//! The options that every verb accepts.

use crate::completion::words::WorkspaceWord;
use crate::context::project_context::ProjectChoice;
use crate::settings::{Color, Flags, Interaction};
use clap::Args;
use clap::builder::ValueParser;
use std::ffi::OsString;
use std::path::PathBuf;

/// Options that every verb takes, a line each.
#[derive(Args)]
#[command(next_help_heading = "Global options")]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is an option of its own"
)]
pub struct Globals {
    /// Use this vault file [env: KLUIS_VAULT]
    #[arg(long, global = true, value_name = "PATH", value_parser = ValueParser::os_string())]
    pub vault: Option<OsString>,

    /// Use this workspace [env: KLUIS_WORKSPACE]
    #[arg(short, long, global = true, value_name = "NAME")]
    pub workspace: Option<WorkspaceWord>,

    /// Use this project file, and agree to it [env: KLUIS_PROJECT]
    // Without FILE it is for `init`, which makes one.
    #[arg(long, global = true, value_name = "FILE", num_args = 0..=1)]
    #[expect(clippy::option_option, reason = "the option, and its value")]
    pub project: Option<Option<PathBuf>>,

    /// Ignore kluis.toml [env: KLUIS_NO_PROJECT]
    #[arg(long, global = true, conflicts_with = "project")]
    pub no_project: bool,

    /// Print results, warnings and errors as JSON
    #[arg(long, global = true)]
    pub json: bool,

    /// Print no notes; print names alone in lists
    #[arg(short, long, global = true)]
    pub quiet: bool,

    /// Answer yes where a command asks for confirmation
    #[arg(short, long, global = true)]
    pub yes: bool,

    /// Never ask; fail instead [env: KLUIS_NON_INTERACTIVE]
    #[arg(long, global = true)]
    pub non_interactive: bool,

    /// Unlock with the passphrase in this file [env: KLUIS_PASSPHRASE_FILE]
    #[arg(long, global = true, value_name = "PATH")]
    pub passphrase_file: Option<PathBuf>,

    /// Unlock with this key file, or the token in it [env: KLUIS_KEY_FILE]
    #[arg(long, global = true, value_name = "PATH")]
    pub key_file: Option<PathBuf>,

    /// Wait this long for another writer [default: 10s]
    #[arg(long, global = true, value_name = "TIME")]
    pub lock_timeout: Option<String>,

    /// Open only the vault that this pin describes [env: KLUIS_PIN]
    #[arg(long, global = true, value_name = "PIN")]
    pub pin: Option<String>,

    /// Accept an older vault than this machine has seen
    #[arg(long, global = true)]
    pub accept_older: bool,

    /// Use colour: auto, always or never [env: NO_COLOR]
    #[arg(
        long,
        global = true,
        value_enum,
        value_name = "WHEN",
        hide_possible_values = true
    )]
    pub color: Option<Color>,
}

impl Globals {
    pub fn project_choice(&self) -> ProjectChoice {
        match &self.project {
            Some(Some(path)) => ProjectChoice::Named(path.clone()),
            Some(None) => ProjectChoice::New,
            None if self.no_project => ProjectChoice::None,
            None => ProjectChoice::Nearest,
        }
    }
}

impl From<Globals> for Flags {
    fn from(globals: Globals) -> Self {
        Self {
            vault: globals.vault,
            workspace: globals.workspace.as_deref().map(str::to_owned),
            lock_timeout: globals.lock_timeout,
            color: globals.color,
            interaction: globals.non_interactive.then_some(Interaction::Refused),
            pin: globals.pin,
            passphrase_file: globals.passphrase_file,
            key_file: globals.key_file,
        }
    }
}
