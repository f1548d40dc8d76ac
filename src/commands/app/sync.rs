//! `app sync`: makes an app's links match the project file.

use crate::commands::Command;
use crate::context::Context;
use crate::error::Error;
use crate::project::{Entry, Presence, Project};
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
/// Links a variable with `as = "file"` like any other. Leaves out an optional secret that does not exist.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  kluis app sync
  kluis app sync --json | jq -r '.links[].env_key'")]
pub struct Sync {}

impl Command for Sync {
    fn run(self, context: &mut Context) -> Result<(), Error> {
        let file = context.followed_project()?;
        let name = app_of(&file.project)?;
        let workspace = context.workspace().cloned();
        let mut vault = context.open(Scan::Lookup)?;
        let changed = context.change_in(&mut vault, |change| {
            let mut links = Vec::new();
            for Entry {
                key,
                reference,
                presence,
                ..
            } in &file.project.env
            {
                let is_missing = *presence == Presence::Optional
                    && change.look_up(workspace.as_ref(), reference)?.is_none();
                if !is_missing {
                    links.push((key.clone(), reference.clone()));
                }
            }
            Ok::<_, Error>(change.sync_app(workspace.as_ref(), name, &links)?)
        })?;
        let synced = &changed.result;
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
fn app_of(project: &Project) -> Result<&AppReference, Error> {
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
    // Removing every link of an app is more likely a mistake.
    if project.env.is_empty() {
        return Err(incomplete(
            "the project file lists nothing under [env]",
            "to remove one link, use `kluis app unlink`; to remove all, `kluis app delete`",
        ));
    }
    if let Some(entry) = project
        .env
        .iter()
        .find(|entry| entry.reference.slot.is_some())
    {
        return Err(Error::usage(format!(
            "an app always gets the effective slot: remove ?slot= from {} in kluis.toml",
            entry.key
        )));
    }
    Ok(name)
}
