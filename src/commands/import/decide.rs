//! Decides about each entry of an import, and writes the entries.

use crate::error::Error;
use crate::import::gathered::Entry;
use crate::plaintext::Plaintext;
use crate::report::import_summary::ImportOutcome;
use crate::vault::change::{Change, Fields, NewSecret, NewVersion, SecretUpdate, Values};
use crate::vault::checksum::Checksum;
use crate::vault::name::WorkspaceName;
use crate::vault::reference::{Reference, Target};
use crate::vault::secret::Secret;
use crate::vault::{self, Vault};
use std::collections::BTreeSet;

#[derive(Clone, Copy, Default, PartialEq, Eq, Debug, clap::ValueEnum)]
pub enum OnConflict {
    #[default]
    Fail,
    Skip,
    Replace,
}

/// Decides about each name, in the order of the input, and collects every conflict.
pub fn decide(
    on_conflict: OnConflict,
    entries: &[Entry],
    second: u64,
    mut look_up: impl FnMut(&Reference) -> Result<Option<Secret>, vault::Error>,
) -> Result<(Vec<ImportOutcome>, Vec<String>), Error> {
    let mut outcomes = Vec::with_capacity(entries.len());
    let mut taken = Vec::new();
    for entry in entries {
        let secret = look_up(&reference(entry))?;
        let outcome = match (&entry.value, secret) {
            (None, _) => ImportOutcome::Skipped,
            (Some(_), None) => ImportOutcome::Created,
            (Some(value), Some(secret)) if holds(&secret, value, second) => {
                ImportOutcome::Unchanged
            }
            (Some(_), Some(secret)) => match on_conflict {
                OnConflict::Skip => ImportOutcome::Skipped,
                OnConflict::Replace => {
                    secret.check_settled()?;
                    ImportOutcome::Updated
                }
                OnConflict::Fail => {
                    taken.push(secret.path());
                    ImportOutcome::Conflicting
                }
            },
        };
        outcomes.push(outcome);
    }
    Ok((outcomes, taken))
}

/// Whether a value is the effective one.
fn holds(secret: &Secret, value: &Plaintext, second: u64) -> bool {
    let effective = secret.effective(second);
    effective
        .is_some_and(|position| secret.slots[position].checksum == Checksum::of(value.expose()))
}

pub fn refuse_conflict(taken: &[String]) -> Result<(), vault::Error> {
    const MAX_SHOWN: usize = 10;
    if taken.is_empty() {
        return Ok(());
    }
    let shown = &taken[..taken.len().min(MAX_SHOWN)];
    let more = match taken.len() - shown.len() {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    Err(vault::Error::InUse {
        message: format!(
            "these secrets exist with another value: {}{more}; nothing was written",
            shown.join(", ")
        ),
        hint: "add --on-conflict replace to store the new values, or --on-conflict skip to keep the old ones",
        ids: Vec::new(),
    })
}

pub fn reference(entry: &Entry) -> Reference {
    Reference {
        workspace: entry.workspace.clone(),
        ..Reference::to(Target::Name(entry.name.clone()))
    }
}

/// The workspaces that the entries name, each once.
pub fn named_workspaces(entries: &[Entry]) -> BTreeSet<&WorkspaceName> {
    let named = entries.iter().filter_map(|entry| entry.workspace.as_ref());
    named.collect()
}

/// Whether the workspace does not exist yet.
pub fn is_missing<W>(found: Result<W, vault::Error>) -> Result<bool, vault::Error> {
    match found {
        Ok(_) => Ok(false),
        Err(vault::Error::NotFound {
            what: "workspace", ..
        }) => Ok(true),
        Err(error) => Err(error),
    }
}

pub fn look_up(
    vault: &Vault,
    workspace: Option<&WorkspaceName>,
    reference: &Reference,
) -> Result<Option<Secret>, vault::Error> {
    match vault.secret(workspace, reference) {
        Ok(secret) => Ok(Some(secret)),
        Err(vault::Error::NotFound { what: "secret", .. }) => Ok(None),
        // The import will create it.
        Err(vault::Error::NotFound {
            what: "workspace", ..
        }) if reference.workspace.is_some() => Ok(None),
        Err(error) => Err(error),
    }
}

pub fn write(
    change: &mut Change<'_>,
    workspace: Option<&WorkspaceName>,
    entry: Entry,
    outcome: ImportOutcome,
    version: NewVersion,
) -> Result<(), vault::Error> {
    let reference = reference(&entry);
    let Entry {
        workspace: own,
        name,
        env_key,
        value,
        ..
    } = entry;
    match (outcome, value) {
        (ImportOutcome::Created, Some(value)) => {
            let fields = Fields {
                env_key,
                ..Fields::default()
            };
            let slots = vec![(0, value)];
            let new = NewSecret {
                name,
                fields,
                slots,
            };
            change.create_secret(own.as_ref().or(workspace), new)?;
        }
        (ImportOutcome::Updated, Some(value)) => {
            let update = SecretUpdate {
                values: Values::New(value, version),
                ..SecretUpdate::default()
            };
            change.update_secret(workspace, &reference, update)?;
        }
        (_, _) => {}
    }
    Ok(())
}
