//! Follows the project file only if its vault lies in its own folder, or if you agreed to it.

use super::Context;
use super::project_context::{PinSource, ignored};
use crate::error::Error;
use crate::project::{ProjectFile, TrustStore};
use crate::settings::{self, Source};
use crate::vault::{self, pin::Pin};
use std::path::PathBuf;
use std::rc::Rc;

impl Context<'_> {
    /// The project file, trusted or not.
    pub fn project(&self) -> Result<Option<Rc<ProjectFile>>, Error> {
        self.project_context.file()
    }

    /// The path of the project file, even if the file cannot be read.
    pub fn project_path(&self) -> Result<PathBuf, Error> {
        match &self.project_context.read {
            Ok(Some(file)) => Ok(file.path.clone()),
            Ok(None) => Err(no_project()),
            Err(error) => Ok(error.path().to_owned()),
        }
    }

    /// The project file. It is an error if there is none, or if it may not be followed.
    pub fn followed_project(&mut self) -> Result<Rc<ProjectFile>, Error> {
        let file = self.project()?.ok_or_else(no_project)?;
        self.follow(&file)?;
        Ok(file)
    }

    /// Fails unless the project file may decide about secrets. Call it before the file does.
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

    /// Whether the file may be followed; prints nothing if not.
    pub fn may_follow(&self, file: &ProjectFile) -> bool {
        self.project_context
            .standing(file, &self.settings)
            .may_speak
    }

    /// Fails if `source` is a project file that may not be followed. Call it before using a setting.
    pub fn check_source(&mut self, source: Source) -> Result<(), Error> {
        let file = self.project()?;
        match (source, file) {
            (Source::ProjectFile, Some(file)) => self.follow(&file),
            _ => Ok(()),
        }
    }

    /// The pin that the vault must match. A project file's pin counts only for the vault that the file draws
    /// on; without your consent it can only cause a refusal.
    pub fn pin(&mut self, word: PinSource) -> Result<Option<Pin>, Error> {
        if let Some(pin) = &self.settings.pin {
            return Ok(Some(pin.clone()));
        }
        let Some(file) = self.project()? else {
            return Ok(None);
        };
        let Some(pin) = &file.project.pin else {
            return Ok(None);
        };
        let is_meant = match self.settings.vault_source {
            Source::ProjectFile => true,
            Source::Flag => false,
            Source::Environment | Source::UserFile | Source::Default => {
                file.project.vault.is_none() && self.may_follow(&file)
            }
        };
        if !is_meant {
            return Ok(None);
        }
        if word == PinSource::Agreed {
            let agreement = self.project_context.agreement(&file, &self.settings);
            if !agreement.may_speak {
                if let Some(problem) = &agreement.problem {
                    self.ui.warning(problem);
                }
                return Ok(None);
            }
        }
        let pin = Pin::parse(pin).map_err(|broken| vault::Error::invalid("pin", broken))?;
        Ok(Some(pin))
    }

    /// Loads the trust list, or starts a new one.
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
