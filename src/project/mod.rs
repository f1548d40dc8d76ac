//! The project file, `kluis.toml`: it names the vault, workspace, app and variables of a project. It is only
//! data: nothing in it runs, and it must not contain the value of a secret.
//!
//! **Workspaces.** A reference without a workspace means the one in use. The variables of
//! `[workspaces.NAME.env]` replace those of `[env]` one by one in the workspace `NAME`, and `false` removes one.
//!
//! **Where it is found.** In the working directory or the nearest one above it, up to the root or the edge of the
//! file system, as git looks for a repository. The search does not stop at the home directory. Paths in it are
//! relative to the directory where it was found, even if it is a link.
//!
//! **Consent.** The file names secrets to give to the next command, and that command is often the repository's
//! own. So `kluis` follows a file only after you agreed to it, wherever its vault is. You agree to the things
//! that the file uses ([`Access`]): the vault, the workspace, the app, the pin, the options of `run`, and each
//! variable of the workspace in use with its source. A file that uses more, or protects less, asks again. It
//! withstands these attackers, each with a test in `tests/cli/trust.rs`:
//!
//! - *A repository with a copy of your own vault*, or one that names your vault by an absolute path, by `~/`, by
//!   `..` or by a link: you agree to the vault in use, by its id and its real path, whatever the source of its
//!   name. `--vault` says which file, and agrees to nothing.
//! - *A branch that adds a variable*, uses another secret or another text for one, removes a `false`, adds,
//!   removes or changes the pin or an option of `run`, or changes the workspace: each of these is new. A pin of
//!   the file never replaces the one that you confirmed yourself. Your agreement on one branch counts on the
//!   others.
//! - *A branch that changes only its Makefile* gets everything that you agreed to: the project file cannot show
//!   that.
//! - *A repository that pretends to be one of yours*: an agreement is for one path. A linked worktree shares
//!   it only if your repository names that worktree. A link to your project file is a file of its own.
//! - *A file of another user* in a directory above, such as `/tmp/kluis.toml`: it asks like any other.
//! - *A file or a link that changes between the question and its use*: the file is read once. The vault is opened
//!   at the path that was checked, without following links, and must have the id that was shown.
//! - *Text in the file that imitates the question*: everything shown is escaped.

mod access;
mod composition;
pub mod edit;
mod entry;
mod find;
mod parse;
mod resolve;
mod trust_store;
mod worktree;

pub use access::{Access, Change, Extent, InUse, Subject, VaultInUse};
pub use composition::{Composition, Encoding, Part};
pub use entry::{Absence, Delivery, Entry, Source};
pub use find::{find, named, of_text};
pub use parse::Mistake;
#[cfg(fuzzing)]
pub use parse::parse as parse_text;
pub use resolve::resolve;
pub use trust_store::{Agreement, TrustStore, TrustedProject};
pub use worktree::{REPOSITORY, Worktree, in_main_worktree};

use crate::vault::app_reference::AppReference;
use crate::vault::env_key::EnvKey;
use crate::vault::name::WorkspaceName;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

pub const FILE_NAME: &str = "kluis.toml";

/// A project file that was read.
pub struct ProjectFile {
    /// The real path of its directory, and its name there.
    pub path: PathBuf,
    /// Its directory.
    pub folder: PathBuf,
    /// What was read.
    pub text: String,
    pub project: Project,
}

/// The content of a project file.
#[derive(Default, Debug, PartialEq, Eq)]
pub struct Project {
    /// An absolute path.
    pub vault: Option<PathBuf>,
    pub workspace: Option<WorkspaceName>,
    pub app: Option<AppReference>,
    /// The pin that the vault has to match.
    pub pin: Option<String>,
    pub run: RunOptions,
    /// The settings of `[env]`, in the order of the file.
    env: Vec<Setting>,
    of_workspaces: BTreeMap<WorkspaceName, Vec<Setting>>,
}

