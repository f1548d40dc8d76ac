//! The vault's key, confirmed by a person where nothing else vouches for it: anyone can encrypt to the public
//! half of an identity, so what that opens need not be the vault that is meant.

use super::Context;
use crate::error::Error;
use crate::keyring::vault_key::{encode_vault_key, vault_key};
use crate::sealed::header::Header;
use crate::sealed::sign::VerifyKey;
use crate::state::Pin;
use crate::ui::{self, Answer, for_terminal};
use crate::vault::time::Timestamp;

/// Has a person confirm the key of this header, unless it was confirmed on this machine before. Another key
/// than that one is refused; where nobody can be asked it fails with `unasked`. `--yes` is no answer: whoever
/// gave it has compared nothing.
pub fn confirm_key(
    context: &mut Context,
    header: &Header,
    unasked: impl FnOnce() -> Error,
) -> Result<(), Error> {
    let found = vault_key(header);
    match context.rollback_guard.recall(header).pin() {
        Some(pin) if pin.vault_key == found => return Ok(()),
        Some(_) => return Err(Error::NotPinned { found }),
        None => {}
    }
    let place = context.settings.vault.path().display().to_string();
    let question = format!(
        "This machine has no pin for {} yet. The vault's pin is\n  {found}\nCompare it with the pin that the vault's owner gave you. Are they the same?",
        for_terminal(&place)
    );
    match context.ui.confirm(&question, Answer::No) {
        Ok(true) => {}
        Ok(false) => return Err(ui::Error::Cancelled.into()),
        Err(ui::Error::NoTerminal) => return Err(unasked()),
        Err(error) => return Err(error.into()),
    }
    let pin = pin_of(&header.content().verify, context.now);
    context.rollback_guard.pin(header, &pin);
    Ok(())
}

impl Context<'_> {
    /// Takes the key of this header, which somebody at this machine has named, for the confirmed one, where
    /// another was confirmed before.
    pub fn pin_again(&mut self, header: &Header) {
        if self.rollback_guard.is_pinned_otherwise(&vault_key(header)) {
            let pin = pin_of(&header.content().verify, self.now);
            self.rollback_guard.pin(header, &pin);
        }
    }
}

/// This key of a vault, confirmed now.
pub fn pin_of(vault_key: &VerifyKey, now: Timestamp) -> Pin {
    Pin {
        vault_key: encode_vault_key(vault_key),
        confirmed_at: now.rfc3339(),
    }
}
