//! `key add`: adds a key that opens the vault or some workspaces.

use crate::args::new_passphrase::NewPassphraseArgs;
use crate::args::time::parse_future;
use crate::commands::Command;
use crate::context::Context;
use crate::error::Error;
use crate::keyring::issue::Credential;
use crate::keyring::recipient;
use crate::plaintext::Plaintext;
use crate::report::key::{KeyJson, reach};
use crate::report::one_time_token;
use crate::sealed::id::KeyId;
use crate::ui;
use crate::vault::change::NewKey;
use crate::vault::key::{Key, Label, Scope};
use crate::vault::name::WorkspaceName;
use crate::vault::rule::RuleViolation;
use crate::vault::time::Timestamp;
use crate::vault::{self, Vault};
use anyhow::Context as _;
use serde::Serialize;

/// Add a key: a passphrase, a token, or a colleague's public key
///
/// The new key opens the whole vault, unless --workspace or --read-only limits it. A limited key cannot open
/// other workspaces, and `kluis` refuses any change outside its limits. Only --workspace limits the new key, and
/// not KLUIS_WORKSPACE.
///
/// Prints a token once, and keeps it nowhere. After the time of --expires, `kluis` refuses a key to the whole
/// vault; a limited key works until you remove it. Needs a key that opens the whole vault, and does not take it
/// from the agent.
#[derive(clap::Args)]
#[command(
    after_help = "\
Examples:
  kluis key add --token --workspace staging --read-only --label ci --expires 90d
  kluis key add --public-key klp_1w8… --label bob   # Bob runs `kluis key show`
  kluis key add --passphrase --label alice",
    group(clap::ArgGroup::new("what").required(true).args(["passphrase", "token", "public_key"])),
)]
pub struct Add {
    /// Add a passphrase
    #[arg(long)]
    passphrase: bool,

    /// Make a token, and print it
    #[arg(long)]
    token: bool,

    /// Add a colleague by the public key of their key file
    #[arg(long, value_name = "klp_…")]
    public_key: Option<String>,

    /// Limit the key to this workspace; may be repeated
    #[arg(short, long, value_name = "NAME")]
    workspace: Vec<String>,

    /// Let the key read, but never write
    #[arg(long)]
    read_only: bool,

    /// Stop using the key at this time, or after `90d`
    #[arg(long, value_name = "TIME", allow_negative_numbers = true)]
    expires: Option<String>,

    /// Name the key [default: its kind]
    ///
    /// At most 63 characters.
    #[arg(long, value_name = "TEXT")]
    label: Option<String>,

    #[command(flatten)]
    new: NewPassphraseArgs,
}

#[derive(Serialize)]
struct Added<'a> {
    key: KeyJson<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    token: Option<&'a str>,
}

impl Command for Add {
    fn run(self, context: &mut Context) -> Result<(), Error> {
        if self.new.is_given() && !self.passphrase {
            return Err(Error::usage(
                "--new-passphrase-file and --kdf are for --passphrase",
            ));
        }
        self.new.check_stdin(context)?;
        if self.token {
            one_time_token::check()?;
        }
        let new = NewKey {
            label: self.label()?,
            scope: self.scope()?,
            not_after: self.expiry(context)?,
        };
        let recipient = self
            .public_key
            .as_deref()
            .map(recipient::parse)
            .transpose()?;
        let (mut vault, mut owner) = context.open_as_owner()?;
        let of = vault.header().content().vault;
        let (credential, token) = match recipient {
            Some(public) => (Credential::recipient(public), None),
            None if self.token => {
                let (credential, token) = Credential::token(of);
                (credential, Some(token))
            }
            None => {
                check_workspaces(&vault, &new.scope)?;
                let id = KeyId::random();
                (self.new.credential(context, of, id)?, None)
            }
        };
        let text = token.map(|token| token.text());
        let changed = context.change_in(&mut vault, |change| {
            Ok(change.add_key(&mut owner, &credential, &new)?)
        });
        let changed = match (changed, &text) {
            // The key was added, and its token would be lost.
            (Err(error), Some(text)) if error.was_replaced() => {
                one_time_token::rescue(context, text)?;
                return Err(error);
            }
            (changed, _) => changed?,
        };
        let key = changed.result;
        let printed = print(context, &key, text.as_ref());
        if text.is_none() {
            return Ok(printed?);
        }
        Ok(printed.with_context(|| {
            format!(
                "the key was added, but its token could not be printed: remove it with `kluis key remove {}`",
                key.id
            )
        })?)
    }
}

impl Add {
    fn label(&self) -> Result<Label, Error> {
        let kind = match (self.passphrase, self.token) {
            (true, _) => "passphrase",
            (false, true) => "token",
            (false, false) => "key file",
        };
        let label = Label::parse(self.label.as_deref().unwrap_or(kind));
        Ok(label.map_err(|broken| vault::Error::invalid("label", broken))?)
    }

    fn scope(&self) -> Result<Scope, Error> {
        if self.workspace.is_empty() {
            return Ok(if self.read_only {
                Scope::ReadAll
            } else {
                Scope::Full
            });
        }
        let names = self.workspace.iter().map(|name| WorkspaceName::parse(name));
        let names = names.collect::<Result<_, _>>();
        Ok(Scope::Workspaces {
            names: names.map_err(|broken| vault::Error::invalid("workspace", broken))?,
            write: !self.read_only,
        })
    }

    fn expiry(&self, context: &Context) -> Result<Option<Timestamp>, Error> {
        let Some(text) = &self.expires else {
            return Ok(None);
        };
        let time = parse_future("expires", text, context.now)?;
        if time <= context.now {
            let broken = RuleViolation::new("a key expires in the future", "greater_than");
            return Err(vault::Error::invalid("expires", broken).into());
        }
        Ok(Some(time))
    }
}

/// Before you are asked for a passphrase in vain.
fn check_workspaces(vault: &Vault, scope: &Scope) -> Result<(), vault::Error> {
    if let Scope::Workspaces { names, .. } = scope {
        for name in names {
            vault.workspace(Some(name))?;
        }
    }
    Ok(())
}

fn print(context: &mut Context, key: &Key, token: Option<&Plaintext>) -> Result<(), ui::Error> {
    let text = token.and_then(|token| std::str::from_utf8(token.expose()).ok());
    if context.json {
        return context.ui.json(&Added {
            key: KeyJson::new(key),
            token: text,
        });
    }
    let (id, reach) = (key.id, reach(key));
    context
        .ui
        .note(&format!("added the key {id}, which reaches: {reach}"));
    if key.not_after.is_some() && !key.has_full_access() {
        context.ui.note(
            "this key goes on working after its date: `kluis key list` shows when it has expired, `kluis key remove` stops it",
        );
    }
    if let Some(text) = text {
        one_time_token::show(context, "this token is shown once:", text)?;
    }
    Ok(())
}
