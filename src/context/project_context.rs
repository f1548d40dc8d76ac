//! The project file that was found, and whether it may decide for you.

use crate::error::Error;
use crate::project::{self, ProjectFile, TrustState, TrustStore, find, resolve};
use crate::settings::directories::state_directory;
use crate::settings::{self, Settings, Source};
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::rc::Rc;

const TRUST_STORE: &str = "kluis/trusted.json";

/// The project file that was found, and whether you agreed to it.
pub struct ProjectContext {
    /// A mistake in the file is an error only for a command that needs the file.
    pub read: Result<Option<Rc<ProjectFile>>, project::Error>,
    trust_store: Option<PathBuf>,
    /// The value of `KLUIS_TRUST_PROJECT`.
    agreed: Option<OsString>,
}

/// Whether a project file may decide for you.
pub struct TrustStatus {
    pub may_speak: bool,
    pub held: TrustState,
    /// The reason why the trust list cannot be relied on.
    pub problem: Option<String>,
}

/// Which project files may give a pin.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum PinSource {
    /// Any file: its pin can only cause a refusal.
    Own,
    /// A file that you agreed to, including its pin.
    Agreed,
}

impl ProjectContext {
    pub fn look(home: Option<&Path>) -> Self {
        let here = std::env::current_dir();
        Self {
            read: here.map_or(Ok(None), |here| {
                find(&here, home).map(|file| file.map(Rc::new))
            }),
            trust_store: state_directory().map(|directory| directory.join(TRUST_STORE)),
            agreed: std::env::var_os("KLUIS_TRUST_PROJECT"),
        }
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

    /// The trust list, if there is a place for one.
    pub fn agreed(&self) -> Option<TrustStore> {
        Some(TrustStore::load(self.trust_store.clone()?))
    }

    pub fn file(&self) -> Result<Option<Rc<ProjectFile>>, Error> {
        Ok(self.read.clone()?)
    }

    pub fn standing(&self, file: &ProjectFile, settings: &Settings) -> TrustStatus {
        let vault = settings.vault.path();
        if settings.vault_source == Source::Flag || file.owns(vault) {
            return TrustStatus {
                may_speak: true,
                held: TrustState::Never,
                problem: None,
            };
        }
        self.agreement(file, settings)
    }

    /// As [`ProjectContext::standing`], but counts only your consent.
    pub fn agreement(&self, file: &ProjectFile, settings: &Settings) -> TrustStatus {
        let agreed = self.agreed.as_ref().and_then(|agreed| agreed.to_str());
        let agreed = agreed.is_some_and(|hash| hash.trim().eq_ignore_ascii_case(&file.sha256));
        let mut standing = TrustStatus {
            may_speak: agreed,
            held: TrustState::Never,
            problem: None,
        };
        if let (false, Some(place)) = (standing.may_speak, &self.trust_store) {
            let trust_store = TrustStore::load(place.clone());
            // If the path cannot be resolved, no consent can match it.
            let leads_to = resolve(settings.vault.path()).unwrap_or_default();
            standing.held = trust_store.about(file, &leads_to);
            standing.may_speak = standing.held == TrustState::Trusted;
            standing.problem = ignored(&trust_store);
        }
        standing
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
