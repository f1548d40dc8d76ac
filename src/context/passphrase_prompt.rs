//! Asks for a passphrase to unlock with: says why it is needed, and allows another try after a wrong one.

use super::Context;
use super::agent::Found;
use crate::error::Error;
use crate::keyring;
use crate::keyring::error::KeyFileError;
use crate::sealed::header::Header;
use crate::sealed::kdf::Passphrase;

/// As many as sudo and ssh allow.
const MAX_TRIES: usize = 3;

const ASKED_AFRESH: &str = "The vault is unlocked, but this command needs the key itself, which the agent never gives out.";
const NOT_IT: &str = "Wrong passphrase. Try again.";

impl Context<'_> {
    /// Asks until a passphrase opens something, at most three times.
    pub fn open_typed<T>(
        &mut self,
        header: &Header,
        prompt: &str,
        mut open: impl FnMut(&Self, &Passphrase) -> Result<T, keyring::Error>,
    ) -> Result<T, Error> {
        self.typed = true;
        let mut question = prompt.to_owned();
        // Explain why the passphrase is needed although the vault is unlocked.
        if Found::is_held(header) {
            question = format!("{ASKED_AFRESH}\n{prompt}");
        }
        let mut tries_left = MAX_TRIES;
        loop {
            let typed = self.ui.hidden(&question)?;
            let opened = match Passphrase::new(&typed) {
                Ok(passphrase) => open(self, &passphrase),
                Err(unfit) => Err(keyring::Error::NoPassphrase(unfit)),
            };
            tries_left -= 1;
            match opened {
                Err(error) if tries_left > 0 && is_mistyped(&error) => {
                    question = format!("{NOT_IT}\n{prompt}");
                }
                opened => return Ok(opened?),
            }
        }
    }
}

fn is_mistyped(error: &keyring::Error) -> bool {
    use keyring::Error as E;
    matches!(
        error,
        E::WrongPassphrase | E::NoPassphrase(_) | E::KeyFile(KeyFileError::WrongPassphrase)
    )
}
