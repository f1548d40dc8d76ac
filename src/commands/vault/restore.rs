//! `vault restore`: replaces the vault with a kept copy, after showing the changes.

use crate::commands::Command;
use crate::context::Context;
use crate::context::confirm::confirm_or;
use crate::context::rollback_guard::Observation;
use crate::error::Error;
use crate::keyring::Keyring;
use crate::report::counted::counted;
use crate::sealed::SealedBytes;
use crate::sealed::header::Header;
use crate::sealed::id::VaultId;
use crate::store::file::FileStore;
use crate::store::{self, Store};
use crate::ui::Table;
use crate::vault::env_key::EnvKey;
use crate::vault::restore::{Differences, Effect, Found, Inventory, restore};
use crate::vault::revision::Revision;
use crate::vault::secret::Secret;
use crate::vault::{self, Scan, Vault};
use serde::Serialize;
use std::io;
use std::path::{Path, PathBuf};

/// Bring back the vault from before the last change
///
/// Brings back the copy that `kluis` keeps beside the vault as `.NAME.prev` (in a git work tree: in the git
/// folder), or the copy that you name. It decrypts the whole copy first, shows what comes back and what is lost,
/// and asks.
///
/// The vault that it replaces becomes `.NAME.prev`, even if it is damaged, so that restoring again undoes
/// this. A key that was removed since then opens the vault again; `kluis` names it. Other machines that saw
/// the newer vault refuse the older one, until you use --accept-older there.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  kluis vault restore --dry-run
  kluis vault restore
  kluis vault restore /mnt/backup/default.kluis")]
pub struct Restore {
    /// The copy to bring back [default: .NAME.prev beside the vault]
    #[arg(value_name = "FILE")]
    copy: Option<PathBuf>,

    /// Show what would change, and change nothing
    #[arg(short = 'n', long)]
    dry_run: bool,
}

/// The copy, opened to the last value.
struct KeptCopy {
    path: String,
    inventory: Inventory,
    observation: Observation,
    bytes: SealedBytes<'static>,
}

/// The present vault, as far as the copy's key opens it.
enum Present {
    Missing,
    Opened {
        found: Found,
        inventory: Box<Inventory>,
        observation: Observation,
    },
    /// It is damaged or has other keys.
    Unopened {
        found: Found,
        problem: String,
    },
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Outcome {
    /// The vault already equals the copy.
    Unchanged,
    Shown,
    Restored,
}

#[derive(Serialize)]
struct RestoreJson<'a> {
    copy: &'a str,
    revision: Revision,
    #[serde(skip_serializing_if = "Option::is_none")]
    replaces_revision: Option<Revision>,
    /// The reason why the replaced vault could not be opened.
    #[serde(skip_serializing_if = "Option::is_none")]
    replaces_unopened: Option<&'a str>,
    secrets: Vec<SecretRow<'a>>,
    keys: Vec<KeyRow<'a>>,
    workspaces: Vec<NameRow<'a>>,
    apps: Vec<NameRow<'a>>,
    links: Vec<LinkRow<'a>>,
    restored: bool,
}

#[derive(Serialize)]
struct SecretRow<'a> {
    change: &'static str,
    id: String,
    workspace: &'a str,
    name: &'a str,
}

#[derive(Serialize)]
struct KeyRow<'a> {
    change: &'static str,
    key: &'a str,
}

#[derive(Serialize)]
struct NameRow<'a> {
    change: &'static str,
    name: &'a str,
}

#[derive(Serialize)]
struct LinkRow<'a> {
    change: &'static str,
    app: &'a str,
    env_key: &'a str,
}

impl Command for Restore {
    fn run(self, context: &mut Context) -> Result<(), Error> {
        let store = context.store()?;
        let path = match self.copy {
            Some(path) => path,
            None => store.previous().map_err(vault::Error::from)?,
        };
        let vault = open(context, &path)?;
        let id = vault.header().content().vault;
        let path = path.display().to_string();
        let (inventory, observation) = (vault.inventory()?, Observation::of(&vault));
        let header = vault.header().clone();
        let (bytes, keyring) = vault.into_parts()?;
        let present = Present::look(&store, |header| follow(keyring, id, header))?;
        context.refuse_other_key(header.content(), &path, present.observation())?;
        if present.observation().is_none()
            && let Some(warning) = context.judge_copy(&observation.parts)
        {
            context.ui.warning(&warning);
        }
        let copy = KeptCopy {
            path,
            inventory,
            observation,
            bytes,
        };
        let differences = copy.differences(&present);
        if !context.json {
            show(context, &differences)?;
        }
        let outcome = if copy.is(&present) {
            Outcome::Unchanged
        } else if self.dry_run {
            Outcome::Shown
        } else {
            copy.replace(&present, &store, context)?;
            Outcome::Restored
        };
        if context.json {
            let document = RestoreJson::new(&copy, &present, &differences, outcome);
            return Ok(context.ui.json(&document)?);
        }
        context.ui.note(&note(&copy, &present, outcome));
        Ok(())
    }
}

