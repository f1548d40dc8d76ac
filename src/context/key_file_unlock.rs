//! Unlocks with the user's key file.

use super::Context;
use super::key_file::{KeyFile, WHAT, load};
use crate::error::Error;
use crate::keyring::identity::{Identity, Stored};
use crate::keyring::local::LocalKeyring;
use crate::keyring::{self, unlock};
use crate::plaintext::Plaintext;
use crate::sealed::header::Header;
use crate::sealed::kdf::Passphrase;
use crate::settings::{self, KeyFilePath};
use crate::ui;
use std::path::Path;

impl Context<'_> {
    /// The path of the key file, which may be missing.
    pub fn key_file_path(&self) -> Result<KeyFilePath, Error> {
        let origin = "the key file";
        let file = self.settings.unlocking.key_file.clone();
        Ok(file.ok_or(settings::Error::NoHome { origin })?)
    }

    /// The token in the key file that you named; `None` if you named none or it contains a key. Reads the file
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
            if let KeyFile::Token(read) = &read {
                self.warn_if_exposed(read, &file.path, "token");
            }
            self.key_file = Some(read);
        }
        Ok(match &self.key_file {
            Some(KeyFile::Token(read)) => Some(&read.text),
            Some(KeyFile::Key(_)) | None => None,
        })
    }

    /// The key file as [`Context::named_token`] read it, or else its present content.
    pub fn take_key_file(&mut self, path: &Path) -> Result<Option<KeyFile>, Error> {
        match self.key_file.take() {
            Some(read) => Ok(Some(read)),
            None => load(path),
        }
    }

    /// A keyring for a vault that has the key file among its keys. Ignores the default key file if the vault does
    /// not know it, or if it is missing or cannot be read. A key file that you named must open the vault.
    pub fn unlock_with_key_file(&mut self, header: &Header) -> Result<Option<LocalKeyring>, Error> {
        let Some(file) = self.settings.unlocking.key_file.clone() else {
            return Ok(None);
        };
        let is_named = file.is_named();
        if !is_named && !unlock::admits_identities(header) {
            return Ok(None);
        }
        let stored = match self.take_key_file(&file.path) {
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
                Err(keyring::Error::WrongKeyFile.into())
            } else {
                Ok(None)
            };
        }
        // Checked before you type a passphrase: anyone can make a vault for this public key.
        let expected = self.anchor(header)?;
        let identity = self.open_key(header, stored)?;
        Ok(Some(unlock::with_identity(header, &identity, expected)?))
    }

    fn open_key(&mut self, header: &Header, stored: Stored) -> Result<Identity, Error> {
        let locked = match stored {
            Stored::Bare(identity) => return Ok(identity),
            Stored::Locked(locked) => locked,
        };
        let opened = self.open_typed(header, "Passphrase of the key file", |_, typed| {
            let passphrase = Passphrase::new(typed).map_err(keyring::Error::NoPassphrase)?;
            locked.open(&passphrase)
        });
        match opened {
            Err(Error::Ui(ui::Error::NoTerminal)) => Err(Error::LockedKeyFile),
            opened => opened,
        }
    }
}
