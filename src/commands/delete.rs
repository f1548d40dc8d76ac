//! `delete`: deletes secrets, all or none. They can be restored, unless they are deleted for ever.

use super::Command;
use crate::args::secret_or_picker::PickedArguments;
use crate::context::Context;
use crate::context::confirm::confirm;
use crate::error::Error;
use crate::report::counted::counted;
use crate::report::deleted::{DeletedJson, names, short_paths};
use crate::report::warnings;
use crate::vault::change::{Deletion, References};
use crate::vault::reference::{Reference, Target};
use crate::vault::secret::Secret;
use crate::vault::{self, Scan};

/// Delete secrets; `restore` brings them back
///
/// A deleted secret keeps its id and its versions: `kluis restore NAME` brings it back, and `kluis list --deleted`
/// shows it. So it asks nothing. It deletes all that you name, or none. Refuses a secret that an app links (exit
/// code 6), unless --force removes the links as well.
///
/// --forever deletes all versions, also of a secret that is deleted already. It asks first; without a terminal it
/// needs --yes. Until the next change, the vault from before stays beside the vault as `.NAME.prev` (in a git work
/// tree: in the git folder), with these values in it.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  kluis delete github_token
  kluis delete staging/old_key staging/older_key
  kluis delete old_token --forever --yes")]
pub struct Delete {
    #[command(flatten)]
    secrets: PickedArguments,

    /// Delete even what apps link, and remove the links
    #[arg(long)]
    force: bool,

    /// Delete all versions, so that nothing can be restored
    #[arg(long)]
    forever: bool,
}

impl Command for Delete {
    fn run(self, context: &mut Context) -> Result<(), Error> {
        let named = self.secrets.whole(context)?;
        let mut vault = context.open(Scan::Lookup)?;
        let references = context.picked_several(&vault, named)?;
        let workspace = context.workspace().cloned();
        let workspace = workspace.as_ref();
        let mut secrets: Vec<Secret> = Vec::with_capacity(references.len());
        let mut meant = Vec::with_capacity(references.len());
        let mut is_linked = false;
        for reference in references {
            let found = if self.forever {
                vault.secret_deleted_or_not(workspace, &reference)
            } else {
                vault.secret(workspace, &reference)
            };
            let secret = context.found(&vault, found)?;
            // You named it twice, such as by name and by id.
            if secrets.iter().any(|other| other.id == secret.id) {
                continue;
            }
            vault.check_may_write(secret.workspace)?;
            warnings::warn_versions(context, &secret);
            is_linked |= !secret.is_deleted() && vault.app_count(&secret)? > 0;
            secrets.push(secret);
            meant.push(reference);
        }
        // A linked secret is refused anyway, so do not ask first.
        if self.forever && (self.force || !is_linked) {
            confirm(context, &question(&secrets, is_linked))?;
        }
        let links = if self.force {
            References::Unlink
        } else {
            References::Keep
        };
        let deletion = if self.forever {
            Deletion::Forever
        } else {
            Deletion::Restorable
        };
        let changed = context.change_in(&mut vault, |change| {
            let each = meant.iter().zip(&secrets);
            let deleted = each.map(|(reference, secret)| {
                if !self.forever {
                    return change.delete_secret(workspace, reference, links, deletion);
                }
                let gone = change.delete_secret(None, &by_id(secret), links, deletion)?;
                if !is_as_asked(secret, &gone) {
                    return Err(vault::Error::changed_meanwhile(&secret.path()));
                }
                Ok(gone)
            });
            Ok(deleted.collect::<Result<Vec<_>, _>>()?)
        })?;
        let deleted = changed.result;
        let told = match deletion {
            Deletion::Forever => format!("deleted {} for ever", names(&deleted)),
            Deletion::Restorable => format!(
                "deleted {}: `kluis restore {}` undoes it",
                names(&deleted),
                short_paths(&deleted)
            ),
        };
        context.ui.done(&told);
        if context.json {
            return Ok(context.ui.json(&DeletedJson::new(&deleted))?);
        }
        Ok(())
    }
}

/// The secret that the question was about, whichever secret has its name now.
fn by_id(secret: &Secret) -> Reference {
    Reference {
        workspace: Some(secret.workspace_name.clone()),
        ..Reference::to(Target::Id(secret.id))
    }
}

/// Whether the lost versions are those of the question.
fn is_as_asked(asked: &Secret, gone: &Secret) -> bool {
    asked.slots == gone.slots && asked.deleted_at == gone.deleted_at
}

fn question(secrets: &[Secret], is_linked: bool) -> String {
    let values = secrets.iter().map(|secret| secret.slots.len()).sum();
    let values = counted(values, "version");
    let links = if is_linked {
        ", and the links of apps to them"
    } else {
        ""
    };
    format!("Delete {} for ever, {values}{links}?", names(secrets))
}
