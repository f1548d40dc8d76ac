//! Prints a token, which is shown once and kept nowhere. It refuses to create one when stdout is closed or
//! /dev/null.

use crate::context::Context;
use crate::error::Error;
use crate::plaintext::Plaintext;
use crate::ui;
use serde::Serialize;

#[derive(Serialize)]
struct Rescued<'a> {
    token: &'a str,
}

/// Refuses to create a token when stdout is closed, before anything is changed.
pub fn check() -> Result<(), Error> {
    if !ui::stdout_is_discarded() {
        return Ok(());
    }
    Err(Error::Usage {
        message: "the token is printed only once, but stdout is closed or /dev/null".into(),
        hint: Some(
            "print it at a terminal or into a pipe, or write it to a file that only you can read"
                .into(),
        ),
    })
}

/// Prints a token after a note that explains it.
pub fn show(context: &mut Context, what: &str, token: &str) -> Result<(), ui::Error> {
    context.ui.note(what);
    context.ui.value(format!("{token}\n").as_bytes())
}

/// The result of a change for which a token was made. If the vault was replaced although the change failed, it
/// prints the token first, because the token would be lost. `done` is the state of the key.
pub fn keep<T>(
    context: &mut Context,
    changed: Result<T, Error>,
    token: Option<&Plaintext>,
    done: &str,
) -> Result<T, Error> {
    if let (Err(error), Some(token)) = (&changed, token)
        && error.was_replaced()
    {
        let token = std::str::from_utf8(token.expose()).unwrap_or_default();
        if context.json {
            context.ui.json(&Rescued { token })?;
        } else {
            let what = format!("the key was {done}; its token is shown once:");
            show(context, &what, token)?;
        }
    }
    changed
}
