//! The project file as a command meets it: read before anything else, and followed only where it draws on a
//! vault of its own or somebody has agreed. Nothing that it says is used before that was asked here.

use super::Context;
use super::context::state_directory;
use crate::error::Error;
use crate::project::{self, Consents, Held, ProjectFile, find, resolve};
use crate::settings::{self, Settings, Source};
use crate::vault;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::rc::Rc;

const CONSENTS: &str = "kluis/trusted.json";

/// What was found, and what is agreed about it.
pub struct Surroundings {
    /// A mistake in it waits for the first who needs the file.
    read: Result<Option<Rc<ProjectFile>>, project::Error>,
    consents: Option<PathBuf>,
    /// KLUIS_TRUST_PROJECT
    agreed: Option<OsString>,
}

/// Whether a project file may speak for the user.
struct Standing {
    may_speak: bool,
    held: Held,
    /// What is wrong with the list of agreements.
    problem: Option<String>,
}

/// Whose word a public key needs.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Word {
    /// The file's own is enough to refuse a vault.
    Own,
    /// Somebody agreed to the file, with this key in it.
    Agreed,
}

impl Surroundings {
    pub fn look(home: Option<&Path>) -> Self {
        let here = std::env::current_dir();
        Self {
            read: here.map_or(Ok(None), |here| {
                find(&here, home).map(|file| file.map(Rc::new))
            }),
            consents: state_directory().map(|directory| directory.join(CONSENTS)),
            agreed: std::env::var_os("KLUIS_TRUST_PROJECT"),
        }
    }

    /// What the settings are settled from.
    pub fn wishes(&self) -> settings::Project {
        match &self.read {
            Ok(Some(file)) => settings::Project {
                vault: file.project.vault.clone(),
                workspace: file.project.workspace.clone(),
            },
            Ok(None) | Err(_) => settings::Project::default(),
        }
    }

    /// The list of agreements, where there is a place for one.
    pub fn agreed(&self) -> Option<Consents> {
        Some(Consents::load(self.consents.clone()?))
    }

    fn file(&self) -> Result<Option<Rc<ProjectFile>>, Error> {
        Ok(self.read.clone()?)
    }

    fn standing(&self, file: &ProjectFile, settings: &Settings) -> Standing {
        let vault = settings.vault.path();
        if settings.vault_source == Source::Flag || file.owns(vault) {
            return Standing {
                may_speak: true,
                held: Held::Never,
                problem: None,
            };
        }
        self.agreement(file, settings)
    }

    /// As [`Surroundings::standing`], where only what somebody agreed to counts.
    fn agreement(&self, file: &ProjectFile, settings: &Settings) -> Standing {
        let agreed = self.agreed.as_ref().and_then(|agreed| agreed.to_str());
        let agreed = agreed.is_some_and(|hash| hash.trim().eq_ignore_ascii_case(&file.sha256));
        let mut standing = Standing {
            may_speak: agreed,
            held: Held::Never,
            problem: None,
        };
        if let (false, Some(place)) = (standing.may_speak, &self.consents) {
            let consents = Consents::load(place.clone());
            // Where it leads nowhere that can be told, there is nothing that was agreed to.
            let leads_to = resolve(settings.vault.path()).unwrap_or_default();
            standing.held = consents.about(file, &leads_to);
            standing.may_speak = standing.held == Held::Trusted;
            standing.problem = consents
                .problem()
                .map(|problem| format!("{} {problem}: nothing counts as trusted", place.display()));
        }
        standing
    }
}

impl Context<'_> {
    /// The project file, whether or not it may be followed.
    pub fn project(&self) -> Result<Option<Rc<ProjectFile>>, Error> {
        self.surroundings.file()
    }

    /// Where the project file is, be it one that cannot be read.
    pub fn project_path(&self) -> Result<PathBuf, Error> {
        match &self.surroundings.read {
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
        let standing = self.surroundings.standing(file, &self.settings);
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
    pub fn pin(&mut self, word: Word) -> Result<Option<String>, Error> {
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
                names_none && self.surroundings.standing(&file, &self.settings).may_speak
            }
        };
        let Some(pin) = file.project.vault_key.clone().filter(|_| is_meant) else {
            return Ok(None);
        };
        if word == Word::Agreed {
            let agreement = self.surroundings.agreement(&file, &self.settings);
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
    pub fn consents(&mut self) -> Result<Consents, Error> {
        let origin = "the list of trusted project files";
        let consents = self.surroundings.agreed();
        let consents = consents.ok_or(settings::Error::NoHome { origin })?;
        if let Some(problem) = consents.problem() {
            let place = consents.place().display().to_string();
            self.ui
                .warning(&format!("{place} {problem}: nothing counts as trusted"));
        }
        Ok(consents)
    }
}

pub fn no_project() -> Error {
    vault::Error::absent("project file", "kluis.toml in this folder or above it").into()
}
