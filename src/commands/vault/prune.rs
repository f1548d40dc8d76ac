//! `vault prune`: deletes superseded slots.

use crate::args::secret_or_picker::PickedArgument;
use crate::commands::Command;
use crate::context::Context;
use crate::context::confirm::confirm;
use crate::error::Error;
use crate::report::counted::counted;
use crate::report::secret::print_json;
use crate::report::warnings;
use crate::vault::secret::Secret;
use crate::vault::{Scan, Written};

/// Drop the past versions of a secret
///
/// The current version and scheduled ones stay. At a terminal it asks first, unless you give --yes.
///
/// `kluis rollback` cannot bring back a dropped version. The vault from before stays beside the vault as
/// `.NAME.prev`, with these values in it, until the next change.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  kluis vault prune db_password
  kluis vault prune api_key --keep 2")]
pub struct Prune {
    #[command(flatten)]
    secret: PickedArgument,

    /// Keep the newest N of the past versions
    #[arg(long, value_name = "N", default_value_t = 0)]
    keep: usize,
}

impl Command for Prune {
    fn run(self, context: &mut Context) -> Result<(), Error> {
        let named = self.secret.whole(context)?;
        let mut vault = context.open(Scan::Lookup)?;
        let reference = context.picked(&vault, named)?;
        let workspace = context.workspace().cloned();
        if context.ui.can_ask() {
            let secret = vault.secret(workspace.as_ref(), &reference);
            let secret = context.found(&vault, secret)?;
            vault.check_may_write(secret.workspace)?;
            let gone = secret.superseded(context.now.seconds()).count();
            let gone = gone.saturating_sub(self.keep);
            if gone > 0 {
                let path = secret.path();
                let question = format!("Drop {} of {path}?", counted(gone, "superseded value"));
                confirm(context, &question)?;
            }
        }
        let changed = context.change_in(&mut vault, |change| {
            let old = change.look_up(workspace.as_ref(), &reference)?;
            let secret = change.prune(workspace.as_ref(), &reference, self.keep)?;
            Ok((old, secret))
        })?;
        let (old, secret) = changed.result;
        if changed.written == Written::Unchanged {
            let unchanged = "unchanged: there is no superseded value to drop";
            context.ui.note(unchanged);
        } else if let Some(old) = old {
            context.ui.note(&dropped(&old, &secret));
        }
        warnings::warn_unfinished(context, &secret);
        if context.json {
            print_json(context, &vault, &secret)?;
        }
        Ok(())
    }
}

/// `dropped 2 slot(s) of default/key: 0, 100`
fn dropped(old: &Secret, secret: &Secret) -> String {
    let slots = old.slots.iter().map(|slot| slot.slot);
    let is_kept = |number: &u64| secret.slots.iter().any(|slot| slot.slot == *number);
    let gone: Vec<_> = slots.filter(|number| !is_kept(number)).collect();
    let list: Vec<_> = gone.iter().map(u64::to_string).collect();
    let (count, path) = (gone.len(), secret.path());
    format!(
        "dropped {} of {path}: {}",
        counted(count, "slot"),
        list.join(", ")
    )
}
