//! Follows the project file only as far as you agreed to it, and asks you at a terminal about new content.

use super::Context;
use super::project_context::{Followed, ignored};
use crate::error::Error;
use crate::project::{
    self, Access, Change, Extent, InUse, ProjectFile, Subject, TrustStore, VaultInUse, Worktree,
    resolve,
};
use crate::sealed::id::VaultId;
use crate::settings::{self, Source};
use crate::store::file::FileStore;
use crate::ui::{self, Answer, for_terminal};
use crate::vault::{self, Vault, pin::Pin};
use std::path::{Path, PathBuf};
use std::rc::Rc;

/// A longer list needs a count.
const MAX_WITHOUT_COUNT: usize = 20;
const MAX_BYTES_WITHOUT_COUNT: usize = 1_200;

/// The proposal that `kluis` asks you to agree to.
pub struct Proposal {
    /// The path of the project file that the agreement is for.
    pub path: String,
    pub access: Access,
    /// The new content.
    pub changes: Vec<Change>,
    pub is_known: bool,
    vault: PathBuf,
    id: Option<VaultId>,
}

impl Context<'_> {
    /// The project file, trusted or not.
    pub fn project(&self) -> Result<Option<Rc<ProjectFile>>, Error> {
        self.project_context.file()
    }

    /// The whole project file. An error if there is none, or if it may not be followed.
    pub fn followed_project(&mut self) -> Result<Rc<ProjectFile>, Error> {
        let file = self.project()?.ok_or_else(no_project)?;
        self.follow(&file, Extent::Everything)?;
        Ok(file)
    }

    /// Fails unless you agreed to this much of the project file, or do so now. Call it before the file decides
    /// anything and before asking for a passphrase.
    pub fn follow(&mut self, file: &ProjectFile, extent: Extent) -> Result<(), Error> {
        if self.project_context.may_follow(extent) {
            return Ok(());
        }
        let wanted = self.proposal(file, extent)?;
        if wanted.changes.is_empty() {
            self.project_context.followed = Some(wanted.followed(extent));
            return Ok(());
        }
        if !self.ui.can_ask_aloud() {
            if let Some(problem) = self.trust_store_problem() {
                self.ui.warning(&problem);
            }
            return Err(wanted.untrusted(file, extent).into());
        }
        let extent = extent.max(Extent::Everything);
        let proposal = self.proposal(file, extent)?;
        let shown = describe(file, &proposal);
        match self
            .ui
            .confirm(&format!("{shown}\nTrust this project file?"), Answer::No)
        {
            Ok(true) => {}
            Ok(false) => return Err(ui::Error::Cancelled.into()),
            Err(ui::Error::NoTerminal) => return Err(wanted.untrusted(file, extent).into()),
            Err(error) => return Err(error.into()),
        }
        self.project_context.followed = Some(proposal.followed(extent));
        // This command continues; the next one asks again.
        if let Err(error) = self.agree(proposal) {
            self.ui.warning(&error.message());
        }
        Ok(())
    }

    /// The consent that a command needs to follow this much of the file.
    pub fn proposal(&self, file: &ProjectFile, extent: Extent) -> Result<Proposal, Error> {
        let used = self.settings.vault.path();
        let vault = resolve(used).ok_or_else(|| project::Error::LeadsNowhere {
            path: used.to_owned(),
        })?;
        let id = Vault::peek_id(&FileStore::at(&vault));
        let worktree = Worktree::of(&file.folder);
        let in_main = |path: &Path| {
            let path = match &worktree {
                Some(worktree) => worktree.in_main(path),
                None => path.to_owned(),
            };
            let text = path.to_str().map(str::to_owned);
            text.ok_or(project::Error::NotText { path })
        };
        let path = in_main(&file.path)?;
        let in_use = InUse {
            vault: VaultInUse {
                path: in_main(&vault)?,
                id: id.map(|id| id.to_string()),
            },
            workspace: self.workspace(),
            is_workspace_of_file: self.settings.workspace_source == Source::ProjectFile,
        };
        let access = Access::new(&file.project, extent, in_use);
        let trust_store = self.project_context.trust_store();
        let changes = trust_store.as_ref().map_or_else(
            || access.beyond(None),
            |trust_store| trust_store.beyond(&path, &access),
        );
        Ok(Proposal {
            is_known: trust_store.is_some_and(|trust_store| trust_store.knows(&path)),
            path,
            access,
            changes,
            vault,
            id,
        })
    }

    /// Remembers your agreement.
    pub fn agree(&mut self, proposal: Proposal) -> Result<(), Error> {
        let Proposal { path, access, .. } = proposal;
        let mut trust_store = self.trust_store()?;
        let now = self.now.rfc3339();
        update(
            &mut trust_store,
            "the project file is not trusted",
            |list| {
                list.insert(&path, access, now);
            },
        )
    }

    /// After `init`: extends your agreement from before there was a vault to the new vault.
    pub fn agree_to_made_vault(&mut self) -> Result<(), Error> {
        let (Some(_), Some(file)) = (&self.project_context.followed, self.project()?) else {
            return Ok(());
        };
        let made = self.proposal(&file, Extent::Settings)?;
        let mut trust_store = self.trust_store()?;
        update(
            &mut trust_store,
            "kluis asks about kluis.toml again",
            |list| {
                list.vault_made(&made.path, &made.access.vault);
            },
        )
    }

    /// Whether you agreed to the file's settings; prints nothing if not.
    pub fn may_follow(&self, file: &ProjectFile) -> bool {
        let extent = Extent::Settings;
        self.project_context.may_follow(extent)
            || self
                .proposal(file, extent)
                .is_ok_and(|wanted| wanted.changes.is_empty())
    }

    /// Fails if `source` is a project file that may not be followed. Call it before using a setting.
    pub fn check_source(&mut self, source: Source) -> Result<(), Error> {
        let file = self.project()?;
        match (source, file) {
            (Source::ProjectFile, Some(file)) => self.follow(&file, Extent::Settings),
            _ => Ok(()),
        }
    }

    /// The pin that the vault must match. A project file's pin counts only if you agreed to it, and only for the
    /// file's own vault.
    pub fn pin(&mut self) -> Result<Option<Pin>, Error> {
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
                file.project.vault.is_none()
            }
        };
        if !is_meant || !self.may_follow(&file) {
            return Ok(None);
        }
        let pin = Pin::parse(pin).map_err(|broken| vault::Error::invalid("pin", broken))?;
        Ok(Some(pin))
    }

    /// Loads the trust list, or starts a new one.
    pub fn trust_store(&mut self) -> Result<TrustStore, Error> {
        let origin = "the list of trusted project files";
        let trust_store = self.project_context.trust_store();
        let trust_store = trust_store.ok_or(settings::Error::NoHome { origin })?;
        if let Some(problem) = ignored(&trust_store) {
            self.ui.warning(&problem);
        }
        Ok(trust_store)
    }

    fn trust_store_problem(&self) -> Option<String> {
        ignored(&self.project_context.trust_store()?)
    }
}

