//! `vault prune`: drops past versions and deleted secrets for ever.

use crate::args::secret::{parse, whole};
use crate::args::time::parse_duration;
use crate::commands::Command;
use crate::completion::words::SecretWord;
use crate::context::Context;
use crate::context::confirm::confirm;
use crate::error::Error;
use crate::report::counted::counted;
use crate::report::deleted::DeletedSecretJson;
use crate::report::warnings;
use crate::sealed::id::SecretId;
use crate::vault::change::{Pruned, Pruning};
use crate::vault::reference::Reference;
use crate::vault::secret::Secret;
use crate::vault::time::Timestamp;
use crate::vault::workspace::Workspace;
use crate::vault::{self, Scan, Vault};
use serde::Serialize;
use std::collections::HashSet;

/// Drop past versions and deleted secrets for ever
///
/// Without a name it looks at every secret of the workspace in use. The current version of a secret and scheduled
/// ones stay. It says what would go and asks first; without a terminal it needs --yes.
///
/// `kluis rollback` and `kluis restore` cannot bring back what was dropped. Until the next change, the vault from
/// before stays beside the vault as `.NAME.prev` (in a git work tree: in the git folder), with these values in it.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  kluis vault prune db_password
  kluis vault prune --dry-run
  kluis vault prune --superseded --keep 2
  kluis vault prune --deleted --older-than 30d --yes")]
pub struct Prune {
    /// The secrets, deleted or not: names, `workspace/name` or ids [default: all]
    #[arg(value_name = "SECRET")]
    secrets: Vec<SecretWord>,

    /// Drop only past versions
    #[arg(long)]
    superseded: bool,

    /// Drop only deleted secrets
    #[arg(long)]
    deleted: bool,

    /// Keep the newest N past versions of each secret [default: 0]
    #[arg(long, value_name = "N")]
    keep: Option<usize>,

    /// Drop only what was superseded or deleted this long ago, such as `30d`
    #[arg(long, value_name = "TIME", allow_negative_numbers = true)]
    older_than: Option<String>,

    /// Look at every workspace that your key opens
    #[arg(long, conflicts_with = "secrets")]
    all_workspaces: bool,

    /// Only list what would be dropped
    #[arg(long)]
    dry_run: bool,

    /// Accept a name with `=` in it
    #[arg(long, hide_short_help = true)]
    literal_name: bool,
}

/// The secrets to examine.
struct Meant {
    homes: Vec<Workspace>,
    /// `None` means all of them.
    secrets: Option<HashSet<SecretId>>,
}

impl Meant {
    fn includes(&self, secret: &Secret) -> bool {
        self.secrets
            .as_ref()
            .is_none_or(|secrets| secrets.contains(&secret.id))
    }
}

#[derive(Serialize)]
struct PrunedJson<'a> {
    versions: Vec<PrunedVersionsJson<'a>>,
    deleted: Vec<DeletedSecretJson<'a>>,
}

#[derive(Serialize)]
struct PrunedVersionsJson<'a> {
    #[serde(flatten)]
    secret: DeletedSecretJson<'a>,
    slots: &'a [u64],
}

impl Command for Prune {
    fn run(self, context: &mut Context) -> Result<(), Error> {
        let named = self.secrets.iter();
        let named = named.map(|text| whole(parse(text, self.literal_name)?));
        let named = named.collect::<Result<Vec<_>, _>>()?;
        let pruning = self.pruning(context.now)?;
        let mut vault = context.open(Scan::Lookup)?;
        let meant = self.meant(context, &vault, &named)?;
        let mut expected = Pruned::default();
        for home in &meant.homes {
            let is_meant = |secret: &Secret| meant.includes(secret);
            expected.append(vault.would_prune(home, &pruning, context.now, is_meant)?);
        }
        if expected.is_empty() {
            context.ui.note("unchanged: there is nothing to drop");
            return print(context, &expected);
        }
        if self.dry_run {
            list(context, &expected)?;
            return print(context, &expected);
        }
        confirm(context, &format!("Drop {} for ever?", text(&expected)))?;
        let changed = context.change_in(&mut vault, |change| {
            let mut all = Pruned::default();
            for home in &meant.homes {
                all.append(change.prune(home, &pruning, |secret| meant.includes(secret))?);
            }
            if !all.is_within(&expected) {
                return Err(vault::Error::changed_meanwhile("the vault").into());
            }
            Ok(all)
        })?;
        let pruned = changed.result;
        context.ui.note(&format!("dropped {}", text(&pruned)));
        print(context, &pruned)
    }
}

