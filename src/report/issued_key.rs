//! Prints a key that was added or renewed, and its token, which is shown once.

use super::key::KeyJson;
use super::one_time_token;
use crate::context::Context;
use crate::error::Error;
use crate::plaintext::Plaintext;
use crate::vault::key::Key;
use anyhow::Context as _;
use serde::Serialize;

#[derive(Serialize)]
struct IssuedKeyJson<'a> {
    key: KeyJson<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    token: Option<&'a str>,
}

/// Prints the notes and the token. `lost` is the advice if the token cannot be printed.
pub fn print(
    context: &mut Context,
    key: &Key,
    token: Option<&Plaintext>,
    notes: &[String],
    lost: &str,
) -> Result<(), Error> {
    let text = token.and_then(|token| std::str::from_utf8(token.expose()).ok());
    let printed = if context.json {
        context.ui.json(&IssuedKeyJson {
            key: KeyJson::new(key),
            token: text,
        })
    } else {
        for note in notes {
            context.ui.note(note);
        }
        text.map_or(Ok(()), |text| {
            one_time_token::show(context, "this token is shown once:", text)
        })
    };
    if text.is_none() {
        return Ok(printed?);
    }
    Ok(printed.with_context(|| lost.to_owned())?)
}
