//! Chooses a new passphrase: from a file or at the terminal. When you type a weak one, it offers to make a
//! strong one.

use super::generate::GenerateSpec;
use super::kdf::KdfArgs;
use crate::context::Context;
use crate::context::credential_file::{is_stdin, read_credential};
use crate::error::Error;
use crate::keyring;
use crate::keyring::issue::Credential;
use crate::plaintext::Plaintext;
use crate::sealed::id::{KeyId, VaultId};
use crate::sealed::kdf::Passphrase;
use crate::sealed::random;
use crate::ui::{self, Answer, EmptyLine};
use std::path::{Path, PathBuf};

/// Six words of the EFF's list: 77 bits.
const OFFERED: &str = "words:6";
/// A shorter passphrase counts as weak. This is only a rough check: it does not distinguish `correct horse` from
/// a random text.
const MIN_CHARACTERS: usize = 14;
const MIN_DISTINCT: usize = 8;

#[derive(clap::Args)]
pub struct NewPassphraseArgs {
    /// Read the new passphrase from a file, without its final newline
    #[arg(long, value_name = "PATH", hide_short_help = true)]
    new_passphrase_file: Option<PathBuf>,

    #[command(flatten)]
    kdf: KdfArgs,
}

impl NewPassphraseArgs {
    pub fn is_given(&self) -> bool {
        self.new_passphrase_file.is_some() || self.kdf.is_given()
    }

    /// Refuses to read two passphrases from one stdin. Call it before anything is read.
    pub fn check_stdin(&self, context: &Context) -> Result<(), Error> {
        if self.new_passphrase_file.as_deref().is_some_and(is_stdin) {
            context.check_stdin("the old and the new passphrase")?;
        }
        Ok(())
    }

    /// The passphrase, token or public key of the key with this id.
    pub fn credential(
        &self,
        context: &mut Context,
        vault: VaultId,
        key: KeyId,
    ) -> Result<Credential, Error> {
        let chosen = choose(context, self.new_passphrase_file.as_deref())?;
        let kdf = self.kdf.choose(context)?;
        Ok(Credential::passphrase(vault, key, &chosen, kdf)?)
    }
}

/// A new passphrase from `file`, or typed twice.
pub fn choose(context: &mut Context, file: Option<&Path>) -> Result<Passphrase, Error> {
    let typed = match file {
        Some(path) => {
            let read = read_credential(path, "passphrase")?;
            context.warn_if_exposed(&read, path, "passphrase");
            read.text
        }
        None => ask(context).map_err(|error| match error {
            Error::Ui(ui::Error::NoTerminal) => Error::NobodyChooses,
            error => error,
        })?,
    };
    if file.is_some()
        && let Some(weakness) = weakness(&typed)
    {
        context.ui.warning(&weakness);
    }
    Ok(Passphrase::new(&typed).map_err(keyring::Error::NoPassphrase)?)
}

/// A new passphrase, typed twice; `None` if you press Enter alone.
pub fn choose_or_none(context: &mut Context) -> Result<Option<Passphrase>, Error> {
    let question = "New passphrase (press Enter to use a key file instead)";
    let typed = context
        .ui
        .hidden_twice(question, "Once more", EmptyLine::Ends)?;
    if typed.len() == 0 {
        return Ok(None);
    }
    let chosen = strengthened(context, typed)?;
    let passphrase = Passphrase::new(&chosen).map_err(keyring::Error::NoPassphrase)?;
    Ok(Some(passphrase))
}

fn ask(context: &mut Context) -> Result<Plaintext, Error> {
    let typed = context
        .ui
        .hidden_twice("New passphrase", "Once more", EmptyLine::Counts)?;
    strengthened(context, typed)
}

/// The typed passphrase, or six random words in place of a weak one.
fn strengthened(context: &mut Context, typed: Plaintext) -> Result<Plaintext, Error> {
    let Some(weakness) = weakness(&typed) else {
        return Ok(typed);
    };
    context.ui.warning(&weakness);
    if !context
        .ui
        .confirm("Use six random words instead?", Answer::Yes)?
    {
        return Ok(typed);
    }
    let spec = GenerateSpec::parse(OFFERED).map_err(anyhow::Error::from)?;
    let made = spec.generate(&mut |bytes| random::fill(bytes));
    context.ui.reveal("Write down your passphrase: ", &made)?;
    loop {
        if context.ui.hidden("Type it to confirm")?.same_as(&made) {
            return Ok(made);
        }
        context.ui.warning("that is not the passphrase shown above");
    }
}

/// The reason why it is weak, if it is.
fn weakness(typed: &Plaintext) -> Option<String> {
    // Other code refuses a passphrase that is not text.
    let text = std::str::from_utf8(typed.expose()).ok()?;
    let mut distinct: Vec<char> = text.chars().collect();
    let count = distinct.len();
    distinct.sort_unstable();
    distinct.dedup();
    let what = if count < MIN_CHARACTERS {
        format!("has fewer than {MIN_CHARACTERS} characters")
    } else if distinct.len() < MIN_DISTINCT {
        format!("repeats itself: it has fewer than {MIN_DISTINCT} different characters")
    } else {
        return None;
    };
    Some(format!(
        "this passphrase is weak: an attacker could guess it, because it {what}"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_weak_passphrase_gets_the_reason() {
        let weakness = |text: &str| weakness(&Plaintext::new(text.into()));
        for short in ["", "hunter2", "1234567890123", "aaaaaaaaaaaaa"] {
            let told = weakness(short).unwrap();
            assert!(told.contains("fewer than 14 characters"), "{short}: {told}");
        }
        for monotonous in ["aaaaaaaaaaaaaaaaaaaa", "passwordpassword"] {
            let told = weakness(monotonous).unwrap();
            assert!(told.contains("repeats itself"), "{monotonous}: {told}");
            assert!(!told.contains("14"), "{monotonous}: {told}");
        }
        assert_eq!(weakness("correct horse battery staple"), None);
        assert_eq!(weakness("unhook-jolt-crayon-sulfur-wick-amid"), None);
    }
}