impl Prune {
    fn pruning(&self, now: Timestamp) -> Result<Pruning, Error> {
        let age = self.older_than.as_deref();
        let age = age
            .map(|text| parse_duration("older_than", text))
            .transpose()?;
        let before = age.map(|age| now.seconds().saturating_sub(age.as_secs()));
        let both = self.superseded == self.deleted;
        Ok(Pruning {
            superseded: self.superseded || both,
            keep: self.keep.unwrap_or(0),
            deleted: self.deleted || both,
            before: before.and_then(Timestamp::from_seconds),
        })
    }

    fn meant(
        &self,
        context: &mut Context,
        vault: &Vault,
        named: &[Reference],
    ) -> Result<Meant, Error> {
        let mut meant = Meant {
            homes: vault.workspaces().to_vec(),
            secrets: None,
        };
        if named.is_empty() {
            if !self.all_workspaces {
                meant.homes = vec![vault.workspace(context.workspace())?.clone()];
            }
        } else {
            let mut found = Vec::new();
            for reference in named {
                let workspace = context.workspace().cloned();
                let deleted = vault.deleted_as(workspace.as_ref(), reference)?;
                let is_deleted = !deleted.is_empty();
                found.extend(deleted);
                match vault.secret(workspace.as_ref(), reference) {
                    Ok(secret) => {
                        warnings::warn_versions(context, &secret);
                        found.push(secret);
                    }
                    Err(
                        vault::Error::NotFound { what: "secret", .. }
                        | vault::Error::Deleted { .. },
                    ) if is_deleted => {}
                    Err(error) => context.found(vault, Err(error))?,
                }
            }
            meant
                .homes
                .retain(|home| found.iter().any(|secret| secret.workspace == home.id));
            meant.secrets = Some(found.iter().map(|secret| secret.id).collect());
        }
        for home in &meant.homes {
            vault.check_may_write(home.id)?;
        }
        Ok(meant)
    }
}

/// `2 past versions of default/key and 1 deleted secret, default/old`
fn text(pruned: &Pruned) -> String {
    let versions = counted(pruned.version_count(), "past version");
    let versions = match pruned.versions.as_slice() {
        [] => None,
        [(secret, _)] => Some(format!("{versions} of {}", secret.path())),
        several => Some(format!(
            "{versions} of {}",
            counted(several.len(), "secret")
        )),
    };
    let deleted = match pruned.secrets.as_slice() {
        [] => None,
        [one] => Some(format!("the deleted secret {}", one.path())),
        several => Some(counted(several.len(), "deleted secret")),
    };
    let parts: Vec<_> = versions.into_iter().chain(deleted).collect();
    parts.join(" and ")
}

/// A line for each version and each deleted secret.
fn list(context: &mut Context, pruned: &Pruned) -> Result<(), Error> {
    if context.json {
        return Ok(());
    }
    for (secret, slots) in &pruned.versions {
        for slot in slots {
            context.ui.line(&format!("{} slot {slot}", secret.path()))?;
        }
    }
    for secret in &pruned.secrets {
        context
            .ui
            .line(&format!("{} deleted, {}", secret.path(), secret.id))?;
    }
    context.ui.note(&format!("would drop {}", text(pruned)));
    Ok(())
}

fn print(context: &mut Context, pruned: &Pruned) -> Result<(), Error> {
    if !context.json {
        return Ok(());
    }
    let versions = pruned.versions.iter();
    Ok(context.ui.json(&PrunedJson {
        versions: versions
            .map(|(secret, slots)| PrunedVersionsJson {
                secret: DeletedSecretJson::new(secret),
                slots,
            })
            .collect(),
        deleted: pruned.secrets.iter().map(DeletedSecretJson::new).collect(),
    })?)
}
