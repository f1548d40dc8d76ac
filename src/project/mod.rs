//! The project file, `kluis.toml`: it names the vault, workspace, app and variables of a project. It is data
//! only: nothing in it runs, and no secret's value may be in it.
//!
//! **Where it is found.** In the working directory or the nearest one above it, up to the root or to where
//! another file system begins, as git looks for a repository. The home directory is no end. Paths in it are
//! relative to the directory it was found in, also when it is a link.
//!
//! **Consent.** The file names secrets to give to the next command, and that command is often the repository's
//! own. So a file is followed only after you agreed to it, wherever its vault lies. You agree to what the file
//! uses ([`Access`]): the vault, the workspace, the app, the pin, and each variable with its secret. A file
//! that uses more asks again. Against whom this stands, each with its test in `tests/cli/trust.rs`:
//!
//! - *A repository with a copy of your own vault*, or one that names your vault by an absolute path, by `~/`,
//!   by `..` or by a link: the vault in question is the one in use, by its id and its real path, wherever its
//!   name came from. `--vault` says which file, and agrees to nothing.
//! - *A branch that adds a variable*, takes another secret for one, adds, removes or changes the pin, or changes
//!   the workspace: each of these is new. A pin of the file never replaces the one that you confirmed yourself.
//!   What you agreed to on one branch holds on the others.
//! - *A branch that changes only its Makefile* gets what you agreed to: nothing in the file can show it.
//! - *A repository that pretends to be one of yours*: an agreement is for one path. A linked worktree shares
//!   it only if your repository names that worktree. A link to your project file is a file of its own.
//! - *A file of another user* in a directory above, such as `/tmp/kluis.toml`: it asks like any other.
//! - *A file or a link that changes between the question and its use*: the file is read once, and the vault is
//!   opened at the path that was judged, following no link on the way, and must have the id that was shown.
//! - *Text in the file that imitates the question*: everything shown is escaped.

mod access;
mod find;
mod parse;
mod resolve;
mod trust_store;
mod worktree;

pub use access::{Access, Change, Extent, InUse, Subject, VaultInUse};
pub use find::{find, named};
pub use parse::Mistake;
#[cfg(fuzzing)]
pub use parse::parse as parse_text;
pub use resolve::resolve;
pub use trust_store::{Agreement, TrustStore, TrustedProject};
pub use worktree::{REPOSITORY, Worktree, in_main_worktree};

use crate::vault::app_reference::AppReference;
use crate::vault::env_key::EnvKey;
use crate::vault::name::WorkspaceName;
use crate::vault::reference::Reference;
use std::io;
use std::path::{Path, PathBuf};

pub const FILE_NAME: &str = "kluis.toml";

/// A project file that was read.
pub struct ProjectFile {
    /// The real path of its directory, and its name there.
    pub path: PathBuf,
    /// Its directory.
    pub folder: PathBuf,
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
    /// In the order of the file.
    pub env: Vec<Entry>,
}

/// One variable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    pub key: EnvKey,
    pub reference: Reference,
    pub delivery: Delivery,
    pub presence: Presence,
}

/// How a variable passes its value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Delivery {
    Value,
    /// As the path of a file that holds the value.
    File,
}

/// Whether the secret must exist.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Presence {
    Required,
    /// The variable is left out when the secret is missing or not effective.
    Optional,
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
    #[error("cannot read {}: {kind}", path.display())]
    Unread { path: PathBuf, kind: io::ErrorKind },
    #[error("{} {}", path.display(), untrusted(names, *is_known))]
    Untrusted {
        path: PathBuf,
        /// The names of what it uses beyond what you agreed to.
        names: Vec<String>,
        /// Whether you agreed to anything in it before.
        is_known: bool,
    },
    #[error("the vault {} was replaced while kluis looked at it", path.display())]
    OtherVault { path: PathBuf },
    #[error("the path {} is not valid UTF-8, so it cannot be trusted", path.display())]
    NotText { path: PathBuf },
    #[error("cannot find out where {} leads", path.display())]
    LeadsNowhere { path: PathBuf },
}

/// The problem with an untrusted file; it ends a sentence.
fn untrusted(names: &[String], is_known: bool) -> String {
    let names = names.join(", ");
    let again = if is_known { " again" } else { "" };
    format!("needs your trust{again} for: {names}")
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
