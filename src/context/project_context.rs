//! The project file that was found, and whether it may speak for the user.

use crate::error::Error;
use crate::project::{self, ProjectFile, TrustState, TrustStore, find, resolve};
use crate::settings::directories::state_directory;
use crate::settings::{self, Settings, Source};
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::rc::Rc;

const TRUST_STORE: &str = "kluis/trusted.json";

/// What was found, and what is agreed about it.
pub struct ProjectContext {
    /// A mistake in it waits for the first who needs the file.
    pub read: Result<Option<Rc<ProjectFile>>, project::Error>,
    trust_store: Option<PathBuf>,
    /// KLUIS_TRUST_PROJECT
    agreed: Option<OsString>,
}

/// Whether a project file may speak for the user.
pub struct TrustStatus {
    pub may_speak: bool,
    pub held: TrustState,
    /// What is wrong with the list of agreements.
    pub problem: Option<String>,
}

/// Whose word a public key needs.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum PinSource {
    /// The file's own is enough to refuse a vault.
    Own,
    /// Somebody agreed to the file, with this key in it.
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

    /// What the settings are settled from.
    pub fn config_values(&self) -> settings::Project {
        match &self.read {
            Ok(Some(file)) => settings::Project {
                vault: file.project.vault.clone(),
                workspace: file.project.workspace.clone(),
            },
            Ok(None) | Err(_) => settings::Project::default(),
        }
    }

    /// The list of agreements, where there is a place for one.
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

    /// As [`ProjectContext::standing`], where only what somebody agreed to counts.
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
            // Where it leads nowhere that can be told, there is nothing that was agreed to.
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
