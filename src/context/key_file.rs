//! Reads the user's key file, and refuses one that others may touch. Never writes over one.

use super::credential_file::{is_absent, is_exposed, is_stdin, read_credential};
use crate::error::Error;
use crate::keyring;
use crate::keyring::error::KeyFileError;
use crate::keyring::identity::Stored;
use crate::keyring::token::Token;
use crate::plaintext::Plaintext;
use std::fs;
use std::path::Path;

pub const WHAT: &str = "key file";

/// A key file as it was read.
pub enum KeyFile {
    /// A token that was put into a file.
    Token(Plaintext),
    Key(Stored),
}

impl KeyFile {
    fn parse(text: Plaintext) -> Result<Self, keyring::Error> {
        // A key is one JSON object; whatever else is there is read as a token.
        if text.expose().starts_with(b"{") {
            return Ok(Self::Key(Stored::parse(&text)?));
        }
        Ok(Self::Token(text))
    }

    /// The key in the file at `path`, or why there is none.
    pub fn into_key(self, path: &Path) -> Result<Stored, Error> {
        match self {
            Self::Key(stored) => Ok(stored),
            Self::Token(text) if Token::parse(&text).is_ok() => Err(Error::Usage {
                message: format!("{} holds a token, not a key", path.display()),
                hint: Some("name another file with --key-file".into()),
            }),
            Self::Token(_) => Err(keyring::Error::from(KeyFileError::Damaged).into()),
        }
    }
}

/// Reads a key file; `None` if it is missing. As ssh does with its keys, refuses a key of your own that others may
/// read or write.
pub fn load(path: &Path) -> Result<Option<KeyFile>, Error> {
    let text = match read_credential(path, WHAT) {
        Err(Error::Failed(error)) if error.downcast_ref().is_some_and(is_absent) => {
            return Ok(None);
        }
        read => read?,
    };
    let read = KeyFile::parse(text)?;
    let is_open_to_others =
        || !is_stdin(path) && fs::metadata(path).is_ok_and(|found| is_exposed(&found));
    if matches!(read, KeyFile::Key(_)) && is_open_to_others() {
        let path = path.to_owned();
        return Err(Error::ExposedKeyFile { path });
    }
    Ok(Some(read))
}
