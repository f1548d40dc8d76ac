//! The file of this user's identity: who else may read it, and whether it opens a vault. It is never written
//! over, and what it holds is never shown.

use super::Context;
use super::credential_file::{is_absent, is_exposed};
use crate::error::Error;
use crate::keyring::identity::{Identity, Stored};
use crate::keyring::local::LocalKeyring;
use crate::keyring::{self, unlock};
use crate::plaintext::Plaintext;
use crate::sealed::header::Header;
use crate::settings::{self, IdentityFile, Source};
use crate::ui;
use anyhow::Context as _;
use std::fs::File;
use std::io::Read;
use std::path::Path;
use zeroize::Zeroizing;

/// More than any identity has, so that naming `/dev/zero` by mistake ends.
const MAX_BYTES: usize = 4096;

impl Context<'_> {
    /// Where the identity is, if it is there.
    pub fn identity_file(&self) -> Result<IdentityFile, Error> {
        let origin = "the identity";
        let file = self.settings.unlocking.identity.clone();
        Ok(file.ok_or(settings::Error::NoHome { origin })?)
    }

    /// A keyring for a vault that the identity is admitted to. One that nobody named is passed over when it is
    /// not admitted, is not there, or cannot be read; one that was named has to open the vault.
    pub fn unlock_with_identity(&mut self, header: &Header) -> Result<Option<LocalKeyring>, Error> {
        let Some(IdentityFile { path, source }) = self.settings.unlocking.identity.clone() else {
            return Ok(None);
        };
        let is_named = source != Source::Default;
        if !is_named && !unlock::admits_identities(header) {
            return Ok(None);
        }
        let stored = match load(&path) {
            Ok(Some(stored)) => stored,
            Ok(None) if is_named => {
                let what = "identity";
                return Err(Error::NoKeyFile { what, path });
            }
            Ok(None) => return Ok(None),
            Err(error) if is_named => return Err(error),
            Err(error) => {
                let (path, problem) = (path.display(), error.message());
                self.ui
                    .warning(&format!("the key file {path} is ignored: {problem}"));
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
        // Before anybody types a passphrase, for a vault that may be anyone's.
        let expected = self.anchor(header)?;
        let identity = self.open_identity(header, stored)?;
        Ok(Some(unlock::with_identity(header, &identity, expected)?))
    }

    fn open_identity(&mut self, header: &Header, stored: Stored) -> Result<Identity, Error> {
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

/// What the file holds; `None` when it is not there. As ssh does with its keys, it refuses a file of one's own
/// that others may touch.
pub fn load(path: &Path) -> Result<Option<Stored>, Error> {
    let unread = || format!("the identity could not be read from {}", path.display());
    let file = match File::open(path) {
        Err(error) if is_absent(&error) => return Ok(None),
        file => file.with_context(unread)?,
    };
    let found = file.metadata().with_context(unread)?;
    if is_exposed(&found) {
        return Err(Error::ExposedIdentity {
            path: path.to_owned(),
        });
    }
    let mut bytes = Zeroizing::new(Vec::with_capacity(MAX_BYTES + 1));
    file.take(MAX_BYTES as u64 + 1)
        .read_to_end(&mut bytes)
        .with_context(unread)?;
    let text = Plaintext::new(std::mem::take(&mut *bytes)).without_final_newline();
    Ok(Some(Stored::parse(&text).map_err(keyring::Error::from)?))
}
