//! Asks for confirmation before a change that cannot be undone easily.

use super::Context;
use crate::error::Error;
use crate::settings::Interaction;
use crate::ui::{self, Answer};

/// The end of the message after a deletion that keeps nothing in the vault.
pub const UNDO: &str = "until the next change, `kluis vault restore` brings it back";

/// Asks before something is lost. Without `--yes` and without a terminal this is a usage error.
pub fn confirm(context: &mut Context, question: &str) -> Result<(), Error> {
    let unasked = || Error::Usage {
        message: "this needs your yes, but there is no terminal to ask at".into(),
        hint: Some("to do it without a question, add --yes".into()),
    };
    confirm_or(context, question, unasked)
}

/// Asks, unless you gave `--yes`. Without a terminal it fails with `unasked`.
pub fn confirm_or(
    context: &mut Context,
    question: &str,
    unasked: impl Fn() -> Error,
) -> Result<(), Error> {
    if context.yes {
        return Ok(());
    }
    if context.settings.interaction == Interaction::Refused {
        return Err(unasked());
    }
    match context.ui.confirm(question, Answer::No) {
        Ok(true) => Ok(()),
        Ok(false) => Err(ui::Error::Cancelled.into()),
        Err(ui::Error::NoTerminal) => Err(unasked()),
        Err(error) => Err(error.into()),
    }
}
