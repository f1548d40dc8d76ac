//! `prune`: fewer superseded slots.

use super::output::{note_unchanged, print_json};
use super::secret_argument::SecretArgument;
use super::{Context, Verb, attention};
use crate::error::Error;
use crate::vault::Scan;

/// Drop superseded values
///
/// The effective slot and scheduled ones stay. What was dropped cannot be brought back by `rollback`; the
/// bytes before this change stay in `.NAME.prev` beside the vault until the next one.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  kluis prune db_password
  kluis prune api_key --keep 2")]
pub struct Prune {
    #[command(flatten)]
    secret: SecretArgument,

    /// Keep the newest N of them
    #[arg(long, value_name = "N", default_value_t = 0)]
    keep: usize,
}

impl Verb for Prune {
    fn run(self, context: &mut Context) -> Result<(), Error> {
        let reference = self.secret.whole()?;
        let mut vault = context.open(Scan::Lookup)?;
        let workspace = context.workspace().cloned();
        let changed = context.change_in(&mut vault, |change| {
            Ok(change.prune(workspace.as_ref(), &reference, self.keep)?)
        })?;
        note_unchanged(context, changed.written);
        attention::warn_unfinished(context, &changed.result);
        if context.json {
            print_json(context, &vault, &changed.result)?;
        }
        Ok(())
    }
}
