//! Prints a key file: its public key, and never its secret.

use crate::context::Context;
use crate::error::Error;
use crate::keyring::recipient;
use crate::sealed::seed::PublicKey;
use serde::Serialize;
use std::path::Path;

#[derive(Serialize)]
struct KeyFileJson {
    key_file: String,
    public_key: String,
}

/// Prints the public key of a key file.
pub fn print(context: &mut Context, path: &Path, public: &PublicKey) -> Result<(), Error> {
    let public_key = recipient::encode(public);
    if context.json {
        let key_file = path.display().to_string();
        return Ok(context.ui.json(&KeyFileJson {
            key_file,
            public_key,
        })?);
    }
    Ok(context.ui.line(&public_key)?)
}
