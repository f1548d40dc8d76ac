//! `env unset`: removes a variable from the project file.

use super::change::{Consent, Target, refused};
use crate::args::selection::parse_keys;
use crate::commands::Command;
use crate::context::Context;
use crate::error::Error;
use crate::project::edit;

/// Remove a variable from kluis.toml
///
/// It removes the line of the variable, and nothing else. The secret stays in the vault. With -w it removes what that
/// workspace says of the variable, so that the one under [env] counts again; if it says nothing, it leaves the
/// variable out there, with a line `KEY = false`.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  kluis env unset OLD_KEY
  kluis env unset LOG_LEVEL -w production")]
pub struct Unset {
    /// The variable
    #[arg(value_name = "KEY", required = true)]
    keys: Vec<String>,
}

impl Command for Unset {
    fn run(self, context: &mut Context) -> Result<(), Error> {
        let keys = parse_keys(&self.keys)?;
        let target = Target::of(context)?;
        let mut text = target.file.text.clone();
        let mut notes = Vec::new();
        for key in &keys {
            let table = target.workspace.as_ref();
            let by_hand = |error| refused(error, &target, &format!("remove {key}"));
            let is_below = target.workspace.is_some() && target.file.project.has(key);
            let edited = edit::unset(&text, table, key).map_err(by_hand)?;
            let (edited, note) = match (edited, is_below) {
                (Some(edited), false) => (edited, format!("removed {key}")),
                (Some(edited), true) => {
                    let note = format!("removed {key} there: the one under [env] counts again");
                    (edited, note)
                }
                (None, true) => {
                    let edited = edit::set(&text, table, key, "false", false).map_err(by_hand)?;
                    (edited, format!("{key} is left out in that workspace"))
                }
                (None, false) => {
                    let note = format!("unchanged: kluis.toml has no {key} there");
                    context.ui.note(&note);
                    continue;
                }
            };
            text = edited;
            notes.push(note);
        }
        if notes.is_empty() {
            return Ok(());
        }
        target.write(text, Consent::None, context)?;
        for note in notes {
            context.ui.note(&note);
        }
        Ok(())
    }
}
