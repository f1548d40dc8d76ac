//! Writes a changed project file, and agrees to the change where the file was agreed to before.

use crate::context::Context;
use crate::context::project_trust::no_project;
use crate::error::Error;
use crate::platform::plain_file;
use crate::project::{Extent, ProjectFile, edit, of_text};
use crate::settings::Source;
use crate::settings::directories::known;
use crate::vault::name::WorkspaceName;
use anyhow::Context as _;
use std::fs;
use std::rc::Rc;

/// The project file, and the table that the command line chose.
pub struct Target {
    pub file: Rc<ProjectFile>,
    pub workspace: Option<WorkspaceName>,
}

impl Target {
    /// Only `-w` chooses the table of a workspace: a variable or the file itself says which one is in use.
    pub fn of(context: &Context) -> Result<Self, Error> {
        let file = context.project()?.ok_or_else(no_project)?;
        let is_typed = context.settings.workspace_source == Source::Flag;
        let workspace = context.workspace().filter(|_| is_typed).cloned();
        Ok(Self { file, workspace })
    }

    /// Writes `text` in place of the file that was read. What you agreed to before, you agree to with this change.
    pub fn write(&self, text: String, context: &mut Context) -> Result<(), Error> {
        let path = &self.file.path;
        let shown = path.display();
        let changed = of_text(
            text,
            path.clone(),
            &self.file.folder,
            known("HOME", dirs::home_dir).as_deref(),
        )?;
        let agreed = context.proposal(&self.file, Extent::Everything);
        let is_agreed = agreed.is_ok_and(|proposal| proposal.changes.is_empty());
        let there = fs::read(path).with_context(|| format!("cannot read {shown}"))?;
        if there != self.file.text.as_bytes() {
            return Err(Error::Usage {
                message: format!("{shown} was changed meanwhile; nothing was written"),
                hint: Some("run the command again".into()),
            });
        }
        plain_file::replace(path, changed.text.as_bytes())
            .with_context(|| format!("cannot write {shown}; it was not changed"))?;
        if is_agreed {
            let proposal = context.proposal(&changed, Extent::Everything)?;
            context.agree(proposal)?;
        }
        Ok(())
    }
}

/// The error for a text that cannot be changed as asked.
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
