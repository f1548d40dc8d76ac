//! Decides which key must have signed a vault before a key file opens it. Anyone can encrypt to a public key, so
//! a vault that a key file opens may be an attacker's, and nothing in the file can prove otherwise. A passphrase
//! or a token needs no such check: only its holder can have written its anchor in the vault.
//!
//! These count, in this order:
//!
//! 1. `--pin` or `KLUIS_PIN`;
//! 2. the key that you confirmed on this machine when you first opened the vault here;
//! 3. `pin` in a project file that you agreed to, or that you named with `--project`. It must not contradict the
//!    key that you confirmed, and is not remembered: a branch can change it.
//!
//! `--vault` does not count: it says where the file is, not who made it.

use super::Context;
use super::vault_key_pin::confirm_key;
use crate::error::Error;
use crate::keyring::vault_key::vault_key;
use crate::sealed::header::Header;
use crate::sealed::sign::VerifyKey;

impl Context<'_> {
    /// The key that must have signed this header before a key file opens it.
    pub fn anchor(&mut self, header: &Header) -> Result<VerifyKey, Error> {
        if let Some(pinned) = self.checked_pin(header)? {
            let pinned = pinned.public_key;
            if pinned == header.content().verify && self.settings.pin.is_some() {
                self.rollback_guard.recall(header);
                self.pin_named(header);
            }
            return Ok(pinned);
        }
        let found = vault_key(header);
        confirm_key(self, header, || Error::NotPinned { found })?;
        Ok(header.content().verify)
    }
}
