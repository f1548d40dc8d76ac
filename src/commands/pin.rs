//! The vault's key, confirmed by a person where nothing else vouches for it: anyone can encrypt to the public
//! half of an identity, so what that opens need not be the vault that is meant.

use super::Context;
use super::context::vault_key;
use crate::error::Error;
use crate::sealed::header::Header;
use crate::state::Pin;
use crate::ui::{self, Answer, for_terminal};

/// Has a person confirm the key of this header, unless it was confirmed on this machine before. Another key
/// than that one is refused; where nobody can be asked it fails with `unasked`. `--yes` is no answer: whoever
/// gave it has compared nothing.
pub fn confirm_key(
    context: &mut Context,
    header: &Header,
    unasked: impl FnOnce() -> Error,
) -> Result<(), Error> {
    let found = vault_key(header);
    match context.seen.recall(header).pin() {
        Some(pin) if pin.vault_key == found => return Ok(()),
        Some(_) => return Err(Error::NotPinned { found }),
        None => {}
    }
    let place = context.settings.vault.path().display().to_string();
    let question = format!(
        "Nothing on this machine vouches for {} yet. Its key is\n  {found}\nDoes its owner name the same?",
        for_terminal(&place)
    );
    match context.ui.confirm(&question, Answer::No) {
        Ok(true) => {}
        Ok(false) => return Err(ui::Error::Cancelled.into()),
        Err(ui::Error::NoTerminal) => return Err(unasked()),
        Err(error) => return Err(error.into()),
    }
    let pin = Pin {
        vault_key: found,
        confirmed_at: context.now.rfc3339(),
    };
    context.seen.pin(header, &pin);
    Ok(())
}

impl Context<'_> {
    /// Takes the key of this header, which somebody at this machine has named or put there, for the confirmed
    /// one, where another was confirmed before.
    pub(super) fn pin_again(&mut self, header: &Header) {
        let found = vault_key(header);
        if self.seen.is_pinned_otherwise(&found) {
            let pin = Pin {
                vault_key: found,
                confirmed_at: self.now.rfc3339(),
            };
            self.seen.pin(header, &pin);
        }
    }
}
