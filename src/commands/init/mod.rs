//! `init`: makes a new vault and its first key.

mod project;

use super::{Command, git};
use crate::args::kdf::KdfArgs;
use crate::args::new_passphrase;
use crate::context::Context;
use crate::context::key_file::load;
use crate::context::vault_key_pin::pin_of;
use crate::deliver::output_file;
use crate::deliver::output_path::Links;
use crate::error::Error;
use crate::keyring::identity::Identity;
use crate::keyring::token::Token;
use crate::keyring::vault_key::vault_key;
use crate::plaintext::Plaintext;
use crate::report::one_time_token;
use crate::sealed::kdf::{Kdf, Passphrase};
use crate::sealed::seed::PublicKey;
use crate::store::{self, Store, git_exclude};
use crate::ui::{self, Answer};
use crate::vault::create::{Keys, New, is_taken};
use anyhow::Context as _;
use project::NewProject;
use serde::Serialize;
use std::path::{Path, PathBuf};

/// Make a vault
///
/// At a terminal it asks for a passphrase; press Enter to use a key file instead. Without a terminal it uses a
/// key file: ~/.config/kluis/key, or the one that --key-file names. It makes a missing key file, and never
/// replaces an existing one. Back up the key file: you cannot open the vault without it.
///
/// With --project it makes the vault secrets.kluis in this folder, and a kluis.toml that names it.
///
/// Never touches an existing vault (exit code 6). Pins the vault's public key on this machine. Prints a token
/// once, and keeps it nowhere.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  kluis init
  kluis init --project        # secrets.kluis and kluis.toml in this folder
  kluis init --recovery       # also make a recovery token, for a safe place
  KLUIS_TOKEN=$(kluis init --token) && export KLUIS_TOKEN
  kluis init --vault secrets.kluis --key-file ~/work.key")]
pub struct Init {
    /// Make a token that opens the vault, and print it
    #[arg(long, conflicts_with_all = ["recovery", "kdf"])]
    token: bool,

    /// Also make a recovery token, and print it
    #[arg(long)]
    recovery: bool,

    #[command(flatten)]
    kdf: KdfArgs,
}

/// The key that opens the new vault.
enum FirstKey {
    Token,
    Passphrase(Passphrase, Kdf),
    KeyFile {
        path: PathBuf,
        public: PublicKey,
        is_new: bool,
    },
}

#[derive(Serialize)]
struct InitJson<'a> {
    vault: String,
    path: String,
    public_key: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    key_file: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    token: Option<&'a str>,
}

impl Command for Init {
    fn run(self, context: &mut Context) -> Result<(), Error> {
        if self.token || self.recovery {
            one_time_token::check()?;
        }
        let project = context.project_context.is_new;
        let project = project.then(|| NewProject::prepare(context));
        let project = project.transpose()?;
        let file = context.store()?;
        match file.load() {
            Err(store::Error::NotFound { .. }) => {
                let in_project = Context::in_project();
                let links = Links::RefusedIn(&in_project);
                output_file::check(context.settings.vault.path(), links)?;
            }
            Ok(found) => return Err(crate::vault::Error::from(is_taken(&file, &found)).into()),
            Err(error) => return Err(crate::vault::Error::from(error).into()),
        }
        let first = self.first_key(context)?;
        let recovery = self.recovery || offer_recovery(context, &first)?;
        let keys = first.keys(recovery);
        let patience = context.settings.lock_timeout;
        let new = New::make(&keys, context.now)?;
        // The vault exists even if its name may not be durable, and the token may be its only key.
        let unsure = match new.store_in(&file, patience) {
            Err(error) if error.was_replaced() => Some(error),
            stored => {
                stored?;
                None
            }
        };
        context.changed = true;
        let pin = pin_of(&new.header.content().verify, context.now);
        context.rollback_guard.pin(&new.header, &pin);
        let text = new.token.as_ref().map(Token::text);
        let place = file.place();
        let printed = report(context, &place, &new, &first, text.as_ref());
        // Last, so that an error with the repository does not hide the token.
        git_exclude::add(context.settings.vault.path());
        let written = project.map(|project| project.write(context)).transpose();
        git::offer(context);
        if let Err(error) = context.agree_to_made_vault() {
            let problem = error.message();
            context.ui.warning(&problem);
        }
        if let Some(path) = written? {
            let path = path.display();
            context
                .ui
                .note(&format!("made {path}: add variables with `kluis env set`"));
        }
        if text.is_none() {
            printed?;
        } else {
            printed.with_context(|| {
                format!("the token of the new vault {place} could not be printed: delete the vault and make another")
            })?;
        }
        unsure.map_or(Ok(()), |error| Err(error.into()))
    }
}

