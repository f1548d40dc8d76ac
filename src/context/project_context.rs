//! The project file of this command, and what you agreed to in it.

use crate::error::Error;
use crate::project::{self, Extent, FILE_NAME, ProjectFile, REPOSITORY, TrustStore, find, named};
use crate::sealed::id::VaultId;
use crate::settings;
use crate::settings::directories::state_directory;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::rc::Rc;

const VARIABLE: &str = "KLUIS_PROJECT";
const TRUST_STORE: &str = "kluis/trusted.json";

pub struct ProjectContext {
    /// A broken file is an error only for a command that needs it.
    read: Result<Option<Rc<ProjectFile>>, project::Error>,
    /// Whether you named the file for this command, and so agree to all of it.
    is_named: bool,
    /// Whether `init` makes a project file.
    pub is_new: bool,
    trust_store: Option<PathBuf>,
    /// The part of the file that this command may follow.
    pub followed: Option<Followed>,
}

/// The choice of a command's project file.
pub enum ProjectChoice {
    /// The file in this directory or above it.
    Nearest,
    /// A file that you named for this command.
    Named(PathBuf),
    /// A file to be made.
    New,
    /// No file. A named file is not read.
    None,
}

impl ProjectChoice {
    /// Uses the variables if no option chooses.
    fn or_of_environment(self) -> Self {
        let variable = |name| std::env::var_os(name).filter(|text: &OsString| !text.is_empty());
        let is_off = |text: &OsString| text == "0" || text == "false";
        match self {
            Self::Nearest if variable("KLUIS_NO_PROJECT").is_some_and(|text| !is_off(&text)) => {
                Self::None
            }
            Self::Nearest => match variable(VARIABLE) {
                Some(path) => Self::Named(path.into()),
                None => self,
            },
            Self::Named(_) | Self::New | Self::None => self,
        }
    }
}

/// Your agreement from before the vault is opened.
#[derive(Clone)]
pub struct Followed {
    pub extent: Extent,
    /// The real path of the vault. All its links were resolved when you agreed.
    pub vault: PathBuf,
    /// `None` if there was no vault at that path.
    pub id: Option<VaultId>,
}

impl ProjectContext {
    /// Reads the chosen file. A named file that cannot be read is an error: you mean no other vault.
    pub fn look(choice: ProjectChoice, home: Option<&Path>) -> Result<Self, project::Error> {
        let choice = choice.or_of_environment();
        let read = match &choice {
            ProjectChoice::Named(path) => Ok(Some(Rc::new(named(path, home)?))),
            ProjectChoice::Nearest => match std::env::current_dir() {
                Ok(here) => find(&here, home).map(|file| file.map(Rc::new)),
                Err(_) => Ok(None),
            },
            ProjectChoice::New | ProjectChoice::None => Ok(None),
        };
        Ok(Self {
            read,
            is_named: matches!(choice, ProjectChoice::Named(_)),
            is_new: matches!(choice, ProjectChoice::New),
            trust_store: state_directory().map(|directory| directory.join(TRUST_STORE)),
            followed: None,
        })
    }

    /// The value of KLUIS_PROJECT for a started command. It names this file, from every folder.
    pub fn variable(&self) -> Option<(&'static str, &Path)> {
        let is_set = std::env::var_os(VARIABLE).is_some_and(|text| !text.is_empty());
        let path = self.path().filter(|_| self.is_named && is_set)?;
        Some((VARIABLE, path))
    }

    /// Leaves the file out of this command.
    pub fn ignore(&mut self) {
        self.read = Ok(None);
        self.followed = None;
    }

    /// The file's values, as input of the settings.
    pub fn config_values(&self) -> settings::Project {
        match &self.read {
            Ok(Some(file)) => settings::Project {
                vault: file.project.vault.clone(),
                workspace: file.project.workspace.clone(),
            },
            Ok(None) | Err(_) => settings::Project::default(),
        }
    }

    pub fn file(&self) -> Result<Option<Rc<ProjectFile>>, Error> {
        Ok(self.read.clone()?)
    }

    /// The path of the file, even if the file cannot be read.
    pub fn path(&self) -> Option<&Path> {
        match &self.read {
            Ok(file) => file.as_ref().map(|file| &*file.path),
            Err(error) => Some(error.path()),
        }
    }

    /// Tests whether a link in a real folder may have come with a project: in a repository, beside or below a
    /// project file, or below the working directory. Not in your home directory: there the links are your own.
    pub fn in_project(home: Option<&Path>) -> impl Fn(&Path) -> bool + use<> {
        let here = fs::canonicalize(".").ok();
        let home = home.and_then(|home| fs::canonicalize(home).ok());
        move |folder: &Path| {
            let is_home =
                |folder: &Path| home.as_ref().is_some_and(|home| home.starts_with(folder));
            let is_root = |folder: &&Path| {
                let is_here = here.as_deref() == Some(*folder);
                let has = |name| fs::symlink_metadata(folder.join(name)).is_ok();
                is_here || has(REPOSITORY) || has(FILE_NAME)
            };
            folder
                .ancestors()
                .filter(|folder| !is_home(folder))
                .any(|folder| is_root(&folder))
        }
    }

    /// Whether the file is followed without a question: you named it, or have already agreed to that much of it.
    pub fn may_follow(&self, extent: Extent) -> bool {
        let followed = self.followed.as_ref();
        self.is_named || followed.is_some_and(|followed| followed.extent >= extent)
    }

    /// Your list of agreements, if there is a place for one.
    pub fn trust_store(&self) -> Option<TrustStore> {
        Some(TrustStore::load(self.trust_store.clone()?))
    }
}

/// A warning about a list of agreements that cannot be used.
pub fn ignored(trust_store: &TrustStore) -> Option<String> {
    let problem = trust_store.problem()?;
    let place = trust_store.place().display();
    Some(format!(
        "{place} {problem}: kluis ignores it, as if you had trusted no project file"
    ))
}
