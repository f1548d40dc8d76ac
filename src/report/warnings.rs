//! Warns when you use a secret that is due for rotation or has an unfinished rotation, and about variables that
//! `run` will refuse.

use crate::context::Context;
use crate::deliver::environment::is_own;
use crate::deliver::risky_variables::{Risk, risk};
use crate::vault::env_key::EnvKey;
use crate::vault::policy::Due;
use crate::vault::secret::Secret;
use crate::vault::time::rough_duration;
use std::ffi::OsStr;

/// Warns before a value is used.
pub fn warn(context: &mut Context, secret: &Secret) {
    warn_versions(context, secret);
    let path = secret.path();
    match secret.due(context.now.seconds()) {
        Some(Due::Expiry(time)) => context
            .ui
            .warning(&format!("the value of {path} expired at {time}")),
        Some(Due::Rotation(time)) => context
            .ui
            .warning(&format!("{path} has been due for rotation since {time}")),
        None => {}
    }
}

/// Warns of versions that do not count: of a rotation whose command did not finish, and of a clock far ahead.
pub fn warn_versions(context: &mut Context, secret: &Secret) {
    if let Some(position) = secret.pending() {
        let path = secret.path();
        let begun = secret.slots[position].written_at;
        context.ui.warning(&format!(
            "the rotation of {path} that began at {begun} is not finished: `kluis rotate {path} --resume` makes the new value effective, `kluis rotate {path} --discard` drops it"
        ));
    }
    let second = context.now.seconds();
    if let Some(position) = secret.ahead(second) {
        let path = secret.path();
        let written = secret.slots[position].written_at;
        let ahead = rough_duration(written.seconds().saturating_sub(second));
        context.ui.warning(&format!(
            "a version of {path} does not count before {written}: a clock {ahead} ahead wrote it; check both clocks, and see --accept-clock of `kluis set`"
        ));
    }
}

/// Warns when you choose an environment key that `run` and `export` refuse.
pub fn warn_refused(context: &mut Context, key: Option<&EnvKey>) {
    let Some(key) = key else {
        return;
    };
    let warning = match risk(key.as_str()) {
        None => return,
        Some(_) if is_own(OsStr::new(key.as_str())) => format!(
            "`run` and `export` always refuse {key}: the name is reserved for the keys of kluis itself"
        ),
        Some(Risk::Runs) => format!(
            "`run` and `export` refuse {key} unless you add --allow-env {key}: this variable can make a program load or run other code"
        ),
        Some(Risk::Redirects) => format!(
            "`run` and `export` give {key} only where you name it, as -e {key}=REF: this variable can make a program talk to another place"
        ),
    };
    context.ui.warning(&warning);
}
