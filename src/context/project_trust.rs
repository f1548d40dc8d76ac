//! Follows the project file only where the user has agreed to it.

use super::Context;
use super::project_context::{PinSource, ignored};
use crate::error::Error;
use crate::project::{ProjectFile, TrustStore};
use crate::settings::{self, Source};
use crate::vault;
use std::path::PathBuf;
use std::rc::Rc;

impl Context<'_> {
    /// The project file, whether or not it may be followed.
    pub fn project(&self) -> Result<Option<Rc<ProjectFile>>, Error> {
        self.project_context.file()
    }

    /// Where the project file is, be it one that cannot be read.
    pub fn project_path(&self) -> Result<PathBuf, Error> {
        match &self.project_context.read {
            Ok(Some(file)) => Ok(file.path.clone()),
            Ok(None) => Err(no_project()),
            Err(error) => Ok(error.path().to_owned()),
        }
    }

    /// The project file that there has to be, and that may be followed.
    pub fn followed_project(&mut self) -> Result<Rc<ProjectFile>, Error> {
        let file = self.project()?.ok_or_else(no_project)?;
        self.follow(&file)?;
        Ok(file)
    }

    /// Before a project file decides about secrets.
    pub fn follow(&mut self, file: &ProjectFile) -> Result<(), Error> {
        let standing = self.project_context.standing(file, &self.settings);
        if standing.may_speak {
            return Ok(());
        }
        if let Some(problem) = &standing.problem {
            self.ui.warning(problem);
        }
        let vault = self.settings.vault.path().to_owned();
        Err(file.untrusted(vault, standing.held).into())
    }

    /// Before something is used that was settled by `source`.
    pub fn check_source(&mut self, source: Source) -> Result<(), Error> {
        let file = self.project()?;
        match (source, file) {
            (Source::ProjectFile, Some(file)) => self.follow(&file),
            _ => Ok(()),
        }
    }

    /// The public key that the vault has to have. That of a project file counts for the vault that the file
    /// draws on, and by the file's own word only against it.
    pub fn pin(&mut self, word: PinSource) -> Result<Option<String>, Error> {
        if let Some(pin) = &self.settings.vault_key {
            return Ok(Some(pin.clone()));
        }
        let Some(file) = self.project()? else {
            return Ok(None);
        };
        let is_meant = match self.settings.vault_source {
            Source::ProjectFile => true,
            Source::Flag => false,
            Source::Environment | Source::UserFile | Source::Default => {
                let names_none = file.project.vault.is_none();
                names_none
                    && self
                        .project_context
                        .standing(&file, &self.settings)
                        .may_speak
            }
        };
        let Some(pin) = file.project.vault_key.clone().filter(|_| is_meant) else {
            return Ok(None);
        };
        if word == PinSource::Agreed {
            let agreement = self.project_context.agreement(&file, &self.settings);
            if !agreement.may_speak {
                if let Some(problem) = &agreement.problem {
                    self.ui.warning(problem);
                }
                return Ok(None);
            }
        }
        Ok(Some(pin))
    }

    /// The list of agreements, which is made when there is none yet.
    pub fn trust_store(&mut self) -> Result<TrustStore, Error> {
        let origin = "the list of trusted project files";
        let trust_store = self.project_context.agreed();
        let trust_store = trust_store.ok_or(settings::Error::NoHome { origin })?;
        if let Some(problem) = ignored(&trust_store) {
            self.ui.warning(&problem);
        }
        Ok(trust_store)
    }
}

pub fn no_project() -> Error {
    vault::Error::absent("project file", "kluis.toml in this folder or above it").into()
}
