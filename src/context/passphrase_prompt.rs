//! Asks for a passphrase or a token to unlock with: says why it is needed, and allows another try after a wrong one.

use super::Context;
use super::agent::Found;
use crate::error::Error;
use crate::keyring;
use crate::keyring::error::KeyFileError;
use crate::plaintext::Plaintext;
use crate::sealed::header::Header;

/// The number of tries that sudo and ssh allow.
const MAX_TRIES: usize = 3;

const ASKED_AFRESH: &str = "The vault is unlocked, but this command needs the key itself, which the agent never gives out.";

impl Context<'_> {
    /// Asks until a passphrase opens something, at most three times.
    pub fn open_typed<T>(
        &mut self,
        header: &Header,
        prompt: &str,
        mut open: impl FnMut(&Self, &Plaintext) -> Result<T, keyring::Error>,
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
            let opened = open(self, &typed);
            tries_left -= 1;
            match opened {
                Err(error) if tries_left > 0 && is_mistyped(&error) => {
                    question = format!("{}. Try again.\n{prompt}", capitalized(&error));
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
        E::WrongPassphrase
            | E::NoPassphrase(_)
            | E::EmptyToken
            | E::MistypedToken
            | E::WrongToken
            | E::KeyFile(KeyFileError::WrongPassphrase)
    )
}

/// The error as a sentence of its own.
fn capitalized(error: &keyring::Error) -> String {
    let text = match error {
        keyring::Error::EmptyToken => "the token is empty".to_owned(),
        error => error.to_string(),
    };
    let mut letters = text.chars();
    let first = letters.next().map(|first| first.to_ascii_uppercase());
    first.into_iter().chain(letters).collect()
}
