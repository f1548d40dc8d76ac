//! What is shown once and kept nowhere, a token: it must be able to get out.

use super::Context;
use crate::error::Error;

/// Refuses to make a token that nobody would have, before anything is changed for it.
pub fn check(context: &Context) -> Result<(), Error> {
    if !context.ui.stdout_is_discarded() {
        return Ok(());
    }
    Err(Error::Usage {
        message: "stdout is closed or /dev/null: nobody would have the token, which is shown once"
            .into(),
        hint: Some("read it from a pipe, or write it to a file that is yours alone".into()),
    })
}
