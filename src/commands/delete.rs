//! `delete`: removes a secret and all its values, after asking.

use super::Command;
use crate::args::secret_or_picker::PickedArgument;
use crate::context::Context;
use crate::context::confirm::confirm;
use crate::error::Error;
use crate::report::counted::counted;
use crate::report::warnings;
use crate::vault::Scan;
use crate::vault::change::References;

/// Delete a secret
///
/// Deletes all its versions. Asks first; without a terminal it needs --yes. Refuses if an app links the
/// secret (exit code 6), unless --force removes the links as well.
///
/// The vault from before stays beside the vault as `.NAME.prev`, with the deleted values in it, until the
/// next change. `kluis vault restore` brings it back as a whole.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  kluis delete github_token
  kluis delete staging/db_password --yes
  kluis delete old_token --force")]
pub struct Delete {
    #[command(flatten)]
    secret: PickedArgument,

    /// Delete it even if apps link it, and remove the links
    #[arg(long)]
    force: bool,
}

impl Command for Delete {
    fn run(self, context: &mut Context) -> Result<(), Error> {
        let named = self.secret.whole(context)?;
        let mut vault = context.open(Scan::Lookup)?;
        let reference = context.picked(&vault, named)?;
        let workspace = context.workspace().cloned();
        let secret = vault.secret(workspace.as_ref(), &reference);
        let secret = context.found(&vault, secret)?;
        vault.check_may_write(secret.workspace)?;
        warnings::warn_unfinished(context, &secret);
        let (path, values) = (secret.path(), secret.slots.len());
        let apps = vault.app_count(&secret)?;
        let values = counted(values, "value");
        let question = match apps {
            0 => format!("Delete {path} and its {values}?"),
            _ => format!(
                "Delete {path}, its {values} and the links of {} to it?",
                counted(apps, "app")
            ),
        };
        // A linked secret will be refused anyway, so do not ask first.
        if self.force || apps == 0 {
            confirm(context, &question)?;
        }
        let references = if self.force {
            References::Unlink
        } else {
            References::Keep
        };
        context.change_in(&mut vault, |change| {
            Ok(change.delete_secret(workspace.as_ref(), &reference, references)?)
        })?;
        context.ui.done(&format!("deleted {path}"));
        Ok(())
    }
}
