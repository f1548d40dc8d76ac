//! `delete`: a secret and all its values, after asking.

use super::secret_argument::SecretArgument;
use super::{Context, Verb};
use crate::error::Error;
use crate::settings::Interaction;
use crate::ui::Answer;
use crate::vault::Scan;

/// Delete a secret
///
/// Asks first; where nobody can be asked it needs --yes. Its values are gone from the vault; the bytes
/// before this change stay in `.NAME.prev` beside the vault until the next change.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  kluis delete github_token
  kluis delete staging/db_password --yes")]
pub struct Delete {
    #[command(flatten)]
    secret: SecretArgument,
}

impl Verb for Delete {
    fn run(self, context: &mut Context) -> Result<(), Error> {
        let reference = self.secret.reference()?;
        let mut vault = context.open(Scan::Lookup)?;
        let workspace = context.workspace().cloned();
        let secret = vault.secret(workspace.as_ref(), &reference)?;
        confirm(
            context,
            &format!(
                "Delete {} and its {} value(s)?",
                secret.path(),
                secret.slots.len()
            ),
        )?;
        context.change_in(&mut vault, |change| {
            Ok(change.delete_secret(workspace.as_ref(), &reference)?)
        })?;
        Ok(())
    }
}

/// Asks before something is lost. Without `--yes` and without anybody to ask that is a usage error.
pub fn confirm(context: &mut Context, question: &str) -> Result<(), Error> {
    if context.yes {
        return Ok(());
    }
    let unasked = || Error::Usage {
        message: "nobody is there to be asked, and this cannot be undone".into(),
        hint: Some("add --yes if it is meant".into()),
    };
    if context.settings.interaction == Interaction::Refused {
        return Err(unasked());
    }
    match context.ui.confirm(question, Answer::No) {
        Ok(true) => Ok(()),
        Ok(false) => Err(crate::ui::Error::Cancelled.into()),
        Err(crate::ui::Error::NoTerminal) => Err(unasked()),
        Err(error) => Err(error.into()),
    }
}
