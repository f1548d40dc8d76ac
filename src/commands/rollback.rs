//! `rollback`: makes an earlier value effective again.

use super::Command;
use crate::args::secret_or_picker::PickedArgument;
use crate::args::time::parse_time;
use crate::context::Context;
use crate::error::Error;
use crate::report::secret::{note_unchanged, print_rotated};
use crate::vault::Scan;

/// Make an older value effective again
///
/// Adds a slot with the value that was effective before, or at the time --to, and prints its number.
/// Nothing is lost: the value that is replaced stays as a slot. A rotation that has not begun is undone
/// with `update --remove-slot`.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  kluis rollback db_password
  kluis rollback api_key --to 2026-01-31T12:00:00Z")]
pub struct Rollback {
    #[command(flatten)]
    secret: PickedArgument,

    /// Take the value that was effective at this time, such as the number of its slot
    #[arg(long, value_name = "TIME", allow_negative_numbers = true)]
    to: Option<String>,
}

impl Command for Rollback {
    fn run(self, context: &mut Context) -> Result<(), Error> {
        let named = self.secret.whole(context)?;
        let to = self.to.as_deref().map(|text| parse_time("to", text));
        let to = to.transpose()?;
        let mut vault = context.open(Scan::Lookup)?;
        let reference = context.picked(&vault, named)?;
        let workspace = context.workspace().cloned();
        let changed = context.change_in(&mut vault, |change| {
            Ok(change.roll_back(workspace.as_ref(), &reference, to)?)
        })?;
        note_unchanged(context, changed.written);
        print_rotated(context, &vault, &changed.result)
    }
}