/// Opens everything in the copy.
fn open(context: &mut Context, path: &Path) -> Result<Vault, Error> {
    let store = Box::new(FileStore::new(path));
    let vault = Vault::open(store, Scan::Everything, |header| {
        Ok::<_, Error>(Box::new(context.unlock(header)?) as _)
    })?;
    context.refuse_before_pin(&vault.histories(), vault.workspaces())?;
    Ok(vault)
}

/// The copy's keyring moved to the present vault, if it is the same vault.
fn follow(
    mut keyring: Box<dyn Keyring>,
    copy: VaultId,
    present: &Header,
) -> Result<Box<dyn Keyring>, Error> {
    if present.content().vault != copy {
        return Err(another());
    }
    keyring.follow(present).map_err(Error::from)?;
    Ok(keyring)
}

impl KeptCopy {
    fn differences<'a>(&'a self, present: &'a Present) -> Differences<'a> {
        match present {
            Present::Opened { inventory, .. } => self.inventory.differences(inventory),
            Present::Missing | Present::Unopened { .. } => Differences::default(),
        }
    }

    /// Whether the vault already has the same bytes as this copy.
    fn is(&self, present: &Present) -> bool {
        let found = present.found();
        found.is_some_and(|found| found.is(self.bytes.pieces()))
    }

    /// Asks, and replaces the vault with the copy.
    fn replace(
        &self,
        present: &Present,
        store: &FileStore,
        context: &mut Context,
    ) -> Result<(), Error> {
        confirm_or(context, &self.question(present), unasked)?;
        let patience = context.settings.lock_timeout;
        let guard = &mut context.rollback_guard;
        let mut expected = Ok(());
        let expect = || expected = guard.expect_copy(&self.observation, present.observation());
        restore(store, &self.bytes, present.found(), patience, expect)?;
        context.changed = true;
        let remembered = guard.remember_restored(&self.observation).or(expected);
        if remembered.is_err_and(|error| error.kind() != io::ErrorKind::NotFound) {
            context.ui.warning(
                "kluis could not record the restored vault on this machine: add --accept-older to the next command",
            );
        }
        Ok(())
    }

    fn question(&self, present: &Present) -> String {
        let (path, inventory) = (&self.path, &self.inventory);
        let secrets = counted(inventory.secret_count(), "secret");
        match present {
            Present::Missing => format!("Restore the vault from {path}, with {secrets}?"),
            Present::Opened {
                inventory: there, ..
            } => format!(
                "Replace the vault (revision {}) with {path} (revision {})?",
                there.revision, inventory.revision
            ),
            Present::Unopened { problem, .. } => format!(
                "kluis cannot open the vault that is there, and so cannot show the secrets that you would lose: {problem}.\nReplace it with {path}, with {secrets}?"
            ),
        }
    }
}

impl Present {
    fn look(
        store: &FileStore,
        unlock: impl FnOnce(&Header) -> Result<Box<dyn Keyring>, Error>,
    ) -> Result<Self, Error> {
        let found = match store.load().and_then(|there| Found::read(&there)) {
            Ok(found) => found,
            Err(store::Error::NotFound { .. }) => return Ok(Self::Missing),
            Err(error) => return Err(vault::Error::from(error).into()),
        };
        let opened = Vault::open(Box::new(store.clone()), Scan::Everything, unlock);
        let looked = |vault: Vault| {
            let is_found = found.is([vault.bytes()]);
            Ok((
                is_found,
                Box::new(vault.inventory()?),
                Observation::of(&vault),
            ))
        };
        match opened.and_then(looked) {
            Ok((true, inventory, observation)) => Ok(Self::Opened {
                found,
                inventory,
                observation,
            }),
            Ok((false, ..)) => {
                let place = store.place();
                Err(vault::Error::from(store::Error::ChangedUnderneath { place }).into())
            }
            Err(error @ Error::Usage { .. }) => Err(error),
            Err(error) => Ok(Self::Unopened {
                found,
                problem: error.message(),
            }),
        }
    }

