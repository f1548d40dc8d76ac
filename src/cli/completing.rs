//! Reads an unfinished command line when a shell requests the names that may come next.

use super::globals::Globals;
use crate::completion::Cursor;
use crate::context::{Caller, Context, GlobalFlags};
use crate::platform::process::Hardened;
use crate::settings::{Flags, Interaction};
use crate::ui::{Options, Ui};
use clap::{Command, FromArgMatches};
use std::ffi::OsString;

/// Prints the words that the last one may become. A failure prints nothing; having no match is no failure.
pub fn run(words: &[OsString], hardened: Hardened, command: fn() -> Command) -> u8 {
    let mut ui = Ui::new(Options::default());
    for word in names(words, hardened, command).unwrap_or_default() {
        if ui.line(&word).is_err() {
            break;
        }
    }
    let _ = ui.finish();
    0
}

fn names(words: &[OsString], hardened: Hardened, command: fn() -> Command) -> Option<Vec<String>> {
    let cursor = Cursor::find(command(), words)?;
    // The line may already name the vault and the workspace.
    let (_, typed) = words.split_last()?;
    let line = std::iter::once(&OsString::from("kluis"))
        .chain(typed)
        .cloned()
        .collect::<Vec<_>>();
    let matches = command().ignore_errors(true).try_get_matches_from(line);
    let globals = Globals::from_arg_matches(&matches.ok()?).ok()?;
    let project = globals.project_choice();
    let flags = Flags {
        interaction: Some(Interaction::Refused),
        ..globals.into()
    };
    let global_flags = GlobalFlags {
        caller: Caller::User,
        json: true,
        quiet: true,
        yes: false,
        accept_older: false,
        project,
    };
    // Its warnings are discarded.
    let mut unheard = Ui::new(Options::default());
    let mut context = Context::new(flags, global_flags, &mut unheard, hardened, command).ok()?;
    Some(cursor.words(&mut context))
}