/// Options of `kluis run` that apply without being typed.
#[derive(Clone, Copy, Default, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RunOptions {
    pub only: bool,
    pub mask: bool,
    pub keep_existing: bool,
}

/// A table's setting for one variable.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Setting {
    key: EnvKey,
    /// `None` for `false`: there is no such variable.
    entry: Option<Entry>,
}

impl ProjectFile {
    /// The last part of its path, for messages.
    pub fn name(&self) -> String {
        let name = self.path.file_name().unwrap_or_default();
        name.to_string_lossy().into_owned()
    }
}

impl Project {
    /// The variables in this workspace; `None` is `default`.
    pub fn env(&self, workspace: Option<&WorkspaceName>) -> Vec<&Entry> {
        let mut settings: Vec<&Setting> = self.env.iter().collect();
        for laid_over in self.settings_of(workspace) {
            let below = settings.iter().position(|below| below.key == laid_over.key);
            match below {
                Some(at) => settings[at] = laid_over,
                None => settings.push(laid_over),
            }
        }
        let entries = settings.into_iter();
        entries
            .filter_map(|setting| setting.entry.as_ref())
            .collect()
    }

    /// Whether `[env]` has this variable.
    pub fn has(&self, key: &EnvKey) -> bool {
        self.env.iter().any(|setting| setting.key == *key)
    }

    /// The workspaces that have a table of their own.
    pub fn workspaces(&self) -> impl Iterator<Item = &WorkspaceName> {
        self.of_workspaces.keys()
    }

    fn settings_of(&self, workspace: Option<&WorkspaceName>) -> &[Setting] {
        let name = WorkspaceName::or_default(workspace);
        let own = self
            .of_workspaces
            .iter()
            .find(|(known, _)| known.as_str() == name);
        own.map_or(&[], |(_, settings)| settings)
    }
}

#[derive(Clone, Debug, thiserror::Error)]
pub enum Error {
    #[error("{}, {mistake}", path.display())]
    Mistaken { path: PathBuf, mistake: Mistake },
    #[error("{} {problem}", path.display())]
    Unfit {
        path: PathBuf,
        problem: &'static str,
    },
    #[error("cannot read {}: {}", path.display(), reason(*kind))]
    Unread { path: PathBuf, kind: io::ErrorKind },
    #[error("{} {}", path.display(), untrusted(names, *is_known, workspace.as_deref()))]
    Untrusted {
        path: PathBuf,
        /// The workspace in use, unless it is the default one or that of the file.
        workspace: Option<String>,
        /// The names of the uses that you have not agreed to.
        names: Vec<String>,
        /// Whether you agreed to anything in it before.
        is_known: bool,
        extent: Extent,
    },
    #[error("the vault {} was replaced while kluis looked at it", path.display())]
    OtherVault { path: PathBuf },
    #[error("the path {} is not valid UTF-8, so it cannot be trusted", path.display())]
    NotText { path: PathBuf },
    #[error("cannot find out where {} leads", path.display())]
    LeadsNowhere { path: PathBuf },
}

fn reason(kind: io::ErrorKind) -> String {
    match kind {
        io::ErrorKind::NotFound => "there is no such file".to_owned(),
        other => other.to_string(),
    }
}

/// The problem with an untrusted file; it ends a sentence.
fn untrusted(names: &[String], is_known: bool, workspace: Option<&str>) -> String {
    let names = names.join(", ");
    let again = if is_known { " again" } else { "" };
    let place = workspace.map(|name| format!(" in the workspace {name}"));
    let place = place.unwrap_or_default();
    format!("needs your trust{again}{place} for: {names}")
}

impl Error {
    /// The path of the file that the error is about.
    pub fn path(&self) -> &Path {
        match self {
            Self::Mistaken { path, .. }
            | Self::Unfit { path, .. }
            | Self::Unread { path, .. }
            | Self::Untrusted { path, .. }
            | Self::OtherVault { path }
            | Self::NotText { path }
            | Self::LeadsNowhere { path } => path,
        }
    }
}
