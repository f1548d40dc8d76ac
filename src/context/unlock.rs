//! Unlocks the vault in this process, in the first way that applies.

use super::Context;
use super::credential_file::{CredentialFile, is_absent, is_stdin, read_credential};
use crate::error::Error;
use crate::keyring::local::LocalKeyring;
use crate::keyring::token::Token;
use crate::keyring::vault_key::vault_key;
use crate::keyring::{self, Keyring, unlock};
use crate::plaintext::Plaintext;
use crate::sealed::header::Header;
use crate::sealed::kdf;
use crate::settings::Interaction;
use crate::vault::key;
use std::path::Path;

impl Context<'_> {
    /// Unlocks in this process without the agent, in the first way that applies. Refuses a key that is known to
    /// have expired.
    pub fn unlock(&mut self, header: &Header) -> Result<LocalKeyring, Error> {
        let keyring = self.unlock_first(header)?;
        key::check_expiry(keyring.key(), header, self.now)?;
        Ok(keyring)
    }

    /// Tries in this order: a token, a token in a named key file, a passphrase file, a key file, a prompt that
    /// takes a passphrase or a token.
    fn unlock_first(&mut self, header: &Header) -> Result<LocalKeyring, Error> {
        self.check_pin(header)?;
        let likely = self.rollback_guard.recall(header).opened_by();
        let unlocking = &self.settings.unlocking;
        if let Some(token) = &unlocking.token {
            let token = Token::parse(token).map_err(|error| match error {
                keyring::Error::EmptyToken => Error::BlankToken,
                error => error.into(),
            })?;
            return Ok(unlock::with_token(header, &token)?);
        }
        if let Some(token) = self.named_token()? {
            return Ok(unlock::with_token(header, &Token::parse(token)?)?);
        }
        let passphrase_file = self.settings.unlocking.passphrase_file.clone();
        if passphrase_file.is_none()
            && let Some(keyring) = self.unlock_with_key_file(header)?
        {
            return Ok(keyring);
        }
        let has_passphrase = unlock::passphrase_keys(header).next().is_some();
        if passphrase_file.is_some() && !has_passphrase {
            return Err(keyring::Error::NoPassphraseKey.into());
        }
        let open = |context: &Self, passphrase: &kdf::Passphrase| {
            let _working = context.ui.progress("unlocking", None);
            unlock::with_passphrase(header, passphrase, likely)
        };
        if let Some(path) = passphrase_file {
            let read = self.read_key(&path, "passphrase")?;
            let passphrase = kdf::Passphrase::new(&read).map_err(keyring::Error::NoPassphrase)?;
            return Ok(open(self, &passphrase)?);
        }
        // The key file in its usual place was tried.
        let has_key_file = self.key_file_path().is_ok_and(|file| file.path.exists());
        let locked = || {
            if has_passphrase {
                Error::Locked
            } else if has_key_file {
                keyring::Error::WrongKeyFile.into()
            } else {
                no_key()
            }
        };
        if self.settings.interaction == Interaction::Refused {
            return Err(locked());
        }
        let prompt = if has_passphrase {
            "Passphrase"
        } else {
            "Token"
        };
        let typed = self.open_typed(header, prompt, |context, typed| {
            if !has_passphrase || Token::is_meant(typed) {
                return unlock::with_token(header, &Token::parse(typed)?);
            }
            let passphrase = kdf::Passphrase::new(typed).map_err(keyring::Error::NoPassphrase)?;
            open(context, &passphrase)
        });
        match typed {
            Err(Error::Ui(crate::ui::Error::NoTerminal)) => Err(locked()),
            opened => opened,
        }
    }

    /// Reads a credential with [`read_credential`]. A missing file means no key, not a failure of the disk.
    fn read_key(&mut self, path: &Path, what: &'static str) -> Result<Plaintext, Error> {
        let read = match read_credential(path, what) {
            Err(Error::Failed(error)) if error.downcast_ref().is_some_and(is_absent) => {
                let path = path.to_owned();
                return Err(Error::NoKeyFile { what, path });
            }
            read => read?,
        };
        self.warn_if_exposed(&read, path, what);
        Ok(read.text)
    }

    /// Warns about a credential that others may read. Does not refuse it, because a CI service chooses the mode
    /// of its files.
    pub fn warn_if_exposed(&mut self, read: &CredentialFile, path: &Path, what: &'static str) {
        if read.is_exposed {
            let path = path.display();
            self.ui.warning(&format!(
                "other users can read or write the file with the {what}: run `chmod 600 {path}`"
            ));
        }
    }

    /// Refuses to read two things from one stdin: the passphrase, and the input of the command.
    pub fn check_stdin(&self, both: &str) -> Result<(), Error> {
        let passphrase = self.settings.unlocking.passphrase_file.as_deref();
        if passphrase.is_some_and(is_stdin) {
            return Err(Error::usage(format!("{both} cannot both come from stdin")));
        }
        Ok(())
    }

    pub fn check_pin(&mut self, header: &Header) -> Result<(), Error> {
        let Some(pin) = self.pin()? else {
            return Ok(());
        };
        if !header.content().is_trusted_by(&pin.public_key) {
            let found = vault_key(header);
            return Err(Error::PinMismatch { found });
        }
        Ok(())
    }
}

/// In CI a variable is often set from a secret that does not exist, and so it is empty.
fn no_key() -> Error {
    let is_set = std::env::var_os("KLUIS_TOKEN").is_some();
    let token = if is_set { "empty" } else { "not set" };
    Error::NoKey { token }
}
