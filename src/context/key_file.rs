//! Reads the user's key file, and refuses one that others may read or write. Never overwrites one.

use super::credential_file::{CredentialFile, is_absent, read_credential};
use crate::error::Error;
use crate::keyring;
use crate::keyring::error::KeyFileError;
use crate::keyring::identity::Stored;
use crate::keyring::token::Token;
use std::path::Path;

pub const WHAT: &str = "key file";

/// The content of a key file.
pub enum KeyFile {
    /// A token in the file.
    Token(CredentialFile),
    Key(Stored),
}

impl KeyFile {
    /// Whether it contains a whole token. Only a token that unlocks is surely the right one.
    pub fn is_token(&self) -> bool {
        matches!(self, Self::Token(read) if Token::parse(&read.text).is_ok())
    }

    /// The key in the file at `path`, or the error if there is none.
    pub fn into_key(self, path: &Path) -> Result<Stored, Error> {
        let is_token = self.is_token();
        match self {
            Self::Key(stored) => Ok(stored),
            Self::Token(_) if is_token => Err(Error::Usage {
                message: format!("{} holds a token, not a key", path.display()),
                hint: Some("name another file with --key-file".into()),
            }),
            Self::Token(_) => Err(keyring::Error::from(KeyFileError::Damaged).into()),
        }
    }
}

/// Reads a key file; `None` if it is missing. As ssh does, refuses a key of your own that others may read or
/// write.
pub fn load(path: &Path) -> Result<Option<KeyFile>, Error> {
    let read = match read_credential(path, WHAT) {
        Err(Error::Failed(error)) if error.downcast_ref().is_some_and(is_absent) => {
            return Ok(None);
        }
        read => read?,
    };
    // A key is one JSON object; any other content is read as a token.
    if !read.text.expose().starts_with(b"{") {
        return Ok(Some(KeyFile::Token(read)));
    }
    if read.is_exposed {
        let path = path.to_owned();
        return Err(Error::ExposedKeyFile { path });
    }
    let stored = Stored::parse(&read.text).map_err(keyring::Error::from)?;
    Ok(Some(KeyFile::Key(stored)))
}
