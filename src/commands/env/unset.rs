//! `env unset`: removes a variable from the project file.

use super::change::{Target, refused};
use crate::args::selection::parse_keys;
use crate::commands::Command;
use crate::context::Context;
use crate::error::Error;
use crate::project::edit;

/// Remove a variable from kluis.toml
///
/// It removes the line of the variable, and nothing else. The secret stays in the vault. With -w it removes it from the
/// variables of that workspace, so that the one under [env] counts again.
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
        let mut removed = Vec::new();
        for key in &keys {
            let edited = edit::unset(&text, target.workspace.as_ref(), key)
                .map_err(|error| refused(error, &target.file, &format!("remove {key}")))?;
            match edited {
                Some(edited) => {
                    text = edited;
                    removed.push(key);
                }
                None => context
                    .ui
                    .note(&format!("unchanged: kluis.toml has no {key} there")),
            }
        }
        if removed.is_empty() {
            return Ok(());
        }
        target.write(text, context)?;
        for key in removed {
            context.ui.note(&format!("removed {key}"));
        }
        Ok(())
    }
}