    fn found(&self) -> Option<&Found> {
        match self {
            Self::Missing => None,
            Self::Opened { found, .. } | Self::Unopened { found, .. } => Some(found),
        }
    }

    fn observation(&self) -> Option<&Observation> {
        match self {
            Self::Opened { observation, .. } => Some(observation),
            Self::Missing | Self::Unopened { .. } => None,
        }
    }
}

impl Effect {
    fn word(self) -> &'static str {
        match self {
            Self::Returns => "returns",
            Self::Reverts => "reverts",
            Self::Lost => "lost",
        }
    }
}

fn another() -> Error {
    Error::Usage {
        message: "the copy belongs to another vault than the one it would replace".into(),
        hint: Some("name its own vault with --vault, or a place where there is none".into()),
    }
}

fn unasked() -> Error {
    Error::Usage {
        message: "this replaces the vault and needs your yes, but there is no terminal to ask at"
            .into(),
        hint: Some(
            "run `kluis vault restore --dry-run` to see what would change, then add --yes".into(),
        ),
    }
}

fn show(context: &mut Context, differences: &Differences<'_>) -> Result<(), Error> {
    let mut table = Table::new(["CHANGE", "KIND", "NAME"]);
    for (effect, secret) in &differences.secrets {
        table.row([effect.word(), "secret", &secret.path()]);
    }
    let links = differences.links.iter();
    let links = links.map(|(effect, (app, env_key))| (*effect, format!("{app} {env_key}")));
    let links: Vec<_> = links.collect();
    for (kind, all) in [
        ("workspace", &differences.workspaces),
        ("app", &differences.apps),
        ("link", &links),
        ("key", &differences.keys),
    ] {
        for (effect, name) in all {
            table.row([effect.word(), kind, name]);
        }
    }
    Ok(context.ui.table(&table)?)
}

impl<'a> RestoreJson<'a> {
    fn new(
        copy: &'a KeptCopy,
        present: &'a Present,
        differences: &'a Differences<'_>,
        outcome: Outcome,
    ) -> Self {
        let (replaces_revision, replaces_unopened) = match present {
            Present::Missing => (None, None),
            Present::Opened { inventory, .. } => (Some(inventory.revision), None),
            Present::Unopened { problem, .. } => (None, Some(problem.as_str())),
        };
        Self {
            copy: &copy.path,
            revision: copy.inventory.revision,
            replaces_revision,
            replaces_unopened,
            secrets: secrets(&differences.secrets),
            keys: keys(&differences.keys),
            workspaces: names(&differences.workspaces),
            apps: names(&differences.apps),
            links: links(&differences.links),
            restored: outcome == Outcome::Restored,
        }
    }
}

fn secrets<'a>(differences: &[(Effect, &'a Secret)]) -> Vec<SecretRow<'a>> {
    let rows = differences.iter().map(|(effect, secret)| SecretRow {
        change: effect.word(),
        id: secret.id.to_string(),
        workspace: secret.workspace_name.as_str(),
        name: secret.name.as_str(),
    });
    rows.collect()
}

fn keys(differences: &[(Effect, String)]) -> Vec<KeyRow<'_>> {
    let rows = differences.iter().map(|(effect, key)| KeyRow {
        change: effect.word(),
        key,
    });
    rows.collect()
}

fn names(differences: &[(Effect, String)]) -> Vec<NameRow<'_>> {
    let rows = differences.iter().map(|(effect, name)| NameRow {
        change: effect.word(),
        name,
    });
    rows.collect()
}

fn links(differences: &[(Effect, (String, EnvKey))]) -> Vec<LinkRow<'_>> {
    let rows = differences.iter().map(|(effect, (app, env_key))| LinkRow {
        change: effect.word(),
        app: app.as_str(),
        env_key: env_key.as_str(),
    });
    rows.collect()
}

fn note(copy: &KeptCopy, present: &Present, outcome: Outcome) -> String {
    let path = &copy.path;
    match (outcome, present) {
        (Outcome::Unchanged, _) => "unchanged: the vault is the same as this copy".to_owned(),
        (Outcome::Shown, Present::Unopened { problem, .. }) => format!(
            "nothing was changed; kluis cannot open the vault that is there, and so cannot show the secrets that you would lose: {problem}"
        ),
        (Outcome::Shown, _) => "nothing was changed".to_owned(),
        (Outcome::Restored, Present::Missing) => format!("restored the vault from {path}"),
        (Outcome::Restored, _) => format!(
            "restored the vault from {path}; the vault that was there is kept as the previous copy"
        ),
    }
}
