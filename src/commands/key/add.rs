//! `key add`: adds a key that opens the vault or some workspaces.

use crate::args::new_passphrase::NewPassphraseArgs;
use crate::args::time::parse_expiry;
use crate::commands::Command;
use crate::completion::words::WorkspaceWord;
use crate::context::Context;
use crate::context::confirm::confirm;
use crate::error::Error;
use crate::keyring::issue::Credential;
use crate::keyring::recipient;
use crate::report::counted::counted;
use crate::report::key::reach;
use crate::report::{issued_key, one_time_token};
use crate::sealed::id::KeyId;
use crate::ui::{self, Answer};
use crate::vault::change::{Change, NewKey, NewLabel, Pruned, Pruning};
use crate::vault::key::{KeyKind, Label, Scope};
use crate::vault::name::WorkspaceName;
use crate::vault::time::Timestamp;
use crate::vault::{self, Vault};

/// Add a key: a passphrase, a token, or a colleague's public key
///
/// --workspace limits the new key: it cannot open other workspaces, and `kluis` refuses any change outside its
/// limits. --full gives it the whole vault: it reads and changes everything, adds keys and removes yours. At a
/// terminal `kluis` asks if you give neither. With --full --read-only it reads everything that exists now.
///
/// Prints a token once, and keeps it nowhere. After the time of --expires, `kluis` refuses the key. An attacker
/// with another program, or with another clock, can still use it: remove a key that must not work any more.
///
/// The key also reads past versions and deleted secrets: it says how many. --forget drops them in the same write, and keeps no
/// copy from before.
/// Needs a key that opens the whole vault, and does not take it from the agent.
#[derive(clap::Args)]
#[command(
    after_help = "\
Examples:
  kluis key add --token --workspace staging --read-only --label ci --expires 90d
  kluis key add --public-key klp_1w8… --full --label bob
  kluis key add --passphrase --full --label alice",
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
    workspace: Vec<WorkspaceWord>,

    /// Let the key open the whole vault
    #[arg(long, conflicts_with = "workspace")]
    full: bool,

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

    /// Drop past versions and deleted secrets that the key would read
    ///
    /// Asks first; without a terminal it needs --yes.
    #[arg(long, hide_short_help = true)]
    forget: bool,

    #[command(flatten)]
    new: NewPassphraseArgs,
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
        let expires = self.expires.as_deref();
        let new = NewKey {
            label: self.label()?,
            scope: self.scope()?,
            not_after: expires
                .map(|text| parse_expiry(text, context.now))
                .transpose()?,
        };
        let recipient = self
            .public_key
            .as_deref()
            .map(recipient::parse)
            .transpose()?;
        self.check_reach(context)?;
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
        let mut expected = Pruned::default();
        if self.forget {
            expected = earlier(&vault, &new.scope, context.now)?;
            if !expected.is_empty() {
                confirm(context, &format!("Drop {} for ever?", counts(&expected)))?;
            }
        }
        let add = |change: &mut Change<'_>| {
            if self.forget {
                let homes: Vec<_> = change.workspaces().to_vec();
                for home in homes.iter().filter(|home| new.scope.reaches(&home.name)) {
                    let pruned = change.prune(home, &Pruning::ALL, |_| true)?;
                    if !pruned.is_within(&expected) {
                        return Err(vault::Error::changed_meanwhile("the vault").into());
                    }
                }
            }
            Ok(change.add_key(&mut owner, &credential, &new)?)
        };
        let changed = if self.forget {
            // The new key would also open the copy from before.
            context.change_for_good(&mut vault, add)
        } else {
            context.change_in(&mut vault, add)
        };
        let changed = one_time_token::keep(context, changed, text.as_ref(), "added")?;
        let key = changed.result;
        // The token is printed even if this fails.
        let earlier = earlier(&vault, &new.scope, context.now).unwrap_or_default();
        let (id, reach) = (key.id, reach(&key));
        let mut notes = vec![format!("added the key {id}, which reaches: {reach}")];
        if !earlier.is_empty() {
            notes.push(format!(
                "it also reads {}: `kluis vault prune` drops them",
                counts(&earlier)
            ));
        }
        let lost = format!(
            "the key was added, but its token could not be printed: remove it with `kluis key remove {id}`"
        );
        issued_key::print(context, &key, text.as_ref(), &notes, &lost)
    }
}

impl Add {
    fn label(&self) -> Result<NewLabel, Error> {
        if let Some(label) = &self.label {
            let label = Label::parse(label);
            let label = label.map_err(|broken| vault::Error::invalid("label", broken))?;
            return Ok(NewLabel::Chosen(label));
        }
        let kind = match (self.passphrase, self.token) {
            (true, _) => KeyKind::Passphrase,
            (false, true) => KeyKind::Token,
            (false, false) => KeyKind::Identity,
        };
        Ok(NewLabel::Default(kind.text()))
    }

    /// Checks that you mean the whole vault: `--yes` is for other questions.
    fn check_reach(&self, context: &mut Context) -> Result<(), Error> {
        if self.full || !self.workspace.is_empty() {
            return Ok(());
        }
        let question = if self.read_only {
            "The new key reads every secret in every workspace that exists now, and their earlier values. Is that what you want?"
        } else {
            "The new key opens the whole vault: it reads and changes every secret, adds keys and removes yours. Is that what you want?"
        };
        match context.ui.confirm(question, Answer::No) {
            Ok(true) => Ok(()),
            Ok(false) => Err(ui::Error::Cancelled.into()),
            Err(ui::Error::NoTerminal) => Err(Error::Usage {
                message: "it is not clear how far the new key reaches".into(),
                hint: Some(
                    "limit it with --workspace NAME, or add --full for the whole vault".into(),
                ),
            }),
            Err(error) => Err(error.into()),
        }
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
}

/// Checks them before you type a passphrase in vain.
fn check_workspaces(vault: &Vault, scope: &Scope) -> Result<(), vault::Error> {
    if let Scope::Workspaces { names, .. } = scope {
        for name in names {
            vault.workspace(Some(name))?;
        }
    }
    Ok(())
}

/// The content that a key reads besides the present values.
fn earlier(vault: &Vault, scope: &Scope, now: Timestamp) -> Result<Pruned, vault::Error> {
    let mut earlier = Pruned::default();
    let homes = vault.workspaces().iter();
    for home in homes.filter(|home| scope.reaches(&home.name)) {
        earlier.append(vault.would_prune(home, &Pruning::ALL, now, |_| true)?);
    }
    Ok(earlier)
}

fn counts(earlier: &Pruned) -> String {
    let versions = counted(earlier.version_count(), "past version");
    let deleted = counted(earlier.secrets.len(), "deleted secret");
    match (earlier.version_count(), earlier.secrets.len()) {
        (_, 0) => versions,
        (0, _) => deleted,
        _ => format!("{versions} and {deleted}"),
    }
}
