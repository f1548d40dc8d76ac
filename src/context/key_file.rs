//! Reads the user's key file and unlocks with it. Never writes over one, and never shows what it holds.

use super::Context;
use super::credential_file::{is_absent, is_exposed, is_stdin, read_credential};
use crate::error::Error;
use crate::keyring::identity::{Identity, Stored};
use crate::keyring::local::LocalKeyring;
use crate::keyring::{self, unlock};
use crate::plaintext::Plaintext;
use crate::sealed::header::Header;
use crate::settings::{self, KeyFilePath};
use crate::ui;
use std::fs;
use std::path::Path;

const WHAT: &str = "key file";
const TOKEN_PREFIX: &[u8] = b"kls_";

/// The content of a key file.
pub enum KeyFile {
    /// A token that was put into a file.
    Token(Plaintext),
    Key(Stored),
}

impl KeyFile {
    fn parse(text: Plaintext) -> Result<Self, keyring::Error> {
        if text.len() == 0 {
            return Err(keyring::Error::EmptyToken);
        }
        if text.expose().starts_with(TOKEN_PREFIX) {
            return Ok(Self::Token(text));
        }
        Ok(Self::Key(Stored::parse(&text)?))
    }
}

impl Context<'_> {
    /// The path of the key file, if there is one.
    pub fn key_file_path(&self) -> Result<KeyFilePath, Error> {
        let origin = "the key file";
        let file = self.settings.unlocking.key_file.clone();
        Ok(file.ok_or(settings::Error::NoHome { origin })?)
    }

    /// The token in the key file that the user named; `None` if none was named or it holds a key. The file is read
    /// once: it may be a pipe.
    pub fn named_token(&mut self) -> Result<Option<&Plaintext>, Error> {
        if self.key_file.is_none()
            && let Some(file) = self.settings.unlocking.key_file.clone()
            && file.is_named()
        {
            let Some(read) = load(&file.path)? else {
                let (what, path) = (WHAT, file.path);
                return Err(Error::NoKeyFile { what, path });
            };
            if matches!(read, KeyFile::Token(_)) {
                self.warn_if_exposed(&file.path, "token");
            }
            self.key_file = Some(read);
        }
        Ok(match &self.key_file {
            Some(KeyFile::Token(token)) => Some(token),
            Some(KeyFile::Key(_)) | None => None,
        })
    }

    /// A keyring for a vault that knows your key file. The default key file is skipped if it is missing, if
    /// it cannot be read, or if the vault does not know it. A key file that you named must open the vault.
    pub fn unlock_with_key_file(&mut self, header: &Header) -> Result<Option<LocalKeyring>, Error> {
        let Some(file) = self.settings.unlocking.key_file.clone() else {
            return Ok(None);
        };
        let is_named = file.is_named();
        if !is_named && !unlock::admits_identities(header) {
            return Ok(None);
        }
        let read = match self.key_file.take() {
            Some(read) => Ok(Some(read)),
            None => load(&file.path),
        };
        let stored = match read {
            Ok(Some(KeyFile::Key(stored))) => stored,
            Ok(Some(KeyFile::Token(_)) | None) => return Ok(None),
            Err(error) if is_named => return Err(error),
            Err(error) => {
                let (path, problem) = (file.path.display(), error.message());
                self.ui
                    .warning(&format!("the key file {path} is not used: {problem}"));
                return Ok(None);
            }
        };
        let public = stored.public();
        if unlock::identity_keys(header, &public).next().is_none() {
            return if is_named {
                Err(keyring::Error::WrongIdentity.into())
            } else {
                Ok(None)
            };
        }
        // Checked before a passphrase is typed: anyone can make a vault for this public key.
        let expected = self.anchor(header)?;
        let identity = self.open_key(header, stored)?;
        Ok(Some(unlock::with_identity(header, &identity, expected)?))
    }

    fn open_key(&mut self, header: &Header, stored: Stored) -> Result<Identity, Error> {
        let locked = match stored {
            Stored::Bare(identity) => return Ok(identity),
            Stored::Locked(locked) => locked,
        };
        let opened = self.open_typed(header, "Passphrase of the key file", |_, passphrase| {
            locked.open(passphrase)
        });
        match opened {
            Err(Error::Ui(ui::Error::NoTerminal)) => Err(Error::LockedIdentity),
            opened => opened,
        }
    }
}

/// Reads a key file; `None` if it is missing. Like ssh, it refuses a key of your own that others may read or
/// write.
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
        return Err(Error::ExposedIdentity { path });
    }
    Ok(Some(read))
}
