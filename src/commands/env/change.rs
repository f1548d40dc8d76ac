//! Writes a changed project file, and agrees to the change if you agreed to the file before.

use crate::context::Context;
use crate::context::project_trust::no_project;
use crate::error::Error;
use crate::platform::{folder_lock, plain_file};
use crate::project::{Extent, ProjectFile, edit, named, of_text};
use crate::settings::Source;
use crate::settings::directories::home_directory;
use crate::store;
use crate::vault;
use crate::vault::name::WorkspaceName;
use anyhow::Context as _;
use std::fs::File;
use std::io::ErrorKind;
use std::time::Duration;

/// The project file, and the table that the command line selects.
pub struct Target {
    /// Unchanged while we have the lock.
    pub file: ProjectFile,
    pub workspace: Option<WorkspaceName>,
    _lock: File,
}

impl Target {
    /// Only `-w` selects the table of a workspace: a variable or the file itself only names the workspace in use.
    pub fn of(context: &Context) -> Result<Self, Error> {
        let found = context.project()?.ok_or_else(no_project)?;
        let is_typed = context.settings.workspace_source == Source::Flag;
        let workspace = context.workspace().filter(|_| is_typed).cloned();
        let lock = lock(&found, context.settings.lock_timeout)?;
        let file = named(&found.path, home_directory().as_deref())?;
        Ok(Self {
            file,
            workspace,
            _lock: lock,
        })
    }

    /// Replaces the file with `text`.
    pub fn write(
        &self,
        text: String,
        consent: Consent,
        context: &mut Context,
    ) -> Result<(), Error> {
        let path = &self.file.path;
        let shown = path.display();
        let changed = of_text(
            text,
            path.clone(),
            &self.file.folder,
            home_directory().as_deref(),
        )?;
        let agreed = context.proposal(&self.file, Extent::Everything);
        let is_agreed = agreed.is_ok_and(|proposal| proposal.changes.is_empty());
        let (old, new) = (self.file.text.as_bytes(), changed.text.as_bytes());
        let replaced = plain_file::replace_if(path, old, new)
            .with_context(|| format!("cannot write {shown}; it was not changed"))?;
        if !replaced {
            return Err(vault::Error::changed_meanwhile(&shown.to_string()).into());
        }
        if consent == Consent::ToTheChange && is_agreed {
            let proposal = context.proposal(&changed, Extent::Everything)?;
            context.agree(proposal)?;
        }
        Ok(())
    }
}

/// Your agreement to a change of a file that you agreed to before.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Consent {
    /// You named the new content.
    ToTheChange,
    /// The removed line hid content that another person wrote.
    None,
}

/// Locks the folder of the file, so that of two concurrent changes both count.
fn lock(file: &ProjectFile, patience: Duration) -> Result<File, Error> {
    let shown = file.folder.display();
    let folder = File::open(&file.folder).with_context(|| format!("cannot open {shown}"))?;
    folder_lock::lock(folder, patience).map_err(|error| {
        if error.kind() == ErrorKind::WouldBlock {
            let place = file.path.display().to_string();
            let seconds = patience.as_secs();
            return vault::Error::from(store::Error::Busy { place, seconds }).into();
        }
        let message = format!("cannot lock {shown}");
        anyhow::Error::new(error).context(message).into()
    })
}

/// The error for a text that cannot be changed as requested.
pub fn refused(error: edit::Error, target: &Target, line: &str) -> Error {
    let table = match &target.workspace {
        None => "[env]".to_owned(),
        Some(name) => format!("[workspaces.{name}.env]"),
    };
    Error::Usage {
        message: format!(
            "{}: {error}; nothing was written",
            target.file.path.display()
        ),
        hint: Some(format!("with an editor, under {table}: {line}")),
    }
}
