//! Asks you to confirm the vault's key if it is not pinned yet. Anyone can encrypt to a public key, so a vault
//! that a key file opens need not be the one you mean.

use super::{Caller, Context};
use crate::error::Error;
use crate::keyring::vault_key::{encode_vault_key, parse_vault_key, vault_key};
use crate::sealed::header::Header;
use crate::sealed::sign::VerifyKey;
use crate::state::Pin;
use crate::ui::{self, Answer, for_terminal};
use crate::vault::{self, time::Timestamp};

/// Asks you to confirm the key of this header, unless you confirmed it on this machine before. Refuses a
/// different key. Fails with `unasked` if there is no terminal to ask at, or a program is the caller. `--yes`
/// does not count as an answer, because it compares nothing.
pub fn confirm_key(
    context: &mut Context,
    header: &Header,
    unasked: impl FnOnce() -> Error,
) -> Result<(), Error> {
    let found = vault_key(header);
    match context.rollback_guard.recall(header).pin() {
        Some(pin) if is_trusted_by(header, pin) => return Ok(()),
        Some(_) => return Err(Error::PinMismatch { found }),
        None => {}
    }
    // The memory of this machine takes precedence over the key that you confirm now.
    if let Some(error) = context.other_key(header.content(), &[]) {
        return Err(error.into());
    }
    if context.caller == Caller::Program {
        return Err(unasked());
    }
    let place = context.settings.vault.path().display().to_string();
    let replaced = if context
        .rollback_guard
        .folder
        .other_vault_was_here(header.content().vault)
    {
        " Another vault was here before: if nobody told you that it was replaced, answer no."
    } else {
        ""
    };
    let question = format!(
        "This machine has no pin for {} yet.{replaced} The vault's pin is\n  {found}\nCompare it with the pin that the vault's owner gave you, up to a colon if that has one. Are they the same?",
        for_terminal(&place)
    );
    match context.ui.confirm(&question, Answer::No) {
        Ok(true) => {}
        Ok(false) => return Err(ui::Error::Cancelled.into()),
        Err(ui::Error::NoTerminal) => return Err(unasked()),
        Err(error) => return Err(error.into()),
    }
    let pin = pin_of(&header.content().verify, context.now);
    context.rollback_guard.confirm(pin);
    Ok(())
}

/// Whether the key that you confirmed signs this header, or led to the one that does.
fn is_trusted_by(header: &Header, pin: &Pin) -> bool {
    let key = parse_vault_key(&pin.vault_key);
    key.is_some_and(|key| header.content().is_trusted_by(&key))
}

impl Context<'_> {
    /// The pin given for this vault. A project file's pin must not contradict the key that you confirmed.
    pub fn checked_pin(&mut self, header: &Header) -> Result<Option<vault::pin::Pin>, Error> {
        let Some(pin) = self.pin()? else {
            return Ok(None);
        };
        let found = encode_vault_key(&pin.public_key);
        let confirmed = self.rollback_guard.recall(header).pin();
        // The project file may still name a key that led to this one, and so may you.
        let contradicts = confirmed.is_some_and(|confirmed| {
            confirmed.vault_key != found && !is_trusted_by(header, confirmed)
        });
        if self.settings.pin.is_none() && contradicts {
            return Err(Error::PinMismatch { found });
        }
        Ok(Some(pin))
    }

    /// Whether a key file may open this header without a question.
    pub fn is_pinned(&mut self, header: &Header) -> Result<bool, Error> {
        if let Some(pin) = self.checked_pin(header)? {
            return Ok(header.content().is_trusted_by(&pin.public_key));
        }
        let pin = self.rollback_guard.recall(header).pin();
        Ok(pin.is_some_and(|pin| is_trusted_by(header, pin)))
    }

    /// Remembers this header's key, which you named: at a terminal, or in place of one that you confirmed before.
    pub fn pin_named(&mut self, header: &Header) {
        // The header is about to be refused.
        if self.other_key(header.content(), &[]).is_some() {
            return;
        }
        let is_pinned_otherwise = self.rollback_guard.is_pinned_otherwise(&vault_key(header));
        if is_pinned_otherwise || self.ui.can_ask_aloud() {
            let pin = pin_of(&header.content().verify, self.now);
            self.rollback_guard.confirm(pin);
        }
    }
}

/// A pin of this key, confirmed now.
pub fn pin_of(vault_key: &VerifyKey, now: Timestamp) -> Pin {
    Pin {
        vault_key: encode_vault_key(vault_key),
        confirmed_at: now.rfc3339(),
    }
}
