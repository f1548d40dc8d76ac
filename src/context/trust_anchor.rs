//! Which key a vault must be signed by before an identity opens it. Anyone can encrypt to a public half, so
//! that a vault which an identity opens may be anyone's: nothing in the file can tell, and nothing in it
//! counts. A passphrase or a token needs none of this, because only who has it can have written its anchor.
//!
//! What counts is the word of the person who unlocks: `--vault-key` or `KLUIS_VAULT_KEY`; else `vault_key` in
//! a project file that somebody *agreed* to, by `kluis trust` or `KLUIS_TRUST_PROJECT`, the content and so
//! this key. It is not enough that the file draws on a vault in its own folder. Elsewhere that is safe,
//! because the keys of its reader do not open such a vault unless somebody gave them access; but to an
//! identity anybody gives access, and a hostile repository that ships a vault and the key to pin it by would
//! have its own values taken for the team's. Nor is `--vault` enough: it says where the file is, not whose.
//!
//! Else it is the key that a person at this machine confirmed when the vault was opened here first, and where
//! nobody has and nobody is there to: nothing.

use super::Context;
use super::project_context::PinSource;
use super::vault_key_pin::confirm_key;
use crate::error::Error;
use crate::keyring::vault_key::{parse_vault_key, vault_key};
use crate::sealed::header::Header;
use crate::sealed::sign::VerifyKey;

impl Context<'_> {
    /// The key by which an identity may take this header for the real one.
    pub fn anchor(&mut self, header: &Header) -> Result<VerifyKey, Error> {
        if let Some(pinned) = self.pin(PinSource::Agreed)? {
            let pinned = parse_vault_key(&pinned)?;
            if pinned == header.content().verify {
                self.rollback_guard.recall(header);
                self.pin_again(header);
            }
            return Ok(pinned);
        }
        let found = vault_key(header);
        confirm_key(self, header, || Error::NotPinned { found })?;
        Ok(header.content().verify)
    }
}
