//! What whoever uses a secret should hear of, on the way: that it is due, or that a rotation of it was
//! never finished.

use super::Context;
use crate::vault::policy::Due;
use crate::vault::secret::Secret;

/// Before a value is used.
pub fn warn(context: &mut Context, secret: &Secret) {
    warn_unfinished(context, secret);
    let path = secret.path();
    match secret.due(context.now.seconds()) {
        Some(Due::Expiry(time)) => context
            .ui
            .warning(&format!("the value of {path} expired at {time}")),
        Some(Due::Rotation(time)) => context
            .ui
            .warning(&format!("{path} is due for rotation since {time}")),
        None => {}
    }
}

/// A pending slot is what a command left that was to change the value elsewhere as well.
pub fn warn_unfinished(context: &mut Context, secret: &Secret) {
    if let Some(position) = secret.pending() {
        let path = secret.path();
        let begun = secret.slots[position].written_at;
        context.ui.warning(&format!(
            "a rotation of {path}, begun at {begun}, is not finished: `kluis rotate {path} --resume` makes its value effective, `--discard` drops it"
        ));
    }
}
