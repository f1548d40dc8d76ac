//! `rotate`: adds a new value, now or at a later time, on its own or together with a command.

mod arguments;
mod exec;
mod settle;

pub use arguments::Rotate;

use super::Command;
use crate::args::secret::read_value;
use crate::context::Context;
use crate::error::Error;
use crate::report::secret::{note_unchanged, print_rotated};
use crate::vault::Scan;
use crate::vault::change::Rotated;
use crate::vault::secret::Secret;
use settle::skip;

/// The result of a rotation.
enum Outcome {
    Rotated(Rotated),
    NotDue(Secret),
}

impl Command for Rotate {
    fn run(self, context: &mut Context) -> Result<(), Error> {
        let named = self.secret.whole(context)?;
        self.rotation(context)?;
        self.if_older_than()?;
        if self.exec.applies() {
            return self.run_in_steps(context);
        }
        let mut vault = context.open(Scan::Lookup)?;
        let reference = context.picked(&vault, named)?;
        let workspace = context.workspace().cloned();
        let secret = vault.secret(workspace.as_ref(), &reference);
        let secret = context.found(&vault, secret)?;
        if !self.is_due(&secret, context.now.seconds())? {
            return skip(context, &vault, &secret);
        }
        vault.check_may_write(secret.workspace)?;
        let value = read_value(&self.source, context)?;
        let rotation = self.rotation(context)?;
        let changed = context.change_in(&mut vault, |change| {
            let workspace = workspace.as_ref();
            if let Some(secret) = self.skipped(change, workspace, &reference)? {
                return Ok(Outcome::NotDue(secret));
            }
            let rotated = change.rotate(workspace, &reference, &value, rotation)?;
            Ok(Outcome::Rotated(rotated))
        })?;
        match changed.result {
            Outcome::NotDue(secret) => skip(context, &vault, &secret),
            Outcome::Rotated(rotated) => {
                note_unchanged(context, changed.written);
                print_rotated(context, &vault, &rotated)
            }
        }
    }
}
