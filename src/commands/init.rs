//! `init`: a new vault, and the first key to it.

use super::Command;
use crate::args::kdf::KdfArgs;
use crate::args::new_passphrase;
use crate::context::Context;
use crate::error::Error;
use crate::keyring::token::Token;
use crate::keyring::vault_key::vault_key;
use crate::plaintext::Plaintext;
use crate::report::one_time_token;
use crate::settings::Interaction;
use crate::store::{self, Store, git_exclude};
use crate::ui::{self, Answer};
use crate::vault::create::{Keys, New};
use anyhow::Context as _;
use serde::Serialize;

/// Make a new vault
///
/// With a passphrase, asked for twice or read from --passphrase-file; or with --token, without one. An
/// existing vault is never touched (6). A token is printed once and kept nowhere: whoever has it can
/// unlock. None is made where stdout is closed or /dev/null.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  kluis init
  kluis init --recovery                              # a passphrase, and a token to keep in a safe
  KLUIS_TOKEN=$(kluis init --token) && export KLUIS_TOKEN")]
pub struct Init {
    /// Make a token with full access instead of a passphrase, and print it
    #[arg(long, conflicts_with_all = ["recovery", "kdf"])]
    token: bool,

    /// Make a recovery token beside the passphrase, and print it
    #[arg(long)]
    recovery: bool,

    #[command(flatten)]
    kdf: KdfArgs,
}

#[derive(Serialize)]
struct Made<'a> {
    vault: String,
    path: String,
    vault_key: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    token: Option<&'a str>,
}

impl Command for Init {
    fn run(self, context: &mut Context) -> Result<(), Error> {
        if self.token || self.recovery {
            one_time_token::check()?;
        }
        let file = context.store()?;
        match file.load() {
            Err(store::Error::NotFound { .. }) => {}
            Ok(_) => return Err(exists(&file)),
            Err(error) => return Err(crate::vault::Error::from(error).into()),
        }
        let passphrase = if self.token {
            None
        } else {
            let named = context.settings.unlocking.passphrase_file.clone();
            if named.is_none() && context.settings.interaction == Interaction::Refused {
                return Err(nobody());
            }
            let chosen = match new_passphrase::choose(context, named.as_deref()) {
                Err(Error::NobodyChooses) => return Err(nobody()),
                other => other?,
            };
            let kdf = self.kdf.choose(context)?;
            Some((chosen, kdf))
        };
        let asked = passphrase.is_some() && context.settings.unlocking.passphrase_file.is_none();
        let offered = asked && !ui::stdout_is_discarded();
        let recovery = self.recovery || (offered && offer_recovery(context)?);
        let token = match (self.token, recovery) {
            (true, _) => Some("token"),
            (false, true) => Some("recovery"),
            (false, false) => None,
        };
        let keys = Keys {
            passphrase: passphrase
                .as_ref()
                .map(|(passphrase, kdf)| (passphrase, *kdf)),
            token,
        };
        let patience = context.settings.lock_timeout;
        let new = New::make(&keys, context.now)?;
        let New { header, token, .. } = &new;
        // It is there all the same, and its token may be the only key.
        let unsure = match new.store_in(&file, patience) {
            Err(error) if error.was_replaced() => Some(error),
            stored => {
                stored?;
                None
            }
        };
        context.changed = true;
        let text = token.as_ref().map(Token::text);
        let place = file.place();
        let next = if self.token {
            "next: set KLUIS_TOKEN to it, then `kluis create NAME` keeps a first secret"
        } else {
            "next: `kluis create NAME` keeps a first secret, `kluis get NAME` prints it"
        };
        let printed = report(context, &place, header, text.as_ref(), recovery, next);
        // Last: whatever a repository may do to it, the token is out.
        git_exclude::add(context.settings.vault.path());
        if text.is_none() {
            printed?;
        } else {
            // A closed stdout too is worth a word here: nobody has the token now.
            printed.with_context(|| {
                format!("nobody has the token of the new vault {place}: delete it and make another")
            })?;
        }
        unsure.map_or(Ok(()), |error| Err(error.into()))
    }
}

fn report(
    context: &mut Context,
    place: &str,
    header: &crate::sealed::header::Header,
    token: Option<&Plaintext>,
    is_recovery: bool,
    next: &str,
) -> Result<(), ui::Error> {
    let text = token.and_then(|token| std::str::from_utf8(token.expose()).ok());
    if context.json {
        return context.ui.json(&Made {
            vault: header.content().vault.to_string(),
            path: place.to_owned(),
            vault_key: vault_key(header),
            token: text,
        });
    }
    context.ui.note(&format!("made the vault {place}"));
    if let Some(text) = text {
        let what = if is_recovery {
            "the recovery token, which unlocks everything and is shown once; keep it away from this computer:"
        } else {
            "this token unlocks everything and is shown once:"
        };
        one_time_token::show(context, what, text)?;
    }
    context.ui.done(next);
    Ok(())
}

/// A forgotten passphrase is forgotten for ever, unless there is another key.
fn offer_recovery(context: &mut Context) -> Result<bool, Error> {
    let question = "Make a recovery token, for when the passphrase is forgotten?";
    Ok(context.ui.confirm(question, Answer::Yes)?)
}

fn exists(file: &dyn Store) -> Error {
    let place = file.place();
    crate::vault::Error::from(store::Error::Exists { place }).into()
}

fn nobody() -> Error {
    Error::Usage {
        message: "a passphrase is needed, and nobody is there to be asked".into(),
        hint: Some("name a file with --passphrase-file, or make a token with --token".into()),
    }
}
