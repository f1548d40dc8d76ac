//! `vault restore`: replaces the vault with a kept copy, after showing what that changes.

use crate::commands::Command;
use crate::context::Context;
use crate::context::confirm::confirm_or;
use crate::context::rollback_guard::Observation;
use crate::error::Error;
use crate::keyring::Keyring;
use crate::sealed::header::Header;
use crate::store::file::FileStore;
use crate::store::{self, Store};
use crate::ui::Table;
use crate::vault::restore::{Differences, Effect, Found, Inventory, restore};
use crate::vault::revision::Revision;
use crate::vault::{self, Scan, Vault};
use serde::Serialize;
use std::io;
use std::path::PathBuf;

/// Bring back the vault as it was before the last change, or another copy of it
///
/// Opens everything in the copy first, shows what comes back, what becomes older and what is lost, and
/// asks. The vault that is replaced, damaged or not, is kept as `.NAME.prev`, so that restoring again
/// undoes this. A key that was removed since opens the vault again, and is named. Other machines that saw
/// the newer vault refuse it as older, until --accept-older says otherwise there.
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

/// The present vault, as far as the copy's key opens it.
enum Present {
    Missing,
    Opened {
        found: Found,
        inventory: Box<Inventory>,
        sight: Observation,
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
    copy: String,
    revision: Revision,
    #[serde(skip_serializing_if = "Option::is_none")]
    replaces_revision: Option<Revision>,
    /// Why it is unknown what is lost.
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
        let copy = Box::new(FileStore::new(&path));
        let copy = Vault::open(copy, Scan::Everything, |header| {
            Ok::<_, Error>(Box::new(context.unlock(header)?) as _)
        })?;
        context.refuse_below_minimum(copy.revision())?;
        let (vault, kept) = (copy.header().content().vault, copy.inventory()?);
        let sight = Observation::of(&copy);
        let judged = context.judge_copy(&copy, &path.display().to_string());
        let (bytes, mut keyring) = copy.into_parts()?;
        let present = Present::look(&store, |header| {
            if header.content().vault != vault {
                return Err(another());
            }
            keyring.follow(header).map_err(Error::from)?;
            Ok(keyring)
        })?;
        if present.sight().is_none()
            && let Some(told) = judged?
        {
            context.ui.warning(&told);
        }
        let differences = match &present {
            Present::Opened { inventory, .. } => kept.differences(inventory),
            Present::Missing | Present::Unopened { .. } => Differences::default(),
        };
        let copy = path.display().to_string();
        if !context.json {
            show(context, &differences)?;
        }
        let same = present
            .found()
            .is_some_and(|found| found.is(bytes.as_slice()));
        let outcome = if same {
            Outcome::Unchanged
        } else if self.dry_run {
            Outcome::Shown
        } else {
            let question = question(&copy, &kept, &present);
            confirm_or(context, &question, unasked)?;
            let patience = context.settings.lock_timeout;
            let mut expected = Ok(());
            let expect = || expected = context.rollback_guard.expect_copy(&sight, present.sight());
            restore(&store, &bytes, present.found(), patience, expect)?;
            context.changed = true;
            let remembered = context
                .rollback_guard
                .remember_restored(&sight)
                .or(expected);
            if remembered.is_err_and(|error| error.kind() != io::ErrorKind::NotFound) {
                context.ui.warning(
                    "this machine still expects the newer vault: the next command takes --accept-older",
                );
            }
            Outcome::Restored
        };
        report(context, copy, &kept, &present, &differences, outcome)
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
        let opened = Vault::open(
            Box::new(FileStore::new(store.path())),
            Scan::Everything,
            unlock,
        );
        let looked = |vault: Vault| {
            let is_found = found.is(vault.bytes());
            Ok((
                is_found,
                Box::new(vault.inventory()?),
                Observation::of(&vault),
            ))
        };
        match opened.and_then(looked) {
            Ok((true, inventory, sight)) => Ok(Self::Opened {
                found,
                inventory,
                sight,
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

    fn sight(&self) -> Option<&Observation> {
        match self {
            Self::Opened { sight, .. } => Some(sight),
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

fn question(copy: &str, kept: &Inventory, present: &Present) -> String {
    let secrets = kept.secret_count();
    match present {
        Present::Missing => format!("Bring back {copy} with {secrets} secret(s)?"),
        Present::Opened { inventory, .. } => format!(
            "Replace revision {} by revision {} from {copy}?",
            inventory.revision, kept.revision
        ),
        Present::Unopened { problem, .. } => format!(
            "What the vault holds now is not known ({problem}). Replace it by {copy} with {secrets} secret(s)?"
        ),
    }
}

fn show(context: &mut Context, differences: &Differences<'_>) -> Result<(), Error> {
    let mut table = Table::new(["CHANGE", "WHAT", "NAME"]);
    for (effect, secret) in &differences.secrets {
        table.row([effect.word(), "secret", &secret.path()]);
    }
    let links = differences.links.iter();
    let links = links.map(|(effect, (app, env_key))| (*effect, format!("{app} {env_key}")));
    let links: Vec<_> = links.collect();
    for (what, all) in [
        ("workspace", &differences.workspaces),
        ("app", &differences.apps),
        ("link", &links),
        ("key", &differences.keys),
    ] {
        for (effect, name) in all {
            table.row([effect.word(), what, name]);
        }
    }
    Ok(context.ui.table(&table)?)
}

fn names(differences: &[(Effect, String)]) -> Vec<NameRow<'_>> {
    let rows = differences.iter().map(|(effect, name)| NameRow {
        change: effect.word(),
        name,
    });
    rows.collect()
}

fn report(
    context: &mut Context,
    copy: String,
    kept: &Inventory,
    present: &Present,
    differences: &Differences<'_>,
    outcome: Outcome,
) -> Result<(), Error> {
    if context.json {
        let (replaces_revision, replaces_unopened) = match present {
            Present::Missing => (None, None),
            Present::Opened { inventory, .. } => (Some(inventory.revision), None),
            Present::Unopened { problem, .. } => (None, Some(problem.as_str())),
        };
        let secrets = differences.secrets.iter();
        let secrets = secrets.map(|(effect, secret)| SecretRow {
            change: effect.word(),
            id: secret.id.to_string(),
            workspace: &secret.workspace_name,
            name: secret.name.as_str(),
        });
        let keys = differences.keys.iter();
        let keys = keys.map(|(effect, key)| KeyRow {
            change: effect.word(),
            key,
        });
        let links = differences.links.iter();
        let links = links.map(|(effect, (app, env_key))| LinkRow {
            change: effect.word(),
            app: app.as_str(),
            env_key: env_key.as_str(),
        });
        return Ok(context.ui.json(&RestoreJson {
            copy,
            revision: kept.revision,
            replaces_revision,
            replaces_unopened,
            secrets: secrets.collect(),
            keys: keys.collect(),
            workspaces: names(&differences.workspaces),
            apps: names(&differences.apps),
            links: links.collect(),
            restored: outcome == Outcome::Restored,
        })?);
    }
    context.ui.note(&match (outcome, present) {
        (Outcome::Unchanged, _) => "unchanged: the vault is this copy already".to_owned(),
        (Outcome::Shown, Present::Unopened { problem, .. }) => {
            format!("what the vault holds now is not known: {problem}; nothing was changed")
        }
        (Outcome::Shown, _) => "nothing was changed".to_owned(),
        (Outcome::Restored, Present::Missing) => format!("brought back {copy}"),
        (Outcome::Restored, _) => {
            format!("brought back {copy}; what it replaced is kept as the previous copy")
        }
    });
    Ok(())
}
