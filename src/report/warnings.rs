//! Warnings about a secret that is used or changed: it is due, its rotation is not finished, or `run` would
//! refuse its environment key.

use crate::context::Context;
use crate::deliver::environment::{is_own, refused};
use crate::vault::env_key::EnvKey;
use crate::vault::policy::Due;
use crate::vault::secret::Secret;
use std::ffi::OsStr;

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
            .warning(&format!("{path} has been due for rotation since {time}")),
        None => {}
    }
}

/// A pending slot is what a command left that was to change the value elsewhere as well.
pub fn warn_unfinished(context: &mut Context, secret: &Secret) {
    if let Some(position) = secret.pending() {
        let path = secret.path();
        let begun = secret.slots[position].written_at;
        context.ui.warning(&format!(
            "the rotation of {path} that began at {begun} is not finished: `kluis rotate {path} --resume` makes the new value effective, `kluis rotate {path} --discard` drops it"
        ));
    }
}

/// When a key is chosen: `run` and `export` refuse some.
pub fn warn_refused(context: &mut Context, key: Option<&EnvKey>) {
    let Some(key) = key.filter(|key| refused(key.as_str())) else {
        return;
    };
    let warning = if is_own(OsStr::new(key.as_str())) {
        format!(
            "`run` and `export` always refuse {key}: the name is reserved for the keys of kluis itself"
        )
    } else {
        format!(
            "`run` and `export` refuse {key} unless you add --allow-env {key}: this variable can make a program load or run other code"
        )
    };
    context.ui.warning(&warning);
}