impl Proposal {
    fn followed(&self, extent: Extent) -> Followed {
        Followed {
            extent,
            vault: self.vault.clone(),
            id: self.id,
        }
    }

    fn untrusted(&self, file: &ProjectFile, extent: Extent) -> project::Error {
        let changes = self.changes.iter();
        project::Error::Untrusted {
            path: file.path.clone(),
            workspace: self
                .access
                .other_workspace()
                .filter(|_| self.access.workspace.is_none())
                .map(str::to_owned),
            names: changes.map(|change| change.subject.to_string()).collect(),
            is_known: self.is_known,
            extent,
        }
    }
}

/// Changes the trust list; `outcome` explains the effect of a failure.
pub fn update<T>(
    trust_store: &mut TrustStore,
    outcome: &'static str,
    change: impl FnOnce(&mut TrustStore) -> T,
) -> Result<T, Error> {
    use anyhow::Context as _;
    let place = trust_store.place().display().to_string();
    let updated = trust_store.update(change);
    Ok(updated.with_context(|| format!("cannot write {place}; {outcome}"))?)
}

/// One line for each item. Escapes text from the file, so that a newline in it cannot imitate our lines.
pub fn describe(file: &ProjectFile, proposal: &Proposal) -> String {
    let path = file.path.display().to_string();
    let path = for_terminal(&path);
    let vault = proposal.access.vault.to_string();
    let vault = for_terminal(&vault);
    let since = if proposal.is_known {
        "New since you agreed:"
    } else {
        "It decides about:"
    };
    let workspace = proposal.access.other_workspace();
    let place = workspace.map(|name| format!(" in the workspace {name}"));
    let place = place.unwrap_or_default();
    let mut lines = vec![format!("{path} uses the vault {vault}{place}. {since}")];
    // The first line names the vault already.
    let changes = proposal.changes.iter();
    let changes =
        changes.filter(|change| change.subject != Subject::Vault || change.before.is_some());
    lines.extend(changes.map(|change| {
        let line = change.to_string();
        format!("  {}", for_terminal(&line))
    }));
    // A long list scrolls its first lines off the screen.
    let count = lines.len() - 1;
    let length: usize = lines.iter().map(String::len).sum();
    if count > MAX_WITHOUT_COUNT || length > MAX_BYTES_WITHOUT_COUNT {
        lines.push(format!("  {count} entries in all"));
    }
    lines.join("\n")
}

pub fn no_project() -> Error {
    vault::Error::absent("project file", "kluis.toml in this folder or above it").into()
}
