//! `move`: gives secrets another name or workspace, all or none.

use super::Command;
use crate::args::secret::{NewName, parse, whole};
use crate::completion::words::{SecretWord, WorkspaceWord};
use crate::context::Context;
use crate::error::Error;
use crate::report::secret::{SecretJson, note_unchanged, print_json};
use crate::report::warnings;
use crate::vault::change::NewPlace;
use crate::vault::name::WorkspaceName;
use crate::vault::reference::Reference;
use crate::vault::secret::Secret;
use crate::vault::{self, Scan, Written};
use serde::Serialize;

/// Rename secrets, or move them to another workspace
///
/// `kluis move OLD NEW` renames a secret; `kluis move OLD workspace/NEW` moves it, too. With --to-workspace all that
/// you name move and keep their names, or none does. Ids, versions, dates and the links of apps stay. Fails if a name
/// is taken (exit code 6).
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  kluis move old_name new_name
  kluis move api_key production/api_key
  kluis move db_user db_password --to-workspace production")]
pub struct Move {
    /// The secret and its new name; with --to-workspace, the secrets
    #[arg(value_name = "SECRET", required = true)]
    secrets: Vec<SecretWord>,

    /// Move all of them to this workspace
    #[arg(long, value_name = "NAME")]
    to_workspace: Option<WorkspaceWord>,

    /// Accept a name with `=` in it
    #[arg(long, hide_short_help = true)]
    literal_name: bool,
}

#[derive(Serialize)]
struct MovedJson<'a> {
    moved: Vec<SecretJson<'a>>,
}

impl Command for Move {
    fn run(self, context: &mut Context) -> Result<(), Error> {
        let (secrets, to) = self.parts()?;
        let references = secrets.iter();
        let references = references.map(|text| whole(parse(text, self.literal_name)?));
        let references = references.collect::<Result<Vec<_>, _>>()?;
        let mut vault = context.open(Scan::Lookup)?;
        let workspace = context.workspace().cloned();
        let changed = context.change_in(&mut vault, |change| {
            let mut named: Vec<(&Reference, Option<Secret>)> = Vec::with_capacity(references.len());
            for reference in &references {
                let old = change.look_up(workspace.as_ref(), reference)?;
                // You named it twice, such as by name and by id.
                let id = old.as_ref().map(|old| old.id);
                if id.is_none()
                    || !named
                        .iter()
                        .any(|(_, old)| id == old.as_ref().map(|old| old.id))
                {
                    named.push((reference, old));
                }
            }
            let moved = named.into_iter().map(|(reference, old)| {
                let secret = change.move_secret(workspace.as_ref(), reference, &to)?;
                Ok((old, secret))
            });
            Ok(moved.collect::<Result<Vec<_>, vault::Error>>()?)
        })?;
        note_unchanged(context, changed.written);
        for (old, secret) in &changed.result {
            let moved = old.as_ref().filter(|old| old.path() != secret.path());
            if let Some(old) = moved.filter(|_| changed.written != Written::Unchanged) {
                let (from, to) = (old.path(), secret.path());
                context.ui.done(&format!("moved {from} to {to}"));
            }
            warnings::warn_versions(context, secret);
        }
        if !context.json {
            return Ok(());
        }
        if let [(_, only)] = changed.result.as_slice() {
            return print_json(context, &vault, only);
        }
        let each = changed.result.iter().map(|(_, secret)| {
            let apps = vault.app_count(secret)?;
            Ok::<_, Error>(SecretJson::whole(secret, apps, context.now))
        });
        let moved = each.collect::<Result<_, _>>()?;
        Ok(context.ui.json(&MovedJson { moved })?)
    }
}

impl Move {
    /// The secrets, and their new place.
    fn parts(&self) -> Result<(&[SecretWord], NewPlace), Error> {
        if let Some(name) = &self.to_workspace {
            let workspace = WorkspaceName::parse(name)
                .map_err(|broken| vault::Error::invalid("workspace", broken))?;
            let to = NewPlace {
                workspace: Some(workspace),
                name: None,
            };
            return Ok((&self.secrets, to));
        }
        match self.secrets.as_slice() {
            [_, new] => {
                let new = NewName::parse(new, self.literal_name)?;
                Ok((&self.secrets[..1], new.into_place()))
            }
            _ => Err(Error::Usage {
                message: "`move` takes a secret and its new name".into(),
                hint: Some("kluis move OLD NEW, or for several --to-workspace NAME".into()),
            }),
        }
    }
}
