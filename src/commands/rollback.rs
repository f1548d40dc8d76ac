//! `rollback`: makes an earlier value effective again.

use super::Command;
use crate::args::secret_or_picker::PickedArgument;
use crate::args::time::parse_time;
use crate::args::version::VersionArgs;
use crate::context::Context;
use crate::error::Error;
use crate::report::secret::{note_unchanged, print_rotated};
use crate::vault::Scan;

/// Bring back the version before
///
/// Adds a version with the value from before the current one, or with the value of the time that --to names.
/// Prints its slot number. Nothing is lost: the value that it replaces stays as a version.
///
/// Undoes `set`, `update --value`, `edit`, `import` and `rotate`; a second rollback undoes the first. `kluis history`
/// lists the versions. To cancel a rotation that is scheduled for later, use `kluis update --remove-slot`.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  kluis rollback db_password
  kluis rollback api_key --to 2026-01-31T12:00:00Z")]
pub struct Rollback {
    #[command(flatten)]
    secret: PickedArgument,

    /// Bring back the value of this time, or of this slot number
    #[arg(long, value_name = "TIME", allow_negative_numbers = true)]
    to: Option<String>,

    #[command(flatten)]
    version: VersionArgs,
}

impl Command for Rollback {
    fn run(self, context: &mut Context) -> Result<(), Error> {
        let named = self.secret.whole(context)?;
        let to = self.to.as_deref().map(|text| parse_time("to", text));
        let to = to.transpose()?;
        let mut vault = context.open(Scan::Lookup)?;
        let reference = context.picked(&vault, named)?;
        let workspace = context.workspace().cloned();
        let version = self.version.version(context);
        let changed = context.change_in(&mut vault, |change| {
            Ok(change.roll_back(workspace.as_ref(), &reference, to, version)?)
        })?;
        note_unchanged(context, changed.written);
        print_rotated(context, &vault, &changed.result)
    }
}
