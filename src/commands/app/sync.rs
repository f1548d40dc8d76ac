//! `app sync`: makes an app's links match the project file.

use crate::commands::Command;
use crate::context::Context;
use crate::error::Error;
use crate::project::{Absence, Entry, Project, Source};
use crate::report::app::AppJson;
use crate::report::secret::note_unchanged;
use crate::vault::Scan;
use crate::vault::app_reference::AppReference;

/// Give an app exactly the links that the project file lists
///
/// The project file kluis.toml names the app and lists its variables under [env]. Creates a missing app, adds
/// missing links, removes links that are not in the file, and prints what changed and the app's id. Makes all
/// changes or none.
///
/// Links a variable with `as = "file"` like any other. Leaves out an optional secret that does not exist, and what
/// is a text of the file.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  kluis app sync
  kluis app sync --json | jq -r '.links[].env_key'")]
pub struct Sync {}

impl Command for Sync {
    fn run(self, context: &mut Context) -> Result<(), Error> {
        let file = context.followed_project()?;
        let workspace = context.workspace().cloned();
        let entries = file.project.env(workspace.as_ref());
        let name = app_of(&file.project, &entries)?;
        let mut vault = context.open(Scan::Lookup)?;
        let changed = context.change_in(&mut vault, |change| {
            let mut links = Vec::new();
            for entry in &entries {
                if let Source::Secret(reference) = &entry.source {
                    let is_missing = entry.absence != Absence::Refused
                        && change.look_up(workspace.as_ref(), reference)?.is_none();
                    if !is_missing {
                        links.push((entry.key.clone(), reference.clone()));
                    }
                }
            }
            Ok::<_, Error>(change.sync_app(workspace.as_ref(), name, &links)?)
        })?;
        let synced = &changed.result;
        for entry in &entries {
            if !matches!(entry.source, Source::Secret(_)) {
                let key = &entry.key;
                context.ui.note(&format!(
                    "{key} is no secret by itself, so the app does not link it"
                ));
            }
        }
        if synced.is_new {
            context.ui.note(&format!("created the app {name}"));
        }
        for key in &synced.linked {
            context.ui.note(&format!("linked {key}"));
        }
        for key in &synced.unlinked {
            context.ui.note(&format!("unlinked {key}"));
        }
        note_unchanged(context, changed.written);
        let app = vault.app(workspace.as_ref(), name)?;
        if context.json {
            return Ok(context.ui.json(&AppJson::new(&app))?);
        }
        Ok(context.ui.line(&app.app.id.to_string())?)
    }
}

/// The app that the project file names, if it lists variables.
fn app_of<'p>(project: &'p Project, entries: &[&Entry]) -> Result<&'p AppReference, Error> {
    let incomplete = |message: &str, hint: &str| Error::Usage {
        message: message.into(),
        hint: Some(hint.into()),
    };
    let name = project.app.as_ref().ok_or_else(|| {
        incomplete(
            "the project file names no app",
            "add a line such as app = \"billing\" at the top of kluis.toml",
        )
    })?;
    // Removing every link of an app is probably a mistake.
    if entries.is_empty() {
        return Err(incomplete(
            "the project file lists nothing under [env]",
            "to remove one link, use `kluis app unlink`; to remove all, `kluis app delete`",
        ));
    }
    let has_slot = |entry: &&&Entry| match &entry.source {
        Source::Secret(reference) => reference.slot.is_some(),
        Source::Literal(_) | Source::Composed(_) => false,
    };
    if let Some(entry) = entries.iter().find(has_slot) {
        return Err(Error::usage(format!(
            "an app always gets the effective slot: remove ?slot= from {} in kluis.toml",
            entry.key
        )));
    }
    Ok(name)
}