impl Init {
    fn first_key(&self, context: &mut Context) -> Result<FirstKey, Error> {
        if self.token {
            return Ok(FirstKey::Token);
        }
        let named = context.settings.unlocking.passphrase_file.clone();
        let is_key_file_named = context.key_file_path().is_ok_and(|file| file.is_named());
        let passphrase = match named {
            Some(file) => Some(new_passphrase::choose(context, Some(&file))?),
            None if is_key_file_named || !context.ui.can_ask() => None,
            None => new_passphrase::choose_or_none(context)?,
        };
        match passphrase {
            Some(passphrase) => Ok(FirstKey::Passphrase(passphrase, self.kdf.choose(context)?)),
            None if self.kdf.is_given() => Err(Error::Usage {
                message: "--kdf is for a passphrase, and none was given".into(),
                hint: Some("name a file that holds one with --passphrase-file".into()),
            }),
            None => key_file(context),
        }
    }
}

impl FirstKey {
    fn keys(&self, recovery: bool) -> Keys<'_> {
        let recovery = recovery.then_some("recovery");
        match self {
            Self::Token => Keys {
                key_file: None,
                passphrase: None,
                token: Some("token"),
            },
            Self::Passphrase(passphrase, kdf) => Keys {
                key_file: None,
                passphrase: Some((passphrase, *kdf)),
                token: recovery,
            },
            Self::KeyFile { public, .. } => Keys {
                key_file: Some(*public),
                passphrase: None,
                token: recovery,
            },
        }
    }
}

/// The user's key file, which is made if it is missing.
fn key_file(context: &mut Context) -> Result<FirstKey, Error> {
    let file = context.key_file_path()?;
    let in_project = Context::in_project();
    let links = Links::on(file.is_named(), &in_project);
    let path = file.path;
    let (public, is_new) = match public_key(&path)? {
        Some(public) => (public, false),
        None => make_key_file(&path, links)?,
    };
    Ok(FirstKey::KeyFile {
        path,
        public,
        is_new,
    })
}

/// The public key of the new key file at `path`, or of one that another `init` made meanwhile; and whether it is
/// the new one.
fn make_key_file(path: &Path, links: Links<'_>) -> Result<(PublicKey, bool), Error> {
    let identity = Identity::random();
    match output_file::create(path, links, &identity.bare()) {
        Ok(()) => Ok((identity.public(), true)),
        Err(output_file::Error::Exists { .. }) => {
            let public = public_key(path)?.with_context(|| {
                format!("the key file {} changed while it was read", path.display())
            })?;
            Ok((public, false))
        }
        Err(error) => Err(error.into()),
    }
}

/// The public key of the key file at `path`; `None` if there is no such file.
fn public_key(path: &Path) -> Result<Option<PublicKey>, Error> {
    match load(path)? {
        Some(read) => Ok(Some(read.into_key(path)?.public())),
        None => Ok(None),
    }
}

fn report(
    context: &mut Context,
    place: &str,
    new: &New,
    first: &FirstKey,
    token: Option<&Plaintext>,
) -> Result<(), ui::Error> {
    let token = token.and_then(|token| std::str::from_utf8(token.expose()).ok());
    let key_file = match first {
        FirstKey::KeyFile { path, is_new, .. } => Some((path.display().to_string(), *is_new)),
        FirstKey::Token | FirstKey::Passphrase(..) => None,
    };
    if context.json {
        return context.ui.json(&InitJson {
            vault: new.header.content().vault.to_string(),
            path: place.to_owned(),
            public_key: vault_key(&new.header),
            key_file: key_file.map(|(path, _)| path),
            token,
        });
    }
    context.ui.note(&format!("made the vault {place}"));
    match key_file {
        Some((path, true)) => context.ui.note(&format!(
            "made the key file {path}: it opens the vault. Keep a copy of it in a safe place"
        )),
        Some((path, false)) => {
            let note = format!("the vault opens with your key file {path}");
            context.ui.note(&note);
        }
        None => {}
    }
    let is_only_key = matches!(first, FirstKey::Token);
    if let Some(token) = token {
        let what = if is_only_key {
            "this token opens the vault. It is shown once:"
        } else {
            "the recovery token opens the vault, too. It is shown once; keep it away from this computer:"
        };
        one_time_token::show(context, what, token)?;
    }
    context.ui.done(if is_only_key {
        "next: set KLUIS_TOKEN to the token, then store a value with `kluis set NAME`"
    } else {
        "next: store a value with `kluis set NAME`"
    });
    Ok(())
}

/// Offers a recovery token if the only key could be forgotten or lost.
fn offer_recovery(context: &mut Context, first: &FirstKey) -> Result<bool, Error> {
    let from_file = context.settings.unlocking.passphrase_file.is_some();
    let lost = match first {
        FirstKey::Passphrase(..) if !from_file => "you forget the passphrase",
        FirstKey::KeyFile { .. } => "you lose the key file",
        FirstKey::Token | FirstKey::Passphrase(..) => return Ok(false),
    };
    if !context.ui.can_ask() || ui::stdout_is_discarded() {
        return Ok(false);
    }
    let question = format!("Make a recovery token, in case {lost}?");
    Ok(context.ui.confirm(&question, Answer::Yes)?)
}
