//! A merge that a person must decide.

use crate::vault::Error;

/// Nothing was written.
pub fn refuse(message: impl Into<String>, hint: &'static str) -> Error {
    Error::InUse {
        message: message.into(),
        hint,
        ids: Vec::new(),
    }
}
